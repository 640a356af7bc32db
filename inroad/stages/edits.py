"""A person's edit of a CV: checked like the machine's own, drawn, kept as a version. What a console and the command call."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from inroad.cvs import Cv, Finding, Profile, check_cv, render_cv
from inroad.cvs.coverage import read_coverage
from inroad.cvs.editing import check_document
from inroad.cvs.evidence import find_evidence
from inroad.cvs.layout import count_words, lay_out
from inroad.guard.errors import UserError
from inroad.settings import Settings
from inroad.stages.cvs import cv_folder, made_with
from inroad.stages.posting_columns import posting_from_row
from inroad.store import Database
from inroad.store.cvs import CvEntry, save_edit


class EditConflict(UserError):
    """The CV was changed or is being written since it was read."""

    reason = "edit-conflict"


def edit_cv(
    settings: Settings,
    database: Database,
    entry: CvEntry,
    resume: Mapping[str, Any],
    *,
    actor: str,
    reason: str | None = None,
) -> tuple[int, list[Finding]]:
    """Checks an edited CV against the profile, draws its files and keeps it as the next version.

    Args:
        settings: Template, paper and folder.
        database: Where the CV is.
        entry: The CV as it was read, from `inroad.store.cvs.find_cv`.
        resume: The edited document.
        actor: Who edits.
        reason: Why.

    Returns:
        The new version, and what a person should look at.

    Raises:
        CvBlocked: The edit says what the profile does not; nothing was changed.
        EditConflict: Somebody else was faster.
        UserError: The document is no JSON Resume.
    """
    check_document(resume)
    profile = Profile.from_resume(entry.profile.resume)
    language = entry.cv.language or "en"
    evidence = find_evidence(resume, profile)
    words = count_words(lay_out(resume, language))
    made = Cv(resume=resume, evidence=evidence, posting_key=entry.posting.key, language=language, word_count=words)
    folder = cv_folder(settings, entry.domain, entry.posting)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".edit-") as name:  # the old files stay until the edit is kept
        files = render_cv(made, name, profile=profile, template=settings.cv_template, paper=settings.cv_paper)
        findings = check_cv(made, profile)
        values = _columns(settings, entry, made, findings) | {
            "files": {kind: (folder / path.name).relative_to(settings.files).as_posix() for kind, path in files.items()}
        }
        version = database.call(save_edit, entry.cv.id, values, expected=entry.cv.version, actor=actor, reason=reason)
        if version is None:
            raise EditConflict(
                f"CV {entry.cv.id} is no longer at version {entry.cv.version}, or is being written.",
                mend="Look at it again (`inroad cv show`) and repeat the edit.",
            )
        for path in files.values():
            path.replace(folder / path.name)
    return version, findings


def _columns(settings: Settings, entry: CvEntry, made: Cv, findings: list[Finding]) -> dict[str, Any]:
    return {
        "resume": dict(made.resume),
        "evidence": dict(made.evidence),
        "findings": [asdict(finding) for finding in findings],
        "coverage": [asdict(item) for item in read_coverage(made.resume, posting_from_row(entry.posting))],
        "word_count": made.word_count,
        "made_with": made_with(settings),
        "notes": [],
        "refused": [],
    }
