"""How well a profile fits a posting: a score made of parts that are shown, and an answer to every requirement.

Deterministic and lexical: skills of the shared list with their neighbours, words with their synonyms, years, degrees, languages.
The order of the profile's entries and of the posting's lines does not count. What is written for the posting belongs to
`composing`.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from inroad.cvs.career import SHOWN, Career, read_career
from inroad.cvs.claims.support import telling_stems
from inroad.cvs.claims.titles import fluency_rank
from inroad.cvs.claims.words import meanings
from inroad.cvs.model import Coverage, Match, RequirementMatch, ScorePart
from inroad.cvs.profile import Profile
from inroad.postings import structure_posting
from inroad.postings.model import Posting, Requirement, Structured
from inroad.postings.skills import find_skills, related_skills, skill_group

MATCHER_VERSION = "1"
"""Changes when a match of the same posting and profile may come out differently: stored matches are then made anew."""
MAX_REQUIREMENTS = 120
MAX_SKILLS = 60
_WORTH: dict[Coverage, float] = {"covered": 1.0, "weak": 0.5, "missing": 0.0}
_WEIGHTS = {"must-haves": 40.0, "nice-to-haves": 10.0, "skills": 25.0, "title": 15.0, "experience": 5.0, "language": 5.0}
_LANGUAGE_NAMES = {
    "en": "English",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "it": "Italian",
    "pt": "Portuguese",
    "nl": "Dutch",
    "sv": "Swedish",
    "da": "Danish",
    "pl": "Polish",
    "el": "Greek",
    "ru": "Russian",
    "uk": "Ukrainian",
}
_EITHER = re.compile(r"\b(?:or|oder|ou|o|such as|like|e\.g\.|z\.b\.|one of|any of|similar|comparable|bzw)\b|/", re.IGNORECASE)
_DEGREE = re.compile(
    r"\b(?:degree|bachelor\w*|master(?:'s|’s| of| degree)|b\.?sc|m\.?sc|ph\.?d|doctora\w+|diplom\w*|studium"
    r"|studienabschluss|hochschul\w+|dipl[oô]me|titulaci[oó]n|licenciatura|laurea|university education"
    r"|abgeschlossene\w* (?:studium|hochschulstudium))\b",
    re.IGNORECASE,
)
_LEVELS = {
    "intern": 0,
    "junior": 12,
    "mid": 24,
    "senior": 60,
    "lead": 72,
    "executive": 120,
}  # months of work that a level usually asks for
_DEGREE_ORDER = ("school", "associate", "bachelor", "diploma", "mba", "master", "doctor", "postdoc")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to one side of a requirement."""

    coverage: Coverage
    evidence: tuple[str, ...]
    reason: str


def match_posting(profile: Profile, posting: Posting, *, structured: Structured | None = None) -> Match:
    """Compare a profile with a posting.

    Args:
        profile: The person's facts.
        posting: The job.
        structured: The posting taken apart, when the caller has it already.

    Returns:
        The score and what it is made of. The same input gives the same answer, whatever the order of entries.
    """
    structured = structured or structure_posting(posting)
    career = read_career(profile)
    answers = tuple(answer_requirement(career, requirement) for requirement in structured.requirements[:MAX_REQUIREMENTS])
    wanted = _wanted_skills(posting, structured)
    parts = [
        _answered("must-haves", answers, "must"),
        _answered("nice-to-haves", answers, "nice"),
        _skills_part(career, wanted),
        _title_part(profile, career, posting, structured),
        _experience_part(career, structured),
        _language_part(career, structured),
    ]
    weighed = _weigh([part for part in parts if part is not None])
    return Match(
        score=round(math.fsum(part.points for part in weighed), 1),
        parts=weighed,
        requirements=answers,
        skills=tuple(name for name in structured.skills if name in career.skills or name in career.languages),
        missing_skills=tuple(name for name in structured.skills if name not in career.skills and name not in career.languages),
        language=structured.language,
    )


def answer_requirement(career: Career, requirement: Requirement) -> RequirementMatch:
    """Answer one requirement from the profile: by its skills, languages, degree and years, else by its words."""
    verdicts = [*_skill_verdicts(career, requirement)]
    if _DEGREE.search(requirement.text):
        verdicts.append(_degree_verdict(career, requirement.text))
    if requirement.years is not None:
        verdicts.append(_years_verdict(career, requirement))
    verdict = _join(verdicts) if verdicts else _words_verdict(career, requirement.text)
    return RequirementMatch(requirement.text, requirement.importance, verdict.coverage, verdict.evidence[:5], verdict.reason)


