"""A job page without structured data, read by its headings.

A page is a posting when it has what postings have: a title, sections of duties and requirements, and a way to apply. Small
companies put several jobs on one page, each under a heading of its own; those are read one by one. A page that only lists
jobs is no posting.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from inroad.postings.assembly import Draft, build_posting
from inroad.postings.careers import is_job_title, is_job_url
from inroad.postings.conditions import employment_type
from inroad.postings.model import Posting
from inroad.postings.occupations import names_an_occupation
from inroad.postings.plaintext import HEADING_MARK, node_text, one_line
from inroad.postings.sections import fold, heading_kind

MAX_JOBS_ON_A_PAGE: Final = 50
MAX_LINES: Final = 5_000
_HEAD_LINES: Final = 12
"""Lines at the head of a job's text in which facts stand without a label ("Full time, permanent")."""

MIN_DESCRIPTION_CHARS: Final = 200
"""Less than this is a teaser, not a posting."""

_CORE: Final = frozenset({"responsibilities", "must"})
_FURNITURE: Final = frozenset({"nav", "footer", "aside", "form", "dialog"})
_REGIONS: Final = "main,[role=main],article,#main,#content,.content,.main-content"

_APPLY: Final = re.compile(
    r"\bappl(?:y|ication|icants?)\b|candidarsi|candidat[iu]|sollicit|motivatie|\bresume\b|\bcv\b|\bcover letter\b|bewerb"
    r"|lebenslauf|postul|candidat|\binscri"
    r"|solicitar|curriculum|"
    r"hoja de vida|send your",
)
# An address to apply to, plain or hidden from robots: "yard [at] boats [dot] example".
_ADDRESS: Final = re.compile(r"@|[\[({<] ?(?:at|ät|a|arroba|chiocciola|apenstaartje) ?[\])}>]| (?:AT|ÄT) ")
_GENDER_MARK: Final = re.compile(
    r"\(?\b[mwfdxhi]\s?[/|*]\s?[mwfdxhi](?:\s?[/|*]\s?[mwfdxhi])?\b\)?|\(all genders\)|:in\b|\*in\b", re.IGNORECASE
)
_GENERIC_TITLE: Final = re.compile(
    r"\A(?:(?:our |current |open |all |latest )?(?:careers?|jobs?|vacanc(?:y|ies)|positions?|openings?|opportunities"
    r"|job (?:details?|openings?|description)"
    r"|work (?:with|for) us|join (?:us|our team|the team)|we(?:'| a)?re hiring|recruitment|employment(?: opportunities)?)"
    r"(?: (?:at|with|in) .{1,40})?|karriere|stellen(?:angebote?|anzeigen?)?|offene stellen|jobs? & karriere"
    r"|arbeiten bei .{1,40}"
    r"|(?:nos )?offres? d'emploi|carrieres?|recrutement|nous rejoindre|rejoignez[- ]nous|empleo|trabaja con nosotros"
    r"|ofertas? de empleo|vacantes"
    r"|lavora con noi|posizioni aperte|offerte di lavoro|opportunita di lavoro|unisciti a noi|carriere|lavoro"
    r"|vacatures?|werken bij.{0,40}|werk|openstaande vacatures|kom (?:bij ons )?werken.{0,40}|work here"
    r"|home|startseite|accueil|inicio|welcome.{0,40}|menu|news|contact.{0,20}|kontakt|about.{0,30}|uber uns|search"
    r"|error.{0,20}|not found)\W*\Z"
)
_SITE_SUFFIX: Final = re.compile(r"\s+[|–—·•»-]\s+[^|–—·•»]{1,60}\Z")
_LABELS: Final[dict[str, re.Pattern[str]]] = {
    "place": re.compile(
        r"\A(?:(?:job |work )?locations?|where|localidad|localita|citta|ville|stadt|miasto|plaatsnaam|place of work|office"
        r"|based in|standort|arbeitsort|einsatzort|ort"
        r"|lieu(?: de travail)?|localisation"
        r"|ubicacion|lugar(?: de trabajo)?|sede(?: di lavoro)?|luogo(?: di lavoro)?|standplaats|locatie|werklocatie|plaats"
        r"|lokalizacja|miejsce pracy|local(?: de trabalho)?|localizacao|ort|arbetsort|sted)\Z"
    ),
    "employment": re.compile(
        r"\A(?:(?:job|employment|contract|position) type|type(?: of (?:contract|employment))?|schedule|hours"
        r"|anstellungsart|beschaftigungsart"
        r"|arbeitszeit|vertragsart|type de contrat|contrat|tipo de contrato|jornada|contrato|contratto|tipo di contratto|orario"
        r"|dienstverband|contracttype|uren|arbeitsverhaltnis|pensum|umfang|anstellung|stellenart|beschaftigung"
        r"|temps de travail|rodzaj umowy|wymiar pracy|umowa|tipo de contrato"
        r"|regime|horario|vinculo|anstallningsform|omfattning|ansaettelse|employment|commitment|job kind|contract)\Z"
    ),
    "remote": re.compile(
        r"\A(?:remote(?: work)?|workplace(?: type)?|work (?:model|mode|arrangement|location type)|arbeitsmodell|arbeitsform"
        r"|homeoffice"
        r"|mobiles arbeiten|teletravail|modalidad(?:e)?|modalita(?: di lavoro)?|lavoro|trabajo|werkplek|werkvorm|thuiswerken"
        r"|(?:tryb|model) pracy|modelo de trabajo|modalidad de trabajo"
        r"|modo de trabalho|arbetsplats|job mode|on-?site or remote)\Z"
    ),
    "department": re.compile(r"\A(?:department|team|function|abteilung|bereich|service|equipe|departamento|area|reparto"
        r"|afdeling|vakgebied)\Z"),
    "posted_on": re.compile(
        r"\A(?:(?:date )?posted(?: on)?|published|publication date|veroffentlicht(?: am)?|date de publication"
        r"|publicado|pubblicato(?: il)?|data di pubblicazione|geplaatst(?: op)?|datum|date|pubblicata(?: il)?"
        r"|publicad[oa] el|data dodania|data d'inserimento|posted date|date de parution"
        r"|publiee? le|online seit|eingestellt am|opublikowano|data publikacji"
        r"|publicado em|publicada em|data de publicacao|publicerad|fecha(?: de publicacion)?|stand)\Z"),
    "valid_through": re.compile(
        r"\A(?:closing date|apply by|application deadline|deadline|closes|bewerbungsfrist|date limite|fecha limite"
        r"|scadenza|candidarsi entro|sluitingsdatum|solliciteer voor|bewerben bis|bewerbung bis|bewerbungsschluss"
        r"|candidater avant le|postuler avant le|termin aplikowania"
        r"|aplikuj do|wazn[ae] do|oferta wazna do|prazo(?: de candidatura)?|candidaturas ate|valid through|expires|apply before"
        r"|applications close"
        r"|sista ansokningsdag|ansokan senast|fecha de cierre|inscripcion hasta|data di scadenza|reageren voor)\Z"
    ),
}  # fmt: skip


