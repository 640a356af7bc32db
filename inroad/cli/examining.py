"""`inroad doctor`: one line for each thing that must be right, and how to mend it. Looks; starts and changes nothing.

The checks themselves are in `examinations`; here they are run, each on its own, and told.
"""

from __future__ import annotations

from dataclasses import asdict

import typer

from inroad.cli.examinations import CHECKS, Check, check_settings
from inroad.cli.printing import Json, print_json, say
from inroad.guard.errors import InroadError
from inroad.settings import Settings


def doctor(as_json: Json = False) -> None:
    """Examines this installation and says how to mend what is wrong."""
    results = examine()
    if as_json:
        print_json([asdict(result) for result in results])
    else:
        width = max(len(result.name) for result in results)
        for result in results:
            mend = f" {result.mend}" if result.mend else ""
            print(f"{result.status:<8}{result.name:<{width}}  ", end="")
            say(f"{result.text}{mend}")
    if any(result.status == "error" for result in results):
        raise typer.Exit(1)


def examine() -> list[Check]:
    """Runs every check; without readable settings only those that need none."""
    settings, results = check_settings()
    for name, check, needs_settings in CHECKS:
        if settings is not None or not needs_settings:
            results += _guarded(name, check, settings)
    return results


def _guarded(name: str, check: object, settings: Settings | None) -> list[Check]:
    assert callable(check)
    try:
        return list(check(settings))
    except InroadError as error:
        return [Check(name, "error", error.message, error.mend)]
