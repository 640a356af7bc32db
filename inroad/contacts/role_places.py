"""The role beside a name: on its line, on its neighbours, in the next column.

What lives here: giving roles to names that were found. What does not: the words of roles (`roles`), finding names (`people`).
"""

from __future__ import annotations

import re
from typing import Final

from inroad.contacts.document import Document, Element
from inroad.contacts.finding import Finding
from inroad.contacts.names import is_person_name
from inroad.contacts.roles import is_role, label_role, may_be_role, tidy_role

_DETERMINER = re.compile(
    r"^(?:(?:Our|The|Your|My|His|Her|Their|Unsere?|Mein|De[rmn]|Die|Eine?|Notre|Le|La|El|Il)\s)+", re.IGNORECASE
)
# What may stand in lower case between the words of a title.
_CONNECTORS: Final = frozenset(
    """of for the and & at in on to de du des d la le les l' del della di da dos do en et y e und für der die das im in zu zur
    von vom van voor het i w ds. o. und/oder""".split()  # noqa: SIM905
)
_PAIRS: Final = frozenset((("td", "td"), ("th", "td"), ("dt", "dd")))


def are_entries(document: Document, start: int, below: int) -> bool:
    """Whether two lines are neighbouring entries of one list or row: a table's cells, a term and its description."""
    first, second = document.element_at(start), document.element_at(below)
    return first.parent == second.parent and (first.tag, second.tag) in _PAIRS


def give_column_roles(document: Document, found: list[Finding], lines: list[tuple[int, str]]) -> None:
    """Give the people of a table or list the roles of its second column, where half of it are roles by their words.

    "Office and accounts" is nobody's title elsewhere; between "Owner" and "Yard foreman" it is.
    """
    starts = {start: number for number, (start, _) in enumerate(lines)}
    columns: dict[int, list[tuple[Finding, str]]] = {}
    for finding in found:
        number = starts.get(finding.start)
        if number is None or number + 1 >= len(lines) or len(lines[number][1].strip()) > finding.end - finding.start:
            continue
        below, text = lines[number + 1]
        cell = _cell(document, finding.start)
        other = _cell(document, below)
        if cell is not None and other is not None and cell.parent == other.parent and (cell.tag, other.tag) in _PAIRS:
            holder = cell.parent if cell.tag == "dt" else document.elements[cell.parent].parent
            columns.setdefault(holder, []).append((finding, text.strip()))
    for entries in columns.values():
        titles = [is_role(text, any_case=True) for _, text in entries]
        if len(entries) < 2 or sum(titles) * 2 < len(entries):
            continue
        for finding, text in entries:
            if finding.role is None and may_be_role(text):
                finding.role, finding.confidence = tidy_role(text), max(finding.confidence, 0.93)


def _cell(document: Document, offset: int) -> Element | None:
    """The table cell or list entry around a character, at most three levels up."""
    for step, element in enumerate(document.ancestors(document.element_at(offset).index)):
        if element.tag in {"td", "th", "dt", "dd"}:
            return element
        if step == 3:
            break
    return None


def give_role(finding: Finding, lines: list[tuple[int, str]], number: int) -> None:
    """The role on the name's own line, else on the line below, else on the line above where that is no other name's."""
    start, line = lines[number]
    before, after = line[: finding.start - start], line[finding.end - start :]
    role, believed = _role_after(after) or _role_before(before), 0.93
    if role is None and not after.strip(" ,;:|–—-") and not before.strip(" ,;:|–—-•"):
        if number + 1 < len(lines) and is_role(lines[number + 1][1]):
            role = tidy_role(lines[number + 1][1])
        elif number and len(lines[number - 1][1]) <= 60 and is_role(lines[number - 1][1]) and not _is_name(lines, number - 2):
            role, believed = label_role(lines[number - 1][1]), 0.88
    if role:
        finding.role = role
        finding.confidence = max(finding.confidence, believed)


def _is_name(lines: list[tuple[int, str]], number: int) -> bool:
    """Whether a line is a person's name: the role below it is theirs."""
    return number >= 0 and is_person_name(lines[number][1].strip())


def _role_after(text: str) -> str | None:
    match = re.match(
        r"(?:,\s[A-Z][\w.]{1,6}(?=,))?\s?(?:,|(?<=^)(?=[A-Z])|[–—|\-:]|\(|\bis (?:the|our|a|an)\b|,? who is (?:the|our))\s?"
        r"([^,;()\n]{2,90})",
        text,
    )
    if not match:
        return None
    piece = _DETERMINER.sub("", re.split(r"[.!?]\s|\s[–—|]\s|\s-\s", match.group(1))[0])
    return tidy_role(piece) if is_role(piece, any_case=True) and not is_person_name(piece) else None


def _role_before(text: str) -> str | None:
    match = re.search(r"(?:^|[.!?:;]\s|[–—|,•]\s)([^.!?;:–—|,•]{2,60}?)(\s?[:–—,|]|\s-)?\s?$", text)
    if not match:
        return None
    is_apart = bool((match.group(2) or "").strip(" ,"))
    piece = _DETERMINER.sub("", match.group(1) if is_apart else _title_at_end(match.group(1)))
    if is_apart and any(word[:1].islower() and word not in _CONNECTORS for word in piece.split()):
        return None
    return tidy_role(piece) if is_role(piece) and len(piece.split()) <= 6 else None


def _title_at_end(text: str) -> str:
    """The capitalised words that a text ends with: "HDE-Präsident" of "sagte HDE-Präsident", none of "setzt auf ihn und"."""
    words = text.split()
    at = len(words)
    while at and (words[at - 1][:1].isupper() or words[at - 1] in _CONNECTORS or is_role(words[at - 1], any_case=True)):
        at -= 1
    while at < len(words) and words[at] in _CONNECTORS:
        at += 1
    return "" if words[-1] in _CONNECTORS else " ".join(words[at:])
