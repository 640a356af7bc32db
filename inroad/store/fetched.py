"""What a batch of fetched pages leaves in the database, for all of them in a few statements.

What lives here: new versions of contents with their extractions, the pages' states, the visits. What does not: which pages their
links make known (`pages`), claiming (`claims`), and what a batch is (`inroad.stages.batching`).

One page's statements cost 13 ms of processor time here and 7 ms in PostgreSQL; in batches of fifty they cost under one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from inroad.store.erased_people import contents_without_erased
from inroad.store.models import EXTRACTION_KINDS
from inroad.store.visits import visit_outcome


@dataclass(frozen=True, slots=True)
class StoredContent:
    """The columns of a content that its page has too, and its own.

    Attributes:
        content_hash: SHA-256 of the decoded document.
        strategy: How it was fetched.
        credits_used: What a service charged.
        http_status: Of the answer.
        final_url: After redirects.
        http_facts: JSON.
        content_type: As the server said.
        body_bytes: Of the unpacked body.
        title: One line.
        language: Two letters.
        text: Readable.
        html_zlib: The packed document.
        etag: For the next conditional request.
        last_modified: For the next conditional request.
    """

    content_hash: str
    strategy: str
    credits_used: int
    http_status: int
    final_url: str
    http_facts: str
    content_type: str | None
    body_bytes: int
    title: str | None
    language: str | None
    text: str = field(repr=False)
    html_zlib: bytes = field(repr=False)
    etag: str | None
    last_modified: str | None


_CONTENTS = text("""
    WITH given AS (
        SELECT * FROM unnest(
            CAST(:page_ids AS bigint[]), CAST(:hashes AS text[]), CAST(:strategies AS text[]), CAST(:credits AS int[]),
            CAST(:statuses AS int[]), CAST(:urls AS text[]), CAST(:facts AS text[]), CAST(:types AS text[]),
            CAST(:sizes AS int[]), CAST(:titles AS text[]),
            CAST(:languages AS text[]), CAST(:texts AS text[]), CAST(:documents AS bytea[])
        ) AS g (page_id, content_hash, strategy, credits_used, http_status, final_url, http_facts, content_type, body_bytes,
                title, language, text, html_zlib)
    ), stored AS (
        INSERT INTO page_contents (page_id, domain_id, version, content_hash, strategy, credits_used, http_status, final_url,
                                   http_facts, content_type, body_bytes, title, language, text, html_zlib)
        SELECT g.page_id, p.domain_id, coalesce(newest.version, 0) + 1, g.content_hash, g.strategy, g.credits_used, g.http_status,
               g.final_url, CAST(g.http_facts AS jsonb), g.content_type, g.body_bytes, g.title, g.language, g.text, g.html_zlib
        FROM given AS g JOIN pages AS p ON p.id = g.page_id
        LEFT JOIN LATERAL (
            SELECT version, content_hash FROM page_contents WHERE page_id = g.page_id ORDER BY version DESC LIMIT 1
        ) AS newest ON true
        WHERE newest.content_hash IS DISTINCT FROM g.content_hash
        ORDER BY g.page_id
        RETURNING id, page_id, domain_id
    ), queued AS (
        INSERT INTO extractions (domain_id, page_content_id, kind, max_attempts)
        SELECT s.domain_id, s.id, kind, :max_attempts FROM stored AS s, unnest(CAST(:kinds AS text[])) AS kind
        ORDER BY s.id, kind
    )
    SELECT page_id FROM stored
""")
_LOCK = text("SELECT id FROM pages WHERE id = ANY(:page_ids) ORDER BY id FOR NO KEY UPDATE")
_FACTS = """
    FROM unnest(CAST(:page_ids AS bigint[]), CAST(:hashes AS text[]), CAST(:titles AS text[]), CAST(:etags AS text[]),
                CAST(:modified AS text[]), CAST(:statuses AS int[]), CAST(:strategies AS text[]))
        AS g (page_id, content_hash, title, etag, last_modified, http_status, strategy)
    WHERE pages.id = g.page_id
"""
_COMPLETE = text(f"""
    UPDATE pages SET page_processing_status = 'Complete', attempts = 0, error = NULL, error_reason = NULL, lease_owner = NULL,
        lease_expires_at = NULL, updated_at = now(), content_hash = g.content_hash, title = g.title, etag = g.etag,
        last_modified = g.last_modified, http_status = g.http_status, strategy = g.strategy
    {_FACTS} AND pages.lease_owner = :owner AND pages.page_processing_status = 'Processing'
    RETURNING pages.id
""")  # noqa: S608 - both halves are constants of this module
_CHANGE = text(f"""
    UPDATE pages SET updated_at = now(), content_hash = g.content_hash, title = g.title, etag = g.etag,
        last_modified = g.last_modified, http_status = g.http_status, strategy = g.strategy
    {_FACTS} AND (pages.content_hash, pages.title, pages.etag, pages.last_modified, pages.http_status, pages.strategy)
        IS DISTINCT FROM (g.content_hash, g.title, g.etag, g.last_modified, CAST(g.http_status AS smallint), g.strategy)
