"""How a CV may look: the three templates and the two papers, as data that PDF and DOCX share.

What does not belong here: drawing. Every look is made from the same document model; only "ats" promises that each line stands
alone, so that a parser which reads from top to bottom cannot mix two columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from inroad.guard.errors import UserError

DEFAULT_TEMPLATE = "classic"
DEFAULT_PAPER = "a4"


@dataclass(frozen=True, slots=True)
class Look:
    """One template.

    Attributes:
        name: Its name; `templates/NAME.typ` draws the PDF.
        accent: Colour of name and headings, RRGGBB.
        ink: Colour of the text.
        quiet: Colour of dates and places.
        font: Font family of the DOCX; one that every Word has.
        is_single_column: Whether nothing stands beside anything else, dates included.
        has_rule: Whether a line runs under each heading.
    """

    name: str
    accent: str
    ink: str
    quiet: str
    font: str
    is_single_column: bool = False
    has_rule: bool = True


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet: its size in millimetres and Typst's name for it."""

    name: str
    width_mm: float
    height_mm: float
    typst_name: str


LOOKS: Mapping[str, Look] = {
    look.name: look
    for look in (
        Look("classic", accent="1D4470", ink="1B1F24", quiet="4A5460", font="Calibri"),
        Look("ats", accent="000000", ink="000000", quiet="000000", font="Arial", is_single_column=True),
        Look("modern", accent="0F5C5C", ink="1E2326", quiet="56616B", font="Calibri", has_rule=False),
    )
}
PAPERS: Mapping[str, Paper] = {
    paper.name: paper for paper in (Paper("a4", 210, 297, "a4"), Paper("letter", 215.9, 279.4, "us-letter"))
}
T = TypeVar("T")


def find_look(name: str) -> Look:
    """Look up a template.

    Raises:
        UserError: There is none of that name.
    """
    return _find(LOOKS, name, "template")


def find_paper(name: str) -> Paper:
    """Look up a paper.

    Raises:
        UserError: There is none of that name.
    """
    return _find(PAPERS, name, "paper")


def _find(known: Mapping[str, T], name: str, what: str) -> T:
    if name not in known:
        raise UserError(f"{name!r} is no {what} of a CV.", reason=f"unknown-{what}", mend=f"Choose from {', '.join(known)}.")
    return known[name]
