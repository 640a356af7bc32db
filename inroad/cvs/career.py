"""A profile read once for matching and composing: which fact shows which skill, which words, how long.

Nothing here compares with a posting; that belongs to `matching`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from inroad.cvs.claims.support import telling_stems
from inroad.cvs.claims.titles import degree_level, fold, skill_rank
from inroad.cvs.claims.words import meanings
from inroad.cvs.model import Fact
from inroad.cvs.profile import Profile
from inroad.cvs.studies import fields_of
from inroad.postings.skills import find_skills, general_skills, normalise_skill

# How much a mention proves, by the kind of fact and the section it stands in: work that was done before a list of words.
_STRENGTH: Mapping[str, float] = {
    "highlight": 1.0,
    "certificate": 1.0,
    "summary": 0.8,
    "description": 0.8,
    "work": 0.8,
    "project": 0.8,
    "volunteer": 0.7,
    "education": 0.7,
    "publication": 0.7,
    "course": 0.6,
    "award": 0.6,
    "skill": 0.5,
    "label": 0.5,
}
_DEEDS = frozenset({"highlight", "summary", "description", "work", "project", "volunteer"})
# Leading people as people write it ("Dirige un equipo de 18 personas"), folded; a verb of leading, then people within six words.
_LEADS = re.compile(
    r"\b(?:led|leads?|leading|manag(?:ed|es|ing)|headed|heads|supervis(?:ed|es|ing)|direct(?:ed|s)|leitete?n?|fuhrte?|fuhrt"
    r"|fuhre"
    r"|encadr\w+|manage|pilote|dirige|dirigi\w*|dirig(?:o|eant)|lidera|lidere|lideraba|coordina|coordonne|guida|gestisce"
    r"|leid(?:t|de|ing))\b"
    r"(?:\W+\w+){0,6}?\W+(?:teams?|staff|people|engineers|developers|nurses|employees|reports|mitarbeite\w+|personen|equipes?"
    r"|personnes|collaborateurs"
    r"|equipos?|personas|empleados|squadra|persone|collaboratori|medewerkers|mensen)\b"
)
SHOWN = 0.6  # from this strength on a skill is shown in a deed, below it is only listed


@dataclass(frozen=True, slots=True)
class Career:
    """What a profile shows.

    Attributes:
        skills: Normalised skill to the facts that name it with their strength, strongest first.
        words: Stem or group of synonyms to the facts that use it.
        stems: Fact id to how many telling words it has.
        languages: Normalised language to (fact id, fluency).
        levels: Normalised skill to the level that the person states, 2 for a beginner's to 5 for a master's.
        degrees: Level of a degree to the fact that states it.
        studies: Fact id of an entry of education or a certificate to the fields that it is in.
        trades: Fields that the person's job titles are in.
        titles: Fact id to the words of a job title.
        months: Months from the first start of work to the last end.
        since: Fact id of an entry to (first, last) month, counted from year 0.
    """

    skills: Mapping[str, tuple[tuple[str, float], ...]]
    words: Mapping[str | int, frozenset[str]]
    stems: Mapping[str, int]
    languages: Mapping[str, tuple[str, str]]
    levels: Mapping[str, int]
    degrees: Mapping[str, str]
    studies: Mapping[str, frozenset[str]]
    trades: frozenset[str]
    titles: Mapping[str, str]
    months: int
    since: Mapping[str, tuple[int, int]]


@lru_cache(maxsize=32)
def read_career(profile: Profile) -> Career:
    """Read a profile; kept for the last 32 profiles."""
    facts = [fact for fact in profile.facts.values() if fact.kind in _STRENGTH]
    since = dict(_spans(profile))
    return Career(
        skills=_skills(facts),
        words=_words(facts),
        stems={fact.id: len(telling_stems(fact.text)) for fact in facts},
        languages=_languages(profile),
        levels=_levels(profile),
        studies=dict(_studies(profile)),
        trades=frozenset(field for _, row in profile.entries("work") for field in fields_of(row.get("position") or "")),
        degrees={
            level: fact.id for fact, row in profile.entries("education") if (level := degree_level(row.get("studyType") or ""))
        },
        titles={fact.id: row["position"] for fact, row in profile.entries("work") if row.get("position")},
        months=_months(profile, since),
        since=since,
    )


def _skills(facts: list[Fact]) -> dict[str, tuple[tuple[str, float], ...]]:
    found: dict[str, dict[str, float]] = {}
    for fact in facts:
        names = {mention.name for mention in find_skills(fact.text)}
        if fact.kind in {"skill", "project"}:
            names |= {name for piece in fact.text.split(", ") if (name := normalise_skill(piece))}
        if fact.kind in _DEEDS and _LEADS.search(fold(fact.text[:600])):
            names.add("Leadership")
        for name in names.union(*map(general_skills, names)):
            found.setdefault(name, {})[fact.id] = _STRENGTH[fact.kind]
    return {name: tuple(sorted(shown.items(), key=lambda pair: (-pair[1], pair[0]))) for name, shown in found.items()}


def _levels(profile: Profile) -> dict[str, int]:
    """Levels that the person gives to skills; a level of a group of skills is that of each of its keywords."""
    found = {}
    for _, row in profile.entries("skills"):
        rank = skill_rank(row.get("level") or "")
        if rank is not None:
            names = (normalise_skill(text) for text in (row.get("name") or "", *(row.get("keywords") or ())))
            found.update({name: rank for name in names if name})
    return found


def _studies(profile: Profile) -> Iterator[tuple[str, frozenset[str]]]:
    for fact, row in profile.entries("education"):
        yield fact.id, fields_of(f"{row.get('studyType') or ''} {row.get('area') or ''}")
    for fact, row in profile.entries("certificates"):
        fields = fields_of(row.get("name") or "")
        if fields:
            yield fact.id, fields


def _words(facts: list[Fact]) -> dict[str | int, frozenset[str]]:
    found: dict[str | int, set[str]] = {}
    for fact in facts:
        for stem in telling_stems(fact.text):
            for key in meanings(stem):
                found.setdefault(key, set()).add(fact.id)
    return {key: frozenset(ids) for key, ids in found.items()}


def _languages(profile: Profile) -> dict[str, tuple[str, str]]:
    spoken = {}
    for fact, row in profile.entries("languages"):
        name = normalise_skill(row.get("language") or "") or (row.get("language") or "").strip().title()
        if name:
            spoken[name] = (fact.id, row.get("fluency") or "")
    return spoken


def _spans(profile: Profile) -> list[tuple[str, tuple[int, int]]]:
    today = date.today()  # noqa: DTZ011  (a month's difference between time zones changes no verdict)
    now = today.year * 12 + today.month - 1
    spans = []
    for section in ("work", "projects", "volunteer"):
        for fact, row in profile.entries(section):
            if row.get("startDate"):
                end = _month(row["endDate"]) if row.get("endDate") else now
                spans.append((fact.id, (_month(row["startDate"]), max(end, _month(row["startDate"])))))
    return spans


def _months(profile: Profile, since: Mapping[str, tuple[int, int]]) -> int:
    """Count the months in which the person held a position; gaps do not count, two jobs at once count once."""
    worked: set[int] = set()
    for fact, _ in profile.entries("work"):
        first, last = since.get(fact.id, (0, -1))
        worked.update(range(first, min(last, first + 1_200) + 1))
    return len(worked)


def _month(iso: str) -> int:
    year, _, rest = iso.partition("-")
    return int(year) * 12 + min(int(rest[:2] or 1), 12) - 1
