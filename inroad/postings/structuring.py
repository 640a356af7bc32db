"""A posting's description taken apart: sections, requirements one by one, skills, level, language.

Rules only, in one pass over the lines; every piece keeps the span of the description that it came from, so that a person's
marks and a model's claims can be checked against the words themselves.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from inroad.postings.languages import detect_language
from inroad.postings.model import Posting, Requirement, Span, Structured
from inroad.postings.requirements import asks_for_several_years, importance_of, reads_as_requirement, seniority_of, years_asked
from inroad.postings.sections import KINDS, heading_kind
from inroad.postings.skills import SkillMention, find_skills

STRUCTURER_VERSION: Final = "structure-1"

MAX_DESCRIPTION_CHARS: Final = 100_000
MAX_ITEMS: Final = 1_000

_SENTENCE: Final = re.compile(
    r"(?<=[a-zà-ÿ0-9)%+#][.!?])(?<!\bDr\.)(?<!\bbzw\.)(?<!\be\.g\.)(?<!\bz\.B\.)(?<!\bca\.)(?<!\bSt\.) (?=[A-ZÀ-Þ0-9\"“„])"
)
_INLINE_HEADING: Final = re.compile(r"\A([^:\n]{3,60}):[ ]+(?=\S)")
_APPLY_LINE: Final = re.compile(
    r"(?:to apply|apply (?:now|today|here|by|at|via)|please (?:apply|send|submit)|send (?:us )?your|interested\?"
    r"|interesse geweckt|bewirb|jetzt bewerben"
    r"|bitte (?:senden|schicken)|wir freuen uns auf|pour postuler|merci d'(?:envoyer|adresser)|envoyez|postulez"
    r"|env[ií]a|para (?:aplicar|postular)"
    r"|interesad[oa]s?)\b",
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


def _sectioned(text: str) -> Iterator[tuple[str, _Line]]:
    """Each line with the section that it stands in; headings themselves are not given out."""
    section = "about"
    for line in _lines(text):
        kind = None if line.is_item else heading_kind(line.text, marked=line.starts_block or line.text.endswith(":"))
        if kind is not None:
            section = kind
            continue
        if not line.is_item and _APPLY_LINE.match(line.text):
            section = "other"
        inline = _INLINE_HEADING.match(line.text) if not line.is_item else None
        kind = heading_kind(inline.group(1), marked=True) if inline else None
        if inline is not None and kind is not None:
            section = kind
            rest = inline.end()
            line = _Line(line.start + rest, line.end, line.text[rest:], is_item=False, starts_block=False)
        yield section, line


def _requirement(line: _Line, section: str, mentions: list[SkillMention]) -> Requirement:
    names = tuple(dict.fromkeys(m.name for m in mentions if line.start <= m.start and m.end <= line.end))
    span = Span(line.start, line.end, line.text)
    return Requirement(line.text, importance_of(line.text, section), names, years_asked(line.text), span)


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


def structure_posting(posting: Posting) -> Structured:
    """Takes a posting's description apart.

    Args:
        posting: Any posting; a description of at most `MAX_DESCRIPTION_CHARS` is read.

    Returns:
        Sections with all six names as keys, in order of the text; requirements from the must and nice sections, and sentences
        elsewhere that plainly ask for something; for every span, `description[start:end] == text`.
    """
    text = posting.description[:MAX_DESCRIPTION_CHARS]
    mentions = find_skills(text)
    sections: dict[str, list[Span]] = {kind: [] for kind in KINDS}
    requirements: list[Requirement] = []
    for section, line in _sectioned(text):
        for piece in _sentences(line):
            if sum(map(len, sections.values())) >= MAX_ITEMS:
                break
            sections[section].append(Span(piece.start, piece.end, piece.text))
            if section in {"must", "nice"} or (section in {"about", "responsibilities", "other"} and _asks(piece, section)):
                requirements.append(_requirement(piece, section, mentions))
    return Structured(
        sections={kind: tuple(spans) for kind, spans in sections.items()},
        requirements=tuple(requirements),
        skills=_ranked_skills(posting, mentions, requirements),
        seniority=seniority_of(posting.title, _most_years(requirements)),
        language=detect_language(text) or posting.language,
    )


def _asks(piece: _Line, section: str) -> bool:
    """Outside requirements a line counts only when it plainly asks; a duty that is a list item never does without years."""
    if section == "responsibilities" and piece.is_item and years_asked(piece.text) is None:
        return False
    return reads_as_requirement(piece.text) and len(piece.text) < 400
