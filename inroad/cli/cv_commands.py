"""`inroad cv`: what was written, from which facts, and a person's own edits of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from inroad.cli.context import open_for, use_settings
from inroad.cli.grouping import group
from inroad.cli.intake import BadInput
from inroad.cli.printing import Json, print_json, say, say_columns

cv = group("Lists and shows the written CVs and letters, compares their versions, and takes a person's edits.")
_SHOWN = (
    *("resume", "evidence", "findings", "coverage", "notes", "refused", "files", "outputs", "model", "prompt_version"),
    *("cost_usd", "contact", "error", "writer_note"),
)
Number = Annotated[int, typer.Argument(help="Number of the CV, as `inroad cv list` shows it.", min=1)]


@cv.command("list")
def list_(
    domains: Annotated[list[str] | None, typer.Argument(help="Domains; all without one.")] = None, as_json: Json = False
) -> None:
    """Lists the CVs with their numbers."""
    from inroad.store.cvs import list_cvs

    entries = open_for(use_settings()).call(list_cvs, domains=domains or [])
    rows = [_brief(entry) for entry in entries]
    if as_json:
        print_json(rows)
        return
    if not rows:
        say("No CV is written yet: `inroad run DOMAIN` writes those of the best postings.")
    say_columns(
        [
            [row["id"], row["domain"], row["title"], row["score"] or "", row["status"], f"v{row['version']}", row["by"]]
            for row in rows
        ]
    )


def _brief(entry: Any) -> dict[str, Any]:
    row = entry.cv
    return {
        "id": row.id,
        "domain": entry.domain,
        "posting": entry.posting.key,
        "title": entry.posting.title,
        "profile": entry.profile.name,
        "status": row.cv_processing_status,
        "curation": row.cv_curation_status,
        "score": row.score,
        "version": row.version,
        "by": row.edited_by or row.writer or "",
        "words": row.word_count,
    }


@cv.command("show")
def show(number: Number, as_json: Json = False) -> None:
    """Shows one CV: its text, what it covers, findings, files and the drafted letter; with --json everything."""
    from inroad.store.outreach import outreach_of

    database, entry = _open(number)
    drafts = database.call(outreach_of, [number]).get(number)
    row = entry.cv
    if as_json:
        print_json({**_brief(entry), **{name: getattr(row, name) for name in _SHOWN}, "outreach": drafts})
        return
    from inroad.cvs.layout import lay_out
    from inroad.cvs.text import draw_text

    say(f"CV {row.id}: {entry.posting.title}, {entry.domain}; version {row.version} by {_brief(entry)['by'] or 'nobody'}.")
    if row.error:
        say(f"{row.error_reason}: {row.error}")
    if row.resume:
        say("")
        say(draw_text(lay_out(row.resume, row.language or "en")).rstrip())
        say("")
    for item in row.coverage:
        say(f"{item['coverage']:8} {item['text']} {' '.join(item['where'][:3])}".rstrip())
    for finding in row.findings:
        say(f"{finding['severity']}: {finding['path']}: {finding['text']}")
    for note in row.notes:
        say(f"note: {note}")
    for kind, path in row.files.items():
        say(f"{kind:5} {use_settings().files / path}")
    _show_drafts(drafts)


def _show_drafts(drafts: Mapping[str, Any] | None) -> None:
    if not drafts or not drafts["letter"]:
        return
    contact = drafts["contact"]
    to = f"{contact['name'] or contact['value']} ({contact['reason']})" if contact else "nobody in particular"
    say(f"letter to {to}; a draft, nothing is sent:")
    for name, path in drafts["files"].items():
        say(f"  {name:12} {use_settings().files / path}")


@cv.command("history")
def history(number: Number, as_json: Json = False) -> None:
    """Lists every version of one CV: when, by whom and why."""
    from inroad.store.cvs import cv_versions

    database, _ = _open(number)
    rows = [
        {
            "version": row.version,
            "made_at": row.made_at,
            "made_by": row.made_by,
            "writer": row.writer,
            "model": row.model,
            "prompt_version": row.prompt_version,
            "score": row.score,
            "findings": len(row.findings),
            "reason": row.reason,
        }
        for row in database.call(cv_versions, number)
    ]
    if as_json:
        print_json(rows)
        return
    say_columns(
        [
            [f"v{row['version']}", f"{row['made_at']:%Y-%m-%d %H:%M}", row["made_by"], row["writer"] or "", row["reason"] or ""]
            for row in rows
        ]
    )


@cv.command("diff")
def diff(
    number: Number,
    versions: Annotated[str | None, typer.Option("--versions", help="OLD:NEW; else the newest against the profile.")] = None,
    as_json: Json = False,
) -> None:
    """Shows where each line comes from in the profile, or what differs between two versions."""
    database, entry = _open(number)
    rows = _between(database, number, versions) if versions else _against_profile(entry)
    if as_json:
        print_json(rows)
        return
    if not rows:
        say("There is no difference.")
    for row in rows:
        say(f"{row['kind']:9} {row['path']}")
        for sign, text in (("-", row["old"]), ("+", row["new"])):
            for line in text if isinstance(text, list) else [text]:
                say(f"    {sign} {line}" if line else "")


def _against_profile(entry: Any) -> list[dict[str, Any]]:
    from inroad.cvs import Profile
    from inroad.cvs.comparing import trace

    profile = Profile.from_resume(entry.profile.resume)
    origins = trace(entry.cv.resume or {}, entry.cv.evidence or {}, profile)
    return [
        {"kind": origin.kind, "path": origin.path, "old": list(origin.facts), "new": origin.text}
        for origin in origins
        if origin.kind != "verbatim"
    ]


def _between(database: Any, number: int, versions: str) -> list[dict[str, Any]]:
    from inroad.cvs.comparing import compare
    from inroad.store.cvs import cv_versions

    kept = {row.version: row.resume for row in database.call(cv_versions, number)}
    old, _, new = versions.partition(":")
    if not (old.isdigit() and new.isdigit() and int(old) in kept and int(new) in kept):
        known = ", ".join(map(str, kept)) or "none"
        raise BadInput(f"{versions!r:.40} are no two versions of CV {number}.", mend=f"Write OLD:NEW; there are {known}.")
    return [asdict(change) for change in compare(kept[int(old)], kept[int(new)])]


@cv.command("edit")
def edit(
    number: Number,
    file: Annotated[Path | None, typer.Argument(help="The edited CV: JSON Resume, json or yaml.")] = None,
    sets: Annotated[list[str] | None, typer.Option("--set", help="PATH=VALUE, as in work.0.highlights.1=TEXT; repeat.")] = None,
    actor: Annotated[str, typer.Option("--as", help="Who edits.")] = "person",
    reason: Annotated[str | None, typer.Option("--reason", help="Why.")] = None,
    release: Annotated[bool, typer.Option("--release", help="Give the CV back to the machine instead.")] = False,
    as_json: Json = False,
) -> None:
    """Takes a person's edit, checks it against the profile and draws the files anew; the machine never writes over it."""
    from inroad.stages.edits import edit_cv
    from inroad.store.cvs import release_edit

    settings = use_settings()
    database, entry = _open(number)
    if release:
        was = database.call(release_edit, number, actor=actor)
        say(f"CV {number} is the machine's again; the next run writes it." if was else f"CV {number} was not edited.")
        return
    resume = _edited(entry.cv.resume or {}, file, sets or [])
    version, findings = edit_cv(settings, database, entry, resume, actor=actor, reason=reason)
    if as_json:
        print_json({"id": number, "version": version, "findings": [asdict(finding) for finding in findings]})
        return
    for finding in findings:
        say(f"{finding.severity}: {finding.path or '/'}: {finding.text} [{finding.kind}]")
    say(f"CV {number}: version {version} is kept, and its files are drawn anew.")


def _edited(resume: Mapping[str, Any], file: Path | None, sets: list[str]) -> dict[str, Any]:
    from inroad.cvs.editing import set_value
    from inroad.cvs.reading import read_document

    if file is None and not sets:
        raise BadInput("Nothing to edit was given.", mend="Name the edited file, or --set PATH=VALUE.")
    document = read_document(file) if file else dict(resume)
    for item in sets:
        path, sign, value = item.partition("=")
        if not sign:
            raise BadInput(f"{item!r:.60} is not PATH=VALUE.", mend="Write it as in work.0.highlights.1=TEXT.")
        document = set_value(document, path.strip(), value.strip())
    return document


def _open(number: int) -> tuple[Any, Any]:
    from inroad.store.cvs import find_cv

    database = open_for(use_settings())
    entry = database.call(find_cv, number)
    if entry is None:
        raise BadInput(f"There is no CV {number}.", mend="`inroad cv list` shows those that are.")
    return database, entry
