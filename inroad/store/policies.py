"""Queries on what a person has decided for one domain's fetching, each change audited; and the sessions kept for domains.

What does not belong here: what the values mean (`inroad.crawl.policies`, `inroad.crawl.sessions`), and sealing them
(`inroad.guard.vault`): secrets come and go encrypted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from inroad.guard.errors import UserError
from inroad.store.models import AuditEntry, Domain, Page, SiteSession

COLUMNS = (
    "respect_robots", "request_headers_sealed", "request_interval_s", "request_concurrency", "proxies_sealed", "fetch_strategy",
)  # fmt: skip


class UnknownRow(UserError):
    """There is no such domain or page."""

    reason = "unknown-row"


class StoredPolicy(NamedTuple):
    """The columns of `domains` and `site_sessions` that say how a domain is fetched; see the models."""

    domain_id: int
    respect_robots: bool
    request_headers_sealed: bytes | None
    request_interval_s: float | None
    request_concurrency: int | None
    proxies_sealed: bytes | None
    fetch_strategy: str | None
    session_version: int | None


class StoredSession(NamedTuple):
    """A session as it is kept; `state_sealed` is encrypted."""

    domain_id: int
    state_sealed: bytes
    version: int
    probe_url: str | None
    probe_text: str | None
    probe_selector: str | None
    status: str


def load_policy(session: Session, name: str) -> StoredPolicy | None:
    """What was decided for a domain; None where the domain is not known."""
    return load_policies(session, [name]).get(name)


def load_policies(session: Session, names: Sequence[str]) -> dict[str, StoredPolicy]:
    """What was decided for some domains, by their names; those that are not known are left out."""
    columns = [Domain.name, Domain.id, *(getattr(Domain, column) for column in COLUMNS), SiteSession.version]
    statement = select(*columns).outerjoin(SiteSession, SiteSession.domain_id == Domain.id).where(Domain.name.in_(names))
    return {name: StoredPolicy(*values) for name, *values in session.execute(statement)}


def set_policy(
    session: Session, name: str, values: Mapping[str, Any], *, actor: str, reason: str | None, told: Mapping[str, Any]
) -> int:
    """Changes how a domain is fetched, and records who did, when and why.

    Args:
        session: Transaction.
        name: The domain.
        values: Some of `COLUMNS`, with their new values.
        actor: Who decides.
        reason: Why.
        told: What the audit log shows of the new values: no secret.

    Returns:
        The audit entry's id.

    Raises:
        UnknownRow: There is no such domain.
    """
    assert values
    assert set(values) <= set(COLUMNS)
    changed = session.execute(update(Domain).where(Domain.name == name).values(dict(values)).returning(Domain.id)).first()
    if changed is None:
        raise UnknownRow(f"{name} is not among the domains.", mend=f"Add it first: inroad add {name}")
    return _audit(session, "set-policy", "domains", name, actor, reason, told)


def set_page_strategy(session: Session, url: str, strategy: str | None, *, actor: str, reason: str | None) -> int:
    """Forces how one page is fetched (None: the domain's way), recorded as `set_policy` does.

    Raises:
        UnknownRow: There is no such page.
    """
    statement = update(Page).where(Page.url == url).values(fetch_strategy=strategy).returning(Page.id)
    if session.execute(statement).first() is None:
        raise UnknownRow(f"{url} is not among the pages.", mend="See `inroad export pages`.")
    return _audit(session, "set-policy", "pages", url, actor, reason, {"fetch_strategy": strategy})


def _audit(
    session: Session, action: str, table: str, subject: str, actor: str, reason: str | None, told: Mapping[str, Any]
) -> int:
    details = {"subject": subject, "reason": reason, "changes": dict(told)}
    entry = insert(AuditEntry).values(actor=actor, action=action, table_name=table, row_count=1, details=details)
    return session.scalars(entry.returning(AuditEntry.id)).one()


def policy_history(session: Session, name: str) -> list[AuditEntry]:
    """Who decided what on a domain's fetching and session, newest first."""
    mine = AuditEntry.details["subject"].astext == name
    actions = AuditEntry.action.in_(("set-policy", "set-session", "drop-session"))
    return list(session.scalars(select(AuditEntry).where(mine, actions).order_by(AuditEntry.id.desc()).limit(100)))


def load_session(session: Session, domain_id: int) -> StoredSession | None:
    """The session of a domain; None where there is none."""
    statement = select(*(getattr(SiteSession, column) for column in StoredSession._fields))
    row = session.execute(statement.where(SiteSession.domain_id == domain_id)).one_or_none()
    return StoredSession(*row) if row else None


def all_sessions(session: Session) -> list[Any]:
    """All sessions by domain: name, status, checked_at, probe_url, made_by and made_at; nothing of what they hold."""
    columns = (SiteSession.status, SiteSession.checked_at, SiteSession.probe_url, SiteSession.made_by, SiteSession.made_at)
    statement = select(Domain.name, *columns).join(Domain, Domain.id == SiteSession.domain_id).order_by(Domain.name)
    return list(session.execute(statement))


def put_session(
    session: Session, name: str, sealed: bytes, probe: Mapping[str, str | None] | None, *, actor: str, reason: str | None
) -> int:
    """Keeps a new session for a domain, in place of any before; returns the audit entry's id.

    Args:
        session: Transaction.
        name: The domain.
        sealed: Its state, encrypted.
        probe: probe_url, probe_text and probe_selector; None keeps the former probe.
        actor: Who gives it.
        reason: Why.

    Raises:
        UnknownRow: There is no such domain.
    """
    domain_id = session.scalar(select(Domain.id).where(Domain.name == name))
    if domain_id is None:
        raise UnknownRow(f"{name} is not among the domains.", mend=f"Add it first: inroad add {name}")
    values: dict[str, Any] = {"state_sealed": sealed, "status": "unknown", "checked_at": None, "made_by": actor, **(probe or {})}
    statement = upsert(SiteSession).values(domain_id=domain_id, **values)
    newer = {**values, "version": SiteSession.version + 1, "made_at": func.now(), "updated_at": func.now()}
    session.execute(statement.on_conflict_do_update(index_elements=["domain_id"], set_=newer))
    told = {"probe_url": (probe or {}).get("probe_url")}
    return _audit(session, "set-session", "site_sessions", name, actor, reason, told)


def renew_session(session: Session, domain_id: int, version: int, sealed: bytes) -> bool:
    """Keeps what a site made of a session during a run, unless a person has given a newer one meanwhile; says whether."""
    statement = (
        update(SiteSession)
        .where(SiteSession.domain_id == domain_id, SiteSession.version == version)
        .values(state_sealed=sealed, updated_at=func.now())
        .returning(SiteSession.domain_id)
    )
    return session.execute(statement).first() is not None


def record_probe(session: Session, domain_id: int, version: int, *, is_logged_in: bool) -> None:
    """Notes what the probe of a session has found."""
    session.execute(
        update(SiteSession)
        .where(SiteSession.domain_id == domain_id, SiteSession.version == version)
        .values(status="logged-in" if is_logged_in else "logged-out", checked_at=func.now())
    )


def drop_session(session: Session, name: str, *, actor: str, reason: str | None) -> bool:
    """Forgets a domain's session; says whether there was one."""
    ids = select(Domain.id).where(Domain.name == name)
    statement = delete(SiteSession).where(SiteSession.domain_id.in_(ids)).returning(SiteSession.domain_id)
    if session.execute(statement).first() is None:
        return False
    _audit(session, "drop-session", "site_sessions", name, actor, reason, {})
    return True
