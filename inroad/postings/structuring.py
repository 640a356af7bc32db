"""A posting's description taken apart: sections, requirements one by one, skills, level, language.

Rules only, in one pass over the lines; every piece keeps the span of the description that it came from, so that a person's
marks and a model's claims can be checked against the words themselves.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from inroad.postings.coverage import section_coverage
from inroad.postings.languages import detect_language
from inroad.postings.model import PainPoint, Posting, Requirement, Span, Structured
from inroad.postings.pain_points import pain_point_kind
from inroad.postings.requirements import (
    asks_for_several_years,
    importance_of,
    level_asked,
    names_a_degree,
    reads_as_requirement,
    seniority_of,
    years_asked,
)
from inroad.postings.sections import KINDS, heading_kind
from inroad.postings.skills import SkillMention, find_skills

STRUCTURER_VERSION: Final = "structure-2"

MAX_DESCRIPTION_CHARS: Final = 100_000
MAX_ITEMS: Final = 1_000
MAX_PAIN_POINTS: Final = 20

# Told what structuring does, one sentence a step.
Log = Callable[[str], None]

_SENTENCE: Final = re.compile(
    r"(?<=[a-zà-ÿ0-9)%+#][.!?])(?<!\bDr\.)(?<!\bbzw\.)(?<!\be\.g\.)(?<!\bz\.B\.)(?<!\bca\.)(?<!\bSt\.) (?=[A-ZÀ-Þ0-9\"“„])"
)
_INLINE_HEADING: Final = re.compile(r"\A([^:\n]{3,60}):[ ]+(?=\S)")
_APPLY_LINE: Final = re.compile(
    r"(?:to apply|apply (?:now|today|here|by|at|via)|please (?:apply|send|submit)|send (?:us )?your|interested\?"
    r"|interesse geweckt|bewirb|jetzt bewerben"
    r"|bitte (?:senden|schicken)|wir freuen uns auf|pour postuler|merci d'(?:envoyer|adresser)|envoyez|postulez"
    r"|env[ií]a|para (?:aplicar|postular)"
    r"|interesad[oa]s?|per candidarsi|candidati (?:ora|subito|inviando)|invia(?:re)? (?:il tuo |la tua )?(?:cv|curriculum"
    r"|candidatura)"
    r"|sollicit\w+|stuur (?:je|jouw)|mail (?:je|naar))\b",
    re.IGNORECASE,
)
_SEVERAL_YEARS: Final = 3.0
"""What "several years" is taken for when a level is read from it."""


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    text: str
    is_item: bool
    starts_block: bool


def _lines(text: str) -> Iterator[_Line]:
    """Non-empty lines with their spans; an item's span leaves out its "- "."""
    start, after_blank = 0, True
    for raw in text.split("\n"):
        end = start + len(raw)
        stripped = raw.strip()
        if stripped:
            first = start + len(raw) - len(raw.lstrip())
            is_item = stripped.startswith("- ")
            offset = first + 2 if is_item else first
            offset += len(text[offset:end]) - len(text[offset:end].lstrip())
            yield _Line(offset, offset + len(text[offset:end].rstrip()), text[offset:end].strip(), is_item, after_blank)
        after_blank = not stripped
        start = end + 1


def _sentences(line: _Line) -> Iterator[_Line]:
    """A paragraph's sentences; an item is one piece."""
    if line.is_item or len(line.text) < 120:
        yield line
        return
    begin = 0
    for cut in [match.start() for match in _SENTENCE.finditer(line.text)] + [len(line.text)]:
        piece = line.text[begin:cut]
        if piece.strip():
            lead = len(piece) - len(piece.lstrip())
            start = line.start + begin + lead
            yield _Line(start, start + len(piece.strip()), piece.strip(), is_item=False, starts_block=False)
        begin = cut


def _sectioned(text: str) -> Iterator[tuple[str, _Line, bool]]:
    """Each line with the section that it stands in, and whether a heading said so; headings themselves are not given out."""
    section, is_headed = "about", False
    for line in _lines(text):
        kind = None if line.is_item else heading_kind(line.text, marked=line.starts_block or line.text.endswith(":"))
        if kind is not None:
            section, is_headed = kind, True
            continue
        if not line.is_item and _APPLY_LINE.match(line.text):
            section, is_headed = "other", True
        inline = _INLINE_HEADING.match(line.text) if not line.is_item else None
        kind = heading_kind(inline.group(1), marked=True) if inline else None
        if inline is not None and kind is not None:
            section, is_headed = kind, True
            rest = inline.end()
            line = _Line(line.start + rest, line.end, line.text[rest:], is_item=False, starts_block=False)
        yield section, line, is_headed


def _requirement(line: _Line, section: str, mentions: list[SkillMention]) -> Requirement:
    named = [mention for mention in mentions if line.start <= mention.start and mention.end <= line.end]
    names = tuple(dict.fromkeys(mention.name for mention in named))
    span = Span(line.start, line.end, line.text)
    level = level_asked(_without_names(line, named))
    return Requirement(line.text, importance_of(line.text, section), names, years_asked(line.text), span, level)


