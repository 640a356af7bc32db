"""`inroad status`: how the installation, or some of its domains, stand. Reads; changes nothing."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from inroad.cli.choosing import Domains, known_ids
from inroad.cli.context import open_for, use_settings
from inroad.cli.printing import Json, print_json, say, say_columns
from inroad.stages import STAGES

# Reasons and errors shown on one screen; --json has all.
_SHOWN = 12
# Overdue domains that --json lists; their number is told in full.
_LISTED = 1_000
# A run that has said nothing for so long (seconds) is probably dead; the reaper ends it.
_SILENT_S = 300.0
_STATES = ("Waiting", "Queued", "Processing", "Complete", "Error", "New", "Selected", "Rejected")


def status(domains: Domains = None, as_json: Json = False) -> None:
    """Shows how every stage stands: rows by state, what runs, what is due, what failed and why."""
    settings = use_settings()
    database = open_for(settings)
    ids = known_ids(database, domains) if domains else None
    facts = database.call(gather, list(ids.values()) if ids else None, list(ids or ()), settings.refresh_after_hours)
    if as_json:
        print_json(facts)
        return
    _print_stages(facts)
    _print_pauses(facts)
    _print_runs(facts)
    _print_stuck(facts)
    _print_errors(facts)


def gather(session: Session, ids: list[int] | None, names: list[str], refresh_after_hours: float) -> dict[str, Any]:
    """Everything that `status` shows, as one JSON document.

    Args:
        session: Transaction.
        ids: Domains; None means all.
        names: Their names, in the order asked.
        refresh_after_hours: Hours after which a domain is due for another visit.
    """
    from datetime import timedelta

    from inroad.cli.pausing import as_document
    from inroad.store import progress
    from inroad.store.domains import count_domains, get_domains
    from inroad.store.pauses import active_pauses
    from inroad.store.posting_states import listing_counts
    from inroad.store.results import domain_errors
    from inroad.store.status import dead_letters, last_visit, stage_standing
    from inroad.store.stuck import stuck_rows
    from inroad.store.visits import failed_visits, overdue_domains

    overdue = overdue_domains(session, older_than=timedelta(hours=refresh_after_hours), limit=1_000_000)
    if ids is not None:
        overdue = [name for name in overdue if name in set(names)]
    visit = last_visit(session, ids)
    facts: dict[str, Any] = {
        "domains": count_domains(session) if ids is None else len(ids),
        "stages": [asdict(stage_standing(session, stage, ids)) for stage in STAGES],
        "running": [_run(row) for row in progress.running(session)],
        "refresh_due": len(overdue),
        "overdue": overdue[:_LISTED],
        "last_visit": visit.isoformat() if visit else None,
        "paused": [as_document(rest) for rest in active_pauses(session)],
        "stuck": [{**asdict(row), "since": row.since.isoformat()} for row in stuck_rows(session, ids)],
        "listings": listing_counts(session, ids),
        "dead_letters": [asdict(letter) for letter in dead_letters(session, ids)],
    }
    if ids is not None:
        rows = get_domains(session, ids)
        facts["errors"] = {domain.name: domain_errors(session, domain) for domain in rows}
        facts["not_read_again"] = {domain.name: [_failed(row) for row in failed_visits(session, domain.id)] for domain in rows}
    return facts


def _failed(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "at": row["at"].isoformat()}


def _run(row: Any) -> dict[str, Any]:
    silent_s = (datetime.now(UTC) - row.heartbeat_at).total_seconds()
    position = {"run": row.run, "stage": row.stage, "done": row.done, "total": row.total, "host": row.host, "pid": row.pid}
    return {**position, "started_at": row.started_at.isoformat(), "silent_s": round(silent_s, 1)}


def _print_stages(facts: dict[str, Any]) -> None:
    states = [name for name in _STATES if any(stage["counts"].get(name) for stage in facts["stages"])]
    heading = ["Stage", *states, "Due now", "Found"]
    rows = [heading]
    for stage in facts["stages"]:
        cells = [str(stage["counts"].get(state, "")) for state in states]
        rows.append([stage["stage"], *cells, str(stage["due"] or ""), "" if stage["found"] is None else str(stage["found"])])
    visit = f"last visit {facts['last_visit'][:19].replace('T', ' ')} UTC" if facts["last_visit"] else "no visit yet"
    say(f"{facts['domains']} domains, {facts['refresh_due']} due for a refresh, {visit}.")
    say_columns(rows)
    if facts["listings"]:
        say("Postings: " + ", ".join(f"{count} {state}" for state, count in sorted(facts["listings"].items())) + ".")
    if not facts["domains"]:
        say("Nothing is here yet: `inroad add acme.example`, or `inroad demo` for a look.")


def _print_pauses(facts: dict[str, Any]) -> None:
    if not facts["paused"]:
        return
    say("Paused (end one with `inroad resume KIND NAME`):")
    rows = []
    for rest in facts["paused"][:_SHOWN]:
        until = f"until {rest['until'][:16].replace('T', ' ')} UTC" if rest["until"] else "until resumed"
        rows.append([f"{rest['kind']} {rest['key']}".strip(), until, f"by {rest['paused_by']}", rest["reason"]])
    say_columns(rows)


def _print_runs(facts: dict[str, Any]) -> None:
    if not facts["running"]:
        say("Nothing runs now.")
        return
    say("Runs now:")
    rows = []
    for run in facts["running"][:_SHOWN]:
        silent = f"silent for {run['silent_s']:.0f} s: probably dead" if run["silent_s"] > _SILENT_S else ""
        rows.append(
            [run["stage"], f"{run['done']} of {run['total']}", run["run"][:8], f"pid {run['pid']} on {run['host']}", silent]
        )
    say_columns(rows)


def _print_stuck(facts: dict[str, Any]) -> None:
    rows = facts["stuck"]
    if rows:
        say("Stuck (a running `inroad up` takes them, or `inroad backfill DOMAIN` does so here):")
        say_columns(
            [
                [
                    row["stage"],
                    row["domain"],
                    f"{row['rows']} rows",
                    row["why"],
                    f"since {row['since'][:16].replace('T', ' ')} UTC",
                ]
                for row in rows[:_SHOWN]
            ]
        )
        if len(rows) > _SHOWN:
            say(f"  and {len(rows) - _SHOWN} more; see --json.")
    if facts["overdue"]:
        more = facts["refresh_due"] - _SHOWN
        say(f"Due for a refresh: {', '.join(facts['overdue'][:_SHOWN])}{f' and {more} more' if more > 0 else ''}.")


def _print_errors(facts: dict[str, Any]) -> None:
    letters = facts["dead_letters"]
    if letters and "errors" not in facts:
        say("Failed for good (replay with `inroad curate retry STAGE`):")
        say_columns(
            [[letter["stage"], str(letter["rows"]), letter["reason"], letter["example"][:140]] for letter in letters[:_SHOWN]]
        )
        if len(letters) > _SHOWN:
            say(f"  and {len(letters) - _SHOWN} more reasons; see --json.")
    for name, errors in facts.get("errors", {}).items():
        say(f"{name}: {len(errors)} errors" if errors else f"{name}: no errors")
        say_columns([[error["stage"], error["status"], error["reason"] or "", _told(error)] for error in errors[:_SHOWN]])
        if len(errors) > _SHOWN:
            say(f"  and {len(errors) - _SHOWN} more; see --json.")
        _print_not_read_again(name, facts["not_read_again"][name])


def _told(error: dict[str, Any]) -> str:
    """An error's sentence, with what it is about where the sentence does not say."""
    sentence = error["error"][:160]
    return sentence if error["subject"] in error["error"] else f"{error['subject'][:160]}: {sentence}"


def _print_not_read_again(name: str, failed: list[dict[str, Any]]) -> None:
    if not failed:
        return
    say(f"{name}: {len(failed)} could not be read again at the last visit; what was read before stays")
    say_columns(
        [
            [row["stage"], row["reason"] or "", f"{row['at'][:16].replace('T', ' ')} UTC", row["subject"]]
            for row in failed[:_SHOWN]
        ]
    )
    if len(failed) > _SHOWN:
        say(f"  and {len(failed) - _SHOWN} more; see --json.")
