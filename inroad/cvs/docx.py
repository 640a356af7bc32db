"""A CV as DOCX: real Word styles, one column, and the text read back from the file.

Headings are headings, list items are list items and dates sit on a tab stop, so that Word, LibreOffice and applicant tracking
systems see structure and not formatting. No text is drawn in tables or text boxes: many parsers skip them.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime

import docx
from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from docx.text.paragraph import Paragraph

from inroad.cvs.docx_styles import set_page, set_properties, set_styles
from inroad.cvs.layout import Document, Entry, Link, Section
from inroad.cvs.looks import DEFAULT_PAPER, DEFAULT_TEMPLATE, Look, find_look, find_paper


def draw_docx(document: Document, timestamp: int, *, template: str = DEFAULT_TEMPLATE, paper: str = DEFAULT_PAPER) -> bytes:
    """Draw the document.

    Args:
        document: What to draw.
        timestamp: Creation date in seconds since 1970, UTC; the same input gives the same bytes.
        template: One of `looks.LOOKS`.
        paper: One of `looks.PAPERS`.

    Raises:
        UserError: The template or the paper is unknown.
    """
    look = find_look(template)
    word = docx.Document()
    set_page(word, find_paper(paper))
    set_properties(word, document, datetime.fromtimestamp(timestamp, UTC))
    set_styles(word, look, document.language)
    if document.name:
        word.add_paragraph(document.name, style="Title")
    if document.headline:
        word.add_paragraph(document.headline, style="Subtitle")
    if document.contacts:
        _add_contacts(word.add_paragraph(style="Contact"), document.contacts)
    for section in document.sections:
        _add_section(word, section, look)
    buffer = io.BytesIO()
    word.save(buffer)
    return repack(buffer.getvalue())


def read_docx(raw: bytes) -> str:
    """Read the text of a DOCX, paragraph after paragraph.

    Raises:
        ValueError: It is no DOCX that can be read.
    """
    try:
        word = docx.Document(io.BytesIO(raw))
    except (PackageNotFoundError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ValueError(f"the DOCX cannot be read back: {error}") from error
    return "\n".join(paragraph.text for paragraph in word.paragraphs)


def _add_section(word: WordDocument, section: Section, look: Look) -> None:
    word.add_paragraph(section.title, style="Heading 1")
    if section.text:
        word.add_paragraph(section.text)
    for entry in section.entries:
        _add_entry(word, entry, look)
    for name, text in section.pairs:
        paragraph = word.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(2)
        if name:
            paragraph.add_run(f"{name}: " if text else name).bold = True
        paragraph.add_run(text)


def _add_entry(word: WordDocument, entry: Entry, look: Look) -> None:
    lines = list(_entry_lines(word, entry, look))
    for paragraph in lines:  # the lines of an entry's head stay with its first bullet
        paragraph.paragraph_format.keep_with_next = True
    rest = [word.add_paragraph(text) for text in entry.texts] + [
        word.add_paragraph(text, style="List Bullet") for text in entry.bullets
    ]
    for paragraph in rest:
        paragraph.paragraph_format.keep_together = True
    for paragraph in rest[: max(0, min(len(entry.texts) + 1, len(rest) - 1))]:  # no bullet alone at the foot of a page
        paragraph.paragraph_format.keep_with_next = True
    if not rest and lines:
        lines[-1].paragraph_format.keep_with_next = False


def _entry_lines(word: WordDocument, entry: Entry, look: Look) -> Iterator[Paragraph]:
    """Draw the title, and the dates at the right of it or, in other looks, before the place on the next line."""
    has_tab = look.name == DEFAULT_TEMPLATE
    if entry.title or (has_tab and entry.dates):
        head = word.add_paragraph(entry.title, style="Heading 2")
        if has_tab and entry.dates:
            run = head.add_run(f"\t{entry.dates}")
            run.bold, run.font.color.rgb = False, RGBColor.from_string(look.quiet)
        yield head
    place = entry.place if has_tab else " | ".join(filter(None, (entry.dates, entry.place)))
    if place:
        yield word.add_paragraph(place, style="Place")
    if entry.note or entry.link:
        note = word.add_paragraph(style="Note")
        note.add_run(entry.note).italic = True
        if entry.link:
            note.add_run(" " if entry.note else "")
            _add_link(note, entry.link)
        yield note


def _add_contacts(paragraph: Paragraph, contacts: tuple[Link, ...]) -> None:
    for index, contact in enumerate(contacts):
        paragraph.add_run("  |  " if index else "")
        _add_link(paragraph, contact)


def _add_link(paragraph: Paragraph, link: Link) -> None:
    """Add a run, inside a hyperlink where there is an address (python-docx has no call for it)."""
    run = paragraph.add_run(link.text)
    if not link.url:
        return
    target = paragraph.part.relate_to(link.url, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    wrapper = OxmlElement("w:hyperlink")
    wrapper.set(qn("r:id"), target)
    wrapper.append(run._r)  # noqa: SLF001  (python-docx's documented way to the XML)
    paragraph._p.append(wrapper)  # noqa: SLF001


def repack(raw: bytes) -> bytes:
    """Write a package again with fixed times: python-docx stamps each member with the clock."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            member = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o600 << 16
            target.writestr(member, source.read(name))
    return buffer.getvalue()
