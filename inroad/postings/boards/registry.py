"""The table of providers, and the order in which an answer is tried: the provider's shape, then any shape."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any, Final

from inroad.guard.errors import PermanentError
from inroad.postings.assembly import Draft, build_posting
from inroad.postings.boards import (
    ashby,
    bamboohr,
    eightfold,
    greenhouse,
    hrmdirect,
    icims,
    jobvite,
    lever,
    neogov,
    oracle_orc,
    paylocity,
    personio,
    phenom,
    pinpoint,
    recruitee,
    rippling,
    smartrecruiters,
    teamtailor,
    workable,
    workday,
)
from inroad.postings.boards.generic import embedded_json, read_any_json, read_any_markup
from inroad.postings.boards.reading import BoardReader, Source, jobs_at
from inroad.postings.boards.xml_feed import is_list, is_xml
from inroad.postings.documents import decode
from inroad.postings.model import Posting

READERS: Final[dict[str, BoardReader]] = {
    reader.provider: reader
    for reader in (
        *(ashby.READER, bamboohr.READER, eightfold.READER, greenhouse.READER, lever.READER, oracle_orc.READER, paylocity.READER),
        *(personio.READER, phenom.READER, pinpoint.READER, recruitee.READER, rippling.READER, smartrecruiters.READER),
        *(teamtailor.READER, workable.READER, workday.READER),
        *(hrmdirect.READER, icims.READER, jobvite.READER, neogov.READER),
    )
}

PROVIDERS: Final = tuple(sorted(READERS))

_NO_JOBS: Final = re.compile(
    r"\b(?:no|0|zero|not any) (?:\w+ ){0,2}(?:jobs?|positions?|openings?|vacanc(?:y|ies)|opportunities|results)\b"
    r"|\bkeine (?:\w+ ){0,2}stellen"
    r"|\baucune? (?:\w+ ){0,2}(?:offres?|postes?)|\b(?:no hay|ninguna) (?:\w+ ){0,2}(?:ofertas?|vacantes?)",
    re.IGNORECASE,
)


def parse_board(provider: str, payload: Any, *, url: str) -> list[Posting]:
    """Reads a board's answer.

    Args:
        provider: One of `PROVIDERS`.
        payload: Parsed JSON, or the text (or bytes) of an HTML or XML answer.
        url: Address of the feed, of the board's page or of a job on it: jobs without a link of their own get one from it.

    Returns:
        The open jobs in the board's order, each once; empty when the board says that it has none.

    Raises:
        PermanentError: The provider is unknown (reason "unknown-provider"), or the payload is no answer of a board: neither jobs
            nor a statement that there are none (reason "not-a-board").
    """
    reader = READERS.get(provider)
    if reader is None:
        raise PermanentError(
            f"No job board provider is called {provider!r:.60}.",
            reason="unknown-provider",
            mend=f"Known are {', '.join(PROVIDERS)}.",
        )
    drafts = _drafts(reader, payload, url)
    return _postings(reader, drafts, url)


def _drafts(reader: BoardReader, payload: Any, url: str) -> list[Draft]:
    if isinstance(payload, bytes | str):
        text = decode(payload)
        parsed = _as_json(text)
        if parsed is None:
            return _from_markup(reader, text, Source(url))
        payload = parsed
    return _from_json(reader, payload, Source(url, payload))


def _as_json(text: str) -> Any:
    if text.lstrip("\ufeff \t\r\n")[:1] not in {"{", "["}:
        return None
    try:
        return json.loads(text.lstrip("\ufeff"), strict=False)
    except (ValueError, RecursionError):
        return None


def _from_json(reader: BoardReader, payload: Any, source: Source) -> list[Draft]:
    known_shape = False
    for path in reader.jobs_at:
        jobs = jobs_at(payload, path)
        if jobs is None:
            continue
        known_shape = known_shape or not jobs
        drafts = [draft for job in jobs if (draft := reader.read(job, source)) is not None and draft.title]
        if drafts:
            return drafts
    drafts = read_any_json(payload, source)
    if len(drafts) <= 1 and not known_shape and isinstance(payload, dict):
        drafts = _one_job(reader, payload, source) or drafts
    if not drafts and not known_shape:
        raise PermanentError(
            f"The answer from {source.url:.200} holds no list of jobs that {reader.provider} sends.", reason="not-a-board"
        )
    return drafts


def _one_job(reader: BoardReader, payload: dict[str, Any], source: Source) -> list[Draft]:
    """The answer to a request for one job. A company's own record has a name and an id too, but no text or place."""
    draft = reader.read(payload, source)
    if draft is None or not draft.title or not draft.identifier:
        return []
    draft.places, draft.description = list(draft.places), list(draft.description)
    return [draft] if any(draft.places) or any(text for _, text in draft.description) else []


def _from_markup(reader: BoardReader, text: str, source: Source) -> list[Draft]:
    drafts = reader.markup(text, source) if reader.markup else []
    drafts = [draft for draft in drafts if draft.title] or read_any_markup(text, source)
    if reader.number is not None:
        for draft in drafts:
            draft.identifier = draft.identifier or _number_in(reader.number, draft.url, source.url)
    if not drafts and not _is_empty_board(reader, text):
        raise PermanentError(
            f"The page {source.url:.200} lists no jobs and does not say that there are none.", reason="not-a-board"
        )
    return drafts


def _number_in(number: re.Pattern[str], *addresses: object) -> str | None:
    found = (number.search(address) for address in addresses if isinstance(address, str))
    return next((match.group(1) for match in found if match), None)


def _is_empty_board(reader: BoardReader, text: str) -> bool:
    """Whether an answer says that there are no jobs: in words, as an XML list, or as an empty list in its script."""
    if is_xml(text):
        return is_list(text)
    if _NO_JOBS.search(text[:2_000_000]):
        return True
    paths = [path for path in reader.jobs_at if path]
    return any(jobs_at(document, path) == [] for document in embedded_json(text) for path in paths)


def _postings(reader: BoardReader, drafts: list[Draft], url: str) -> list[Posting]:
    found: dict[str, Posting] = {}
    for draft in drafts:
        posting = build_posting(draft, source=reader.provider, base_url=url)
        if posting is None:
            continue
        known = found.get(posting.key)
        if known is None:
            found[posting.key] = posting
        elif reader.merge_places and posting.location and posting.location not in (known.location or ""):
            found[posting.key] = replace(known, location="; ".join(p for p in (known.location, posting.location) if p))
    return list(found.values())
