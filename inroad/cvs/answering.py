"""The answer to one requirement from a profile: covered, weak or missing, with the facts and the reason.

By its skills with their kinds and neighbours, its languages, degree, level and years, else by its words. What a person marked
as a gap is missing whatever the profile says. The score that is made of the answers is in `matching`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from inroad.cvs.career import SHOWN, Career
from inroad.cvs.claims.support import telling_stems
from inroad.cvs.claims.titles import fluency_rank
from inroad.cvs.claims.words import meanings
from inroad.cvs.model import Coverage, RequirementMatch
from inroad.cvs.studies import are_near, fields_of
from inroad.postings.model import Requirement
from inroad.postings.requirements import level_asked
from inroad.postings.skills import find_skills, related_skills, sibling_skills, skill_group

WORTH: dict[Coverage, float] = {"covered": 1.0, "weak": 0.5, "missing": 0.0}
EXPERT_MONTHS = 36
"""Months of work that shows a skill after which one may be asked for expertise in it; two deeds that show it count as much."""

EQUIVALENT_MONTHS = 60
"""Months of work that stand in for a degree where the posting takes equivalent experience."""

_EITHER = re.compile(
    r"\b(?:or|oder|ou|o|of|such as|like|e\.g\.|z\.b\.|one of|any of|similar|comparable|bzw|sowie ahnliche)\b|/", re.IGNORECASE
)
_DEGREE = re.compile(
    r"\b(?:degree|bachelor\w*|master(?:'s|’s| of| degree)|b\.?sc|m\.?sc|ph\.?d|doctora\w+|diplom\w*|studium"
    r"|studienabschluss|hochschul\w+|dipl[oô]me|bac ?\+ ?\d|titulaci[oó]n|licenciatura|grado en|laurea|university education"
    r"|formaci[oó]n profesional|abgeschlossene\w* (?:\w+ )?(?:studium|hochschulstudium|ausbildung|berufsausbildung"
    r"|weiterbildung))\b",
    re.IGNORECASE,
)
_TRAINING = re.compile(
    r"formaci[oó]n profesional|ausbildung|weiterbildung|apprentice|dipl[oô]me d['’]|\bcap\b|\bbts\b|\bmbo\b", re.IGNORECASE
)
_EQUIVALENT = re.compile(
    r"\b(?:equivalent|comparable|similar) (?:\w+ )?(?:experience|qualification)|vergleichbare\w* (?:qualifikation|erfahrung"
    r"|ausbildung)"
    r"|gleichwertige\w*|exp[eé]rience [eé]quivalente|experiencia equivalente|esperienza equivalente|vergelijkbare (?:ervaring"
    r"|opleiding)",
    re.IGNORECASE,
)
_RELATED_FIELD = re.compile(
    r"\b(?:related|relevant|similar|comparable|verwandt\w*|vergleichbar\w*|ähnlich\w*|connexe|similaire|similar|afín|affine"
    r"|verwante?)\b",
    re.IGNORECASE,
)
_DEGREE_ORDER = ("school", "associate", "bachelor", "diploma", "mba", "master", "doctor", "postdoc")
# Skills that are held or not, by a paper: to list one is to have it, and nothing else is near it.
_PAPERS = frozenset({"Driving licence", "Forklift operation", "First aid", "Truck driving", "Crane operation", "Dangerous goods"})
# Fluency (`claims.titles.fluency_rank`, 9 is native) that the words of a level ask for: C1 is 7, B2 is 5.
_FLUENCY_OF_LEVEL = {"expert": 7, "proficient": 6, "working": 5, "basic": 3}
# Beginnings of words that say how much work is asked for, and not which.
_HOW_MUCH = (
    *("experi", "years", "profes", "proven", "releva", "practi", "minim", "least", "several", "work"),
    *("erfahr", "jahr", "mehrjahr", "mindest", "beruf", "praxis", "anos", "annee", "esperi", "anni", "ervar", "jaar"),
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to one side of a requirement."""

    coverage: Coverage
    evidence: tuple[str, ...]
    reason: str


def answer_requirement(career: Career, requirement: Requirement) -> RequirementMatch:
    """Answers one requirement from the profile.

    Args:
        career: The profile, read.
        requirement: Of the posting; its mark and weight are a person's.

    Returns:
        The answer; evidence of at most five facts.
    """
    verdict = _gap(requirement) if requirement.mark == "gap" else _answer(career, requirement)
    return RequirementMatch(
        requirement.text,
        requirement.importance,
        verdict.coverage,
        verdict.evidence[:5],
        verdict.reason,
        weight=requirement.weight,
        mark=requirement.mark,
        note=requirement.note,
    )


def _gap(requirement: Requirement) -> Verdict:
    return Verdict("missing", (), f"marked as a gap: {requirement.note}" if requirement.note else "marked as a gap")


