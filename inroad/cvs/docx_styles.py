"""The page, the properties and the styles of a DOCX, set for one look and paper.

What does not belong here: text. Styles are Word's own, changed in place, so that headings are headings for every reader.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from inroad.cvs.layout import Document
from inroad.cvs.looks import Look, Paper

SIDE_MM = 20  # margin at the left and at the right
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


def set_page(word: WordDocument, paper: Paper) -> None:
    """Set size and margins of the page."""
    page = word.sections[0]
    page.page_width, page.page_height = Mm(paper.width_mm), Mm(paper.height_mm)
    page.left_margin = page.right_margin = Mm(SIDE_MM)
    page.top_margin, page.bottom_margin = Mm(17), Mm(18)
    stops = word.styles["Heading 2"].paragraph_format.tab_stops
    stops.add_tab_stop(Mm(paper.width_mm - 2 * SIDE_MM), WD_TAB_ALIGNMENT.RIGHT)


def set_properties(word: WordDocument, document: Document, created: datetime) -> None:
    """Set what the file says of itself: title, author, time and language."""
    about = word.core_properties
    about.title = ", ".join(filter(None, (document.name, document.headline)))[:255]
    about.author = about.last_modified_by = document.name[:255]
    about.comments = ""
    about.created = about.modified = created.replace(tzinfo=None)
    about.language = _LOCALES.get(document.language, document.language)


def set_styles(word: WordDocument, look: Look, language: str) -> None:
    """Set Word's own styles (Title, Heading 1, List Bullet, ...) to a look, and add Contact, Place and Note."""
    locale = _LOCALES.get(language, language)
    draw = partial(_style, word, font=look.font)
    draw("Normal", size=10.5, after=3, color=look.ink, locale=locale)
    draw("Title", size=24, bold=True, color=look.accent)
    draw("Subtitle", size=12, color=look.quiet, after=4)
    draw("Heading 1", size=12, bold=True, color=look.accent, before=12, after=4, rule=look.accent if look.has_rule else "")
    draw("Heading 2", size=10.5, bold=True, color=look.ink, before=7)
    draw("List Bullet", size=10.5, after=2)
    bullet = word.styles["List Bullet"].paragraph_format
    bullet.left_indent, bullet.first_line_indent = Mm(4.5), Mm(-4.5)
    for name, size in (("Contact", 9.5), ("Place", 10.5), ("Note", 9.5)):
        word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = word.styles["Normal"]
        draw(name, size=size, color="" if name == "Contact" else look.quiet, after=2)


def _style(
    word: WordDocument,
    name: str,
    *,
    font: str,
    size: float,
    bold: bool = False,
    color: str = "",
    before: float = 0,
    after: float = 0,
    rule: str = "",
    locale: str = "",
) -> None:
    style: Any = word.styles[name]
    style.font.name, style.font.size, style.font.bold, style.font.italic = font, Pt(size), bold, False
    if color:
        style.font.color.rgb = RGBColor.from_string(color)
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
        fonts.set(qn(script), font)
    if locale:
        properties.append(_element("w:lang", {"w:val": locale}))
    _set_border(style.element.get_or_add_pPr(), rule)


def _set_border(properties: Any, color: str) -> None:
    for old in properties.findall(qn("w:pBdr")):
        properties.remove(old)
    if color:
        border = OxmlElement("w:pBdr")
        border.append(_element("w:bottom", {"w:val": "single", "w:sz": "4", "w:space": "1", "w:color": color}))
        properties.insert_element_before(
            border, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:outlineLvl"
        )


def _element(name: str, attributes: dict[str, str]) -> Any:
    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(key), value)
    return element
