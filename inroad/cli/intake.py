"""Reading what a person hands to a command: domains as they are typed, lists of them, a profile, postings."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from inroad.crawl.urls import InvalidUrl, normalise_domain
from inroad.guard.errors import InroadError, UserError
from inroad.settings import Settings
from inroad.store import Database

# Names in one list; above, the list is split by the person who knows why.
LIST_LIMIT = 1_000_000
# Bytes of a posting that is pasted; the longest seen has 60,000 characters.
PASTED_LIMIT = 20_000_000


class BadInput(UserError):
    """What was handed over cannot be used; names it and the mend."""

    reason = "bad-input"


@dataclass(frozen=True, slots=True)
class Domains:
    """Domains as given.

    Attributes:
        names: Registrable domains, in order, none twice.
        refused: What was typed, and why it is no domain.
    """

    names: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]


def read_domains(typed: Sequence[str], file: Path | None) -> Domains:
    """Domains from arguments and a file: one a line, the first column of a CSV, `#` begins a comment.

    Raises:
        BadInput: There is nothing at all, or the file cannot be read.
    """
    lines = [*typed, *(_lines(file) if file else ())]
    names: dict[str, None] = {}
    refused: list[tuple[str, str]] = []
    for line in lines:
        try:
            names[normalise_domain(line)] = None
        except InvalidUrl as error:
            refused.append((line, str(error)))
    if not names and not refused:
        where = f"{file} holds no domain" if file else "No domain was given"
        raise BadInput(f"{where}.", mend="Name one or more, as in `inroad run acme.example`, or a file with one a line.")
    return Domains(tuple(names), tuple(refused))


def _lines(file: Path) -> list[str]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise BadInput(f"{file} cannot be read: {reason}.", mend="Give a text file with one domain a line.") from error
    fields = (line.split("#", 1)[0].replace(";", ",").split(",", 1)[0].strip().strip('"') for line in text.splitlines())
    lines = [field for field in fields if field and field.lower() not in ("domain", "domains", "url", "website")]
    if len(lines) > LIST_LIMIT:
        raise BadInput(f"{file} holds {len(lines)} domains; {LIST_LIMIT} go at once.", mend="Split it.")
    return lines


def use_profile(database: Database, settings: Settings, path: Path | None) -> str | None:
    """Loads the profile file, where one is given, and makes it the default; a stored profile is chosen by its name.

    Returns:
        One sentence for the person when there is no profile at all, else None.

    Raises:
        InroadError: The file breaks the schema; names the place, the fault and the mend.
    """
    from inroad.cvs import Profile
    from inroad.store.profiles import get_profile, save_profile, set_default

    path = path or settings.profile
    if path is not None and not path.exists() and database.call(set_default, path.name):
        return None
    if path is not None:
        profile = Profile.load(path)
        facts = [{"fact_id": fact.id, "kind": fact.kind, "path": fact.path, "text": fact.text} for fact in profile.facts.values()]
        database.call(save_profile, path.stem, profile.to_resume(), facts, is_default=True)
        return None
    if database.call(get_profile) is None:
        return "No profile: postings are found but not matched, and no CV is written. Give one with --profile FILE."
    return None


def hand_over_postings(database: Database, settings: Settings, sources: Sequence[str], domain: str | None) -> list[str]:
    """Stores postings given by hand, selected by the person who gave them.

    Args:
        database: The application's database.
        settings: For fetching.
        sources: URLs, files (HTML, PDF, text), or "-" for text on standard input.
        domain: The company's domain; by default that of the posting's URL.

    Returns:
        Names of the domains that they belong to.

    Raises:
        InroadError: One cannot be fetched or read; nothing of the others is lost, they are stored as they come.
    """
    return [hand_over_posting(database, settings, source, domain)[0] for source in sources]


def hand_over_posting(database: Database, settings: Settings, source: str, domain: str | None) -> tuple[str, int]:
    """Stores one posting given by hand.

    Returns:
        The domain's name and the posting's number.

    Raises:
        InroadError: As `hand_over_postings`.
    """
    from inroad.postings import read_posting
    from inroad.stages.posting_columns import posting_columns
    from inroad.store.boards import employer_name
    from inroad.store.domains import add_domains, domain_ids
    from inroad.store.posting_intake import add_posting_by_hand

    url, body, media_type = _load(settings, source)
    try:
        name = normalise_domain(domain or url)
    except InvalidUrl as error:
        what = "the pasted posting" if source == "-" else source
        raise BadInput(f"The company of {what} is not known: {error}", mend="Name it with --domain.") from error
    posting = read_posting(body, url=url, media_type=media_type, read_on=datetime.now(UTC).date())
    database.call(add_domains, [name], source="posting", max_attempts=settings.max_attempts)
    number = database.call(domain_ids, [name])[name]
    employer = database.call(employer_name, number)
    columns = posting_columns(posting, employer=employer)
    return name, database.call(add_posting_by_hand, number, columns, max_attempts=settings.max_attempts)


def _load(settings: Settings, source: str) -> tuple[str, bytes, str | None]:
    if source.lower().startswith(("http://", "https://")):
        from inroad.crawl.fetch import fetch_sync

        try:
            response = fetch_sync(settings, source)
        except InroadError as error:
            raise BadInput(f"The posting {source} cannot be read: {error}", mend="Save the page and give the file.") from error
        return response.url, response.body, response.content_type
    if source == "-":
        return "pasted:text", sys.stdin.buffer.read(PASTED_LIMIT + 1), None  # one byte more, so that too much is refused
    path = Path(source)
    try:
        return f"file:{path.name}", path.read_bytes(), None
    except OSError as error:
        mend = "Give a URL that begins with http, or a file: HTML, PDF or text."
        raise BadInput(f"The posting {source} cannot be read: {error.strerror}.", mend=mend) from error
