"""Postal addresses in the visible text.

What lives here: finding a street line and the place line that belongs to it, in the shapes of about fifteen countries, and
putting both into one address. What does not: structured data (`schema_contacts`), the one-line form (`postal`), the shapes
themselves (`address_shapes`).

An address is never guessed: a place without a street line beside it is none, and a street whose place is not written is kept as
what it is, with less confidence.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from inroad.contacts.address_shapes import (
    ADDRESS_WORD,
    BEFORE,
    BEHIND,
    BOX,
    EITHER,
    NAME_THEN_NUMBER,
    NOT_A_STREET,
    NUMBER_THEN_NAME,
    PLACES,
    STREETS,
    TRAILING_UNIT,
    UNIT_LINE,
    find_country,
    shapes_called_by,
    shapes_called_by_line,
)
from inroad.contacts.confidence import ADDRESS
from inroad.contacts.document import MAX_LINE, Document, Line
from inroad.contacts.finding import Finding
from inroad.contacts.postal import one_line
from inroad.contacts.regions import COUNTRY_NAME, country_code

MAX_ADDRESSES: Final = 500
_MAX_PARTS: Final = 4_000
_LINES_TO_PLACE: Final = 4
_LABEL = re.compile(
    r"^(?:(?:our |main |head |postal |mailing |street |visiting |business |registered |corporate |physical )*(?:address|"
    r"office|headquarters|location|adresse|anschrift|postanschrift|indirizzo|dirección|"
    r"direccion|adres|siège(?: social)?|sede(?: legale)?|sitz|morada|hq|hauptsitz|besuchsadresse|"
    r"lieferanschrift)s?)\s{0,3}[:：]\s*",
    re.IGNORECASE,
)
_OTHER_CODES: Final = frozenset(("US", "CA", "GB", "AU", "NZ", "IE"))
_DIGIT = re.compile(r"\d")
_FOREIGN = re.compile(
    r"@|https?://|www\.|©|[$€£]|\btel\b|phone|\bfax\b|telefon|\bmob|\bhours?\b|\bmail\b|\bcall\b|\d{3}[-. )]{1,2}\d{3}|\d{7}",
    re.IGNORECASE,
)
_UNIT_IN_CITY = re.compile(
    r"^(?:Fl|Floor|Suite|Ste|Unit|St|Street|Ave|Avenue|Road|Rd|NW|NE|SW|SE)\b\.?,?\s+(?=[A-Z])(?!\w+$)|^(?:Fl|Floor|Suite|"
    r"Ste|Unit|NW|NE|SW|SE)\b\.?,?\s+"
)
_UNIT_BEFORE = re.compile(r"(?<!\w)(?:Unit|Units|Suite|Flat|Studio|Plot|Shop)\s$")
_STREET_NAME = re.compile(
    r"[A-Z][\w'’]+ (?:Street|Road|Lane|Avenue|Way|Close|Drive|Quay|Square|Place|Hill|Row|Terrace|Crescent|Gardens)\b"
)
_DIRECTIONS: Final = frozenset("north south east west northeast northwest southeast southwest the rue via calle ul".split())  # noqa: SIM905
_CLOSES_BLOCK = re.compile(r"\s?(?:tel|phone|ph|fax|fon|telefon|t|p|f|email|e-mail|mob(?:ile)?)\b[\s.:(+]", re.IGNORECASE)
_BREAK = re.compile(r"[a-z]{3,}\. |[:•;?!] |\| (?=[^|]{41,}$)")
_SENTENCE = re.compile(r"[a-z]{3}[.!?]\s|\d{1,2}/\d{1,2}/\d{2,4}")


@dataclass(slots=True)
class _Street:
    start: int
    end: int
    text: str
    line: int
    is_box: bool = False


@dataclass(slots=True)
class _Place:
    start: int
    end: int
    line: int
    parts: dict[str, str] = field(default_factory=dict)


def find_addresses(document: Document, regions: list[str]) -> list[Finding]:
    """Every address written in the page's text.

    Args:
        document: The page.
        regions: Its likely countries, likeliest first; they decide what a bare five-digit postcode means.
    """
    lines = document.lines
    streets, places = _read_lines(document, regions)
    found: list[Finding] = []
    used: set[int] = set()
    for street in streets:
        if found and found[-1].start <= street.start < found[-1].end:
            continue
        place = _place_for(street, places, lines, used)
        found.append(_finding(document, street, place, lines, regions))
        if len(found) >= MAX_ADDRESSES:
            return found
    covered = sorted((f.start, f.end) for f in found)
    for place in places:
        at = bisect_right(covered, (place.start, len(document.text))) - 1
        if place.start in used or (at >= 0 and place.start < covered[at][1]):
            continue
        if len(found) >= MAX_ADDRESSES:
            break
        before = _street_before(place, lines)
        if before is not None:
            _drop_company(before, document.host)
            used.add(place.start)
            found.append(_finding(document, before, place, lines, regions))
    return _without_fragments(found)[:MAX_ADDRESSES]


def _without_fragments(found: list[Finding]) -> list[Finding]:
    """A street that also stands on the page with its place is the same address."""
    whole = " | ".join(dict.fromkeys(_bare(f.value) for f in found if f.details["complete"]))
    return [f for f in found if f.details["complete"] or _bare(f.value) not in whole]


def address_key(parts: Mapping[str, str]) -> tuple[str, str, str] | None:
    """House number, first word of the street and postcode: what two spellings of one address share; None where one is missing."""
    street = parts.get("street", "")
    numbers = re.findall(r"\d+", street + " " + parts.get("extended", ""))
    words = [word for word in re.findall(r"[^\W\d_]{3,}", street.casefold()) if word not in _DIRECTIONS]
    postcode = re.sub(r"\W", "", parts.get("postcode", ""))
    return ("-".join(numbers), words[0][:5], postcode) if numbers and words and postcode else None


def _bare(text: str) -> str:
    return re.sub(r"\W+", " ", text.casefold()).strip()


def _read_lines(document: Document, regions: list[str]) -> tuple[list[_Street], list[_Place]]:
    streets: list[_Street] = []
    places: list[_Place] = []
    shapes = _shapes_called(document)
    for number, line in enumerate(document.lines):
        if not line.digits or len(streets) + len(places) > _MAX_PARTS:
            continue
        if shapes != {} and (called := shapes_called_by_line(line.text, shapes)):
            streets.extend(_streets_in(line, number, called))
        if line.has_code:
            places.extend(_places_in(line, number, regions))
    streets.sort(key=lambda s: s.start)
    starts = [street.start for street in streets]
    free = []
    for place in sorted(places, key=lambda p: (p.start, -p.end)):
        at = bisect_right(starts, place.end - 1) - 1
        if at < 0 or streets[at].end <= place.start or (streets[at].start + 5 < place.start and streets[at].end < place.end - 3):
            free.append(place)
    return streets, free


def _shapes_called(document: Document) -> dict[str, frozenset[int]] | None:
    """The words of the page that call for shapes of streets, each looked up once; None where lines have words of their own."""
    words = document.words
    if words is None or max(map(len, words), default=0) >= MAX_LINE // 2:  # as cut lines have
        return None
    return {word: shapes for word in words if (shapes := shapes_called_by(word))}


def _streets_in(line: Line, number: int, called: set[int]) -> Iterator[_Street]:
    taken = 0
    sides = {EITHER}
    if NUMBER_THEN_NAME.search(line.text):
        sides.add(BEFORE)
    if NAME_THEN_NUMBER.search(line.text):
        sides.add(BEHIND)
    hits = [
        (match, pattern is BOX)
        for _, _, side, pattern in (STREETS[at] for at in sorted(called))
        if side in sides
        for match in pattern.finditer(line.text)
    ]
    for match, is_box in sorted(hits, key=lambda hit: (hit[0].start(), -hit[0].end())):
        if match.start() < taken or (not is_box and NOT_A_STREET.search(match.group())):
            continue
        end = match.end()
        unit = TRAILING_UNIT.match(line.text, end)
        if unit:
            end = unit.end()
        unit = _UNIT_BEFORE.search(line.text, max(taken, match.start() - 8), match.start())
        start = unit.start() if unit else match.start()
        taken = end
        yield _Street(line.start + start, line.start + end, line.text[start:end].strip(" ,;"), number, is_box)


def _places_in(line: Line, number: int, regions: list[str]) -> Iterator[_Place]:
    taken = -1
    foreign = bool(set(regions) - _OTHER_CODES)
    for country, quick, pattern in PLACES:
        if country in {"EU5", "EU4", "SE", "RU"} and not foreign:
            continue
        if not quick.search(line.text):
            continue
        for match in pattern.finditer(line.text):
            if match.start() < taken:
                continue
            parts = {key: " ".join(value.split()).strip(" ,.") for key, value in match.groupdict().items() if value}
            if "city" in parts:
                parts["city"] = _UNIT_IN_CITY.sub("", parts["city"])
            if "city" in parts and (not parts["city"] or parts["city"].isdigit()):
                continue
            taken = match.end()
            yield _Place(line.start + match.start(), line.start + match.end(), number, parts)


def _place_for(street: _Street, places: list[_Place], lines: list[Line], used: set[int]) -> _Place | None:
    """The first place after a street, in the same line or in the few below with nothing but address lines between."""
    first = bisect_left(places, street.start, key=lambda place: place.start)
    for place in places[first : first + 20]:
        if place.start in used:
            continue
        if place.line - street.line > _LINES_TO_PLACE or place.start - street.end > 200:
            return None
        if place.start < street.end - 1 and place.end <= street.end:
            continue
        between = lines[street.line + 1 : place.line]
        if any(len(line.text) > 80 or _FOREIGN.search(line.text) for line in between):
            return None
        used.add(place.start)
        return place
    return None


def _street_before(place: _Place, lines: list[Line]) -> _Street | None:
    """The line before a place read as its street when it has the shape of one in a country whose streets we do not know."""
    line = lines[place.line]
    lead = line.text[: place.start - line.start].rstrip(" ,;|-–")
    if lead:
        candidate = re.split(r"[:|•·]\s", lead)[-1]
        start = line.start + lead.rfind(candidate)
        return _Street(start, start + len(candidate), candidate.strip(), place.line) if _looks_like_street(candidate) else None
    for number in range(place.line - 1, max(-1, place.line - 3), -1):
        above = lines[number]
        if _looks_like_street(above.text):
            return _Street(above.start, above.start + len(above.text), above.text.strip(" ,"), number)
        if not UNIT_LINE.search(above.text) and (_DIGIT.search(above.text) or len(above.text) > 40):
            return None
    return None


def _drop_company(street: _Street, host: str) -> None:
    """Take the site's own name off the front of a street: "Acme Boatworks, The Slip" on acme-boatworks.example."""
    name, comma, rest = street.text.partition(", ")
    called = re.sub(r"\W", "", name.casefold())
    if comma and len(called) >= 4 and called in host.replace("-", "") and rest.strip():
        street.start += len(name) + len(comma)
        street.text = rest.strip()


