"""A CV as PDF: the document handed to a Typst template as data, and the text read back from the file.

Nothing is fetched and no system font is needed: template and fonts are in the tree. Text of strangers is JSON in `sys.inputs`
and never markup.
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

from inroad.cvs.glyphs import FONT_FOLDER, missing_glyphs
from inroad.cvs.layout import Document, iter_fields
from inroad.cvs.model import Finding

TEMPLATE = Path(__file__).parent / "templates" / "classic.typ"


def draw_pdf(document: Document, timestamp: int) -> bytes:
    """Draw the document.

    Args:
        document: What to draw; every character must have a glyph (`find_missing_glyphs`).
        timestamp: Creation date in seconds since 1970, UTC; the same input gives the same bytes.
    """
    inputs = {"cv": json.dumps(_template_data(document), ensure_ascii=False)}
    made = typst.compile(
        TEMPLATE, root=TEMPLATE.parent, font_paths=_fonts(), format="pdf", sys_inputs=inputs, timestamp=timestamp
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


def find_missing_glyphs(document: Document) -> list[Finding]:
    """Report characters that the bundled fonts cannot draw: a box in a CV is worse than no file."""
    lacking = missing_glyphs("".join(iter_fields(document)))
    if not lacking:
        return []
    shown = ", ".join(f"{char} (U+{ord(char):04X})" for char in lacking[:8])
    return [Finding("block", "glyph", "", f"the fonts have no glyph for {shown}{' and more' if len(lacking) > 8 else ''}")]


def _template_data(document: Document) -> dict[str, Any]:
    data = asdict(document)
    title = ", ".join(filter(None, (document.name, document.headline)))
    return data | {"title": title, "author": document.name, "footer": f"{document.name} ·" if document.name else ""}


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONT_FOLDER])
