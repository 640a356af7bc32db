"""RenderCV's YAML (rendercv.com, version 2) as JSON Resume, and back.

RenderCV names its sections freely and tells entries apart by their fields; so does this. Its Markdown is taken out. What has no
place in a JSON Resume is handed back as unread, never dropped unseen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from inroad.cvs.importing.draft import Draft
from inroad.cvs.profile import Profile
from inroad.cvs.reading import check_size
from inroad.cvs.wording import known_headings

MAX_ENTRIES = 500  # of one section
_LINK = re.compile(r"\[([^\]]{0,500})\]\(([^)\s]{0,1000})\)")
_MARK = re.compile(r"(\*{1,3}|_{2,3}|`)(?=\S)([^*_`]{1,1000})(?<=\S)\1")
_DATE = re.compile(r"(?:19|20)\d{2}(?:-[01]\d(?:-[0-3]\d)?)?")
# Field of RenderCV to the section that an entry with it belongs to, the most telling first.
_KINDS = (("company", "work"), ("institution", "education"), ("journal", "publications"), ("doi", "publications"),
    ("authors", "publications"), ("label", "skills"))  # fmt: skip


def is_rendercv(document: Mapping[str, Any]) -> bool:
    """Tell whether a parsed YAML file is RenderCV's."""
    return isinstance(document.get("cv"), Mapping) and "basics" not in document


def from_rendercv(document: Mapping[str, Any]) -> Draft:
    """Read a RenderCV document.

    Args:
        document: The parsed YAML: a mapping with `cv`; `design`, `locale` and `settings` are about looks and left out.

    Returns:
        The resume, and what has no place in one.

    Raises:
        UserError: The document is too large or nests too deep.
    """
    check_size(document, "the RenderCV file")
    cv = document.get("cv")
    unread: list[str] = []
    if not isinstance(cv, Mapping):
        return Draft({}, ("cv",))
    resume: dict[str, Any] = {"basics": _basics(cv)}
    sections = cv.get("sections")
    for title, entries in (sections if isinstance(sections, Mapping) else {}).items():
        for entry in entries[:MAX_ENTRIES] if isinstance(entries, list) else ():
            _place(resume, str(title), entry, unread)
    resume = {name: value for name, value in resume.items() if value}
    Profile.from_resume(resume, name="the draft")
    return Draft(resume, tuple(unread))


def to_rendercv(resume: Mapping[str, Any]) -> dict[str, Any]:
    """Write a JSON Resume as a RenderCV document.

    Args:
        resume: JSON Resume that keeps to the schema.
    """
    basics = resume.get("basics") or {}
    location = basics.get("location") or {}
    place = ", ".join(filter(None, (location.get("city"), location.get("region"), location.get("countryCode"))))
    cv: dict[str, Any] = {
        "name": basics.get("name"), "headline": basics.get("label"), "location": place or None, "email": basics.get("email"),
        "phone": basics.get("phone"), "website": basics.get("url"),
    }  # fmt: skip
    accounts = [
        {"network": account["network"], "username": account["username"]}
        for account in basics.get("profiles") or ()
        if account.get("network") and account.get("username")
    ]
    sections: dict[str, Any] = {"summary": [basics["summary"]]} if basics.get("summary") else {}
    for title, section in _SECTIONS_OUT.items():
        entries = [_entry_out(section, row) for row in resume.get(section) or ()]
        sections |= {title: [entry for entry in entries if entry]} if entries else {}
    cv = {name: value for name, value in cv.items() if value}
    return {"cv": cv | ({"social_networks": accounts} if accounts else {}) | ({"sections": sections} if sections else {})}


_SECTIONS_OUT = {
    "experience": "work", "projects": "projects", "education": "education", "volunteering": "volunteer",
    "publications": "publications", "certificates": "certificates", "awards": "awards", "skills": "skills",
    "languages": "languages", "interests": "interests",
}  # fmt: skip
_FIELDS = {
    "work": {"company": "name", "position": "position", "location": "location", "summary": "summary"},
    "volunteer": {"company": "organization", "position": "position", "summary": "summary"},
    "education": {"institution": "institution", "area": "area", "degree": "studyType"},
    "projects": {"name": "name", "summary": "description"},
    "publications": {"title": "name", "journal": "publisher", "date": "releaseDate", "url": "url", "summary": "summary"},
}


def _basics(cv: Mapping[str, Any]) -> dict[str, Any]:
    basics: dict[str, Any] = {}
    for field, own in (("name", "name"), ("label", "headline"), ("email", "email"), ("phone", "phone"), ("url", "website")):
        value = cv.get(own)
        text = _plain(value[0] if isinstance(value, list) and value else value)
        basics |= {field: text.removeprefix("tel:")} if text else {}
    if _plain(cv.get("location")):
        basics["location"] = {"city": _plain(cv.get("location"))}
    networks = cv.get("social_networks")
    accounts = [
        {name: _plain(item.get(name)) for name in ("network", "username") if _plain(item.get(name))}
        for item in (networks if isinstance(networks, list) else [])
        if isinstance(item, Mapping)
    ]
    return basics | ({"profiles": [account for account in accounts if account]} if any(accounts) else {})


