"""`inroad curate`: a person's decisions on rows, by the same statements that the console uses; each one can be taken back."""

from __future__ import annotations

import getpass
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from inroad.cli.choosing import DomainOption, known_ids
from inroad.cli.context import open_for, use_settings
from inroad.cli.grouping import group
from inroad.cli.printing import Json, Yes, ask, is_terminal, one_of, print_json, say, say_columns
from inroad.store.curation import DECISIONS, TABLES
from inroad.store.models import CURATION_STATES

# More rows than this, and a person at a terminal is asked first.
ASK_ABOVE = 1_000

curate = group("Selects and rejects rows by hand, with undo; replays what failed.")


def decide_rows(
    context: typer.Context,
    decision: Annotated[str, typer.Argument(help="select, reject, or reset (to New).")],
    domain: DomainOption = None,
    kind: Annotated[str | None, typer.Option("--type", help="Page type, contact kind, sitemap kind or source.")] = None,
    search: Annotated[str | None, typer.Option("--search", help="Part of the URL, value or title, in any case.")] = None,
    status: Annotated[str | None, typer.Option("--status", help="Only rows that are New, Selected or Rejected.")] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Kept with the decision.")] = None,
    yes: Yes = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many rows it would change.")] = False,
    as_json: Json = False,
) -> None:
    """Decides on all rows that match, in one statement."""
    from inroad.store.curation import decide, matching
    from inroad.store.status import count_undecided

    table = str(context.info_name)
    one_of(decision, DECISIONS, "decision")
    state = one_of(status.capitalize(), CURATION_STATES, "curation status") if status else None
    settings = use_settings()
    database = open_for(settings)
    names = tuple(known_ids(database, domain)) if domain else ()
    if kind and TABLES[table].kind is not None:
        kind = one_of(kind.lower(), database.call(_kinds, table), "type of these rows")
    where = matching(TABLES[table], domains=names, kind=kind, search=search, status=state)
    count = database.call(count_undecided, table, decision, where)
    if dry_run:
        _tell(as_json, table, decision, count, 0, "would become")
        return
    if count > ASK_ABOVE and is_terminal():
        ask(f"{count} rows of {table} become {DECISIONS[decision]}. Go on?", yes=yes)
    changed, audit = database.call(decide, table, decision, where, actor=actor(), reason=reason)
    _tell(as_json, table, decision, changed, audit, "are now")


def _kinds(session: Session, table: str) -> list[str]:
    from inroad.store.status import kinds_of

    return [kind.lower() for kind in kinds_of(session, table)]


def _tell(as_json: bool, table: str, decision: str, count: int, audit: int, verb: str) -> None:
    if as_json:
        print_json({"table": table, "decision": decision, "rows": count, "change": audit or None})
        return
    say(f"{count} rows of {table} {verb} {DECISIONS[decision]}.")
    if audit:
        say(f"Take it back with `inroad curate undo {audit}`.")


def actor() -> str:
    """Who decides: the name of the system's user."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "person"


for _table in TABLES:
    curate.command(_table)(decide_rows)


@curate.command("undo")
def undo(
    change: Annotated[int | None, typer.Argument(help="Number of the change; the last one by default.")] = None,
    as_json: Json = False,
) -> None:
    """Takes one decision back: every row gets its old status."""
    from inroad.store.curation import undo as take_back

    table, count = open_for(use_settings()).call(take_back, change, actor=actor())
    if as_json:
        print_json({"table": table, "rows": count})
    else:
        say(f"{count} rows of {table} are as they were before.")


@curate.command("log")
def log(
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Changes shown at most.")] = 20, as_json: Json = False
) -> None:
    """Shows the latest decisions, newest first."""
    from inroad.store.curation import log as read_log

    entries = [_entry(row) for row in open_for(use_settings()).call(read_log, limit)]
    if as_json:
        print_json(entries)
        return
    if not entries:
        say("No decision was made yet.")
    for entry in entries:
        entry["what"] = f"{entry['rows']} {entry['table']}"
        entry["at"] = entry["at"][:19]
    say_columns([[entry[key] or "" for key in ("id", "at", "actor", "action", "what", "reason")] for entry in entries])


def _entry(row: Any) -> dict[str, Any]:
    facts = {"id": row.id, "at": row.at.isoformat(), "actor": row.actor, "action": row.action, "table": row.table_name}
    return {**facts, "rows": row.row_count, "reason": row.details.get("reason")}


@curate.command("retry")
def retry(
    stage: Annotated[str, typer.Argument(help="The stage whose failed rows are queued again.")],
    domain: DomainOption = None,
    as_json: Json = False,
) -> None:
    """Queues rows that failed for good again, with all their attempts."""
    from inroad.store.status import STAGE_ROWS, replay_stage

    one_of(stage, STAGE_ROWS, "stage with rows to retry")
    database = open_for(use_settings())
    ids = list(known_ids(database, domain).values()) if domain else None
    count = database.call(replay_stage, stage, ids)
    if as_json:
        print_json({"stage": stage, "rows": count})
    else:
        say(f"{count} rows of {stage} are queued again; `inroad up` or `inroad backfill` works on them.")
