"""Reading again the postings that a person handed over by address, on the day on which their domain is visited.

What does not belong here: taking them in, which the command does (`inroad.cli.intake`), and postings of pages and boards.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from inroad.crawl.fetch import WebClient
from inroad.guard.errors import InroadError, PermanentError
from inroad.postings import Posting, read_posting
from inroad.stages.annotations import find_marks_again
from inroad.stages.posting_columns import posting_columns
from inroad.stages.work import Tally, Work, now
from inroad.store import visits
from inroad.store.boards import employer_name
from inroad.store.database import DatabaseUnavailable
from inroad.store.models import Domain, PostingRow
from inroad.store.posting_intake import handed_postings, show_handed_posting
from inroad.store.posting_states import miss_posting

# What an answer says of a posting that is no longer there; any other failure says nothing about it.
GONE = frozenset({"not-found", "gone", "empty-posting", "posting-list"})


async def visit_handed(work: Work, web: WebClient, domain: Domain, tally: Tally) -> None:
    """Visits a domain's postings given by hand that were not visited since the refresh began."""
    if work.since is None:
        return
    due = (visits.not_visited_since("posting", PostingRow, work.since), PostingRow.first_seen_at < work.since)
    for row in await work.database.run(handed_postings, domain.id, *due):
        await _visit(work, web, domain, row, tally)


async def _visit(work: Work, web: WebClient, domain: Domain, row: PostingRow, tally: Tally) -> None:
    visit = await work.database.run(_open, work, row)
    if visit is None:  # another worker is there
        return
    posting: Posting | None = None
    try:
        response = await web.fetch(row.url, purpose="page", accept="text/html")
        posting = read_posting(response.body, url=response.url, media_type=response.content_type, read_on=now().date())
    except DatabaseUnavailable:
        raise
    except InroadError as error:
        if not (isinstance(error, PermanentError) and error.reason in GONE):
            await work.database.run(visits.finish_visit, visit, "error", error_reason=error.reason)
            tally.stop(row.url, error)
            return
    tally.succeed(await work.database.run(_record, domain, row.id, posting, visit))


def _open(session: Session, work: Work, row: PostingRow) -> int | None:
    subject = [(row.id, row.domain_id)]
    opened = visits.open_visits(session, "posting", subject, run=work.run, owner=work.owner, lease_s=work.settings.lease_s)
    return opened.get(row.id)


def _record(session: Session, domain: Domain, posting_id: int, posting: Posting | None, visit: int) -> str:
    """Writes what was read, or that it was not there; says how the visit ended."""
    if posting is None:
        miss_posting(session, posting_id)
        changed = True
    else:
        columns = posting_columns(posting, employer=employer_name(session, domain.id))
        changed = show_handed_posting(session, posting_id, columns)
        if changed:
            find_marks_again(session, [posting_id])
    outcome = "changed" if changed else "unchanged"
    visits.finish_visit(session, visit, outcome)
    return outcome
