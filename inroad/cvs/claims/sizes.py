"""How much of a CV is read at all: longer fields and lists are refused unread, since comparing them would take minutes.

The limits are far above what people write; whatever passes them is no CV.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inroad.cvs.model import Finding

MAX_FIELD_CHARS = 1_000  # a name, title, place, address, ...
MAX_PROSE_CHARS = 20_000  # a summary, description, highlight or reference
MAX_ITEMS = 300  # entries of a section, or items of a list in one of them
MAX_FINDINGS = 20
_PROSE = frozenset({"summary", "description", "highlights", "reference"})


def find_oversized(document: Any) -> Iterator[Finding]:
    """Yield a finding for each field or list that is not read, the first twenty.

    Args:
        document: Parsed JSON, within the limits of `inroad.cvs.reading.check_size`.
    """
    found = 0
    stack: list[tuple[str, str, Any]] = [("", "", document)]
    while stack and found < MAX_FINDINGS:
        pointer, field, value = stack.pop()
        if isinstance(value, dict):
            stack.extend((f"{pointer}/{str(name)[:60]}", str(name), child) for name, child in reversed(value.items()))
        elif isinstance(value, list) and len(value) <= MAX_ITEMS:
            stack.extend((f"{pointer}/{index}", field, child) for index, child in reversed(list(enumerate(value))))
        elif isinstance(value, list):
            found += 1
            yield Finding("block", "too-long", pointer, f"a list of {len(value):,} items is not read")
        elif isinstance(value, str) and len(value) > (MAX_PROSE_CHARS if field in _PROSE else MAX_FIELD_CHARS):
            found += 1
            yield Finding("block", "too-long", pointer, f"a text of {len(value):,} characters is not read")