def _skill_verdicts(career: Career, requirement: Requirement) -> Iterable[Verdict]:
    if not requirement.skills:
        return
    judged = [
        _language_verdict(career, name, requirement.text) if skill_group(name) == "languages" else _skill_verdict(career, name)
        for name in requirement.skills
    ]
    if len(judged) > 1 and _EITHER.search(requirement.text):
        yield max(judged, key=lambda verdict: _WORTH[verdict.coverage])
        return
    worth = sum(_WORTH[verdict.coverage] for verdict in judged) / len(judged)
    coverage: Coverage = "covered" if worth >= 0.99 else "weak" if worth >= 0.34 else "missing"
    evidence = tuple(dict.fromkeys(fact for verdict in judged for fact in verdict.evidence[:2]))
    yield Verdict(coverage, evidence, "; ".join(verdict.reason for verdict in judged[:6]))


def _skill_verdict(career: Career, name: str) -> Verdict:
    shown = career.skills.get(name, ())
    if shown and shown[0][1] >= SHOWN:
        return Verdict("covered", tuple(fact for fact, _ in shown), f"{name} is shown")
    if shown:
        return Verdict("weak", tuple(fact for fact, _ in shown), f"{name} is listed, no deed shows it")
    near = sorted(other for other in related_skills(name) if career.skills.get(other, (("", 0.0),))[0][1] >= SHOWN)
    if near:
        evidence = tuple(dict.fromkeys(career.skills[other][0][0] for other in near))
        return Verdict("weak", evidence, f"{name} is not named, {', '.join(near[:3])} is near")
    return Verdict("missing", (), f"{name} is not in the profile")


def _language_verdict(career: Career, name: str, text: str) -> Verdict:
    if name not in career.languages:
        return Verdict("missing", (), f"{name} is not among the languages")
    fact, fluency = career.languages[name]
    asked, has = fluency_rank(text), fluency_rank(fluency)
    if has is None or asked is None or has >= asked:
        return Verdict("covered", (fact,), f"{name}: {fluency or 'spoken'}")
    return Verdict("weak", (fact,), f"{name}: {fluency}, more is asked")


def _degree_verdict(career: Career, text: str) -> Verdict:
    if not career.degrees:
        return Verdict("missing", (), "no degree in the profile")
    best = max(career.degrees, key=_DEGREE_ORDER.index)
    folded = text.lower()
    asked = (
        "doctor"
        if re.search(r"ph\.?d|doctor|promotion", folded)
        else "master"
        if re.search(r"\bmaster|m\.?sc", folded) and "bachelor" not in folded
        else "bachelor"
    )
    if _DEGREE_ORDER.index(best) >= _DEGREE_ORDER.index(asked):
        return Verdict(
            "covered", (career.degrees[best],), f"a {best}'s degree" if best in {"bachelor", "master"} else f"degree: {best}"
        )
    return Verdict("weak", (career.degrees[best],), f"a {best} degree, {asked} is asked")


def _years_verdict(career: Career, requirement: Requirement) -> Verdict:
    """Years count in the positions that show the skill; without a named skill, in the whole career."""
    asked = (requirement.years or 0.0) * 12
    entries = {
        fact.split(".")[0] for name in requirement.skills for fact, strength in career.skills.get(name, ()) if strength >= SHOWN
    }
    spans = [career.since[entry] for entry in sorted(entries) if entry in career.since]
    months = (
        len({month for first, last in spans for month in range(first, min(last, first + 1_200) + 1)})
        if requirement.skills and spans
        else career.months
    )
    evidence = tuple(
        sorted(entries & career.since.keys()) or sorted(career.since, key=lambda fact: (-career.since[fact][1], fact))[:2]
    )
    has = f"{months / 12:.1f} of {requirement.years:g} years"
    if months >= asked:
        return Verdict("covered", evidence, has)
    return Verdict("weak" if months >= asked * 0.6 else "missing", evidence if months else (), has)


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
    worst = min(verdicts, key=lambda verdict: _WORTH[verdict.coverage])
    evidence = tuple(dict.fromkeys(fact for verdict in verdicts for fact in verdict.evidence))
    return Verdict(
        worst.coverage,
        evidence if worst.coverage != "missing" else worst.evidence,
        "; ".join(verdict.reason for verdict in verdicts),
    )