def _place(resume: dict[str, Any], title: str, entry: Any, unread: list[str]) -> None:
    """Put one entry where its fields say, or its section's name."""
    named = known_headings().get(title.replace("_", " ").casefold())
    if isinstance(entry, str):
        if named == "summary":
            own = resume["basics"].get("summary", "")
            resume["basics"]["summary"] = f"{own} {_plain(entry)}".strip()
        else:
            unread.append(f"{title}: {_plain(entry)}")
        return
    if not isinstance(entry, Mapping):
        unread.append(f"{title}: {str(entry)[:200]}")
        return
    section = next((kind for field, kind in _KINDS if entry.get(field)), None)
    section = named if section == "work" and named == "volunteer" else section
    section = "languages" if section == "skills" and named == "languages" else section
    if section is None and entry.get("name"):
        section = named if named in {"certificates", "awards", "work", "volunteer"} else "projects"
    if section is None:
        unread.append(f"{title}: " + "; ".join(_texts(entry)))
        return
    resume.setdefault(section, []).append(_row(section, entry, unread))


def _row(section: str, entry: Mapping[str, Any], unread: list[str]) -> dict[str, Any]:
    if section == "skills":
        return {"name": _plain(entry.get("label")), "keywords": re.split(r",\s+", _plain(entry.get("details")))}
    if section == "languages":
        return {"language": _plain(entry.get("label")), "fluency": _plain(entry.get("details"))}
    fields = _FIELDS.get(section) or ({"name": "title"} if section == "awards" else {"name": "name"})
    row: dict[str, Any] = {own: _plain(entry.get(field)) for field, own in fields.items()}
    link = _LINK.search(str(entry.get("name") or entry.get("title") or ""))
    url = _plain(entry.get("url")) or (link[2] if link else "")
    row |= {"url": url} if section != "awards" else {}
    row |= dict(_dates(section, entry))
    lines = list(_highlights(entry.get("highlights")))
    if section in {"work", "volunteer", "projects"}:
        row |= {"highlights": lines}
    elif section == "education":
        row |= {"courses": lines}
    else:
        unread.extend(lines)
    used = {*fields, "url", "date", "start_date", "end_date", "highlights", "name", "title", "doi"}
    left = {field: value for field, value in entry.items() if value and field not in used}
    unread.extend(f"{field}: {_plain(value) or '; '.join(_texts(value))}" for field, value in left.items())
    return {name: value for name, value in row.items() if value}


def _highlights(lines: Any) -> Iterator[str]:
    """Yield the highlights; nested lists, which YAML folds into one line, become lines of their own."""
    for line in lines if isinstance(lines, list) else ():
        pieces = re.split(r"\n\s*-\s+| - (?=[A-Z])", _plain(line))
        yield from (piece.strip(" -") for piece in pieces if piece.strip(" -"))


def _dates(section: str, entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    start, end, day = (_DATE.match(_plain(entry.get(field))) for field in ("start_date", "end_date", "date"))
    single = {"publications": "releaseDate", "awards": "date", "certificates": "date"}.get(section)
    if single:
        found = day or end or start
        yield from [(single, found[0])] if found else []
        return
    if start:
        yield "startDate", start[0]
    last = end or (None if start else day)
    if last:
        yield "endDate", last[0]


def _entry_out(section: str, row: Mapping[str, Any]) -> Any:
    if section in {"skills", "interests"}:
        return {"label": row.get("name") or "", "details": ", ".join(row.get("keywords") or ()) or row.get("level") or ""}
    if section == "languages":
        return {"label": row.get("language") or "", "details": row.get("fluency") or ""}
    if section in {"awards", "certificates"}:
        title = row.get("title") or row.get("name")
        more = {"date": row.get("date"), "summary": row.get("awarder") or row.get("issuer")}
        return {"name": title} | {name: value for name, value in more.items() if value}
    entry = {field: row.get(own) for field, own in _FIELDS[section].items()}
    if section == "publications":
        entry["authors"] = ["—"]
    if section != "publications":
        entry |= {"start_date": row.get("startDate"), "end_date": row.get("endDate")}
        if row.get("startDate") and not row.get("endDate"):
            entry["end_date"] = "present"
    entry["highlights"] = row.get("highlights") or row.get("courses")
    return {name: value for name, value in entry.items() if value}


def _plain(value: Any) -> str:
    """One line of text without Markdown."""
    if not isinstance(value, (str, int, float)) or isinstance(value, bool):
        return ""
    text = _LINK.sub(lambda found: found[1], str(value)[:20_000])
    return " ".join(_MARK.sub(lambda found: found[2], text).split(" ")).strip()


def _texts(value: Any) -> list[str]:
    """Every text below a value, without recursion."""
    found: list[str] = []
    stack = [value]
    while stack and len(found) < 100:
        item = stack.pop()
        if isinstance(item, Mapping):
            stack.extend(reversed(list(item.values())))
        elif isinstance(item, list):
            stack.extend(reversed(item))
        elif _plain(item):
            found.append(_plain(item))
    return found
