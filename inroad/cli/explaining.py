"""What a run says beneath its table: why postings were left without a CV, and whom to write to about each that has one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from inroad.settings import Settings
from inroad.store.results import DomainResult

# Lines of one kind for one company on the screen; results.json has all.
SHOWN = 8


def why_left(posting: Mapping[str, Any], settings: Settings) -> str | None:
    """Why a posting has no CV, in a few words.

    Args:
        posting: One of `DomainResult.postings`.
        settings: The least score and the most CVs of a company.

    Returns:
        The reason; None for a posting that was selected.
    """
    if posting["status"] == "Selected":
        return None
    if posting["status"] == "Rejected":
        return f"rejected: {posting['status_reason'] or 'no reason was given'}"
    if posting["score"] is None:
        return "not matched yet: there is no profile, or its turn comes later"
    if posting["state"] in ("missing", "stale"):
        probably = "probably stale" if posting["state"] == "stale" else "missing once"
        return f"{probably}: {posting['state_reason']}"
    if posting["score"] < settings.match_score:
        return f"scores {posting['score']:g}, {settings.match_score:g} are needed; {_lacks(posting)}"
    if settings.curation == "manual":
        return f"scores {posting['score']:g} and waits for a person: `inroad curate postings`"
    return f"scores {posting['score']:g}; {settings.cvs_per_domain} better ones of the company were chosen"


def _lacks(posting: Mapping[str, Any]) -> str:
    missing = [one["text"] for one in posting["requirements"] if one["importance"] == "must" and one["coverage"] == "missing"]
    if not missing:
        return "nothing that it requires is missing"
    more = f" and {len(missing) - 2} more" if len(missing) > 2 else ""
    return "it lacks " + "; ".join(f"{text[:60]!r}" for text in missing[:2]) + more


def print_explanations(console: Console, result: DomainResult, settings: Settings) -> None:
    """Prints why a company's postings were left, and its best contact for each CV."""
    left = [(posting, reason) for posting in result.postings if (reason := why_left(posting, settings))]
    for posting, reason in left[:SHOWN]:
        _line(console, f"  {result.domain}: left {posting['title']!r}: {reason}")
    if len(left) > SHOWN:
        _line(
            console,
            f"  {result.domain}: left {len(left) - SHOWN} more postings; see `inroad posting show --domain {result.domain}`",
        )
    for cv in result.cvs[:SHOWN]:
        contact = cv["contact"]
        if cv["status"] == "Complete":
            whom = _whom(contact) if contact else "nobody was found whom one could write to"
            drafts = cv.get("outreach") or {}
            drafted = "; a letter and a message are drafted" if drafts.get("files") else ""
            _line(console, f"  {result.domain}: {cv['title']!r} goes to {whom}{drafted}")


def _whom(contact: Mapping[str, Any]) -> str:
    who = ", ".join(part for part in (contact["name"], contact["role"]) if part)
    return f"{who + ' ' if who else ''}{contact['value']}: {contact['reason']}"


def _line(console: Console, text: str) -> None:
    plain = "".join(char if char.isprintable() else " " for char in text)
    console.print(plain, highlight=False, markup=False, soft_wrap=True)
