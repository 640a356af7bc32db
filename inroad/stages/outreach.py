"""Stage `outreach`: drafts a cover letter and a short message for every finished CV, to the best contact at the company.

Drafts only: nothing is sent, by anything. A person reads, changes and sends them. Rejected and suppressed contacts are never
written to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from inroad.cvs import Cv, CvBlocked, Profile
from inroad.cvs.fit import best_contact
from inroad.cvs.letter_files import draw_letter, draw_letter_text
from inroad.cvs.letters import LETTER_VERSION, Draft, Outreach, write_outreach
from inroad.guard import Scope, tracing
from inroad.postings import Posting
from inroad.stages.cvs import cv_folder, written_by
from inroad.stages.outputs import share_files
from inroad.stages.posting_columns import posting_from_row
from inroad.stages.threads import in_thread
from inroad.stages.wording import WatchedWriter
from inroad.stages.work import StageReport, Tally, Work, each_domain
from inroad.store import claims
from inroad.store.contacts import domain_contacts
from inroad.store.costs import cv_cost_usd
from inroad.store.database import DatabaseUnavailable
from inroad.store.models import ContactRow, CvRow, Domain, OutreachRow, PostingRow
from inroad.store.outreach import addressed, finished_cvs, queue_outreach, rejected_names
from inroad.store.profiles import get_profile
from inroad.store.suppression import is_suppressed

STAGE = "outreach"


@dataclass(frozen=True, slots=True)
class _Task:
    """One CV to write a letter for."""

    row: OutreachRow
    cv: CvRow
    posting: PostingRow
    contact: ContactRow | None
    reason: str
    input_hash: str


async def run(work: Work, names: Sequence[str]) -> StageReport:
    """Drafts what is due; without a profile there is no CV to write a letter for."""
    row = await work.database.run(get_profile)
    if row is None:
        return StageReport(STAGE)
    profile = Profile.from_resume(row.resume)

    async def handle(domain: Domain, tally: Tally) -> None:
        for task in await work.database.run(_claim, work, domain, row.id):
            await _write(work, domain, profile, task, tally)

    return await each_domain(work, STAGE, names, handle)


def _claim(session: Session, work: Work, domain: Domain, profile_id: int) -> list[_Task]:
    """Queues what a finished CV, another contact or another writing asks for, and claims what is due."""
    contacts = _writable(session, domain)
    wanted: dict[int, tuple[CvRow, PostingRow, ContactRow | None, str, str]] = {}
    for cv, posting in finished_cvs(session, domain.id, profile_id):
        best = best_contact(contacts, posting_from_row(posting))
        contact, reason = best or (None, "")
        wanted[cv.id] = (cv, posting, contact, reason, _input_hash(work, cv, contact))
    queue_outreach(
        session, domain.id, {cv_id: found[4] for cv_id, found in wanted.items()}, max_attempts=work.settings.max_attempts
    )
    where = (
        OutreachRow.domain_id == domain.id,
        OutreachRow.cv_id.in_(wanted),
        OutreachRow.outreach_curation_status != "Rejected",
    )
    rows = claims.claim(session, OutreachRow, *where, owner=work.owner, lease_s=work.settings.lease_s, limit=1_000)
    return [_Task(row, *wanted[row.cv_id]) for row in rows]


def _writable(session: Session, domain: Domain) -> list[ContactRow]:
    """Contacts that may be written to: not suppressed or rejected, nor another entry of a person who is."""
    avoided = set(rejected_names(session, domain.id))
    avoided |= {name.casefold() for value, name in addressed(session, domain.id) if name and is_suppressed(session, value)}
    return [
        row
        for row, _ in domain_contacts(session, domain.id)
        if not is_suppressed(session, row.value) and not {row.value.casefold(), (row.name or "").casefold()} & avoided
    ]


def _input_hash(work: Work, cv: CvRow, contact: ContactRow | None) -> str:
    """Identity of everything that a letter is made from."""
    settings = work.settings
    to = f"{contact.kind} {contact.value} {contact.name}" if contact else ""
    said = f"{cv.input_hash} {cv.version} {to} {LETTER_VERSION} {settings.cv_template} {settings.cv_paper}"
    return hashlib.sha256(said.encode()).hexdigest()


async def _write(work: Work, domain: Domain, profile: Profile, task: _Task, tally: Tally) -> None:
    try:
        with tracing.span("row", outreach=task.posting.key, url=task.posting.url):
            made = await in_thread(_make, work, domain, profile, task)
            made["outputs"] = await share_files(work, made["files"], task.row.outputs)
    except DatabaseUnavailable:
        raise
    except Exception as error:  # noqa: BLE001 - one letter's failure is its row's; a bug says so there and fails the check
        findings = [asdict(finding) for finding in getattr(error, "findings", ())]
        await work.database.run(claims.fail, OutreachRow, task.row.id, error, owner=work.owner, findings=findings)
        tally.stop(task.posting.url, error)
        return
    cost_usd = await work.database.run(cv_cost_usd, domain.name, task.posting.key)
    values = {
        **made,
        "cost_usd": max(0.0, cost_usd - task.cv.cost_usd),
        "version": task.row.version + 1,
        "input_hash": task.input_hash,
        "contact_id": task.contact.id if task.contact else None,
        "contact": _contact(task),
    }
    await work.database.run(claims.complete, OutreachRow, task.row.id, owner=work.owner, **values)
    tally.succeed("changed" if task.row.version else "new")


def _contact(task: _Task) -> dict[str, Any] | None:
    row = task.contact
    if row is None:
        return None
    return {"kind": row.kind, "value": row.value, "name": row.name, "role": row.role, "reason": task.reason}


def _make(work: Work, domain: Domain, profile: Profile, task: _Task) -> dict[str, Any]:
    """Drafts, checks and draws; raises CvBlocked, and leaves no file, when a line cannot be proved."""
    settings = work.settings
    posting = posting_from_row(task.posting)
    opened = work.open_writer(Scope(run=work.run, domain=domain.name, posting=task.posting.key))
    writer = WatchedWriter(opened) if opened else None
    drafts = write_outreach(_cv(task.cv, posting), profile, posting, addressee=_addressee(task.contact), writer=writer)
    if writer and writer.refusal and settings.llm_when_refused == "wait":
        raise writer.refusal
    if any(finding.severity == "block" for finding in drafts.findings):
        raise CvBlocked(list(drafts.findings))
    files = _files(drafts, settings.cv_template, settings.cv_paper)
    folder = cv_folder(settings, domain.name, task.posting)
    who = written_by(settings, writer)
    return {
        "letter": _columns(drafts.letter),
        "message": _columns(drafts.message),
        "findings": [asdict(finding) for finding in drafts.findings],
        "refused": [{"text": text, "finding": asdict(finding)} for text, finding in drafts.refused],
        "files": {name: _save(folder / name, raw).relative_to(settings.files).as_posix() for name, raw in files.items()},
        "language": drafts.letter.language,
        "writer": who["writer"],
        "writer_note": who["writer_note"],
        "refused_at": writer.offered_from if writer else None,
    }


def _cv(row: CvRow, posting: Posting) -> Cv:
    return Cv(row.resume or {}, row.evidence or {}, posting.key, row.language or "en", row.word_count or 0)


def _addressee(contact: ContactRow | None) -> str | None:
    """The person's name, where the address is a person's."""
    if contact is None:
        return None
    return contact.value if contact.kind == "person" else contact.name


def _columns(draft: Draft) -> dict[str, Any]:
    return asdict(draft)


def _files(drafts: Outreach, template: str, paper: str) -> dict[str, bytes]:
    letter = draw_letter(drafts.letter, template=template, paper=paper)
    return {f"letter.{kind}": raw for kind, raw in letter.items()} | {"message.txt": draw_letter_text(drafts.message).encode()}


def _save(path: Path, raw: bytes) -> Path:
    """Writes a file whole or not at all; an equal one is left alone."""
    if path.is_file() and path.read_bytes() == raw:
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_bytes(raw)
    temporary.replace(path)
    return path