def _answer(career: Career, requirement: Requirement) -> Verdict:
    asks_degree = _DEGREE.search(requirement.text) is not None
    skills = _asked_skills(requirement) if asks_degree else requirement.skills
    verdicts = [*_skill_verdicts(career, requirement, skills)]
    if asks_degree:
        verdicts.append(_degree_verdict(career, requirement.text))
    if requirement.years is not None:
        verdicts.append(_years_verdict(career, requirement))
    return _join(verdicts) if verdicts else _words_verdict(career, requirement.text)


def _asked_skills(requirement: Requirement) -> tuple[str, ...]:
    """The skills beside a degree: a field of study ("a degree in statistics") is the degree's, and no skill of its own."""
    mentions = find_skills(requirement.text)
    studied = {found.name for found in mentions if fields_of(requirement.text[found.start : found.end])}
    return tuple(name for name in requirement.skills if name not in studied)


def _skill_verdicts(career: Career, requirement: Requirement, skills: Sequence[str]) -> Iterable[Verdict]:
    if not skills:
        return
    judged = [
        _language_verdict(career, name, requirement.text)
        if skill_group(name) == "languages"
        else skill_verdict(career, name, requirement.level)
        for name in skills
    ]
    if len(judged) > 1 and _EITHER.search(requirement.text):
        yield max(judged, key=lambda verdict: WORTH[verdict.coverage])
        return
    worth = sum(WORTH[verdict.coverage] for verdict in judged) / len(judged)
    coverage: Coverage = "covered" if worth >= 0.99 else "weak" if worth >= 0.34 else "missing"
    evidence = tuple(dict.fromkeys(fact for verdict in judged for fact in verdict.evidence[:2]))
    yield Verdict(coverage, evidence, "; ".join(verdict.reason for verdict in judged[:6]))


def skill_verdict(career: Career, name: str, level: str | None = None) -> Verdict:
    """Whether the profile shows a skill, and as well as is asked.

    Args:
        career: The profile, read.
        name: Normalised name.
        level: "basic", "working", "proficient", "expert", or None.
    """
    shown = career.skills.get(name, ())
    facts = tuple(fact for fact, _ in shown)
    if shown and name in _PAPERS:
        return Verdict("covered", facts, f"{name} is held")
    if shown and shown[0][1] >= SHOWN:
        return _as_well_as_asked(career, name, facts, level)
    if shown and level == "basic":
        return Verdict("covered", facts, f"{name} is listed, the basics are asked")
    if shown:
        return Verdict("weak", facts, f"{name} is listed, no deed shows it")
    near = [] if name in _PAPERS else _near_skills(career, name)
    if near:
        evidence = tuple(dict.fromkeys(career.skills[other][0][0] for other in near))
        return Verdict("weak", evidence, f"{name} is not named, {', '.join(near[:3])} is near")
    return Verdict("missing", (), f"{name} is not in the profile")


def _as_well_as_asked(career: Career, name: str, facts: tuple[str, ...], level: str | None) -> Verdict:
    stated = career.levels.get(name)
    if stated is not None and stated <= 2 and level in {"proficient", "expert"}:
        return Verdict("weak", facts, f"{name} is shown and stated as a beginner's, {level} is asked")
    deeds = [fact for fact, strength in career.skills[name] if strength >= SHOWN]
    months = _months_of(career, deeds)
    if level == "expert" and len(deeds) < 2 and months < EXPERT_MONTHS and (stated or 0) < 4:
        return Verdict("weak", facts, f"{name} is shown once in {months} months of work, expertise is asked")
    return Verdict("covered", facts, f"{name} is shown")


def _near_skills(career: Career, name: str) -> list[str]:
    """What stands near a skill in the same field of work: a neighbour that a deed shows, or another of its kind, listed even."""
    group = skill_group(name)
    near = {other for other in related_skills(name) if skill_group(other) == group and _is_shown(career, other)}
    near |= {other for other in sibling_skills(name) if other in career.skills}
    return sorted(near)


def _is_shown(career: Career, name: str) -> bool:
    return career.skills.get(name, (("", 0.0),))[0][1] >= SHOWN


def _months_of(career: Career, facts: Iterable[str]) -> int:
    entries = sorted({fact.split(".")[0] for fact in facts} & career.since.keys())
    spans = [career.since[entry] for entry in entries]
    return len({month for first, last in spans for month in range(first, min(last, first + 1_200) + 1)})


def _language_verdict(career: Career, name: str, text: str) -> Verdict:
    if name not in career.languages:
        return Verdict("missing", (), f"{name} is not among the languages")
    fact, fluency = career.languages[name]
    asked, has = _fluency_asked(text), fluency_rank(fluency)
    if has is None or asked is None or has >= asked:
        return Verdict("covered", (fact,), f"{name}: {fluency or 'spoken'}")
    return Verdict("weak", (fact,), f"{name}: {fluency}, more is asked")


