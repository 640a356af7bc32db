"""How much of a posting was understood: per section, what was read, what a person marked, what is still open.

Counting only. What counts as read is decided where the posting is taken apart (`inroad.postings.structuring`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from inroad.postings.model import SectionCoverage, Span


def section_coverage(items: Sequence[tuple[Span, bool]]) -> SectionCoverage:
    """Counts one section.

    Args:
        items: Each line or sentence of the section, and whether something was taken from it.
    """
    unread = tuple(span for span, is_read in items if not is_read)
    return SectionCoverage(len(items), len(items) - len(unread), 0, unread)


def with_read(coverage: Mapping[str, SectionCoverage], spans: Sequence[Span]) -> dict[str, SectionCoverage]:
    """The same coverage after something more was taken from some spans."""
    changed = {}
    for name, found in coverage.items():
        unread = tuple(span for span in found.unread if not _meets(span, spans))
        changed[name] = replace(found, read=found.items - len(unread), unread=unread)
    return changed


def _meets(span: Span, others: Sequence[Span]) -> bool:
    return any(span.start < other.end and other.start < span.end for other in others)


def with_marks(
    coverage: Mapping[str, SectionCoverage], sections: Mapping[str, Sequence[Span]], marks: Sequence[Span]
) -> dict[str, SectionCoverage]:
    """The same coverage after a person has marked some spans: what is marked is open no longer.

    Args:
        coverage: As structured.
        sections: The sections' items; items that a person had ignored are missing in it and count as annotated.
        marks: Spans of the marks.
    """
    changed = {}
    for name, found in coverage.items():
        kept = sections.get(name, ())
        annotated = sum(_meets(span, marks) for span in kept) + max(0, found.items - len(kept))
        unread = tuple(span for span in found.unread if not _meets(span, marks))
        changed[name] = replace(found, annotated=annotated, unread=unread)
    return changed
