"""`inroad pause` and `inroad resume`: what rests, why and until when. Rows keep their state; nothing of what rests is begun."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from inroad.cli.context import open_for, use_settings
from inroad.cli.curating import actor
from inroad.cli.intake import BadInput
from inroad.cli.printing import Json, one_of, print_json, say

if TYPE_CHECKING:
    from inroad.store import Database
    from inroad.store.pauses import Rest

Kind = Annotated[str, typer.Argument(help="all, stage, domain or service.")]
Name = Annotated[str | None, typer.Argument(help="Which one: a stage, a domain, or a service (llm, web, llm:HOST).")]
_SPAN = re.compile(r"(\d{1,6})([mhd])", re.ASCII)
_UNIT_S = {"m": 60, "h": 3_600, "d": 86_400}
# A pause that ends later than this is one without an end.
MAX_SPAN = timedelta(days=3_650)
MAX_REASON = 500
MAX_KEY = 300


def pause(
    kind: Kind,
    name: Name = None,
    until: Annotated[str | None, typer.Option("--until", help="30m, 12h, 3d, or 2026-12-01T08:00 (UTC).")] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; shown wherever something waits for it.")] = "by hand",
    as_json: Json = False,
) -> None:
    """Lets everything, a stage, a domain or a service rest; its rows stay queued with the reason."""
    from inroad.store import pauses

    words = " ".join(reason.split())
    if not 0 < len(words) <= MAX_REASON or "\x00" in reason:
        raise BadInput(f"A reason has 1 to {MAX_REASON} characters.")
    ends = moment(until, datetime.now(UTC)) if until is not None else None
    database = open_for(use_settings())
    kind, key = subject(database, kind, name)
    database.call(pauses.put_pause, kind, key, reason=words, by=actor(), until=ends)
    (rest,) = (rest for rest in database.call(pauses.active_pauses) if (rest.kind, rest.key) == (kind, key))
    if as_json:
        print_json(as_document(rest))
        return
    say(f"{rest.sentence} What is at work ends within seconds; `inroad resume {rest.name}` goes on.")


def resume(kind: Kind, name: Name = None, as_json: Json = False) -> None:
    """Ends a pause; what waited for it is due at once."""
    from inroad.store import pauses
    from inroad.store.claims import wake_refused
    from inroad.store.offers import offer_again

    database = open_for(use_settings())
    kind, key = subject(database, kind, name)
    what = f"{kind} {key}".strip()
    with database.begin() as session:
        if not pauses.drop_pause(session, kind, key, by=actor()):
            resting = ", ".join(rest.name for rest in pauses.active_pauses(session)) or "nothing"
            raise BadInput(f"The pause {what} does not exist.", mend=f"What rests now: {resting}.")
        woken = wake_refused(session) + offer_again(session)
    if as_json:
        print_json({"kind": kind, "key": key, "rows_due": woken})
        return
    say(f"The pause {what} is ended; {woken} rows that waited are due.")


def subject(database: Database, kind: str, name: str | None) -> tuple[str, str]:
    """Kind and key of what is to rest, checked.

    Raises:
        BadInput: There is no such kind, stage or service, or a domain that was never added.
    """
    from inroad.cli.choosing import known_ids
    from inroad.guard.services import SERVICES
    from inroad.stages import STAGES
    from inroad.store.pauses import KINDS

    one_of(kind, KINDS, "kind of pause")
    if kind == "all":
        if name is not None:
            raise BadInput("`all` takes no name.", mend=f"Say which kind: inroad pause {', '.join(KINDS[1:])}.")
        return kind, ""
    if not name or len(name) > MAX_KEY or "\x00" in name:
        raise BadInput(f"Which {kind}?", mend=f"Name one, of at most {MAX_KEY} characters: inroad pause {kind} NAME.")
    if kind == "stage":
        return kind, one_of(name, STAGES, "stage")
    if kind == "service":
        one_of(name.partition(":")[0], SERVICES, "service")
        return kind, name
    return kind, next(iter(known_ids(database, [name])))


def moment(typed: str, now: datetime) -> datetime:
    """The end of a pause: a span from now, or a date with a time (UTC where none is said).

    Raises:
        BadInput: It is neither, is past, or is years away.
    """
    span = _SPAN.fullmatch(typed.strip())
    try:
        seconds = int(span[1]) * _UNIT_S[span[2]] if span else 0
        ends = now + timedelta(seconds=seconds) if span else datetime.fromisoformat(typed.strip())
        ends = ends.astimezone(UTC) if ends.tzinfo else ends.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise BadInput(f"{typed[:60]!r} is no end of a pause.", mend="Valid is 30m, 12h, 3d, or 2026-12-01T08:00.") from None
    if not now < ends <= now + MAX_SPAN:
        raise BadInput(f"{ends:%Y-%m-%d %H:%M} UTC is past, or more than {MAX_SPAN.days} days away.")
    return ends


def as_document(rest: Rest) -> dict[str, str | None]:
    """A pause in JSON."""
    until = rest.until.isoformat() if rest.until else None
    told = {"kind": rest.kind, "key": rest.key, "reason": rest.reason, "paused_by": rest.paused_by}
    return {**told, "paused_at": rest.paused_at.isoformat(), "until": until}