def _fluency_asked(text: str) -> int | None:
    ranks = [rank for rank in (fluency_rank(text), _FLUENCY_OF_LEVEL.get(level_asked(text) or "")) if rank is not None]
    return max(ranks, default=None)


def _degree_verdict(career: Career, text: str) -> Verdict:
    """A degree or training of the level and in the field that is asked; a related field, or much work instead, is weak."""
    asked = fields_of(text)
    fitting = {fact: fields for fact, fields in career.studies.items() if not asked or asked & fields}
    near = [fact for fact, fields in sorted(career.studies.items()) if are_near(asked, fields)]
    if _TRAINING.search(text) and fitting:
        return Verdict("covered", tuple(sorted(fitting)), "trained in the field")
    best = max((level for level, fact in career.degrees.items() if fact in fitting), key=_DEGREE_ORDER.index, default=None)
    wanted = _degree_asked(text)
    if best is not None and _DEGREE_ORDER.index(best) >= _DEGREE_ORDER.index(wanted):
        return Verdict("covered", (career.degrees[best],), f"degree: {best}")
    if best is not None:
        return Verdict("weak", (career.degrees[best],), f"degree: {best}, {wanted} is asked")
    if near:
        return Verdict("weak", tuple(near), "a degree or training in a neighbouring field")
    if career.studies and _RELATED_FIELD.search(text) and not asked:
        return Verdict("weak", tuple(sorted(career.studies)), "a degree in another field")
    if _EQUIVALENT.search(text) and career.months >= EQUIVALENT_MONTHS and asked & career.trades:
        return Verdict("weak", (), f"no such degree, {career.months / 12:.1f} years of work in the field")
    return Verdict("missing", (), "no degree or training in the field" if career.studies else "no degree in the profile")


def _degree_asked(text: str) -> str:
    folded = text.lower()
    if re.search(r"ph\.?d|doctor|promotion|doctorat", folded):
        return "doctor"
    asks_master = re.search(r"\bmaster|m\.?sc|bac ?\+ ?5|diplom[- ]?ingenieur", folded)
    return "master" if asks_master and "bachelor" not in folded else "bachelor"


def _years_verdict(career: Career, requirement: Requirement) -> Verdict:
    """Years count in the positions that show the skill; without a named skill, in the whole career."""
    asked = (requirement.years or 0.0) * 12
    facts = [fact for name in requirement.skills for fact, strength in career.skills.get(name, ()) if strength >= SHOWN]
    entries = sorted({fact.split(".")[0] for fact in facts} & career.since.keys())
    months = _months_of(career, facts) if requirement.skills and entries else career.months
    evidence = tuple(entries or sorted(career.since, key=lambda fact: (-career.since[fact][1], fact))[:2])
    has = f"{months / 12:.1f} of {requirement.years:g} years"
    if months >= asked:
        if not requirement.skills and _is_other_work(career, requirement.text):
            return Verdict("weak", evidence, f"{has}, in other work")
        return Verdict("covered", evidence, has)
    return Verdict("weak" if months >= asked * 0.6 else "missing", evidence if months else (), has)


def _is_other_work(career: Career, text: str) -> bool:
    """Whether a requirement of years names a kind of work of which no fact speaks."""
    named = [stem for stem in telling_stems(text[:600]) if not stem.startswith(_HOW_MUCH) and not stem.isdigit()]
    return len(named) >= 2 and not any(career.words.get(key) for stem in named for key in meanings(stem))


def _words_verdict(career: Career, text: str) -> Verdict:
    """Answer by words alone: how many of the requirement's telling words one fact uses."""
    wanted = telling_stems(text[:600])
    shared: Counter[str] = Counter()
    for stem in wanted:
        for fact in frozenset[str]().union(*(career.words.get(key, frozenset()) for key in meanings(stem))):
            shared[fact] += 1
    if not wanted or not shared:
        return Verdict("missing", (), "no fact speaks of it")
    best = max(shared.values())
    evidence = tuple(
        sorted((fact for fact, count in shared.items() if count == best), key=lambda fact: (career.stems.get(fact, 0), fact))
    )
    share = best / len(wanted)
    if best >= 2 and share >= 0.5:
        return Verdict("covered", evidence, f"{best} of {len(wanted)} telling words in one fact")
    if share >= 0.34 or best >= 3:
        return Verdict("weak", evidence, f"{best} of {len(wanted)} telling words in one fact")
    return Verdict("missing", (), f"only {best} of {len(wanted)} telling words in one fact")


def _join(verdicts: Sequence[Verdict]) -> Verdict:
    worst = min(verdicts, key=lambda verdict: WORTH[verdict.coverage])
    evidence = tuple(dict.fromkeys(fact for verdict in verdicts for fact in verdict.evidence))
    reason = "; ".join(verdict.reason for verdict in verdicts)
    return Verdict(worst.coverage, evidence if worst.coverage != "missing" else worst.evidence, reason)