def _without_names(line: _Line, named: list[SkillMention]) -> str:
    """A line without the skills that it names: "Advanced Life Support" asks for no advanced level."""
    pieces, position = [], 0
    for mention in named:
        pieces.append(line.text[position : mention.start - line.start])
        position = mention.end - line.start
    return " ".join([*pieces, line.text[position:]])


def _ranked_skills(posting: Posting, mentions: list[SkillMention], requirements: list[Requirement]) -> tuple[str, ...]:
    """Skills by weight: in the title 8, in a firm requirement 4, in a soft one 2, elsewhere 1; ties by first appearance."""
    weights: Counter[str] = Counter()
    order: dict[str, int] = {}
    for mention in find_skills(posting.title):
        weights[mention.name] += 8
        order.setdefault(mention.name, -1)
    for mention in mentions:
        weights[mention.name] += 1
        order.setdefault(mention.name, mention.start)
    for requirement in requirements:
        for name in requirement.skills:
            weights[name] += 4 if requirement.importance == "must" else 2
    return tuple(sorted(weights, key=lambda name: (-weights[name], order[name])))


def _most_years(requirements: list[Requirement]) -> float | None:
    firm = [r.years for r in requirements if r.years is not None and r.importance == "must"]
    if not firm and any(asks_for_several_years(r.text) for r in requirements):
        return _SEVERAL_YEARS
    return max(firm, default=None)


@dataclass(slots=True)
class _Reading:
    """What was found so far, filled line by line.

    Attributes:
        sections: Section name to its items, each with whether something was taken from it.
        requirements: In the text's order.
        pain_points: Likewise.
        count: Items of all sections.
    """

    sections: dict[str, list[tuple[Span, bool]]]
    requirements: list[Requirement]
    pain_points: list[PainPoint]
    count: int = 0

    def add(self, piece: _Line, section: str, mentions: list[SkillMention], *, is_headed: bool) -> None:
        """Takes one line or sentence into its section, and what it asks for or complains of out of it."""
        span = Span(piece.start, piece.end, piece.text)
        self.count += 1
        asks = section in {"must", "nice"} or (section in {"about", "responsibilities", "other"} and _asks(piece, section))
        requirement = _requirement(piece, section, mentions) if asks else None
        if requirement is not None:
            self.requirements.append(requirement)
        kind = pain_point_kind(piece.text) if section in {"about", "responsibilities"} else None
        if kind is not None and len(self.pain_points) < MAX_PAIN_POINTS:
            self.pain_points.append(PainPoint(kind, span))
        names_a_skill = any(piece.start <= mention.start and mention.end <= piece.end for mention in mentions)
        if requirement is not None:
            is_read = _says_something(requirement)
        else:
            is_read = names_a_skill or kind is not None or (is_headed and section in {"about", "benefits", "other"})
        self.sections[section].append((span, is_read))


def _says_something(requirement: Requirement) -> bool:
    """Whether a requirement holds anything that can be compared, beside its mere words."""
    return bool(requirement.skills or requirement.years or requirement.level or names_a_degree(requirement.text))


def _silent(_sentence: str) -> None:
    """Where nobody listens."""


def structure_posting(posting: Posting, *, log: Log = _silent) -> Structured:
    """Takes a posting's description apart.

    Args:
        posting: Any posting; a description of at most `MAX_DESCRIPTION_CHARS` is read.
        log: Told each step in one sentence.

    Returns:
        Sections with all six names as keys, in order of the text; requirements from the must and nice sections, and sentences
        elsewhere that plainly ask for something; for every span, `description[start:end] == text`.
    """
    text = posting.description[:MAX_DESCRIPTION_CHARS]
    log(f"Reading {len(text):,} characters of {posting.title!r}.")
    mentions = find_skills(text)
    reading = _Reading({kind: [] for kind in KINDS}, [], [])
    for section, line, is_headed in _sectioned(text):
        for piece in _sentences(line):
            if reading.count >= MAX_ITEMS:
                break
            reading.add(piece, section, mentions, is_headed=is_headed)
    structured = Structured(
        sections={kind: tuple(span for span, _ in items) for kind, items in reading.sections.items()},
        requirements=tuple(reading.requirements),
        skills=_ranked_skills(posting, mentions, reading.requirements),
        seniority=seniority_of(posting.title, _most_years(reading.requirements)),
        language=detect_language(text) or posting.language,
        pain_points=tuple(reading.pain_points),
        coverage={kind: section_coverage(items) for kind, items in reading.sections.items()},
    )
    log(describe(structured))
    return structured


def describe(structured: Structured) -> str:
    """What was found, in one sentence, with what is still unread in each section."""
    open_items = {name: len(found.unread) for name, found in structured.coverage.items() if found.unread}
    unread = ", ".join(f"{name} {count} of {structured.coverage[name].items}" for name, count in open_items.items())
    found = (
        f"{len(structured.requirements)} requirements, {len(structured.skills)} skills, {len(structured.pain_points)} pain points"
    )
    return f"Found {found} by {structured.reader}; " + (f"unread: {unread}." if unread else "nothing is left unread.")


def _asks(piece: _Line, section: str) -> bool:
    """Outside requirements a line counts only when it plainly asks; a duty that is a list item never does without years."""
    if section == "responsibilities" and piece.is_item and years_asked(piece.text) is None:
        return False
    return reads_as_requirement(piece.text) and len(piece.text) < 400