def _answered(name: str, answers: Sequence[RequirementMatch], importance: str) -> ScorePart | None:
    counted = [answer for answer in answers if answer.importance == importance]
    if not counted:
        return None
    worth = math.fsum(_WORTH[answer.coverage] for answer in counted) / len(counted)
    covered, weak = (sum(answer.coverage == coverage for answer in counted) for coverage in ("covered", "weak"))
    return ScorePart(name, worth, _WEIGHTS[name], f"{covered} covered and {weak} weak of {len(counted)}")


def _wanted_skills(posting: Posting, structured: Structured) -> dict[str, float]:
    """Weigh the skills that a posting names: 3 in the title, 2 in a must, 1 elsewhere; languages are counted apart."""
    wanted = {name: 1.0 for name in structured.skills if skill_group(name) != "languages"}
    for requirement in structured.requirements:
        if requirement.importance == "must":
            wanted |= {name: 2.0 for name in requirement.skills if name in wanted}
    wanted |= {mention.name: 3.0 for mention in find_skills(posting.title) if mention.name in wanted}
    heaviest = sorted(wanted, key=lambda name: (-wanted[name], name))[:MAX_SKILLS]
    return {name: wanted[name] for name in heaviest}


def _skills_part(career: Career, wanted: dict[str, float]) -> ScorePart | None:
    if not wanted:
        return None
    worth = {name: _WORTH[_skill_verdict(career, name).coverage] for name in wanted}
    total = math.fsum(wanted.values())
    has = [name for name in sorted(wanted) if worth[name] == 1.0]
    return ScorePart(
        "skills",
        math.fsum(wanted[name] * worth[name] for name in wanted) / total,
        _WEIGHTS["skills"],
        f"{len(has)} of {len(wanted)} named skills are shown",
    )


def _title_part(profile: Profile, career: Career, posting: Posting, structured: Structured) -> ScorePart:
    wanted = set(_title_stems(posting.title))
    label = (profile.resume.get("basics") or {}).get("label") or ""
    titles = sorted({*career.titles.values(), label} - {""})
    overlaps = [(len(wanted & set(_title_stems(title))) / len(wanted), title) for title in titles] if wanted else []
    best, title = max(overlaps, default=(0.0, ""))
    near = (
        1.0
        if structured.seniority is None
        else min(1.0, career.months / max(_LEVELS.get(structured.seniority, 24), 1))
        if career.months
        else 0.0
    )
    reason = f"nearest held title: {title}" if best else "no title of the career is near"
    return ScorePart("title", best * (0.6 + 0.4 * near), _WEIGHTS["title"], reason)


def _title_stems(title: str) -> tuple[str, ...]:
    bare = re.sub(r"\([^)]*\)|\b(?:senior|junior|lead|principal|staff|sr|jr|head|mid|ii|iii)\b", " ", title, flags=re.IGNORECASE)
    return telling_stems(bare[:200])


def _experience_part(career: Career, structured: Structured) -> ScorePart:
    stated = [
        requirement.years for requirement in structured.requirements if requirement.years and requirement.importance == "must"
    ]
    asked = max(stated) * 12 if stated else _LEVELS.get(structured.seniority or "", 0)
    worth = 1.0 if not asked else min(1.0, career.months / asked)
    return ScorePart("experience", worth, _WEIGHTS["experience"], f"{career.months / 12:.1f} years of work, {asked / 12:g} asked")


def _language_part(career: Career, structured: Structured) -> ScorePart | None:
    name = _LANGUAGE_NAMES.get(structured.language or "")
    if not name or not career.languages:
        return None
    fact, fluency = career.languages.get(name, ("", ""))
    rank = fluency_rank(fluency) if fact else None
    worth = 0.0 if not fact else 1.0 if rank is None or rank >= 5 else 0.5
    return ScorePart(
        "language",
        worth,
        _WEIGHTS["language"],
        f"the posting is in {name}: {fluency or ('spoken' if fact else 'not among the languages')}",
    )


def _weigh(parts: Sequence[ScorePart]) -> tuple[ScorePart, ...]:
    """Turn shares into points; what a posting does not ask for gives its weight to the rest, so that the weights make 100."""
    total = math.fsum(part.weight for part in parts)
    return tuple(
        ScorePart(part.name, round(part.points * part.weight * 100 / total, 2), round(part.weight * 100 / total, 2), part.reason)
        for part in parts
    )
