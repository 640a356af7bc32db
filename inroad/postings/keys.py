"""The canonical key of a posting: what makes two readings the same job."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Final

MAX_KEY_CHARS: Final = 200

# "(m/w/d)", "(f/m/x)", "(H/F)", "all genders": asked for by law or custom, never part of the job.
_GENDER: Final = re.compile(
    r"\(?\b(?:[mwfdxhi](?:\s?[/|*,]\s?[mwfdxhi]){1,3}|all genders?|gn|m/w/divers)\b\)?|\(\s*(?:[mwfdxhi]\s?){1,3}\)",
    re.IGNORECASE,
)


def slug(text: str, *, limit: int = 90) -> str:
    """Lower-case words joined by hyphens; accents dropped where there is a base letter, other scripts kept."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(char for char in folded if not unicodedata.combining(char))
    return re.sub(r"[\W_]+", "-", plain).strip("-")[:limit].strip("-")


def title_key(title: str) -> str:
    """A title in the form in which two are compared: a slug without gender marks ("Welder (m/w/d)" is "welder")."""
    return slug(_GENDER.sub(" ", title)) or slug(title)


def board_key(provider: str, identifier: str) -> str:
    """The key of a job that a board numbers: "greenhouse:4012345"."""
    return f"{provider}:{identifier.strip()}"[:MAX_KEY_CHARS]


def written_key(title: str, location: str | None, company: str | None) -> str:
    """The key of a job without a number: a slug of title, location and company, without gender marks.

    Args:
        title: Job title as published.
        location: One line, or None.
        company: Name, or None.

    Returns:
        "data-engineer--berlin--acme"; a title in which nothing can be kept gives a hash of it.
    """
    parts = [title_key(title), slug(location or ""), slug(company or "", limit=60)]
    if not parts[0]:
        parts[0] = hashlib.sha256(title.encode("utf-8", "replace")).hexdigest()[:16]
    return "--".join(part for part in parts if part)[:MAX_KEY_CHARS]