def _looks_like_street(text: str) -> bool:
    text = text.strip()
    if (
        not 5 <= len(text) <= 90
        or _FOREIGN.search(text)
        or NOT_A_STREET.search(text)
        or _SENTENCE.search(text)
        or UNIT_LINE.fullmatch(text)
    ):
        return False
    digits = sum(character.isdigit() for character in text)
    letters = sum(character.isalpha() for character in text)
    if not digits:
        return bool(_STREET_NAME.search(text)) and len(text.split()) <= 7 and text[0].isupper()
    return digits <= 8 and letters >= 4 and len(text.split()) <= 10 and (text[0].isupper() or text[0].isdigit())


def _finding(document: Document, street: _Street, place: _Place | None, lines: list[Line], regions: list[str]) -> Finding:
    street_text = _LABEL.sub("", street.text).strip(" ,;:|•-–")
    parts: dict[str, str] = {"box" if street.is_box else "street": street_text}
    if place is not None:
        between = _between(document.text[street.end : place.start])
        if between:
            parts["extended"] = between
        parts.update(place.parts)
        end = place.end
    else:
        end = _block_end(street, lines)
        if end > street.end and (below := _between(document.text[street.end : end])):
            parts["extended"] = below
    country = find_country(document.text[end : end + 40])
    if country and "country" not in parts:
        parts["country"], end = country[0], end + country[1]
    start = _block_start(street, lines)
    raw = ", ".join(part.strip(" ,") for part in re.split(r"[\n\t]+", document.text[start:end]) if part.strip(" ,"))
    code = country_code(parts.get("country", "")) if parts.get("country") else (regions[0] if place is not None else None)
    details: dict[str, object] = {"parts": parts, "complete": place is not None}
    if code:
        details["country_code"] = code
    confidence = ADDRESS["complete" if place is not None else "street"]
    return Finding(
        "address",
        one_line(parts),
        raw,
        "text",
        confidence,
        element=document.element_at(street.start).index,
        start=street.start,
        end=end,
        details=details,
    )


