"""How well a profile fits a posting: a score made of parts that are shown, and an answer to every requirement.

Deterministic and lexical. The order of the profile's entries and of the posting's lines does not count. How one requirement is
answered is in `answering`; what is written for the posting belongs to `composing`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from inroad.cvs.answering import WORTH, answer_requirement, skill_verdict
from inroad.cvs.career import Career, read_career
from inroad.cvs.claims.support import telling_stems
from inroad.cvs.claims.titles import fluency_rank
from inroad.cvs.model import Match, RequirementMatch, ScorePart
from inroad.cvs.profile import Profile
from inroad.postings import apply_annotations, structure_posting
from inroad.postings.model import Annotation, Posting, Structured
from inroad.postings.skills import find_skills, skill_group

MATCHER_VERSION = "2"
"""Changes when a match of the same posting and profile may come out differently: stored matches are then made anew."""
MAX_REQUIREMENTS = 120
MAX_SKILLS = 60
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
_LEVELS = {
    "intern": 0,
    "junior": 12,
    "mid": 24,
    "senior": 60,
    "lead": 72,
    "executive": 120,
}  # months of work that a level usually asks for


def match_posting(
    profile: Profile, posting: Posting, *, structured: Structured | None = None, annotations: Sequence[Annotation] = ()
) -> Match:
    """Compare a profile with a posting.

    Args:
        profile: The person's facts.
        posting: The job.
        structured: The posting taken apart, when the caller has it already.
        annotations: A person's marks on the posting; leave them out where they are in `structured` already.

    Returns:
        The score and what it is made of. The same input gives the same answer, whatever the order of entries.
    """
    structured = apply_annotations(structured or structure_posting(posting), annotations)
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
        emphasis=tuple(span.text for span in structured.emphasis),
    )


def _answered(name: str, answers: Sequence[RequirementMatch], importance: str) -> ScorePart | None:
    counted = [answer for answer in answers if answer.importance == importance]
    if not counted:
        return None
    worth = math.fsum(WORTH[answer.coverage] * answer.weight for answer in counted) / math.fsum(a.weight for a in counted)
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
    worth = {name: WORTH[skill_verdict(career, name).coverage] for name in wanted}
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
