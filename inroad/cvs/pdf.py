"""A CV as PDF: the document handed to a Typst template as data, and the text read back from the file.

Nothing is fetched: templates and the fonts for Latin, Greek and Cyrillic are in the tree; for other scripts a font of the system
is named beside them. Text of strangers is JSON in `sys.inputs` and never markup.
"""

from __future__ import annotations

import io
import json
import re
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import pypdf
import pypdf.errors
import typst

from inroad.cvs.glyphs import FONT_FOLDER, choose_families
from inroad.cvs.layout import Document, iter_fields
from inroad.cvs.looks import DEFAULT_PAPER, DEFAULT_TEMPLATE, find_look, find_paper
from inroad.cvs.model import Finding

TEMPLATES = Path(__file__).parent / "templates"
FAMILY = "Source Sans 3"


def draw_pdf(document: Document, timestamp: int, *, template: str = DEFAULT_TEMPLATE, paper: str = DEFAULT_PAPER) -> bytes:
    """Draw the document.

    Args:
        document: What to draw; every character must have a glyph (`find_missing_glyphs`).
        timestamp: Creation date in seconds since 1970, UTC; the same input gives the same bytes.
        template: One of `looks.LOOKS`.
        paper: One of `looks.PAPERS`.

    Raises:
        UserError: The template or the paper is unknown.
    """
    data = asdict(document) | {"title": ", ".join(filter(None, (document.name, document.headline)))}
    return compile_template(template, data, "".join(iter_fields(document)), data["title"], template, paper, timestamp)


def compile_template(
    file: str, data: dict[str, Any], text: str, title: str, template: str, paper: str, timestamp: int = 946_684_800
) -> bytes:
    """Run one of the template files on data.

    Args:
        file: Name of the file below `templates`, without its ending.
        data: What it shows; `name` and `language` among it.
        text: Everything that will be drawn, to choose fonts by.
        title: Title in the file's properties.
        template: Whose colours it takes.
        paper: One of `looks.PAPERS`.
        timestamp: Creation date in seconds since 1970, UTC; 2000-01-01 where none is given.

    Raises:
        UserError: The template or the paper is unknown.
    """
    families, _ = choose_families(text)
    shown = data | {
        "title": title,
        "author": data["name"],
        "footer": f"{data['name']} ·" if data["name"] else "",
        "families": [FAMILY, *families],
        "look": asdict(find_look(template)),
        "paper": find_paper(paper).typst_name,
    }
    made = typst.compile(
        TEMPLATES / f"{file}.typ",
        root=TEMPLATES,
        font_paths=_fonts(with_system=bool(families)),
        format="pdf",
        sys_inputs={"cv": json.dumps(shown, ensure_ascii=False)},
        timestamp=timestamp,
    )
    assert isinstance(made, bytes)
    return made


def read_pdf(raw: bytes) -> str:
    """Read the text of a PDF as an applicant tracking system would, page after page, page numbers left out.

    Raises:
        ValueError: It is no PDF that can be read.
    """
    try:
        pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(raw)).pages]
    except (pypdf.errors.PyPdfError, KeyError, TypeError) as error:
        raise ValueError(f"the PDF cannot be read back: {error}") from error
    foot = re.compile(rf"\n[^\n]* {{0,2}}(\d+) / {len(pages)}\s*$")
    return "\n".join(foot.sub("", page.rstrip()) for page in pages)


def find_second_column(raw: bytes) -> str | None:
    """Find text that stands beside other text, as the layout of the page shows it.

    Args:
        raw: A PDF that can be read.

    Returns:
        The first line with a gap in it, None where every page is one column from top to bottom.
    """
    for page in pypdf.PdfReader(io.BytesIO(raw)).pages:
        for line in page.extract_text(extraction_mode="layout").splitlines():
            if re.search(r"\S {4,}\S", line):
                return " ".join(line.split())
    return None


def find_missing_glyphs(document: Document) -> list[Finding]:
    """Report characters that no font can draw: a box in a CV is worse than no file."""
    _, lacking = choose_families("".join(iter_fields(document)))
    if not lacking:
        return []
    shown = ", ".join(f"{char} (U+{ord(char):04X})" for char in lacking[:8])
    return [Finding("block", "glyph", "", f"no font has a glyph for {shown}{' and more' if len(lacking) > 8 else ''}")]


@cache
def _fonts(*, with_system: bool) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=with_system, include_embedded_fonts=False, font_paths=[FONT_FOLDER])
