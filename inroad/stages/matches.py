"""Stage `matches`: takes postings apart, matches them with the person's profile and selects those worth a CV."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from inroad.cvs import MATCHER_VERSION, Profile, match_posting
from inroad.postings import STRUCTURER_VERSION, Posting, structure_posting
from inroad.stages.posting_columns import posting_from_row
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

    async def handle(domain: Domain, tally: Tally) -> None:
        while postings := await work.database.run(_claim, work, domain):
            for posting in postings:
                await _match(work, profile, row, posting, tally)
        tally.counts["selected"] = await work.database.run(_select, work, domain, row)

    return await each_domain(work, STAGE, names, handle)


def _claim(session: Session, work: Work, domain: Domain) -> list[PostingRow]:
    where = (PostingRow.domain_id == domain.id, PostingRow.posting_curation_status != "Rejected")
    return claims.claim(session, PostingRow, *where, owner=work.owner, lease_s=work.settings.lease_s)


async def _match(work: Work, profile: Profile, row: ProfileRow, posting: PostingRow, tally: Tally) -> None:
    try:
        structured, match = await asyncio.to_thread(_compare, profile, posting_from_row(posting))
        await work.database.run(_record, work, row, posting, structured, match)
    except DatabaseUnavailable:
        raise
    except Exception as error:  # noqa: BLE001 - one posting's failure is its row's; a bug says so there and fails the check
        await work.database.run(claims.fail, PostingRow, posting.id, error, owner=work.owner)
        tally.fail(posting.url, error)
        return
    tally.succeed("new")


def _compare(profile: Profile, posting: Posting) -> tuple[dict[str, Any], dict[str, Any]]:
    match = match_posting(profile, posting)
    parts = {part.name: {"points": part.points, "weight": part.weight, "reason": part.reason} for part in match.parts}
    requirements = [asdict(requirement) for requirement in match.requirements]
    return asdict(structure_posting(posting)), {"score": match.score, "parts": parts, "requirements": requirements}


def input_hash(posting: PostingRow, profile: ProfileRow) -> str:
    """Identity of everything that a match and a CV are made from."""
    return hashlib.sha256(f"{posting.content_hash} {profile.content_hash} {VERSION}".encode()).hexdigest()


def _record(
    session: Session, work: Work, profile: ProfileRow, posting: PostingRow, structured: Any, match: dict[str, Any]
) -> None:
    if not claims.complete(session, PostingRow, posting.id, owner=work.owner, structured=structured):
        return
    parts = {**match["parts"], "matcher": VERSION, "profile": profile.content_hash}
    store_match(session, posting, profile.id, {**match, "parts": parts, "input_hash": input_hash(posting, profile)})


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
