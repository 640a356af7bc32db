"""What differs between two CVs, or between a CV and the profile behind it: computed from the documents, text by text.

What does not belong here: whether a difference is true (`checking`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from inroad.cvs.profile import Profile

MAX_TEXTS = 20_000  # texts of one document


@dataclass(frozen=True, slots=True)
class Change:
    """One text that differs.

    Attributes:
        kind: "added", "removed", "changed", or "moved" where the same text stands elsewhere.
        path: JSON pointer into the newer document; into the older one for what was removed.
        old: Text before; empty for what was added.
        new: Text after; empty for what was removed.
    """

    kind: Literal["added", "removed", "changed", "moved"]
    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a text of a CV comes from.

    Attributes:
        path: JSON pointer into the CV.
        text: The text.
        kind: "verbatim", "reworded", or "unproved" where no fact is named for it.
        facts: Texts of the facts behind it.
    """

    path: str
    text: str
    kind: Literal["verbatim", "reworded", "unproved"]
    facts: tuple[str, ...]


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """List what differs between two documents, in the order of the newer one.

    Lists are aligned by their texts, so that a bullet put in at the top is one change and not one for each below it.
    """
    before, after = list(_texts(old)), list(_texts(new))
    changes: list[Change] = []
    matcher = SequenceMatcher(None, [_key(entry) for entry in before], [_key(entry) for entry in after], autojunk=False)
    for _, first, last, start, end in (block for block in matcher.get_opcodes() if block[0] != "equal"):
        changes.extend(_changes(before[first:last], after[start:end]))
    return _with_moves(changes)


def trace(resume: Mapping[str, Any], evidence: Mapping[str, list[str]], profile: Profile) -> list[Origin]:
    """Say for each text of a CV whether it is the person's own or another wording, and of what."""
    origins = []
    for pointer, text in _texts(resume):
        ids = next((evidence[part] for part in _parents(pointer) if part in evidence), [])
        facts = tuple(profile.facts[name].text for name in ids if name in profile.facts)
        own = any(text == fact or text in fact for fact in facts)
        origins.append(Origin(pointer, text, "verbatim" if own else "reworded" if facts else "unproved", facts))
    return origins


def _texts(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    stack: list[tuple[str, Any]] = [("", document)]
    count = 0
    while stack and count < MAX_TEXTS:
        pointer, value = stack.pop()
        if isinstance(value, Mapping):
            stack.extend((f"{pointer}/{name}", child) for name, child in reversed(list(value.items())))
        elif isinstance(value, list):
            stack.extend((f"{pointer}/{index}", child) for index, child in reversed(list(enumerate(value))))
        else:
            count += 1
            yield pointer, str(value)


def _key(entry: tuple[str, str]) -> tuple[str, str]:
    """A text with its place, list positions aside."""
    pointer, text = entry
    return "/".join("#" if part.isdigit() else part for part in pointer.split("/")), text


def _changes(before: list[tuple[str, str]], after: list[tuple[str, str]]) -> Iterator[Change]:
    """Pair texts of the same field in their order; what is left over was removed or added."""
    waiting: dict[str, list[tuple[str, str]]] = {}
    for pointer, text in before:
        waiting.setdefault(_key((pointer, ""))[0], []).append((pointer, text))
    for pointer, text in after:
        same = waiting.get(_key((pointer, ""))[0])
        if same:
            _, old = same.pop(0)
            yield Change("changed", pointer, old, text)
        else:
            yield Change("added", pointer, "", text)
    yield from (Change("removed", pointer, text, "") for left in waiting.values() for pointer, text in left)


def _with_moves(changes: list[Change]) -> list[Change]:
    """A text that was removed in one place and added in another has moved."""
    removed = [change for change in changes if change.kind == "removed"]
    kept: list[Change] = []
    for change in changes:
        twin = next((other for other in removed if change.kind == "added" and other.old == change.new), None)
        if twin is not None:
            removed.remove(twin)
            kept.append(Change("moved", change.path, twin.path, change.new))
        else:
            kept.append(change)
    gone = {id(change) for change in removed}
    return [change for change in kept if change.kind != "removed" or id(change) in gone]


def _parents(pointer: str) -> Iterator[str]:
    while pointer:
        yield pointer
        pointer = pointer.rpartition("/")[0]
