"""Rows of `pauses`: what a person lets rest, why and until when. Whatever rests keeps its rows; nothing of it is tried.

What does not belong here: refusing a call (`inroad.guard.pauses`), and reading what was typed (`inroad.cli.pausing`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from inroad.store.database import Database
from inroad.store.models import AuditEntry, Domain, Pause

KINDS = ("all", "stage", "domain", "service")


@dataclass(frozen=True, slots=True)
class Rest:
    """One thing that rests.

    Attributes:
        kind: "all", "stage", "domain" or "service".
        key: Its name; empty for "all".
        reason: Why, in the person's words.
        paused_by: Who said so.
        paused_at: When.
        until: When it ends by itself; None for never.
    """

    kind: str
    key: str
    reason: str
    paused_by: str
    paused_at: datetime
    until: datetime | None

    @property
    def name(self) -> str:
        """As `inroad pause` names it: "stage cvs"."""
        return f"{self.kind} {self.key}".strip()

    @property
    def sentence(self) -> str:
        """For rows, sensors and screens."""
        until = f" until {self.until:%Y-%m-%d %H:%M} UTC" if self.until else ""
        what = "Everything is" if self.kind == "all" else f"The {self.name} is"
        return f"{what} paused{until}: {self.reason.rstrip('.')}."


_COLUMNS = (Pause.kind, Pause.key, Pause.reason, Pause.paused_by, Pause.paused_at, Pause.until)
_READ = """SELECT kind, key, reason, paused_by, paused_at, until FROM pauses
WHERE until IS NULL OR until > clock_timestamp() ORDER BY kind, key LIMIT 10000"""


def is_active() -> ColumnElement[bool]:
    """Whether a pause has not ended by itself."""
    return or_(Pause.until.is_(None), Pause.until > func.now())


def put_pause(session: Session, kind: str, key: str, *, reason: str, by: str, until: datetime | None) -> None:
    """Lets something rest, in place of an earlier pause of the same thing, and records who said so."""
    values: dict[str, Any] = {"reason": reason, "paused_by": by, "paused_at": func.now(), "until": until}
    statement = upsert(Pause).values(kind=kind, key=key, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["kind", "key"], set_=values))
    _audit(session, "pause", by, {"kind": kind, "key": key, "reason": reason, "until": until.isoformat() if until else None})


def drop_pause(session: Session, kind: str, key: str, *, by: str) -> bool:
    """Ends a pause; False where that thing did not rest."""
    if session.execute(delete(Pause).where(Pause.kind == kind, Pause.key == key).returning(Pause.id)).first() is None:
        return False
    _audit(session, "resume", by, {"kind": kind, "key": key})
    return True


def _audit(session: Session, action: str, by: str, details: dict[str, Any]) -> None:
    session.execute(insert(AuditEntry).values(actor=by, action=action, table_name="pauses", row_count=1, details=details))


def active_pauses(session: Session) -> list[Rest]:
    """Everything that rests now."""
    rows = session.execute(select(*_COLUMNS).where(is_active()).order_by(Pause.kind, Pause.key))
    return [Rest(*row) for row in rows]


async def read_pauses(database: Database) -> tuple[Rest, ...]:
    """`active_pauses` in one round trip, for what stands in the way of every guarded call."""
    return tuple(Rest(*row) for row in await database.fetch(_READ))


@dataclass(frozen=True, slots=True)
class Resting:
    """What rests of one stage.

    Attributes:
        whole: The pause of the stage itself, or of everything; None where it works.
        domains: The pause of each domain that rests.
    """

    whole: Rest | None
    domains: dict[str, Rest]

    @classmethod
    def among(cls, found: Sequence[Rest], stage: str) -> Resting:
        """What of these pauses a stage waits for."""
        whole = next((rest for rest in found if rest.kind == "all" or (rest.kind, rest.key) == ("stage", stage)), None)
        return cls(whole, {rest.key: rest for rest in found if rest.kind == "domain"})

    def of(self, domain: str) -> Rest | None:
        """The pause that a domain's rows wait for in this stage."""
        return self.whole or self.domains.get(domain)


def resting(session: Session, stage: str) -> Resting:
    """What rests of one stage now."""
    return Resting.among(active_pauses(session), stage)


def resting_stages(session: Session, stages: Sequence[str]) -> dict[str, Rest]:
    """The stages of these that rest as a whole."""
    return {stage: rest for stage in stages if (rest := resting(session, stage).whole)}


def is_of_resting_domain(model: Any) -> ColumnElement[bool]:
    """Whether a row belongs to a domain that rests."""
    names = select(Pause.key).where(Pause.kind == "domain", is_active())
    if model is Domain:
        return Domain.name.in_(names)
    return model.domain_id.in_(select(Domain.id).where(Domain.name.in_(names)))  # type: ignore[no-any-return]
