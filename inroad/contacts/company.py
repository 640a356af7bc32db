# ruff: noqa: E501 - patterns and word lists are kept whole
"""What a page says about the company itself.

What lives here: name, legal name, description, industry, register numbers, founding year, opening hours, logo and number of
employees, each as it is written, with the surroundings it was read from. What does not: contacts (`extraction`). Nothing is
guessed: a fact that is not written is missing.
"""

from __future__ import annotations

import html as html_entities
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from inroad.contacts.confidence import STRUCTURED
from inroad.contacts.document import Document
from inroad.contacts.extraction import read_items
from inroad.contacts.page_reading import parse_document
from inroad.contacts.registrations import find_registrations
from inroad.contacts.schema_contacts import schema_numbers
from inroad.contacts.structured import Item

_MAX_TEXT: Final = 1_000
_MAX_LIST: Final = 30
_MAX_HOURS_LINE: Final = 400  # opening hours stand in short lines; a text that names days in long ones speaks of something else
_NOT_COMPANIES: Final = frozenset(
    """Person WebPage WebSite Article NewsArticle BlogPosting Product Offer Event JobPosting Review AggregateRating
    BreadcrumbList ListItem ImageObject SearchAction PostalAddress ContactPoint
    GeoCoordinates OpeningHoursSpecification Question Answer FAQPage VideoObject Thing Country City Place Service Rating
    CollectionPage AboutPage ContactPage ItemPage Physician Brand Role""".split()  # noqa: SIM905
)
_LEGAL_FORMS: Final = (
    r"GmbH(?:\s?&\s?Co\.?\s?KG(?:aA)?)?|AG(?:\s?&\s?Co\.?\s?KG(?:aA)?)?|"
    r"UG(?:\s?\(haftungsbeschränkt\))?(?:\s?&\s?Co\.?\s?KG)?|mbH|KGaA|OHG|KG|e\.\s?K\.|e\.\s?V\.|eG|GbR|PartG(?:\s?mbB)?|"
    r"gGmbH|SE|"
    r"Ltd\.?|Limited|LLP|PLC|plc|LLC|L\.L\.C\.|Inc\.?|Incorporated|Corp\.?|Corporation|Pty\.?\sLtd\.?|S\.?A\.?R\.?L\.?|SARL|"
    r"SAS|S\.A\.S\.|EURL|SASU|SCOP|S\.?A\.?|S\.?L\.?U?\.?|S\.?r\.?l\.?s?|S\.?p\.?A\.?|S\.n\.c\.|S\.a\.s\.|"
    r"B\.?V\.?|N\.?V\.?|V\.?O\.?F\.?|sp\.\s?z\s?o\.\s?o\.|Sp\.\s?z\s?o\.\s?o\.|S\.A\.|sp\.\s?k\.|s\.r\.o\.|a\.s\.|Kft\.?|"
    r"Zrt\.?|AB|A/S|ApS|AS|ASA|Oy|Oyj|OÜ|SIA|UAB|d\.o\.o\.|Lda\.?"
)
_LEGAL_NAME = re.compile(
    rf"(?<![\w\-])((?:[A-ZÀ-ÖØ-ÞĀ-Ž0-9][\w&.'’+\-]{{0,40}}+|&|und|and|et|de|der|für|of|i)(?:[ "
    rf",]{{1,2}}(?:[A-ZÀ-ÖØ-ÞĀ-Ž0-9(][\w&.'’+\-)]{{0,40}}+|&|und|and|et|de|der|für|of|i|"
    rf"für)){{0,6}},?\s(?:{_LEGAL_FORMS}))(?![\w])"
)
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|&copy;|copyright)[\s:]{0,3}(?:©\s?)?(?:(?:19|20)\d\d(?:\s?[-–]\s?(?:(?:19|20)?\d\d|present|heute))?)?[\s,|"
    r":.–\-]{0,3}(?:by |von )?([^|•·\n\t©]{2,80})",
    re.IGNORECASE,
)
_COPYRIGHT_BEFORE = re.compile(r"(?:©|\(c\)|copyright)[\s:]{0,3}(?:(?:19|20)\d\d\s?[-–]\s?)?$", re.IGNORECASE)
_NOTICE_YEARS = re.compile(r"^(?:19|20)\d\d(?:\s?[-–]\s?(?:19|20)?\d\d)?,?\s(?=\S)")
_ENDS_IN_ABBREVIATION = re.compile(r"(?:\b(?:Inc|Ltd|Corp|Co|Pty|Lda|Kft|Zrt|Bros|Cie|Mfg)|\.\s?[^\W\d_])$")
_FOUNDED = re.compile(
    r"(?:founded|established|est\.|since|incorporated|gegründet|gründung(?:sjahr)?|seit|fondée?|créée?|depuis|fundada|"
    r"fundado|desde|fondata|dal|opgericht|sinds|założon[aey]|od roku)(?:\s(?:in|im|im jahre?|en|nel|back in|w|w roku|roku|"
    r"the year))?[\s:]{1,3}((?:1[6-9]|20)\d\d)(?![\d])",
    re.IGNORECASE,
)
_EMPLOYEES = re.compile(
    r"(?<![\w.,])((?:über|over|more than|rund|circa|ca\.|about|around|approximately|plus de|environ|más de|oltre|meer dan|"
    r"ponad|some|mehr als|nearly)?\s?\d{1,3}(?:[.,  ']?\d{3}){0,2}\+?)\s(?:employees|staff members|team members|"
    r"mitarbeiter(?:innen|\*innen|:innen)?(?:\sund\s\w+)?|mitarbeitende[rn]?|beschäftigte|salariés|collaborateurs|empleados|"
    r"trabajadores|dipendenti|collaboratori|medewerkers|pracowników|colaboradores)(?![\w])",
    re.IGNORECASE,
)
_DAY: Final = r"(?:mon(?:day)?s?|tue(?:s|sday)?s?|wed(?:nesday)?s?|thu(?:rs?|rsday)?s?|fri(?:day)?s?|sat(?:urday)?s?|sun(?:day)?s?|mo(?:ntags?)?|di(?:enstags?)?|mi(?:ttwochs?)?|do(?:nnerstags?)?|fr(?:eitags?)?|sa(?:mstags?)?|so(?:nntags?)?|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo|lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag|pon(?:iedziałek)?|pn|wt|śr|czw|pt|sob(?:ota)?|nd)"
_TIME: Final = r"(?:\d{1,2}(?:[:.h]\d{2})?\s?(?:am|pm|a\.m\.|p\.m\.|uhr|h)?|noon|midnight)"
_HOURS = re.compile(
    rf"(?<![\w]){_DAY}\.?(?:\s?(?:[-–—/&,+]|to|bis|und|and|through|thru|à|au|et|a|al|y|e|t/m|tot|do|"
    rf"i)\s?{_DAY}\.?){{0,6}}\s?[:,|]?\s{{0,3}}(?:from |von |de )?(?:{_TIME}\s?(?:[-–—]|to|bis|until|till|à|a|alle|tot|"
    rf"do)\s?{_TIME}(?:\s?(?:[,/&+]|and|und|et|y)\s?{_TIME}\s?(?:[-–—]|to|bis|à|a)\s?{_TIME})?|closed|geschlossen|fermé|"
    rf"cerrado|chiuso|gesloten|nieczynne|zamknięte|by appointment|nach Vereinbarung)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is written about a company.

    Attributes:
        value: As written, tidied to one line.
        method: How it was read: "json-ld", "text", "meta", ...
        snippet: The surroundings, at most 240 characters.
        confidence: Probability that it is right, 0 to 1.
        kind: For register numbers which ("vat", "handelsregister", ...); else empty.
    """

    value: str
    method: str
    snippet: str
    confidence: float
    kind: str = ""


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """What one page says about the company it belongs to; what is not written is None or empty.

    Attributes:
        page_url: The page.
        name: The name it goes by.
        legal_name: With its legal form.
        description: What it says of itself.
        industry: Words for what it does, as written.
        registrations: VAT and register numbers.
        founded: Year, or date where one is given.
        opening_hours: One entry a line.
        logo: Address of its picture.
        employees: Number, as written.
    """

    page_url: str
    name: Fact | None = None
    legal_name: Fact | None = None
    description: Fact | None = None
    industry: tuple[Fact, ...] = ()
    registrations: tuple[Fact, ...] = ()
    founded: Fact | None = None
    opening_hours: tuple[Fact, ...] = ()
    logo: Fact | None = None
    employees: Fact | None = None


def extract_company(html: bytes | str, *, url: str) -> CompanyFacts:
    """Read a company's facts from one of its pages.

    Args:
        html: The page; bytes are decoded by their own marks.
        url: Its address.

    Returns:
        The facts; an unreadable page has none.
    """
    document = parse_document(html, url=url)
    if not document.elements:
        return CompanyFacts(url)
    items = [item for item in read_items(document) if _is_company(item)]
    items.sort(key=lambda item: (-_weight(item), item.element))
    return CompanyFacts(
        page_url=url,
        name=_first(_property(document, items, "name", "alternateName"), _site_name(document), _copyright(document)),
        legal_name=_first(_property(document, items, "legalName"), _written_legal_name(document)),
        description=_first(_property(document, items, "description", "slogan"), _meta(document, "description", "og:description")),
        industry=tuple(_industry(document, items)),
        registrations=tuple(_registrations(document, items)),
        founded=_first(_property(document, items, "foundingDate"), _pattern(document, _FOUNDED, 0.75)),
        opening_hours=tuple(_opening_hours(document, items)),
        logo=_logo(document, items),
        employees=_first(_employees_stated(document, items), _pattern(document, _EMPLOYEES, 0.7)),
    )


def _first(*found: Fact | None) -> Fact | None:
    return next((fact for fact in found if fact is not None), None)


def _is_company(item: Item) -> bool:
    if not item.types or any(t in _NOT_COMPANIES for t in item.types):
        return False
    known = {
        "telephone",
        "address",
        "vatID",
        "taxID",
        "logo",
        "legalName",
        "contactPoint",
        "sameAs",
        "openingHours",
        "openingHoursSpecification",
        "email",
        "foundingDate",
        "numberOfEmployees",
    }
    return bool(known & item.properties.keys()) or item.is_a("Organization", "Corporation", "LocalBusiness")


def _weight(item: Item) -> int:
    return len(item.properties) - 5 * item.is_part


def _fact(
    document: Document, value: str, method: str, confidence: float, *, start: int = -1, end: int = -1, kind: str = ""
) -> Fact:
    tidy = " ".join(html_entities.unescape(value).split())[:_MAX_TEXT]
    snippet = document.snippet(start, end) if start >= 0 else tidy[:240]
    return Fact(tidy, method, snippet, confidence, kind)


def _property(document: Document, items: list[Item], *names: str) -> Fact | None:
    for item in items:
        value = item.text(*names)
        if value:
            return _fact(document, value, item.method, STRUCTURED[item.method])
    return None


def _meta(document: Document, *names: str) -> Fact | None:
    for name in names:
        for element in document.elements[:400]:
            if (
                element.tag == "meta"
                and (element.attrs.get("name") or element.attrs.get("property") or "").lower() == name
                and element.attrs.get("content", "").strip()
            ):
                return _fact(document, element.attrs["content"], "meta", 0.8)
    return None


def _site_name(document: Document) -> Fact | None:
    found = _meta(document, "og:site_name", "application-name")
    return found if found is not None and len(found.value) <= 80 else None


def _copyright(document: Document) -> Fact | None:
    match = _COPYRIGHT.search(document.text, max(0, len(document.text) - 5_000))
    if not match:
        return None
    name = re.split(
        r"\.\s|\s(?:all rights|alle rechte|tous droits|todos los|tutti i)|,\s(?:all|alle)",
        match.group(1),
        maxsplit=1,
        flags=re.IGNORECASE,
    )[0].strip(" .,;:–-")
    if _ENDS_IN_ABBREVIATION.search(name) and f"{name}." in match.group(1):
        name += "."
    return (
        _fact(document, name, "copyright", 0.65, start=match.start(), end=match.end())
        if re.search(r"[^\W\d_]{2}", name)
        else None
    )


def _written_legal_name(document: Document) -> Fact | None:
    """The name with a legal form that stands most often; on equal counts the first."""
    counted: dict[str, tuple[int, int, int]] = {}
    for line in document.lines:
        for match in _LEGAL_NAME.finditer(line.text):
            name = " ".join(match.group(1).split())
            if _COPYRIGHT_BEFORE.search(line.text[max(0, match.start() - 20) : match.start()]):
                name = _NOTICE_YEARS.sub("", name)  # the notice's year, which elsewhere may belong to the name
            count, start, end = counted.get(name, (0, line.start + match.start(), line.start + match.end()))
            counted[name] = (count + 1, start, end)
        if len(counted) > 200:
            break
    if not counted:
        return None
    name, (count, start, end) = max(counted.items(), key=lambda pair: (pair[1][0], -pair[1][1]))
    return _fact(document, name, "text", 0.8 if count > 1 or len(counted) == 1 else 0.6, start=start, end=end)


def _industry(document: Document, items: list[Item]) -> Iterator[Fact]:
    seen: set[str] = set()
    for item in items[:10]:
        words = [t for t in item.types if t not in {"Organization", "LocalBusiness", "Corporation", "Card", "Store"}]
        words += item.texts("industry", "knowsAbout", "servesCuisine", "medicalSpecialty", "naics", "isicV4")
        for word in words[:_MAX_LIST]:
            if word.casefold() not in seen and len(word) <= 120:
                seen.add(word.casefold())
                yield _fact(document, word, item.method, STRUCTURED[item.method])


def _registrations(document: Document, items: list[Item]) -> Iterator[Fact]:
    seen: set[str] = set()
    for finding in [*schema_numbers(items), *find_registrations(document)]:
        if finding.value not in seen and len(seen) < _MAX_LIST:
            seen.add(finding.value)
            kind = str(finding.details.get("type", ""))
            yield _fact(
                document, finding.value, finding.method, finding.confidence, start=finding.start, end=finding.end, kind=kind
            )


def _pattern(document: Document, pattern: re.Pattern[str], confidence: float) -> Fact | None:
    for line in document.lines:
        if line.digits and (match := pattern.search(line.text)):
            return _fact(
                document,
                match.group(1).strip(),
                "text",
                confidence,
                start=line.start + match.start(),
                end=line.start + match.end(),
            )
    return None


def _employees_stated(document: Document, items: list[Item]) -> Fact | None:
    for item in items:
        for part in item.items("numberOfEmployees"):
            value = part.text("value") or "-".join(filter(None, (part.text("minValue"), part.text("maxValue"))))
            if value:
                return _fact(document, value, item.method, STRUCTURED[item.method])
    return _property(document, items, "numberOfEmployees")


def _opening_hours(document: Document, items: list[Item]) -> Iterator[Fact]:
    found = [fact for item in items[:10] for fact in _stated_hours(document, item)]
    if not found:
        found = [
            _fact(document, match.group(), "text", 0.75, start=line.start + match.start(), end=line.start + match.end())
            for line in document.lines
            if len(line.text) <= _MAX_HOURS_LINE
            for match in _HOURS.finditer(line.text)
        ]
    yield from {fact.value: fact for fact in found[:_MAX_LIST]}.values()


def _stated_hours(document: Document, item: Item) -> Iterator[Fact]:
    for value in item.texts("openingHours"):
        yield _fact(document, value, item.method, STRUCTURED[item.method])
    for part in item.items("openingHoursSpecification"):
        days = ", ".join(day.rpartition("/")[2] for day in part.texts("dayOfWeek"))
        opens, closes = part.text("opens"), part.text("closes")
        if opens and closes:
            yield _fact(document, f"{days} {opens}-{closes}".strip(), item.method, STRUCTURED[item.method])


def _logo(document: Document, items: list[Item]) -> Fact | None:
    for item in items:
        picture = next((part.text("url", "contentUrl") for part in item.items("logo")), "") or item.text("logo")
        if picture:
            return _fact(document, document.absolute(picture), item.method, STRUCTURED[item.method])
    for element in document.elements:
        if element.tag == "img" and element.attrs.get("src") and not element.attrs["src"].startswith("data:"):
            said = " ".join(element.attrs.get(name, "") for name in ("class", "id", "alt", "src"))[:400]
            if "logo" in said.lower():
                return _fact(document, document.absolute(element.attrs["src"]), "img", 0.7)
    return None