""")  # noqa: S608 - both halves are constants of this module


def complete_fetched(
    session: Session,
    fetched: Sequence[tuple[int, StoredContent]],
    *,
    owner: str,
    max_attempts: int,
    cleared_of: frozenset[str] = frozenset(),
) -> set[int]:
    """Records claimed pages as fetched: their state, a version of their content and its extractions.

    Args:
        session: In a transaction of its own with everything else that the fetch makes known.
        fetched: Page id and content; no page twice.
        owner: `Worker.name`.
        max_attempts: Attempts at each extraction.
        cleared_of: See `contents_without_erased`.

    Returns:
        Ids of the pages that were still ours; of the others nothing is stored, another worker's result stands.
    """
    if not fetched:
        return set()
    fetched = contents_without_erased(session, fetched, cleared_of=cleared_of)
    session.execute(_LOCK, {"page_ids": [page_id for page_id, _ in fetched]})
    ours = set(session.scalars(_COMPLETE, {**_page_columns(fetched), "owner": owner}))
    _add_versions(session, [pair for pair in fetched if pair[0] in ours], max_attempts)
    return ours


def change_fetched(
    session: Session,
    fetched: Sequence[tuple[int, StoredContent]],
    *,
    max_attempts: int,
    cleared_of: frozenset[str] = frozenset(),
) -> set[int]:
    """Records pages that were visited again and whose content is another than before.

    Returns:
        Ids of the pages that have a new version now.
    """
    if not fetched:
        return set()
    fetched = contents_without_erased(session, fetched, cleared_of=cleared_of)
    session.execute(_LOCK, {"page_ids": [page_id for page_id, _ in fetched]})
    changed = _add_versions(session, fetched, max_attempts)
    session.execute(_CHANGE, _page_columns(fetched))
    return changed


def _page_columns(fetched: Sequence[tuple[int, StoredContent]]) -> dict[str, list[Any]]:
    return {
        "page_ids": [page_id for page_id, _ in fetched],
        "hashes": [content.content_hash for _, content in fetched],
        "titles": [content.title for _, content in fetched],
        "etags": [content.etag for _, content in fetched],
        "modified": [content.last_modified for _, content in fetched],
        "statuses": [content.http_status for _, content in fetched],
        "strategies": [content.strategy for _, content in fetched],
    }


def _add_versions(session: Session, fetched: Sequence[tuple[int, StoredContent]], max_attempts: int) -> set[int]:
    if not fetched:
        return set()
    columns = _page_columns(fetched)
    own = {
        "credits": [content.credits_used for _, content in fetched],
        "urls": [content.final_url for _, content in fetched],
        "facts": [content.http_facts for _, content in fetched],
        "types": [content.content_type for _, content in fetched],
        "sizes": [content.body_bytes for _, content in fetched],
        "languages": [content.language for _, content in fetched],
        "texts": [content.text for _, content in fetched],
        "documents": [content.html_zlib for _, content in fetched],
        "max_attempts": max_attempts,
        "kinds": list(EXTRACTION_KINDS),
    }
    del columns["etags"], columns["modified"]
    return set(session.scalars(_CONTENTS, {**columns, **own}))


@dataclass(frozen=True, slots=True)
class PageVisit:
    """A visit to a page that has ended.

    Attributes:
        page_id: The page.
        domain_id: Its domain.
        outcome: "new", "changed", "unchanged" or "error".
        age_s: Seconds since it began.
        visit_id: The open visit; None where the page's claim was its lease, and the visit is written now.
        http_status: Of the answer, where there was one.
        body_bytes: As sent.
        duration_ms: Of the requests.
        error_reason: Of a failure.
    """

    page_id: int
    domain_id: int
    outcome: str
    age_s: float
    visit_id: int | None = None
    http_status: int | None = None
    body_bytes: int | None = None
    duration_ms: float | None = None
    error_reason: str | None = None


_VISITED = """
    unnest(CAST(:visit_ids AS bigint[]), CAST(:page_ids AS bigint[]), CAST(:domain_ids AS bigint[]), CAST(:outcomes AS text[]),
           CAST(:ages AS float8[]), CAST(:statuses AS int[]), CAST(:sizes AS bigint[]), CAST(:durations AS float8[]),
           CAST(:reasons AS text[]))
        AS g (visit_id, page_id, domain_id, outcome, age_s, http_status, body_bytes, duration_ms, error_reason)
"""
_WRITE = text(f"""
    INSERT INTO visits (kind, subject_id, domain_id, run, started_at, finished_at, outcome, http_status, body_bytes, duration_ms,
                        error_reason)
    SELECT 'page', page_id, domain_id, :run, clock_timestamp() - make_interval(secs => age_s), clock_timestamp(), outcome,
           http_status, body_bytes, duration_ms, error_reason
    FROM {_VISITED}
""")  # noqa: S608 - both halves are constants of this module
_FINISH = text(f"""
    UPDATE visits SET finished_at = clock_timestamp(), outcome = g.outcome, lease_expires_at = NULL, http_status = g.http_status,
        body_bytes = g.body_bytes, duration_ms = g.duration_ms, error_reason = g.error_reason
    FROM {_VISITED} WHERE visits.id = g.visit_id
""")  # noqa: S608 - both halves are constants of this module


def record_visits(session: Session, ended: Iterable[PageVisit], *, run: str | None) -> None:
    """Writes visits down that were no rows yet, and closes those that were."""
    ended = list(ended)
    for statement, visits in (
        (_WRITE, [visit for visit in ended if visit.visit_id is None]),
        (_FINISH, [visit for visit in ended if visit.visit_id is not None]),
    ):
        if visits:
            columns = {
                "visit_ids": [visit.visit_id for visit in visits],
                "page_ids": [visit.page_id for visit in visits],
                "domain_ids": [visit.domain_id for visit in visits],
                "outcomes": [visit_outcome(visit.outcome, visit.error_reason) for visit in visits],
                "ages": [visit.age_s for visit in visits],
                "statuses": [visit.http_status for visit in visits],
                "sizes": [visit.body_bytes for visit in visits],
                "durations": [visit.duration_ms for visit in visits],
                "reasons": [visit.error_reason for visit in visits],
            }
            session.execute(statement, {**columns, "run": run} if statement is _WRITE else columns)
