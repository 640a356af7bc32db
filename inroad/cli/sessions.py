"""`inroad session`: logins at companies' sites that a person has given; kept encrypted, probed, and removed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from inroad.cli.choosing import known_ids
from inroad.cli.context import open_for, use_settings
from inroad.cli.curating import actor
from inroad.cli.grouping import group
from inroad.cli.intake import BadInput
from inroad.cli.printing import Json, Yes, ask, print_json, say, say_columns
from inroad.settings import Settings
from inroad.store import Database

session = group("Keeps logins at companies' sites, encrypted, and tells whether they still hold.")
Name = Annotated[str, typer.Argument(help="The domain, as in acme.example.")]
Why = Annotated[str | None, typer.Option("--reason", help="Kept with the decision.")]


@session.command("import")
def import_session(
    name: Name,
    file: Annotated[Path, typer.Argument(help="cookies.txt, a JSON list of cookies, or Playwright's storage state.")],
    probe: Annotated[str | None, typer.Option("--probe", help="URL of a page that only the logged-in see whole.")] = None,
    text: Annotated[str | None, typer.Option("--text", help="What that page says to them.")] = None,
    selector: Annotated[str | None, typer.Option("--selector", help="CSS selector of what it has for them.")] = None,
    reason: Why = None,
    as_json: Json = False,
) -> None:
    """Takes over a login from a browser's export, in place of any before; a probe that is not named stays."""
    from inroad.crawl.session_files import read_session_file
    from inroad.crawl.sessions import SessionProbe
    from inroad.guard.vault import Vault
    from inroad.store.policies import put_session

    if probe is None and (text or selector):
        raise BadInput("--text and --selector go with --probe.", mend="Name the page that shows who is logged in.")
    settings = use_settings()
    database = open_for(settings)
    (known,) = known_ids(database, [name])
    state = read_session_file(_read(file), domain=known)
    columns = None
    if probe is not None:
        checked = SessionProbe(probe, text, selector).check(known)
        columns = {"probe_url": checked.url, "probe_text": checked.text, "probe_selector": checked.selector}
    database.call(put_session, known, Vault(settings).seal(state.dump()), columns, actor=actor(), reason=reason)
    found = {"domain": known, "cookies": len(state.cookies), "origins": len(state.origins), "has_probe": probe is not None}
    if as_json:
        print_json(found)
        return
    say(f"{known} is asked as the person who is logged in there: {len(state.cookies)} cookies, {len(state.origins)} origins.")
    say(
        f"Whether it holds: `inroad session probe {known}`."
        if probe
        else "Without --probe nobody can tell whether it still holds."
    )
    if walled := database.call(_walled, known):
        say(f"{walled} of its pages asked for a login before: `inroad curate retry page_contents --domain {known}` reads them.")


def _walled(session: Session, name: str) -> int:
    """Pages of a domain that failed for good because nobody was logged in."""
    from inroad.store.domains import domain_ids
    from inroad.store.status import dead_letters

    ids = list(domain_ids(session, [name]).values())
    return sum(letter.rows for letter in dead_letters(session, ids) if letter.reason in ("login-wall", "logged-out"))


def _read(file: Path) -> bytes:
    from inroad.crawl.storage_state import MAX_BYTES

    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror or error}.", mend="Name the exported file.") from error


@session.command("list")
def list_sessions(as_json: Json = False) -> None:
    """Lists the logins that are kept, and how their last probe went; no secret is shown."""
    from inroad.store.policies import all_sessions

    rows = open_for(use_settings()).call(all_sessions)
    facts = [_facts(row) for row in rows]
    if as_json:
        print_json(facts)
    elif not facts:
        say("No login is kept: `inroad session import acme.example cookies.txt`.")
    else:
        heading = ["Domain", "Status", "Checked", "Probe", "Given by"]
        rows_told = [
            [row["domain"], row["status"], (row["checked_at"] or "never")[:19], row["probe"] or "none", row["by"]]
            for row in facts
        ]
        say_columns([heading, *rows_told])


def _facts(row: Any) -> dict[str, Any]:
    return {
        "domain": row.name,
        "status": row.status,
        "checked_at": row.checked_at.isoformat() if row.checked_at else None,
        "probe": row.probe_url,
        "by": row.made_by,
        "made_at": row.made_at.isoformat(),
    }


@session.command("probe")
def probe_session(name: Name, as_json: Json = False) -> None:
    """Asks the site whether a login still holds; exit 1 when it is logged out."""
    from inroad.crawl.failures import LoggedOut

    settings = use_settings()
    database = open_for(settings)
    (known,) = known_ids(database, [name])
    probe = _probe_url(database, known)
    try:
        asyncio.run(_ask(settings, database, probe))
        is_in = True
    except LoggedOut:
        is_in = False
    if as_json:
        print_json({"domain": known, "probe": probe, "status": "logged-in" if is_in else "logged-out"})
    else:
        say(f"{known}: {'logged in' if is_in else 'logged out; log in there again and import the new session'} ({probe}).")
    if not is_in:
        raise typer.Exit(1)


def _probe_url(database: Database, name: str) -> str:
    from inroad.store.policies import all_sessions

    row = next((row for row in database.call(all_sessions) if row.name == name), None)
    if row is None:
        raise BadInput(f"No login is kept for {name}.", mend=f"Give one: inroad session import {name} FILE")
    if row.probe_url is None:
        raise BadInput(f"The login for {name} has no probe.", mend="Import it again with --probe URL and --text or --selector.")
    return str(row.probe_url)


async def _ask(settings: Settings, database: Database, url: str) -> None:
    """Fetches the probe's page as content: the client enters the session for that, and asks its probe before."""
    from inroad.crawl.fetch import WebClient

    async with WebClient(settings, database) as web:
        await web.fetch(url, purpose="page")


@session.command("remove")
def remove_session(name: Name, reason: Why = None, yes: Yes = False, as_json: Json = False) -> None:
    """Forgets a login; the site is asked as by any visitor from then on."""
    from inroad.store.policies import drop_session

    database = open_for(use_settings())
    (known,) = known_ids(database, [name])
    ask(f"The login for {known} is forgotten for good. Go on?", yes=yes)
    if not database.call(drop_session, known, actor=actor(), reason=reason):
        raise BadInput(f"No login is kept for {known}.", mend="See `inroad session list`.")
    if as_json:
        print_json({"domain": known, "removed": True})
    else:
        say(f"The login for {known} is forgotten.")
