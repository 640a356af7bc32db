"""What a run must find (`examples/expected.json`), held against what it printed, by the rules of `examples/README.md`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from tests.endtoend.command import EXPECTED

Line = dict[str, Any]


def expected_of(domain: str) -> Line:
    """One company's expectation."""
    found: Line = expectations()[domain]
    return found


def expectations() -> dict[str, Line]:
    """All of them, by domain."""
    read: dict[str, Line] = json.loads(EXPECTED.read_text(encoding="utf-8"))
    return read


def applies(item: Line, *, has_browser: bool) -> bool:
    """Whether an expectation holds where a browser is installed, or where none is."""
    return item.get("when") in (None, "browser" if has_browser else "no-browser")


def contact_differences(line: Line, expected: Line, *, has_browser: bool) -> Iterator[str]:
    """Every contact that is missing, wrong in a detail, or not on the site at all."""
    unmatched = list(line["contacts"])
    for wanted in expected["contacts"]:
        if not applies(wanted, has_browser=has_browser):
            continue
        found = next((contact for contact in unmatched if is_same(wanted, contact)), None)
        if found is None:
            yield f"{wanted['kind']} {wanted['value']}: missing, though {wanted['page']} shows it"
            continue
        unmatched.remove(found)
        yield from _wrong_details(wanted, found)
    for contact in unmatched:
        proof = contact["sources"][0]
        where = f"{proof['page_url']}, {proof['method']}, {proof['snippet']!r}"
        yield f"{contact['kind']} {contact['value']}: is no contact ({where})"


def subject(difference: str) -> str:
    """The contact that a difference is about."""
    return difference.partition(": ")[0]


def is_same(wanted: Line, found: Line) -> bool:
    """Whether an expected and a found contact are the same one."""
    if wanted["kind"] != found["kind"]:
        return False
    if wanted["kind"] == "address":
        return wanted["street"] in found["value"] and wanted["postcode"] in found["value"]
    if wanted["kind"] == "company_id":
        return _bare(wanted["value"]) == _bare(found["value"])
    if wanted["kind"] == "social":
        return bool(wanted["value"].rstrip("/") == found["value"].rstrip("/"))
    return bool(wanted["value"] == (_untitled(found["value"]) if wanted["kind"] == "person" else found["value"]))


def _wrong_details(wanted: Line, found: Line) -> Iterator[str]:
    what = f"{wanted['kind']} {wanted['value']}"
    pages = {urlsplit(source["page_url"]).path for source in found["sources"]}
    if wanted["page"] not in pages:
        yield f"{what}: not read on {wanted['page']}, but on {sorted(pages)}"
    if "name" in wanted and _untitled(found["name"] or "") != wanted["name"]:
        yield f"{what}: belongs to {wanted['name']}, not to {found['name']}"
    if "role" in wanted and (found["role"] or "").casefold() != wanted["role"].casefold():
        yield f"{what}: is {wanted['role']}, not {found['role']}"
    if "type" in wanted and found["details"].get("type") != wanted["type"]:
        yield f"{what}: is a {wanted['type']}, not {found['details'].get('type')}"


def errors_of(expected: Line, *, has_browser: bool) -> set[tuple[str, str]]:
    """URL and reason of every row that must end in an error."""
    return {(item["url"], item["reason"]) for item in expected["errors"] if applies(item, has_browser=has_browser)}


def _bare(value: str) -> str:
    return re.sub(r"[\s.\-]", "", value).upper()


def _untitled(name: str) -> str:
    bare = re.sub(r"^(?:(?:Dr|Prof|Mr|Mrs|Ms|Ing|Dipl)\.?(?:-Ing\.?)?\s+)+", "", name)
    return re.sub(r",?\s+(?:MD|M\.D\.|PhD|Ph\.D\.|RN|MBA|DO|FNP|CPA|CEng|MInstMC)\.?$", "", bare)
