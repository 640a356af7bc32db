"""What was read as an address, looked at once more: labels taken off, dates and ranks refused.

What lives here: words before a street and behind a city that belong to neither, numbers that are years, places and boxes that say
nothing alone. What does not: finding addresses (`addresses`), their shapes (`address_shapes`).
"""

from __future__ import annotations

import re
from typing import Final

from inroad.contacts.document import Document
from inroad.contacts.finding import Finding
from inroad.contacts.postal import one_line

_LABEL = re.compile(
    r"(?:(?:(?:Post|Haus|Liefer|Besucher?|Firmen|Geschäfts|Büro)?(?:[Aa]dresse|[Aa]nschrift)|Address|Firmensitz|Hauptsitz|Standort|"
    r"Geschäftsstelle|Pressestelle|Redaktion|Kanzlei|Zentrale|Niederlassung|Adres|Indirizzo|Dirección|Siège social|Sede legale)"
    r"\s{0,2}[:–-]?\s{1,2})+(?=\S)"
)
_LEGAL_FORM = re.compile(r"[^\d]{0,60}?\b(?:GmbH|mbH|KG|KGaA|AG|OHG|GbR|UG|e\.\s?V\.),?\s(?=[A-ZÄÖÜ])")
_COMPOUND = re.compile(
    r"(?P<lead>(?:\S{1,40} ){1,3})(?P<street>[A-ZÄÖÜ][\w\-]{2,40}(?:straße|strasse|str\.?|weg|platz|allee|gasse|ring|damm|ufer|"
    r"chaussee|steig|graben|promenade|stieg)\s{1,2}\d.{0,40})"
)
# What stands before a compound street's name and belongs to it: "Alte Jakobstraße", "Düsseldorfer Landstraße", "An der Hofgasse".
_OF_STREET = re.compile(
    r"(?:Alt|Neu|Ober|Unter|Groß|Gross|Klein|Hinter|Vorder|Äußer|Inner|Lang|Kurz|Hoh|Breit|Schmal|Recht|Link|Mittler|Nördlich|Südlich|"
    r"Östlich|Westlich)e[rnsm]?|Sankt|St\.|Dr\.|Prof\.|Am|An|Auf|Im|In|Zum|Zur|Bei|Vor|Hinter|Unter|Ober|der|den|dem|des|"
    r"(?!.*(?:kammer|center|minister|partner|leiter|träger|anbieter|steller|treter|geber|halter|sprecher|walter|berater|inhaber)$)"
    r"[A-ZÄÖÜ]\w{2,14}er"
)
_BEHIND_CITY = re.compile(
    r"\s(?:Telefon|Tel|Phone|Fon|Fax|Telefax|Mobil|Mobile|E-?Mail|Mail|Web|Internet|Kontakt|Contact|Öffnungszeiten|Anfahrt|Route|Map|"
    r"Karte|USt|Registergericht|Amtsgericht|Handelsregister|Geschäftsführer)\b.*$",
    re.IGNORECASE,
)
_SIGN = re.compile(r"\s{0,3}[|•·]\s{0,3}")
_STAIRS = re.compile(r"/\s?\w{1,4}")
_TIMES: Final = (
    "Jan(?:uary|uar|vier)?|Feb(?:ruary|ruar)?|Mar(?:ch)?|März|Apr(?:il)?|May|Mai|June?|Juni|July?|Juli|Aug(?:ust)?|Sep(?:t|tember)?|"
    "Oct(?:ober)?|Oktober|Nov(?:ember)?|Dec(?:ember)?|Dezember|Jahre?|Sommer|Winter|Herbst|Frühjahr|Frühling|Regel|Alter|Schnitt|"
    "Durchschnitt|Monat|Zeitraum|Schuljahr|Vergleich|Semester|Quartal"
)
_DATE = re.compile(rf"(?:(?:[Ii]m|[Ii]n|[Aa]m|[Aa]b|[Vv]om|[Ss]eit|[Bb]is)\s(?:der\s|den\s|dem\s)?)?(?:{_TIMES})\b\.?(?:\s|$)")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
# Words that end fields, ranks and heights as often as streets: alone they need a place beside them.
_WEAK_GERMAN = re.compile(
    r"(?:Platz|(?:[\w\-]+\s)?[\w\-]*(?:feld|höhe|bogen|garten|tor|hof|berg|zeile|wiese|anger|pfad|markt))\s\d{1,4}(?:\s?[–-]\s?\d{1,4})?"
)
_WEAK_ENGLISH = re.compile(
    r"(?:19|20)\d\d\s.{0,60}(?:Green|Park|View|Point|Rise|Run|Center|Centre|Common|Ridge|Hill|Pass|Path|"
    r"Walk|Yard|Mall|Place)",
    re.IGNORECASE,
)