def _between(text: str) -> str:
    middle = " ".join(text.split()).strip(" ,;|•·-–")
    return middle if 2 <= len(middle) <= 80 and not _FOREIGN.search(middle) else ""


def _block_end(street: _Street, lines: list[Line]) -> int:
    """Where an address without a place ends: floors, suites and estates below the street belong to it."""
    end = street.end
    line = lines[street.line]
    if line.start + len(line.text.rstrip(" ,.;")) > end + 1:
        return end
    following = lines[street.line + 1 : street.line + 6]
    sure = next(
        (
            at
            for at, below in enumerate(following)
            if _CLOSES_BLOCK.match(below.text) or COUNTRY_NAME.fullmatch(below.text.strip(" ,.:"))
        ),
        0,
    )
    for at, below in enumerate(following[:4]):
        if len(below.text) > 50 or _FOREIGN.search(below.text) or _SENTENCE.search(below.text):
            break
        if at >= sure and not ADDRESS_WORD.search(below.text):
            break
        end = below.start + len(below.text.rstrip())
    return end


def _block_start(street: _Street, lines: list[Line]) -> int:
    """Where the address's block begins: building, floor and addressee above the street belong to it."""
    line = lines[street.line]
    lead = line.text[: street.start - line.start]
    if lead.strip():
        cut = max((match.end() - 1 for match in _BREAK.finditer(lead)), default=-1)
        piece = lead[cut + 1 :] if cut >= 0 else lead
        if cut >= 0 or len(piece.strip()) > 40 or _FOREIGN.search(piece):
            return street.start - (len(piece.lstrip()) if len(piece.strip()) <= 40 and not _FOREIGN.search(piece) else 0)
    start = street.start if not lead.strip() else line.start
    for number in range(street.line - 1, max(-1, street.line - 5), -1):
        above = lines[number]
        if len(above.text) > 60 or _FOREIGN.search(above.text) or above.text.rstrip().endswith((":", ".", "!", "?")):
            break
        is_address = bool(ADDRESS_WORD.search(above.text))
        if not is_address and len(above.text) > 45:
            break
        start = above.start
        if not is_address:
            break
    return start
