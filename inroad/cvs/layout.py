"""One document model between a JSON Resume and every file format.

Here a resume becomes headings, entries and lines in reading order, so that PDF, DOCX, Markdown and text say the same and can be
read back against the same list of fields. How a format draws them belongs to `pdf`, `docx` and `text`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inroad.cvs.schema import texts_of
from inroad.cvs.wording import SECTION_KEYS, heading, label, written_date, written_span


@dataclass(frozen=True, slots=True)
class Link:
    """A text and where it leads; no address for plain text."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One position, degree, project, ...; empty fields are left out.

    Attributes:
        title: What the person was or made; in bold.
        dates: Written span, at the right of the title.
        place: Where: employer, school, issuer, with the town.
        link: Address of the entry.
        note: One line under the title.
        texts: Paragraphs.
        bullets: List items.
    """

    title: str
    dates: str = ""
    place: str = ""
    link: Link | None = None
    note: str = ""
    texts: tuple[str, ...] = ()
    bullets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with entries, or with lines of a bold label and a text.

    Attributes:
        key: Section of the JSON Resume.
        title: Heading in the document's language.
        entries: Positions, degrees, ...
        pairs: Label and text on one line: skills, languages.
        text: Paragraph: the summary.
    """

    key: str
    title: str
    entries: tuple[Entry, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A whole CV in reading order."""

    language: str
    name: str
    headline: str
    contacts: tuple[Link, ...]
    sections: tuple[Section, ...]


def lay_out(resume: Mapping[str, Any], language: str = "en") -> Document:
    """Turn a JSON Resume into the document that every format draws.

    Args:
        resume: JSON Resume that keeps to the schema.
        language: ISO 639-1 code; decides headings and how dates are written.
    """
    basics = resume.get("basics") or {}
    sections = (_section(key, resume, language) for key in _order(resume))
    return Document(
        language=language,
        name=clean(basics.get("name")),
        headline=clean(basics.get("label")),
        contacts=tuple(_contacts(basics)),
        sections=tuple(section for section in sections if section.entries or section.pairs or section.text),
    )


def _order(resume: Mapping[str, Any]) -> Sequence[str]:
    """The sections in order; who still studies, or has not worked yet, shows the studies before the work."""
    schools = resume.get("education") or ()
    studies = any(row.get("startDate") and not row.get("endDate") for row in schools)
    if not (studies or (schools and not resume.get("work"))):
        return SECTION_KEYS
    others = [key for key in SECTION_KEYS if key != "education"]
    return (*others[:1], "education", *others[1:])


def iter_fields(document: Document) -> Iterator[str]:
    """Yield every text of the document in reading order: what a file must give back."""
    yield document.name
    yield document.headline
    yield from (contact.text for contact in document.contacts)
    for section in document.sections:
        yield section.title
        yield section.text
        for entry in section.entries:
            yield from _entry_fields(entry)
        for name, text in section.pairs:
            yield name
            yield text


def clean(value: object) -> str:
    """Make one line of a stranger's text: no control characters, no invisible direction marks, single spaces."""
    if not isinstance(value, str):
        return ""
    kept = (" " if unicodedata.category(char) in {"Cc", "Zl", "Zp"} else char for char in unicodedata.normalize("NFC", value))
    return " ".join("".join(char for char in kept if unicodedata.category(char) not in {"Cf", "Cs", "Co", "Cn"}).split())


def resume_text(resume: Mapping[str, Any]) -> str:
    """Return the prose of a resume, to tell its language."""
    basics = resume.get("basics") or {}
    rows = [row for section in ("work", "volunteer", "projects") for row in resume.get(section) or ()]
    lines = [
        basics.get("summary"),
        *(row.get("summary") for row in rows),
        *(line for row in rows for line in texts_of(row, "highlights")),
    ]
    return "\n".join(filter(None, map(clean, lines)))


def count_words(document: Document) -> int:
    """Count the words that a reader sees."""
    return sum(len(re.findall(r"\w[\w.,'’+#/%-]*", field)) for field in iter_fields(document))


def short_url(url: str) -> str:
    """Write an address as people print it: without scheme, "www." and last slash."""
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", url, flags=re.IGNORECASE).rstrip("/")


def _entry_fields(entry: Entry) -> Iterator[str]:
    yield entry.title
    yield entry.dates
    yield entry.place
    yield entry.note
    yield entry.link.text if entry.link else ""
    yield from entry.texts
    yield from entry.bullets


def _contacts(basics: Mapping[str, Any]) -> Iterator[Link]:
    location = basics.get("location") or {}
    town = _joined(
        ", ", location.get("address"), _joined(" ", location.get("postalCode"), location.get("city")), location.get("region")
    )
    place = _joined(", ", town, location.get("countryCode"))
    email, phone = clean(basics.get("email")), clean(basics.get("phone"))
    if place:
        yield Link(place)
    if email:
        yield Link(email, f"mailto:{email}" if re.fullmatch(r"[^\s@<>\"]+@[^\s@<>\"]+", email) else "")
    if phone:
        yield Link(phone)
    if basics.get("url"):
        yield _link(basics["url"])
    for account in basics.get("profiles") or ():
        shown = _account(account)
        if shown.text:
            yield shown


def _account(account: Mapping[str, Any]) -> Link:
    network, username, url = (clean(account.get(field)) for field in ("network", "username", "url"))
    link = _link(url) if url else Link("")
    if username and username.casefold() not in link.text.casefold():
        return Link(_joined(": ", network, username), link.url)
    if network and network.casefold().replace(" ", "") not in link.text.casefold():
        return Link(_joined(": ", network, link.text), link.url)
    return link


def _link(url: object) -> Link:
    """Show an address; only web addresses become links, since a file may carry any scheme."""
    text = clean(url)
    target = text if re.match(r"https?://[^\s]+$", text, flags=re.IGNORECASE) else ""
    return Link(short_url(text), target)


def _section(key: str, resume: Mapping[str, Any], language: str) -> Section:
    title = heading(key, language)
    if key == "summary":
        return Section(key, title, text=clean((resume.get("basics") or {}).get("summary")))
    rows: Sequence[Mapping[str, Any]] = resume.get(key) or ()
    if key in {"skills", "languages", "interests", "references"}:
        pairs = [pair for pair in (_pair(key, row) for row in rows) if any(pair)]
        at_least = {"skills": 2, "interests": 1}.get(key)
        return Section(key, title, pairs=tuple(_joined_names(pairs, at_least) if at_least else pairs))
    entries = (_ENTRIES[key](row, language) for row in rows)
    return Section(key, title, entries=tuple(entry for entry in entries if any(_entry_fields(entry))))


def _joined_names(pairs: Sequence[tuple[str, str]], at_least: int) -> Iterator[tuple[str, str]]:
    """Put skills or interests that stand alone on one line, and not in bold one below the other."""
    alone = [name for name, text in pairs if name and not text]
    if len(alone) < at_least:
        yield from pairs
        return
    yield from (pair for pair in pairs if pair[1])
    yield "", ", ".join(alone)


def _pair(key: str, row: Mapping[str, Any]) -> tuple[str, str]:
    if key == "languages":
        return clean(row.get("language")), clean(row.get("fluency"))
    if key == "references":
        return clean(row.get("name")), clean(row.get("reference"))
    name, level = clean(row.get("name")), clean(row.get("level"))
    return f"{name} ({level})" if name and level else name or level, _joined(", ", *texts_of(row, "keywords"))


def _job(row: Mapping[str, Any], language: str) -> Entry:
    return Entry(
        title=clean(row.get("position")),
        place=_where(row.get("name") or row.get("organization"), row.get("location")),
        dates=written_span(row.get("startDate"), row.get("endDate"), language),
        link=_link(row["url"]) if clean(row.get("url")) else None,
        note=clean(row.get("description")),
        texts=_lines(row.get("summary")),
        bullets=_lines(*texts_of(row, "highlights")),
    )


def _where(name: object, location: object) -> str:
    """Write an employer and its town; a name that ends with the town needs it no second time."""
    town = clean(location)
    is_named = bool(town) and re.search(rf"(?<!\w){re.escape(town)}\Z", clean(name), re.IGNORECASE) is not None
    return _joined(", ", name, "" if is_named else town)


def _project(row: Mapping[str, Any], language: str) -> Entry:
    return Entry(
        title=clean(row.get("name")),
        place=_joined(", ", *texts_of(row, "roles"), row.get("entity"), row.get("type")),
        dates=written_span(row.get("startDate"), row.get("endDate"), language)
        if row.get("startDate") or row.get("endDate")
        else "",
        link=_link(row["url"]) if clean(row.get("url")) else None,
        note=clean(row.get("description")),
        texts=_lines(_joined(", ", *texts_of(row, "keywords"))),
        bullets=_lines(*texts_of(row, "highlights")),
    )


def _school(row: Mapping[str, Any], language: str) -> Entry:
    courses = _joined(", ", *texts_of(row, "courses"))
    score = clean(row.get("score"))
    return Entry(
        title=_joined(", ", row.get("studyType"), row.get("area")),
        place=clean(row.get("institution")),
        dates=written_span(row.get("startDate"), row.get("endDate"), language),
        link=_link(row["url"]) if clean(row.get("url")) else None,
        note=f"{label('grade', language)}: {score}" if re.match(r"[\d.,/ %]+$", score) else score,
        texts=(f"{label('courses', language)}: {courses}",) if courses else (),
    )


def _dated(row: Mapping[str, Any], language: str) -> Entry:
    """Lay out what has one date: certificates, awards, publications."""
    day = row.get("date") or row.get("releaseDate")
    return Entry(
        title=clean(row.get("name") or row.get("title")),
        place=clean(row.get("issuer") or row.get("awarder") or row.get("publisher")),
        dates=written_date(day, language) if day else "",
        link=_link(row["url"]) if clean(row.get("url")) else None,
        texts=_lines(row.get("summary")),
    )


_ENTRIES = {
    "work": _job,
    "volunteer": _job,
    "projects": _project,
    "education": _school,
    "certificates": _dated,
    "awards": _dated,
    "publications": _dated,
}


def _lines(*values: object) -> tuple[str, ...]:
    return tuple(line for line in map(clean, values) if line)


def _joined(separator: str, *values: object) -> str:
    return separator.join(text for text in map(clean, values) if text)