def settle_addresses(document: Document, found: list[Finding]) -> list[Finding]:
    """Addresses without what does not belong to them, and without those that are none.

    Args:
        document: The page.
        found: What was read as addresses; values and parts are changed in place.
    """
    kept = []
    for finding in found:
        parts: dict[str, str] = finding.details["parts"]
        before = dict(parts)
        _tidy(parts)
        if _is_none(document, finding, parts):
            continue
        if parts != before:
            finding.value = one_line(parts)
        kept.append(finding)
    return kept


def without_fragments(found: list[Finding]) -> list[Finding]:
    """Drop a street without its place where the page has it whole, or at least more of it, by whatever signal.

    Args:
        found: Findings of any kind.
    """
    said = {_bare(one.value) for one in found if one.kind == "address"}
    more = " | ".join(sorted(said))
    return [
        one for one in found if one.kind != "address" or one.details.get("complete", True) or more.count(_bare(one.value)) == 1
    ]


def _bare(text: str) -> str:
    return re.sub(r"\W+", " ", text.casefold()).strip()


def _tidy(parts: dict[str, str]) -> None:
    if street := parts.get("street"):
        parts["street"] = _SIGN.sub(", ", street_alone(street))
    if city := parts.get("city"):
        parts["city"] = _BEHIND_CITY.sub("", city)
    if (below := parts.get("extended", "")) and "street" in parts and _STAIRS.fullmatch(below):
        parts["street"] += re.sub(r"\s", "", parts.pop("extended"))
    # "53333, Meckenheim, DE": Germany, not Delaware
    if (
        re.fullmatch(r"\d{5}", parts.get("extended", ""))
        and "postcode" not in parts
        and parts.get("region") in {"DE", "AL", "IL"}
    ):
        parts["postcode"], parts["country"] = parts.pop("extended"), parts.pop("region")


def street_alone(street: str) -> str:
    """A street without the label or company before it: `Adresse Wundtstr. 40` is `Wundtstr. 40`."""
    for pattern in (_LABEL, _LEGAL_FORM):
        lead = pattern.match(street)
        if lead is not None and re.search(r"[^\W\d_]{2}.*\d|\d.*[^\W\d_]{2}", street[lead.end() :]):
            street = street[lead.end() :]
    compound = _COMPOUND.fullmatch(street)
    if compound is None:
        return street
    kept: list[str] = []
    for word in reversed(compound["lead"].split()):
        if not _OF_STREET.fullmatch(word):
            break
        kept.insert(0, word)
    return " ".join([*kept, compound["street"]])


def _may_be_place(text: str) -> bool:
    """Whether a line beside a box may be its town: capitalised words, no sentence."""
    return bool(text) and sum(word[0].islower() for word in text.split()) <= 1


def _is_none(document: Document, finding: Finding, parts: dict[str, str]) -> bool:
    street = parts.get("street", "")
    if not street:
        return "box" in parts and not (
            finding.details["complete"] or "country" in parts or _may_be_place(parts.get("extended", ""))
        )
    if _DATE.match(street) or (_YEAR.search(street) and _YEAR.fullmatch(parts.get("postcode", ""))):
        return True
    if re.search(r"\d:$", document.text[max(0, finding.start - 2) : finding.start]):  # "08:51 Na Av."
        return True
    return not finding.details["complete"] and bool(_WEAK_GERMAN.fullmatch(street) or _WEAK_ENGLISH.match(street))