# A line at a job's head that says when it was put there, without a label.
_POSTED_AGO: Final = re.compile(
    r"\b(?:posted|listed|published|veröffentlicht|online|publiée?|publicad[oa]|pubblicat[oa]|geplaatst|dodano|opublikowan[oa]|publicerad)\b"
    r".{0,40}\b(?:\d|today|yesterday|heute|gestern|aujourd|hier|hoy|ayer|oggi|ieri|vandaag|gisteren|hoje|ontem|dzi|wczoraj"
    r"|i ?dag|i ?går)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Line:
    level: int  # 1 to 6 for headings, 0 for text
    text: str
    after_blank: bool
    kind: str | None  # of the section that it opens


def page_lines(region: LexborNode) -> list[_Line]:
    """The text of a region, line by line, with the levels of its headings."""
    lines: list[_Line] = []
    after_blank = True
    for raw in node_text(region, skip=_FURNITURE, mark_headings=True).split("\n"):
        if not raw:
            after_blank = True
            continue
        level = int(raw[1]) if raw.startswith(HEADING_MARK) else 0
        text = raw[2:].strip() if level else raw
        lines.append(_Line(level, text, after_blank, heading_kind(text, marked=bool(level) or after_blank)))
        after_blank = False
        if len(lines) == MAX_LINES:
            break
    return lines


def text_of_lines(lines: list[_Line]) -> str:
    """Lines joined again, a blank line before headings and blocks."""
    parts: list[str] = []
    for line in lines:
        if parts and (line.after_blank or line.level):
            parts.append("")
        parts.append(line.text)
    return "\n".join(parts)


def main_region(tree: LexborHTMLParser) -> LexborNode | None:
    """The element that holds the page's own content: the smallest of the usual ones with half of the text, else the body."""
    body = tree.body
    if body is None:
        return None
    whole = len(body.text())
    regions = [(len(node.text()), node) for node in tree.css(_REGIONS)[:50]]
    fitting = [pair for pair in regions if pair[0] * 2 >= whole]
    return min(fitting, key=lambda pair: pair[0])[1] if fitting else body


def meta(tree: LexborHTMLParser, *names: str) -> str | None:
    """Content of the first meta element with one of the names or properties."""
    for name in names:
        node = tree.css_first(f'meta[property="{name}"],meta[name="{name}"]')
        value = one_line(node.attributes.get("content")) if node is not None else None
        if value:
            return value
    return None


def page_title(tree: LexborHTMLParser) -> str | None:
    """The title that a page gives its content: its h1, else og:title or the title element without the site's name."""
    for node in tree.css("h1")[:5]:
        text = one_line(node.text(separator=" "))
        if text and _can_be_title(text):
            return text
    element = tree.css_first("title")
    for candidate in (meta(tree, "og:title"), one_line(element.text()) if element is not None else None):
        text = _SITE_SUFFIX.sub("", candidate) if candidate else None
        if text and _can_be_title(text):
            return text
    return None


def _can_be_title(text: str) -> bool:
    return is_job_title(text) and not _GENERIC_TITLE.match(fold(text)) and heading_kind(text) is None


def _has_way_to_apply(region: LexborNode, text: str) -> bool:
    for node in region.css("a[href],button,input[type=submit]")[:2_000]:
        said = f"{node.text()} {node.attributes.get('href') or ''} {node.attributes.get('value') or ''}"[:300]
        if _APPLY.search(fold(said)):
            return True
    return _APPLY.search(fold(text[:50_000])) is not None and (
        _ADDRESS.search(text[:50_000]) is not None or region.css_first("a[href^='mailto:'],a[href^='tel:'],form") is not None
    )


def labelled_facts(lines: list[_Line]) -> dict[str, str]:
    """Facts in short lines: "Location: Berlin", or a label alone with its value on the next line."""
    facts: dict[str, str] = {}
    for line, following in zip(lines[:300], [*lines[1:300], None], strict=False):
        label, colon, value = line.text.removeprefix("- ").partition(":")
        if not colon:
            label, value = _unmarked_label(line.text) or (line.text, following.text if following and len(line.text) < 30 else "")
        value = value.strip()
        if not value or len(value) > 120 or len(label) > 40:
            continue
        folded = fold(label).strip()
        for name, pattern in _LABELS.items():
            if name not in facts and pattern.match(folded):
                facts[name] = value
    return facts


def _unmarked_label(text: str) -> tuple[str, str] | None:
    """Splits "Closing date 31 December": the cells of a table's row stand on one line, without a colon."""
    if any(pattern.match(fold(text)) for pattern in _LABELS.values()):
        return None
    words = text.split(" ")
    for count in range(min(4, len(words) - 1), 0, -1):
        label = " ".join(words[:count])
        if any(pattern.match(fold(label)) for pattern in _LABELS.values()) and len(text) < 120:
            return label, " ".join(words[count:])
    return None


def _blocks(lines: list[_Line]) -> Iterator[tuple[str, list[_Line]]]:
    """Stretches of a page that each stand under a heading which can be a job's title and hold a core section."""
    levels = {line.level for line in lines if line.level}
    for level in sorted(levels):
        starts = [i for i, line in enumerate(lines) if line.level == level and _can_be_title(line.text)]
        ends = [
            next((j for j in range(i + 1, len(lines)) if 0 < lines[j].level <= level and lines[j].kind is None), len(lines))
            for i in starts
        ]
        blocks = [(lines[i].text, lines[i + 1 : end]) for i, end in zip(starts, ends, strict=True)]
        jobs = [(title, block) for title, block in blocks if {line.kind for line in block} & _CORE]
        if len(jobs) >= 2:
            yield from jobs[:MAX_JOBS_ON_A_PAGE]
            return


def _is_named(title: str, url: str) -> bool:
    """Whether title or address speak of a job."""
    return is_job_url(url) or _GENDER_MARK.search(title) is not None or names_an_occupation(title)


def _is_posting(kinds: set[str], title: str, url: str, *, can_apply: bool) -> bool:
    """The evidence needed, so that a company's "our services" with its "requirements" is none.

    Duties and requirements both, and one sign that this is an open job; or one of them with another section, and two signs.
    """
    core = kinds & _CORE
    sections = kinds & {"responsibilities", "must", "nice", "benefits"}
    named = _is_named(title, url)
    signs = can_apply + named
    return (core == _CORE and signs >= 1) or (bool(core) and len(sections) >= 2 and signs == 2)


def _company_in_title(tree: LexborHTMLParser, title: str) -> str | None:
    """The company in "Marine Welder - Ballinree Boatworks", where the page's own heading is the part before it."""
    element = tree.css_first("title")
    whole = one_line(element.text()) if element is not None else None
    found = _SITE_SUFFIX.search(whole) if whole else None
    if whole is None or found is None or fold(whole[: found.start()]).strip() != fold(title).strip():
        return None
    company = re.sub(
        r"\A\s*[|–—·•»-]\s*(?:(?:careers?|jobs?|karriere|stellen) (?:at|bei)\s)?", "", found.group(), flags=re.IGNORECASE
    )
    return None if _GENERIC_TITLE.match(fold(company)) else company.strip() or None


def _short_lines(lines: list[_Line]) -> list[str]:
    """What stands at the head of a job without a label, item or heading of a section."""
    head = lines[:_HEAD_LINES]
    stop = next((index for index, line in enumerate(head) if index and line.kind in _CORE), len(head))
    return [line.text for line in head[1:stop] if len(line.text) < 60]


def _place_in(tree: LexborHTMLParser) -> str | None:
    """The place that a hosted board's page shows in an element of its own."""
    for node in tree.css("[class*=location],[class*=Location],[data-ui*=location],[data-qa*=location]")[:20]:
        text = one_line(node.text(separator=" "), limit=200)
        if text and len(text) <= 80 and any(char.isalpha() for char in text):
            label, colon, value = text.partition(":")
            return value.strip() if colon and _LABELS["place"].match(fold(label)) else text
    return None


def _draft(title: str, lines: list[_Line], tree: LexborHTMLParser) -> Draft:
    facts = labelled_facts(lines)
    stated = next((text for text in _short_lines(lines) if employment_type(text)), None)
    body = lines[1:] if lines and lines[0].text == title else lines
    language = tree.css_first("html[lang]")
    return Draft(
        title=title,
        company=meta(tree, "og:site_name", "application-name") or _company_in_title(tree, title),
        places=[facts.get("place") or _place_in(tree)],
        description=[(None, text_of_lines(body))],
        remote=[facts.get("remote"), facts.get("place"), facts.get("employment"), *_short_lines(lines)],
        posted_on=facts.get("posted_on") or next((text for text in _short_lines(lines) if _POSTED_AGO.search(text)), None),
        valid_through=facts.get("valid_through"),
        employment=[facts.get("employment"), stated],
        department=facts.get("department"),
        language=language.attributes.get("lang") if language is not None else None,
    )


def read_job_pages(tree: LexborHTMLParser, url: str) -> list[Posting]:
    """Reads the postings that a page without structured data shows.

    Args:
        tree: The parsed page.
        url: Its address.

    Returns:
        One posting; several where a page holds several jobs, each with duties or requirements under its own heading; none for any
        other page.
    """
    region = main_region(tree)
    if region is None:
        return []
    lines = page_lines(region)
    can_apply = _has_way_to_apply(region, text_of_lines(lines))
    drafts = [
        _draft(title, block, tree)
        for title, block in _blocks(lines)
        if _is_posting({line.kind or "" for line in block}, title, url, can_apply=can_apply)
    ]
    title = page_title(tree)
    if len(drafts) < 2:
        drafts = []
    if not drafts and urlsplit(url).path.strip("/"):  # a site's home page is never one posting
        whole = _is_posting({line.kind or "" for line in lines}, title or "", url, can_apply=can_apply)
        # A title that only the browser's tab shows is the site's name as often as a job's.
        is_shown = any(line.level and line.text == title for line in lines)
        drafts = (
            [_draft(title, _from_title(lines, title), tree)] if title and whole and (is_shown or _is_named(title, url)) else []
        )
    postings = [build_posting(draft, source="page", base_url=url) for draft in drafts]
    return [posting for posting in postings if posting is not None and len(posting.description) >= MIN_DESCRIPTION_CHARS]


def _from_title(lines: list[_Line], title: str) -> list[_Line]:
    """The lines from the title on: what stands before it is the site's."""
    start = next((index for index, line in enumerate(lines) if line.level and line.text == title), None)
    return lines if start is None else lines[start:]
