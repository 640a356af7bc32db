"""A draft of a profile from the lines of somebody's CV: what is recognised, and every line that is not.

The layout of a CV is free, so nothing here is believed: a person reads the draft, mends it and confirms it. A line is used once
or listed as unread; none is invented, and none is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from inroad.cvs.profile import Profile
from inroad.cvs.wording import known_headings

_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_PHONE = re.compile(r"(?<![\w/])\+?\(?\d[\d ()/.-]{6,22}\d(?!\w)")
_URL = re.compile(
    r"\b(?:https?://|www\.)[^\s|,;]{3,200}|\b(?:[\w-]{1,60}\.){1,3}(?:com|org|net|dev|io|de|example|me|ch|at|fr|es)(?:/[^\s|,;]{0,200})?"
)
_MONTHS = (
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "jan feb mär apr mai jun jul aug sep okt nov dez",
    "janv févr mars avr mai juin juil août sept oct nov déc",
    "ene feb mar abr may jun jul ago sep oct nov dic",
)
_MONTH_NUMBERS = {name[:4]: number for line in _MONTHS for number, name in enumerate(line.split(), start=1)}
_MONTH_NUMBERS |= {name[:3]: number for line in _MONTHS for number, name in enumerate(line.split(), start=1)}
_DAY = r"(?:(?P<{0}m>[^\W\d_]{{3,10}}\.?)\s+|(?P<{0}n>[01]?\d)[./])?(?P<{0}y>(?:19|20)\d{{2}})(?:-(?P<{0}i>[01]\d))?"
_NOW = r"present|today|now|current|heute|aktuell|aujourd.?hui|présent|actualidad|presente|oggi|heden|nu|obecnie"
_SPAN = re.compile(rf"{_DAY.format('a')}\s*(?:[-–—]|to|until|bis)\s*(?:{_DAY.format('b')}|(?P<now>{_NOW}))", re.IGNORECASE)
_YEAR = re.compile(_DAY.format("a"))
_BULLET = re.compile(r"^\s*[•●▪◦‣∙·*–—-]\s+")
_FOOT = re.compile(
    r"^last updated\b|(?:page\s+)?\d{1,2}\s*(?:/|of)\s*\d{1,2}$|^.{0,60}[·–-]\s*\d{1,2}\s*/\s*\d{1,2}$", re.IGNORECASE
)
_DEGREE = re.compile(
    r"\b(?:ph\.?d|doctor\w*|master\w*|bachelor\w*|m\.?sc|b\.?sc|mba|m\.?a|b\.?a|diplom\w*|licence|grado|b\.?eng|m\.?eng)\b\.?",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"\s+[|·•–—]\s+|\s{3,}")
_DATED = {"work", "education", "projects", "volunteer", "certificates", "awards", "publications"}
_NAMES = {
    "work": ("position", "name"), "volunteer": ("position", "organization"), "education": ("studyType", "institution"),
    "projects": ("name", "description"), "certificates": ("name", "issuer"), "awards": ("title", "awarder"),
    "publications": ("name", "publisher"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Draft:
    """What was read.

    Attributes:
        resume: JSON Resume document that keeps to the schema.
        unread: Lines that are in no field, in their order.
    """

    resume: dict[str, Any]
    unread: tuple[str, ...]


@dataclass(slots=True)
class _Entry:
    """The lines of one position, degree, ... while they are gathered."""

    head: list[str] = field(default_factory=list)
    dates: dict[str, str] = field(default_factory=dict)
    bullets: list[str] = field(default_factory=list)
    url: str = ""
    told: list[str] = field(default_factory=list)


def read_draft(lines: Sequence[str]) -> Draft:
    """Read a CV's lines into a draft.

    Args:
        lines: In reading order; list items begin with a bullet.
    """
    kept = [line for line in lines if not _FOOT.search(line)]
    parts = _by_section(kept)
    unread: list[str] = []
    resume: dict[str, Any] = {"basics": _basics(parts.pop("", []), unread)}
    for section, body in parts.items():
        if section == "summary":
            resume["basics"]["summary"] = " ".join(_BULLET.sub("", line) for line in body)
        elif section in _DATED:
            resume[section] = list(_dated(section, body, unread))
        elif section in {"skills", "languages", "interests"}:
            resume[section] = list(_listed(section, body))
        else:
            unread.extend(body)
    resume = {name: value for name, value in resume.items() if value}
    Profile.from_resume(resume, name="the draft")  # a draft that breaks the schema would be our bug
    return Draft(resume, tuple(unread))


def _by_section(lines: Sequence[str]) -> dict[str, list[str]]:
    """Divide the lines at the headings; what stands before the first is "" ."""
    headings = known_headings()
    parts: dict[str, list[str]] = {"": []}
    current = ""
    for line in lines:
        section = headings.get(re.sub(r"[^\w\s]", "", line).strip().casefold()) if len(line) < 60 else None
        if section is not None:
            current = section
            parts.setdefault(current, [])
        else:
            parts[current].append(line)
    return parts


def _basics(lines: Sequence[str], unread: list[str]) -> dict[str, Any]:
    basics: dict[str, Any] = {}
    rest: list[str] = []
    for line in lines:
        left = _take_contacts(line, basics)
        pieces = [piece.strip(" |·,;") for piece in _SPLIT.split(left)]
        rest.extend(piece for piece in pieces if any(char.isalnum() for char in piece))
    if rest:
        basics["name"] = rest.pop(0)
    if rest and len(rest[0]) <= 120:
        basics["label"] = rest.pop(0)
    unread.extend(rest)
    return basics


def _take_contacts(line: str, basics: dict[str, Any]) -> str:
    """Move address, telephone number and links of a line into the basics; return what is left of it."""
    for name, pattern in (("email", _EMAIL), ("url", _URL), ("phone", _PHONE)):
        found = pattern.search(line)
        while found and name in basics and name == "url":
            basics.setdefault("profiles", []).append({"url": found[0]})
            line = line[: found.start()] + " | " + line[found.end() :]
            found = pattern.search(line)
        if found and name not in basics:
            basics[name] = found[0].strip()
            line = line[: found.start()] + "   " + line[found.end() :]
    return line


def _dated(section: str, lines: Sequence[str], unread: list[str]) -> Iterator[dict[str, Any]]:
    """Divide a section into entries; each has a head of a few lines, dates, and bullets."""
    entries: list[_Entry] = []
    full, before = 0.85 * max(map(len, lines), default=0), ""
    for line in lines:
        text, runs_on, before = _BULLET.sub("", line), len(before) >= max(full, 40), line
        if _BULLET.match(line) and entries:
            entries[-1].bullets.append(text)
        elif entries and entries[-1].bullets and (text[:1].islower() or (runs_on and not _take_dates(text)[0])):
            entries[-1].bullets[-1] += f" {text}"  # a bullet that runs over its line
        else:
            _add_head(entries, text, single_lines=section in {"certificates", "awards", "publications"})
    for entry in entries:
        yield _row(section, entry, unread)


def _add_head(entries: list[_Entry], text: str, *, single_lines: bool) -> None:
    dates, rest = _take_dates(text)
    last = entries[-1] if entries else None
    if last is not None and not last.bullets and _URL.fullmatch(text) and not last.url:
        last.url = text
        return
    if last is not None and last.dates and len(last.head) >= 2 and not dates and text.endswith(".") and " " in text:
        last.told.append(text)  # a sentence under the head describes the entry
        return
    is_new = (
        last is None
        or (last.bullets and not (dates and not last.dates))
        or (dates and last.dates)
        or (single_lines and last.dates and not dates)
        or (last.dates and not dates and len(last.head) >= 2)
    )
    if is_new or last is None:
        last = _Entry()
        entries.append(last)
    last.dates |= dates
    last.head += [piece for piece in (part.strip(" ,;|") for part in _SPLIT.split(rest)) if piece]


def _take_dates(text: str) -> tuple[dict[str, str], str]:
    found = _SPAN.search(text)
    if found:
        dates = {"startDate": _iso(found, "a")} | ({} if found["now"] else {"endDate": _iso(found, "b")})
        return {name: value for name, value in dates.items() if value}, _without(text, found)
    found = _YEAR.search(text)
    if found and len(text) - len(found[0]) < 90:
        return {"endDate": _iso(found, "a")}, _without(text, found)
    return {}, text


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]}   {text[found.end() :]}".replace("()", "")


def _iso(found: re.Match[str], end: str) -> str:
    year, name, number = found[f"{end}y"], found[f"{end}m"], found[f"{end}n"] or found[f"{end}i"]
    month = int(number) if number else _MONTH_NUMBERS.get(name.casefold().rstrip(".")[:4]) if name else None
    if month is None and name:
        month = _MONTH_NUMBERS.get(name.casefold()[:3])
    return f"{year}-{month:02}" if month and 1 <= month <= 12 else year


def _row(section: str, entry: _Entry, unread: list[str]) -> dict[str, Any]:
    first, second = _NAMES[section]
    head = list(entry.head)
    if len(head) == 1 and section in {"work", "volunteer", "education"} and ", " in head[0]:
        head = [part.strip() for part in head[0].split(", ", 1)]
    row: dict[str, Any] = {}
    if section == "education":
        degree = next((line for line in head if _DEGREE.search(line)), None)
        head = [degree, *(line for line in head if line is not degree)] if degree else ["", *head]
    for name, text in zip((first, second), head, strict=False):
        row |= {name: text} if text else {}
    if section == "work" and len(head) > 2 and len(head[2]) < 60:
        row["location"] = head.pop(2)
    unread.extend(head[2:])
    dates = entry.dates
    if section in {"certificates", "awards"}:
        dates = {"date": dates["endDate"]} if "endDate" in dates else {}
    elif section == "publications":
        dates = {"releaseDate": dates["endDate"]} if "endDate" in dates else {}
    row |= dates | ({"url": entry.url} if entry.url else {})
    if entry.told and section != "education":
        row["summary" if section != "projects" else "description"] = " ".join(entry.told)
    elif entry.told:
        unread.extend(entry.told)
    if entry.bullets and section in {"work", "volunteer", "projects"}:
        row["highlights"] = entry.bullets
    elif entry.bullets and section == "education":
        row["courses"] = entry.bullets
    else:
        unread.extend(entry.bullets)
    return row


def _listed(section: str, lines: Sequence[str]) -> Iterator[dict[str, Any]]:
    first = "language" if section == "languages" else "name"
    for line in lines:
        text = _BULLET.sub("", line).strip()
        label, colon, rest = text.partition(":")
        if section == "languages":
            pieces = [text] if colon else re.split(r"[,;|]\s*", text)
            for piece in pieces:
                name, _, level = re.sub(r"[()]", ":", piece).partition(":")
                yield {first: name.strip()} | ({"fluency": level.strip(" :")} if level.strip(" :") else {})
        elif colon and len(label) < 50:
            yield {first: label.strip(), "keywords": _words(rest)}
        else:
            yield from ({first: word} for word in _words(text))


def _words(text: str) -> list[str]:
    return [word.strip() for word in re.split(r"[,;|•·]\s*", text) if word.strip()]
