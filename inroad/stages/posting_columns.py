"""A posting as columns of its row, and back."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

from inroad.postings import Posting
from inroad.postings.model import Salary
from inroad.store.models import PostingRow

COLUMNS = (
    "key", "title", "company", "location", "remote", "url", "description", "posted_on", "valid_through", "employment_type",
    "language", "department", "source",
)  # fmt: skip
FILLED = "company_from"
"""Name of the detail that says that the company is not the posting's own word."""


def posting_columns(posting: Posting, *, employer: str | None = None) -> dict[str, Any]:
    """A posting as columns of its row; the hash covers everything that it says.

    Args:
        posting: As read.
        employer: The company whose site it was read from, for a posting that names none. It is not part of the hash: what the
            posting says does not change when the company's name is learned.
    """
    values: dict[str, Any] = {name: getattr(posting, name) for name in COLUMNS}
    values["salary"] = asdict(posting.salary) if posting.salary else None
    values["details"] = json.loads(json.dumps(dict(posting.details), default=str, sort_keys=True))
    values = json.loads(json.dumps(values).replace("\\u0000", ""))
    digest = hashlib.sha256(json.dumps(values, sort_keys=True).encode())
    if values["company"] is None and employer:
        values["company"] = employer
        values["details"] = {**values["details"], FILLED: "site"}
    return {**values, "content_hash": digest.hexdigest()}


def posting_from_row(row: PostingRow) -> Posting:
    """The value that a row holds."""
    values = {name: getattr(row, name) for name in COLUMNS}
    return Posting(**values, salary=Salary(**row.salary) if row.salary else None, details=row.details)


def posting_as_read(row: PostingRow) -> Posting:
    """The value as its source said it: a company that was filled in is left out again."""
    values = {name: getattr(row, name) for name in COLUMNS}
    details = dict(row.details)
    if details.pop(FILLED, None):
        values["company"] = None
    return Posting(**values, salary=Salary(**row.salary) if row.salary else None, details=details)
