"""Stage `cvs`: writes a CV for every selected posting, checks each line against the profile, and renders the files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from inroad.cvs import Cv, Profile, check_cv, compose_cv, render_cv
from inroad.cvs.composing import COMPOSER_VERSION
from inroad.cvs.coverage import read_coverage
from inroad.cvs.profile import slug
from inroad.guard import Scope, tracing
from inroad.postings import Annotation, apply_annotations, structure_posting
from inroad.settings import Settings
from inroad.stages.annotations import marks_of
from inroad.stages.outputs import share_files
from inroad.stages.posting_columns import posting_from_row
from inroad.stages.threads import in_thread
from inroad.stages.wording import WatchedWriter
from inroad.stages.work import StageReport, Tally, Work, each_domain
from inroad.store import claims
from inroad.store.contacts import domain_contacts
from inroad.store.costs import cv_cost_usd
from inroad.store.cvs import keep_version, requeue_remade_cvs
from inroad.store.database import DatabaseUnavailable
from inroad.store.models import CvRow, Domain, MatchRow, PostingRow, ProfileRow
from inroad.store.offers import offer_again
from inroad.store.postings import matched_postings, queue_cvs
from inroad.store.profiles import get_profile

STAGE = "cvs"


async def run(work: Work, names: Sequence[str]) -> StageReport:
    """Writes what is due with the default profile; without a profile nothing is."""
    row = await work.database.run(get_profile)
    if row is None:
        return StageReport(STAGE)
    profile = Profile.from_resume(row.resume)
    await work.database.run(offer_again, at_once=work.since is not None)

    async def handle(domain: Domain, tally: Tally) -> None:
        await work.database.run(queue_cvs, [domain.id], row.id, max_attempts=work.settings.max_attempts)
        await work.database.run(requeue_remade_cvs, [domain.id], row.id, made_with(work.settings))
        while rows := await work.database.run(_claim, work, domain, row):
            matched = await work.database.run(matched_postings, [cv.posting_id for cv in rows], row.id)
            for cv in rows:
                await _write(work, domain, profile, cv, *matched[cv.posting_id], tally)

    return await each_domain(work, STAGE, names, handle)


def made_with(settings: Settings) -> str:
    """What besides posting and profile a CV is made with; a change writes it again."""
    return f"{COMPOSER_VERSION} {settings.cv_template} {settings.cv_paper} {settings.cv_words}"


def _claim(session: Session, work: Work, domain: Domain, profile: ProfileRow) -> list[CvRow]:
    where = (
        CvRow.domain_id == domain.id,
        CvRow.profile_id == profile.id,
        CvRow.cv_curation_status != "Rejected",
        CvRow.edited_by.is_(None),
    )
    return claims.claim(session, CvRow, *where, owner=work.owner, lease_s=work.settings.lease_s, limit=8)


async def _write(
    work: Work, domain: Domain, profile: Profile, cv: CvRow, posting: PostingRow, match: MatchRow, tally: Tally
) -> None:
    folder = cv_folder(work.settings, domain.name, posting)
    contact = await work.database.run(_best_contact, domain, posting)
    marks = (await work.database.run(marks_of, [posting.id]))[posting.id]
    try:
        with tracing.span("row", cv=posting.key, url=posting.url):
            made = await in_thread(_make, work, domain, profile, posting, folder, marks)
            made["outputs"] = await share_files(work, made["files"], cv.outputs)
    except DatabaseUnavailable:
        raise
    except Exception as error:  # noqa: BLE001 - one CV's failure is its row's; a bug says so there and fails the check
        findings = [asdict(finding) for finding in getattr(error, "findings", ())]
        await work.database.run(claims.fail, CvRow, cv.id, error, owner=work.owner, findings=findings)
        tally.stop(posting.url, error)
        return
    cost_usd = await work.database.run(cv_cost_usd, domain.name, posting.key, without_letters_of=cv.id)
    values = {
        **made,
        "cost_usd": cost_usd,
        "contact": contact,
        "version": cv.version + 1,
        "score": match.score,
        "input_hash": match.input_hash,
        "made_with": made_with(work.settings),
    }
    await work.database.run(_record, work, cv, values)
    tally.succeed("changed" if cv.version else "new")


def _record(session: Session, work: Work, cv: CvRow, values: dict[str, Any]) -> None:
    if claims.complete(session, CvRow, cv.id, owner=work.owner, **values):
        keep_version(session, cv.id)


def cv_folder(settings: Settings, domain: str, posting: PostingRow) -> Path:
    """Where the files of one posting's CV and letter lie."""
    return settings.files / "cvs" / domain / slug(posting.key, 80)


def _make(
    work: Work, domain: Domain, profile: Profile, row: PostingRow, folder: Path, marks: Sequence[Annotation]
) -> dict[str, Any]:
    """Composes, checks and renders one CV; raises CvBlocked, and leaves no file, when a line cannot be proved."""
    settings = work.settings
    opened = work.open_writer(Scope(run=work.run, domain=domain.name, posting=row.key))
    writer = WatchedWriter(opened) if opened else None
    posting = posting_from_row(row)
    cv: Cv = compose_cv(profile, posting, writer=writer, annotations=marks, words=settings.cv_word_range)
    if writer and writer.refusal and settings.llm_when_refused == "wait":
        raise writer.refusal
    findings = check_cv(cv, profile)
    files = render_cv(cv, folder, profile=profile, template=settings.cv_template, paper=settings.cv_paper)
    coverage = read_coverage(cv.resume, posting, apply_annotations(structure_posting(posting), marks))
    return {
        "resume": dict(cv.resume),
        "evidence": {pointer: list(ids) for pointer, ids in cv.evidence.items()},
        "findings": [asdict(finding) for finding in findings],
        "coverage": [asdict(item) for item in coverage],
        "notes": list(cv.notes),
        "refused": [{"text": text, "finding": asdict(finding)} for text, finding in cv.refused],
        "language": cv.language,
        "word_count": cv.word_count,
        "files": {kind: path.relative_to(settings.files).as_posix() for kind, path in files.items()},
        **written_by(settings, writer),
        "refused_at": writer.offered_from if writer else None,
    }


def written_by(settings: Settings, writer: WatchedWriter | None) -> dict[str, Any]:
    """The columns that say who worded a document: the model with its prompt's version, or the rules and why."""
    from inroad.llm.prompts import WORDING

    is_model = writer is not None and writer.name != "rules"
    return {
        "writer": writer.name if writer else "rules",
        "writer_note": writer.note if writer else None,
        "model": dict(settings.llm_models).get("cv", settings.llm_model) if is_model else None,
        "prompt_version": f"{WORDING.name}/{WORDING.version}" if is_model else None,
    }


def _best_contact(session: Session, domain: Domain, posting: PostingRow) -> dict[str, Any] | None:
    rows = [row for row, _ in domain_contacts(session, domain.id)]
    from inroad.cvs.fit import best_contact

    best = best_contact(rows, posting_from_row(posting))
    if best is None:
        return None
    row, reason = best
    return {"kind": row.kind, "value": row.value, "name": row.name, "role": row.role, "reason": reason}
