"""Stage `matches`: takes postings apart, matches them with the person's profile and selects those worth a CV."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from inroad.cvs import MATCHER_VERSION, Profile, match_posting
from inroad.guard import Scope
from inroad.llm.postings import Improve
from inroad.postings import STRUCTURER_VERSION, Annotation, Posting, apply_annotations
from inroad.stages.annotations import marks_of
from inroad.stages.posting_columns import posting_from_row
from inroad.stages.structuring import Teller, Told, read_posting_parts
from inroad.stages.threads import in_thread
from inroad.stages.work import StageReport, Tally, Work, each_domain
from inroad.store import claims
from inroad.store.database import DatabaseUnavailable
from inroad.store.models import Domain, PostingRow, ProfileRow
from inroad.store.postings import queue_cvs, requeue_matches, requeue_stale_cvs, select_postings, store_match
from inroad.store.profiles import get_profile

STAGE = "matches"
RULE = "rule:best-match"
VERSION = f"{MATCHER_VERSION}/{STRUCTURER_VERSION}"


async def run(work: Work, names: Sequence[str]) -> StageReport:
    """Matches what is due with the default profile; without a profile postings wait."""
    row = await work.database.run(get_profile)
    if row is None:
        return StageReport(STAGE)
    profile = Profile.from_resume(row.resume)
    await work.database.run(requeue_matches, row.id, VERSION, row.content_hash)

    teller = Teller(work)

    async def handle(domain: Domain, tally: Tally) -> None:
        while postings := await work.database.run(_claim, work, domain):
            marks = await work.database.run(marks_of, [posting.id for posting in postings])
            await teller.expect(len(postings))
            for posting in postings:
                improve = work.open_structurer(Scope(run=work.run, domain=domain.name, posting=posting.key))
                await _match(work, profile, row, posting, marks[posting.id], improve, teller, tally)
                await teller.step()
        tally.counts["selected"] = await work.database.run(_select, work, domain, row)

    report = await each_domain(work, STAGE, names, handle)
    await teller.finish()
    return report


def _claim(session: Session, work: Work, domain: Domain) -> list[PostingRow]:
    where = (PostingRow.domain_id == domain.id, PostingRow.posting_curation_status != "Rejected")
    return claims.claim(session, PostingRow, *where, owner=work.owner, lease_s=work.settings.lease_s)


async def _match(
    work: Work,
    profile: Profile,
    row: ProfileRow,
    posting: PostingRow,
    marks: Sequence[Annotation],
    improve: Improve | None,
    teller: Teller,
    tally: Tally,
) -> None:
    waits = work.settings.llm_when_refused == "wait"
    try:
        job = posting_from_row(posting)
        columns, match = await in_thread(_compare, profile, job, marks, improve, teller.tell, waits=waits)
        await work.database.run(_record, work, row, posting, marks, columns, match)
    except DatabaseUnavailable:
        raise
    except Exception as error:  # noqa: BLE001 - one posting's failure is its row's; a bug says so there and fails the check
        await work.database.run(claims.fail, PostingRow, posting.id, error, owner=work.owner)
        tally.stop(posting.url, error)
        return
    tally.succeed("new")


def _compare(
    profile: Profile, posting: Posting, marks: Sequence[Annotation], improve: Improve | None, told: Told, *, waits: bool
) -> tuple[dict[str, Any], dict[str, Any]]:
    reading = read_posting_parts(posting, improve, waits=waits, told=told)
    marked = apply_annotations(reading.structured, marks)
    match = match_posting(profile, posting, structured=marked)
    told(posting.url, f"Scores {match.score:g}.")
    parts = {part.name: {"points": part.points, "weight": part.weight, "reason": part.reason} for part in match.parts}
    requirements = [asdict(requirement) for requirement in match.requirements]
    return reading.as_columns(marked), {"score": match.score, "parts": parts, "requirements": requirements}


def input_hash(posting: PostingRow, profile: ProfileRow, marks: Sequence[Annotation]) -> str:
    """Identity of everything that a match and a CV are made from."""
    said = json.dumps([(mark.kind, mark.span.text, mark.note) for mark in marks]) if marks else ""
    return hashlib.sha256(f"{posting.content_hash} {profile.content_hash} {VERSION}{said}".encode()).hexdigest()


def _record(
    session: Session,
    work: Work,
    profile: ProfileRow,
    posting: PostingRow,
    marks: Sequence[Annotation],
    columns: dict[str, Any],
    match: dict[str, Any],
) -> None:
    if not claims.complete(session, PostingRow, posting.id, owner=work.owner, **columns):
        return
    parts = {**match["parts"], "matcher": VERSION, "profile": profile.content_hash}
    store_match(session, posting, profile.id, {**match, "parts": parts, "input_hash": input_hash(posting, profile, marks)})


def _select(session: Session, work: Work, domain: Domain, profile: ProfileRow) -> int:
    settings = work.settings
    selected = 0
    if not work.is_manual:
        selected = select_postings(
            session, domain.id, profile.id, least_score=settings.match_score, most=settings.cvs_per_domain, by=RULE
        )
    queue_cvs(session, [domain.id], profile.id, max_attempts=settings.max_attempts)
    requeue_stale_cvs(session, [domain.id], profile.id)
    return selected
