"""`inroad check-cv`: the fact gate on any JSON Resume, whoever wrote it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inroad.cli.printing import Json, print_json, say

if TYPE_CHECKING:
    from inroad.cvs import Profile


def check_cv_file(
    file: Annotated[Path, typer.Argument(help="The CV: a JSON Resume document, json or yaml.")],
    profile: Annotated[Path, typer.Option("--profile", help="The person's profile: JSON Resume file, or a stored one's name.")],
    as_json: Json = False,
) -> None:
    """Holds a CV (JSON Resume) against a profile; exit 1 when it says more than that."""
    from inroad.cvs import check_cv
    from inroad.cvs.reading import read_document

    findings = check_cv(read_document(file), _profile(profile))
    is_blocked = any(finding.severity == "block" for finding in findings)
    if as_json:
        print_json({"file": str(file), "blocked": is_blocked, "findings": [asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            say(f"{finding.severity}: {finding.path or '/'}: {finding.text} [{finding.kind}]")
        verdict = "states what the profile does not" if is_blocked else "states nothing that the profile does not"
        say(f"{file} {verdict}.")
    if is_blocked:
        raise typer.Exit(1)


def _profile(given: Path) -> Profile:
    """The profile of a file, or the stored one of that name."""
    from inroad.cvs import Profile

    if given.exists() or given.suffix or len(given.parts) > 1:
        return Profile.load(given)
    from inroad.cli.context import open_for, use_settings
    from inroad.store.profiles import get_profile

    row = open_for(use_settings()).call(get_profile, given.name)
    return Profile.from_resume(row.resume, name=given.name) if row else Profile.load(given)
