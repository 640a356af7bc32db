"""What the rules left unread in a posting, taken apart by the model and believed only where the posting says it word for word.

What does not belong here: the rules (`inroad.postings.structuring`) and storing what was found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from pydantic import BaseModel, Field

from inroad.guard.errors import Scope
from inroad.guard.sync import run_sync
from inroad.llm.client import LlmClient, shared_client
from inroad.llm.prompts import POSTING, untrusted
from inroad.postings.coverage import with_read
from inroad.postings.model import PainPoint, Posting, Requirement, Span, Structured
from inroad.postings.pain_points import KINDS as PAIN_KINDS
from inroad.postings.requirements import level_asked, years_asked
from inroad.postings.skills import find_skills
from inroad.settings import Settings
from inroad.store.database import Database

MAX_ITEMS = 120
"""Items of one answer that are read; a posting has about 60 lines."""

_MAX_ITEM_CHARS = 600
_ENOUGH = 0.7
"""Share of the sections that ask and complain which, read by rules, makes the model superfluous."""

_SECTIONS = frozenset({"must", "nice", "responsibilities", "benefits", "about"})

Improve = Callable[[Posting, Structured], "Improved"]


class _Item(BaseModel):
    text: str
    section: str = ""


class _Pain(BaseModel):
    text: str
    kind: str = ""


class _Answer(BaseModel):
    items: list[_Item] = Field(default_factory=list)
    pain_points: list[_Pain] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Improved:
    """A posting after the model.

    Attributes:
        structured: With what was believed of the answer.
        taken: Items and pain points of the answer that stand in the posting.
        refused: Those that do not, and were left out.
    """

    structured: Structured
    taken: int
    refused: int


def open_structurer(settings: Settings, database: Database, scope: Scope) -> Improve | None:
    """What takes the rest of a posting apart; None where no model is configured."""
    if not LlmClient.available(settings):
        return None
    client = shared_client(settings, database)
    return lambda posting, structured: run_sync(aimprove(posting, structured, client=client, scope=scope))


def needs_help(structured: Structured) -> bool:
    """Whether the rules left so much of a posting unread that the model is worth its price."""
    sections = [structured.coverage[name] for name in ("must", "nice", "about") if name in structured.coverage]
    items, unread = sum(found.items for found in sections), sum(len(found.unread) for found in sections)
    return bool(items) and (not structured.requirements or 1 - unread / items < _ENOUGH)


async def aimprove(posting: Posting, structured: Structured, *, client: LlmClient, scope: Scope) -> Improved:
    """Asks the model for what the rules left unread.

    Args:
        posting: Its description is hostile.
        structured: As the rules read it.
        client: The model.
        scope: Whose budget it is.

    Returns:
        The rules' reading with the model's items added; an item that is not in the posting word for word, white space aside, is
        refused.

    Raises:
        InroadError: As `LlmClient.acomplete`.
    """
    prompt = POSTING.text.format(title=untrusted(posting.title, 300), posting=untrusted(posting.description))
    answer = await client.acomplete(prompt, schema=_Answer, purpose="posting", scope=scope, version=POSTING.version)
    return believed(answer, posting, structured)


def believed(answer: _Answer, posting: Posting, structured: Structured) -> Improved:
    """The reading with what the posting says of an answer."""
    items = [(_find(item.text, posting.description), item.section) for item in answer.items[:MAX_ITEMS]]
    pains = [(_find(pain.text, posting.description), pain.kind) for pain in answer.pain_points[:MAX_ITEMS]]
    found = [(span, kind) for span, kind in items if span is not None and kind in _SECTIONS]
    hurting = [PainPoint(kind, span) for span, kind in pains if span is not None and kind in PAIN_KINDS]
    taken = len(found) + len(hurting)
    improved = _with_requirements(structured, found)
    improved = replace(improved, pain_points=_with_pain_points(structured.pain_points, hurting))
    marks = [span for span, _ in found] + [point.span for point in hurting]
    if taken:
        improved = replace(improved, coverage=with_read(improved.coverage, marks), reader="rules and llm")
    return Improved(improved, taken, len(items) + len(pains) - taken)


def _find(text: str, description: str) -> Span | None:
    """Where a posting says some words, as whole words and once at least; its own spacing counts."""
    words = text[: _MAX_ITEM_CHARS + 1].split()
    if not words or len(text) > _MAX_ITEM_CHARS:
        return None
    pattern = r"(?<!\w)" + r"\s+".join(map(re.escape, words)) + r"(?!\w)"
    found = re.search(pattern, description)
    return Span(found.start(), found.end(), found.group()) if found else None


def _overlaps(span: Span, others: Iterable[Span]) -> bool:
    return any(span.start < other.end and other.start < span.end for other in others)


def _with_requirements(structured: Structured, found: list[tuple[Span, str]]) -> Structured:
    """Adds the requirements that the rules did not see; where they saw one, it stays as they read it."""
    known = [requirement.span for requirement in structured.requirements]
    added: list[Requirement] = []
    for span, section in found:
        if section not in {"must", "nice"} or _overlaps(span, known):
            continue
        skills = tuple(dict.fromkeys(mention.name for mention in find_skills(span.text)))
        added.append(Requirement(span.text, section, skills, years_asked(span.text), span, level_asked(span.text)))
        known.append(span)
    requirements = sorted((*structured.requirements, *added), key=lambda requirement: requirement.span.start)
    return replace(structured, requirements=tuple(requirements))


def _with_pain_points(known: tuple[PainPoint, ...], found: list[PainPoint]) -> tuple[PainPoint, ...]:
    new: list[PainPoint] = []
    for point in found:
        if not _overlaps(point.span, (other.span for other in (*known, *new))):
            new.append(point)
    return tuple(sorted((*known, *new), key=lambda point: point.span.start))
