"""Compiled SQL shared by all engines of a process that runs tests.

Every test opens its database anew, and an engine forgets with itself what it has compiled: a sixth of the processor time of the
stages' tests went into compiling the same statements again. The product opens one engine and keeps it.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.util import LRUCache

# All statements of the product, with room for those of the tests and of Dagster.
CAPACITY = 4000


class SharedStatements(MutableMapping[Any, Any]):
    """What SQLAlchemy keeps of compiled statements, under the kind of dialect in place of the one engine's dialect."""

    def __init__(self) -> None:
        self._held: LRUCache[Any, Any] = LRUCache(CAPACITY)

    def __getitem__(self, key: tuple[Any, ...]) -> Any:
        return self._held[_of_any_engine(key)]

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        """Asked for each statement: the base's detour through `KeyError` would cost what is saved."""
        return self._held.get(_of_any_engine(key), default)

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        self._held[_of_any_engine(key)] = compiled

    def __delitem__(self, key: tuple[Any, ...]) -> None:
        del self._held[_of_any_engine(key)]

    def __iter__(self) -> Any:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)


def _of_any_engine(key: tuple[Any, ...]) -> tuple[Any, ...]:
    dialect, *rest = key
    return (type(dialect), getattr(dialect, "server_version_info", None), dialect.paramstyle, *rest)


def share_statements() -> None:
    """Lets all engines of this process use one store of compiled statements."""
    shared = SharedStatements()

    @event.listens_for(Engine, "engine_connect")
    def share(connection: Connection) -> None:
        connection.execution_options(compiled_cache=shared)
