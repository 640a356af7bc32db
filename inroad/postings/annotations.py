"""A person's marks on a posting: made on its text, found again when the text changes, and put to use.

A mark keeps the words that it stands on and a little of the text around them. When the posting changes, those words are looked
for; a mark is moved only to the very same words, and where they are gone or cannot be told apart it is lost, never guessed.
What a mark means for a match is in `inroad.cvs.matching`; storing is in `inroad.store.annotations`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from inroad.guard.errors import PermanentError
from inroad.postings.coverage import with_marks
from inroad.postings.model import Annotation, Requirement, Span, Structured
from inroad.postings.requirements import level_asked, years_asked
from inroad.postings.skills import find_skills

KINDS: Final = ("must-have", "gap", "emphasise", "ignore", "note")
MAX_ANNOTATIONS: Final = 500
"""Marks on one posting; a posting has about 60 lines."""

MAX_NOTE_CHARS: Final = 2_000
MAX_QUOTE_CHARS: Final = 5_000
CONTEXT_CHARS: Final = 40

# The strongest mark on a requirement decides: what a person lacks is lacking, however much they want it emphasised.
_ORDER: Final = ("gap", "must-have", "emphasise")
_MARKED_WEIGHT: Final = 2.0


class BadAnnotation(PermanentError):
    """A mark that cannot be made: of an unknown kind, on no text, or on words that stand in several places."""

    reason = "bad-annotation"


def annotate(description: str, start: int, end: int, kind: str, note: str | None = None) -> Annotation:
    """Marks a piece of a description.

    Args:
        description: `Posting.description`.
        start: First character.
        end: Character after the last one.
        kind: One of `KINDS`.
        note: The person's words, at most `MAX_NOTE_CHARS`.

    Returns:
        The mark; spaces at its ends are left out.

    Raises:
        BadAnnotation: The kind is unknown, the span is not within the text or holds only spaces, or the note is too long.
    """
    if kind not in KINDS:
        raise BadAnnotation(f"No mark is called {kind!r:.60}.", mend=f"Known are {', '.join(KINDS)}.")
    if note is not None and len(note) > MAX_NOTE_CHARS:
        raise BadAnnotation(f"The note has {len(note):,} characters; {MAX_NOTE_CHARS:,} are kept.", mend="Shorten it.")
    if not 0 <= start < end <= len(description) or end - start > MAX_QUOTE_CHARS or not description[start:end].strip():
        raise BadAnnotation(
            f"Characters {start} to {end} are no piece of a posting with {len(description):,} characters.",
            mend=f"Mark between 1 and {MAX_QUOTE_CHARS:,} characters of its text.",
        )
    start += len(description[start:end]) - len(description[start:end].lstrip())
    end = start + len(description[start:end].rstrip())
    return Annotation(kind, Span(start, end, description[start:end]), note or None, *_context(description, start, end))


def annotate_quote(description: str, quote: str, kind: str, note: str | None = None) -> Annotation:
    """Marks the one place where a description says some words; white space and case do not count.

    Raises:
        BadAnnotation: It does not say them, or says them in several places; and as `annotate`.
    """
    places = _places(description, quote, ignore_case=True)
    if len(places) != 1:
        how_often = f"{len(places)} times" if places else "nowhere"
        raise BadAnnotation(
            f"The posting says {quote!r:.80} {how_often}.", mend="Quote more of the line, or give the characters (FROM:TO)."
        )
    return annotate(description, *places[0], kind, note)


def reanchor(annotation: Annotation, description: str) -> Annotation | None:
    """Finds a mark again in a text that has changed.

    Args:
        annotation: The mark as it was made.
        description: The new text.

    Returns:
        The mark on the same words at their new place, white space aside; of several places the one with the most alike
        surroundings. None when the words are gone, or no place is more alike than the others: then the mark is lost.
    """
    places = _places(description, annotation.span.text)
    if len(places) > 1:
        likeness = [_likeness(annotation, description, *place) for place in places]
        best = max(likeness)
        places = [place for place, score in zip(places, likeness, strict=True) if score == best]
    if len(places) != 1:
        return None
    start, end = places[0]
    span = Span(start, end, description[start:end])
    before, after = _context(description, start, end)
    return replace(annotation, span=span, before=before, after=after)


def _context(description: str, start: int, end: int) -> tuple[str, str]:
    return description[max(0, start - CONTEXT_CHARS) : start], description[end : end + CONTEXT_CHARS]


def _places(description: str, quote: str, *, ignore_case: bool = False) -> list[tuple[int, int]]:
    words = quote[:MAX_QUOTE_CHARS].split()
    if not words:
        return []
    pattern = re.compile(r"\s+".join(map(re.escape, words)), re.IGNORECASE if ignore_case else 0)
    return [found.span() for found in pattern.finditer(description)]


def _likeness(annotation: Annotation, description: str, start: int, end: int) -> int:
    """Characters of the surroundings that are the same, counted from the quote outwards."""
    before, after = _context(description, start, end)
    return _common(reversed(annotation.before), reversed(before)) + _common(annotation.after, after)


def _common(one: Iterable[str], two: Iterable[str]) -> int:
    count = 0
    for first, second in zip(one, two, strict=False):
        if first != second:
            break
        count += 1
    return count


def apply_annotations(structured: Structured, annotations: Sequence[Annotation]) -> Structured:
    """Puts a person's marks to use.

    What is ignored is no requirement, and a skill that only ignored lines name is no longer asked for. A must-have is firm and
    counts twice; what is emphasised counts twice and its skills come first; a gap stays on its requirement for the match to
    answer. A mark on text that is no requirement makes one of it, except notes and what is to be ignored or emphasised.

    Args:
        structured: The posting, taken apart.
        annotations: Marks on the same text; at most `MAX_ANNOTATIONS` are read.

    Returns:
        The posting as the person reads it; the same object where there are no marks.
    """
    marks = list(annotations[:MAX_ANNOTATIONS])
    if not marks:
        return structured
    ignored = [mark.span for mark in marks if mark.kind == "ignore"]
    kept = [item for item in structured.requirements if not _overlaps(item.span, ignored)]
    requirements = [_marked(requirement, marks) for requirement in kept]
    requirements += [_made_from(mark) for mark in marks if mark.kind in {"must-have", "gap"} and not _on_any(mark.span, kept)]
    requirements.sort(key=lambda requirement: (requirement.span.start, requirement.span.end))
    sections = {
        kind: tuple(span for span in spans if not _overlaps(span, ignored)) for kind, spans in structured.sections.items()
    }
    return replace(
        structured,
        sections=sections,
        requirements=tuple(requirements),
        skills=_ranked(structured, requirements, ignored, marks),
        pain_points=tuple(point for point in structured.pain_points if not _overlaps(point.span, ignored)),
        coverage=with_marks(structured.coverage, sections, [mark.span for mark in marks]),
        emphasis=tuple(mark.span for mark in sorted(marks, key=lambda m: m.span.start) if mark.kind == "emphasise"),
    )


def _overlaps(span: Span, others: Iterable[Span]) -> bool:
    return any(span.start < other.end and other.start < span.end for other in others)


def _on_any(span: Span, requirements: Iterable[Requirement]) -> bool:
    return _overlaps(span, (requirement.span for requirement in requirements))


def _marked(requirement: Requirement, marks: Sequence[Annotation]) -> Requirement:
    own = [mark for mark in marks if mark.kind != "ignore" and _overlaps(requirement.span, [mark.span])]
    if not own:
        return requirement
    kinds = {mark.kind for mark in own}
    strongest = next((kind for kind in _ORDER if kind in kinds), None)
    notes = "; ".join(mark.note for mark in own if mark.note)
    return replace(
        requirement,
        importance="must" if "must-have" in kinds else requirement.importance,
        weight=_MARKED_WEIGHT if kinds & {"must-have", "emphasise"} else requirement.weight,
        mark=strongest,
        note=notes or None,
    )


def _made_from(mark: Annotation) -> Requirement:
    text = " ".join(mark.span.text.split())
    skills = tuple(dict.fromkeys(mention.name for mention in find_skills(text)))
    weight = _MARKED_WEIGHT if mark.kind == "must-have" else 1.0
    return Requirement(text, "must", skills, years_asked(text), mark.span, level_asked(text), weight, mark.kind, mark.note)


def _ranked(
    structured: Structured, requirements: Sequence[Requirement], ignored: Sequence[Span], marks: Sequence[Annotation]
) -> tuple[str, ...]:
    """Skills of emphasised text first, then of must-haves, then the others; those that only ignored text names are left out."""
    named = {name: _skills_in(mark.span.text for mark in marks if mark.kind == name) for name in ("emphasise", "must-have")}
    dropped = _skills_in(span.text for span in ignored)
    still = {skill for requirement in requirements for skill in requirement.skills} | named["emphasise"] | named["must-have"]
    spans = [span for spans in structured.sections.values() for span in spans if not _overlaps(span, ignored)]
    still |= _skills_in(span.text for span in spans) if dropped - still else set()
    everything = [*structured.skills, *sorted(still - set(structured.skills))]
    kept = [skill for skill in everything if skill not in dropped or skill in still]
    return tuple(sorted(kept, key=lambda skill: (skill not in named["emphasise"], skill not in named["must-have"])))


def _skills_in(texts: Iterable[str]) -> set[str]:
    return {mention.name for text in texts for mention in find_skills(text)}
