"""Queries on profiles and their facts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from inroad.store.models import Fact, ProfileDraft, ProfileRow


def save_profile(
    session: Session, name: str, resume: Mapping[str, Any], facts: Sequence[Mapping[str, str]], *, is_default: bool
) -> bool:
    """Adds or replaces a profile with its facts; an equal one is not written.

    Args:
        session: Transaction.
        name: The profile's name.
        resume: JSON Resume.
        facts: fact_id, kind, path and text of each.
        is_default: Make it the default one.

    Returns:
        Whether anything changed.
    """
    digest = hashlib.sha256(json.dumps(resume, sort_keys=True, default=str).encode()).hexdigest()
    known = session.scalar(select(ProfileRow).where(ProfileRow.name == name))
    if known is not None and known.content_hash == digest and (known.is_default or not is_default):
        return False
    if is_default:
        session.execute(update(ProfileRow).where(ProfileRow.is_default, ProfileRow.name != name).values(is_default=False))
    values = {"resume": dict(resume), "content_hash": digest, "is_default": is_default or bool(known and known.is_default)}
    statement = insert(ProfileRow).values(name=name, **values)
    statement = statement.on_conflict_do_update(index_elements=["name"], set_={**values, "updated_at": func.now()})
    profile_id = session.scalars(statement.returning(ProfileRow.id)).one()
    session.execute(delete(Fact).where(Fact.profile_id == profile_id))
    if facts:
        session.execute(insert(Fact).values([{**fact, "profile_id": profile_id} for fact in facts]))
    return True


def get_profile(session: Session, name: str | None = None) -> ProfileRow | None:
    """A profile by name; the default one without a name."""
    wanted = ProfileRow.name == name if name else ProfileRow.is_default
    return session.scalar(select(ProfileRow).where(wanted))


def list_profiles(session: Session) -> list[ProfileRow]:
    """All profiles by name."""
    return list(session.scalars(select(ProfileRow).order_by(ProfileRow.name)))


def set_default(session: Session, name: str) -> bool:
    """Makes a stored profile the default one; False when there is none of that name."""
    if session.scalar(select(ProfileRow.id).where(ProfileRow.name == name)) is None:
        return False
    session.execute(update(ProfileRow).where(ProfileRow.is_default, ProfileRow.name != name).values(is_default=False))
    session.execute(update(ProfileRow).where(ProfileRow.name == name).values(is_default=True))
    return True


def save_draft(session: Session, name: str, resume: Mapping[str, Any], unread: Sequence[str], *, source: str) -> None:
    """Keeps what was read from a file until a person confirms it; a draft of the same name is replaced."""
    values = {"resume": dict(resume), "unread": list(unread), "source": source}
    statement = insert(ProfileDraft).values(name=name, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["name"], set_={**values, "updated_at": func.now()}))


def list_drafts(session: Session) -> list[ProfileDraft]:
    """All drafts by name."""
    return list(session.scalars(select(ProfileDraft).order_by(ProfileDraft.name)))


def get_draft(session: Session, name: str) -> ProfileDraft | None:
    """A draft by name."""
    return session.scalar(select(ProfileDraft).where(ProfileDraft.name == name))


def drop_draft(session: Session, name: str) -> None:
    """Removes a draft that was confirmed or given up."""
    session.execute(delete(ProfileDraft).where(ProfileDraft.name == name))
