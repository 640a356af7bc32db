"""A CV as DOCX: real Word styles, one column, and the text read back from the file.

Headings are headings, list items are list items and dates sit on a tab stop, so that Word, LibreOffice and applicant tracking
systems see structure and not formatting. No text is drawn in tables or text boxes: many parsers skip them.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import docx
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from inroad.cvs.layout import Document, Entry, Link, Section

FONT = "Calibri"  # on every Word; Carlito has the same widths elsewhere
ACCENT, QUIET, INK = RGBColor(0x1D, 0x44, 0x70), RGBColor(0x4A, 0x54, 0x60), RGBColor(0x1B, 0x1F, 0x24)
TEXT_WIDTH = Mm(170)  # A4 less two margins of 20 mm
_LOCALES = {
    "en": "en-GB",
    "de": "de-DE",
    "fr": "fr-FR",
    "es": "es-ES",
    "it": "it-IT",
    "nl": "nl-NL",
    "pt": "pt-PT",
    "sv": "sv-SE",
}


def draw_docx(document: Document, timestamp: int) -> bytes:
    """Draw the document.

    Args:
        document: What to draw.
        timestamp: Creation date in seconds since 1970, UTC; the same input gives the same bytes.
    """
    word = docx.Document()
    _set_up(word, document, datetime.fromtimestamp(timestamp, UTC))
    if document.name:
        word.add_paragraph(document.name, style="Title")
    if document.headline:
        word.add_paragraph(document.headline, style="Subtitle")
    if document.contacts:
        _add_contacts(word.add_paragraph(style="Contact"), document.contacts)
    for section in document.sections:
        _add_section(word, section)
    buffer = io.BytesIO()
    word.save(buffer)
    return _repack(buffer.getvalue())


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


def _add_section(word: WordDocument, section: Section) -> None:
    word.add_paragraph(section.title, style="Heading 1")
    if section.text:
        word.add_paragraph(section.text)
    for entry in section.entries:
        _add_entry(word, entry)
    for name, text in section.pairs:
        paragraph = word.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(2)
        if name:
            paragraph.add_run(f"{name}: " if text else name).bold = True
        paragraph.add_run(text)


def _add_entry(word: WordDocument, entry: Entry) -> None:
    lines = list(_entry_lines(word, entry))
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


def _entry_lines(word: WordDocument, entry: Entry) -> Iterator[Paragraph]:
    """Draw title and dates on one line, the place on the next."""
    if entry.title or entry.dates:
        head = word.add_paragraph(style="Heading 2")
        head.add_run(entry.title)
        _add_quiet(head, f"\t{entry.dates}" if entry.dates else "")
        yield head
    if entry.place:
        yield word.add_paragraph(entry.place, style="Place")
    if entry.note or entry.link:
        note = word.add_paragraph(style="Note")
        note.add_run(entry.note).italic = True
        if entry.link:
            note.add_run(" " if entry.note else "")
            _add_link(note, entry.link)
        yield note


def _add_quiet(paragraph: Paragraph, text: str) -> None:
    if text:
        run = paragraph.add_run(text)
        run.bold = False
        run.font.color.rgb = QUIET


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


def _set_up(word: WordDocument, document: Document, created: datetime) -> None:
    page = word.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(20)
    page.top_margin, page.bottom_margin = Mm(17), Mm(18)
    about = word.core_properties
    about.title = ", ".join(filter(None, (document.name, document.headline)))[:255]
    about.author = about.last_modified_by = document.name[:255]
    about.comments = ""
    about.created = about.modified = created.replace(tzinfo=None)
    about.language = _LOCALES.get(document.language, document.language)
    _set_styles(word, about.language)


def _set_styles(word: WordDocument, locale: str) -> None:
    _style(word, "Normal", size=10.5, after=3, color=INK, locale=locale)
    _style(word, "Title", size=24, bold=True, color=ACCENT, after=0)
    _style(word, "Subtitle", size=12, color=QUIET, after=4)
    _style(word, "Heading 1", size=12, bold=True, color=ACCENT, before=12, after=4, rule=True)
    _style(word, "Heading 2", size=10.5, bold=True, color=INK, before=7, after=0)
    _style(word, "List Bullet", size=10.5, after=2)
    bullet = word.styles["List Bullet"].paragraph_format
    bullet.left_indent, bullet.first_line_indent = Mm(4.5), Mm(-4.5)
    for name, size in (("Contact", 9.5), ("Place", 10.5), ("Note", 9.5)):
        word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = word.styles["Normal"]
        _style(word, name, size=size, color=None if name == "Contact" else QUIET, after=2)
    word.styles["Heading 2"].paragraph_format.tab_stops.add_tab_stop(TEXT_WIDTH, WD_TAB_ALIGNMENT.RIGHT)


def _style(
    word: WordDocument,
    name: str,
    *,
    size: float,
    bold: bool = False,
    color: RGBColor | None = None,
    before: float = 0,
    after: float = 0,
    rule: bool = False,
    locale: str = "",
) -> None:
    style: Any = word.styles[name]
    style.font.name, style.font.size, style.font.bold, style.font.italic = FONT, Pt(size), bold, False
    if color is not None:
        style.font.color.rgb = color
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
    style.paragraph_format.line_spacing = 1.08
    properties = style.element.get_or_add_rPr()
    for spaced in properties.findall(qn("w:spacing")):  # the default template spaces the letters of a subtitle
        properties.remove(spaced)
    fonts = properties.get_or_add_rFonts()
    for key in list(fonts.attrib):  # the default template names theme fonts, which would win over ours
        if key.endswith("Theme"):
            del fonts.attrib[key]
    for script in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(script), FONT)
    if locale:
        properties.append(_element("w:lang", {"w:val": locale}))
    _set_border(style.element.get_or_add_pPr(), rule)


def _set_border(properties: Any, rule: bool) -> None:
    for old in properties.findall(qn("w:pBdr")):
        properties.remove(old)
    if rule:
        border = OxmlElement("w:pBdr")
        border.append(_element("w:bottom", {"w:val": "single", "w:sz": "4", "w:space": "1", "w:color": "A9BACD"}))
        properties.insert_element_before(
            border, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:outlineLvl"
        )


def _element(name: str, attributes: dict[str, str]) -> Any:
    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(key), value)
    return element


def _repack(raw: bytes) -> bytes:
    """Write the package again with fixed times: python-docx stamps each member with the clock."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            member = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o600 << 16
            target.writestr(member, source.read(name))
    return buffer.getvalue()
