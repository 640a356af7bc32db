"""Claiming and recording the readings of stored contents: the loop that contacts and postings share.

A domain's contents are claimed, read and recorded in batches; two batches of a domain are on their way at a time, so that one is
read while the other is recorded.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Generic, TypeVar

from sqlalchemy.orm import Session

from inroad.guard import tracing
from inroad.guard.errors import InroadError
from inroad.stages.work import Tally, Work
from inroad.store import claims
from inroad.store.database import DatabaseUnavailable
from inroad.store.extractions import DueReading, claim_readings, complete_readings
from inroad.store.models import Domain, Extraction

T = TypeVar("T")

READ_AT_ONCE: Final = 96
"""Contents in one batch, held as packed as they are stored: half as many cost a tenth more for each."""

_BATCHES_AT_ONCE: Final = 2

ReadAll = Callable[[Sequence[DueReading]], Awaitable[Sequence[T | BaseException]]]
RecordAll = Callable[[Session, Sequence[tuple[DueReading, T]]], Sequence[int]]


@dataclass(frozen=True, slots=True)
class Purpose(Generic[T]):
    """What contents are read for.

    Attributes:
        kind: "contacts" or "postings".
        version: The extractor's version, for the row.
        read: Contents to values, in their order; an exception in a value's place is that content's failure.
        record: Stores values in the transaction that completes their rows; returns how many each one holds.
        describe: Columns of the extraction's row that say how the values were found.
    """

    kind: str
    version: str
    read: ReadAll[T]
    record: RecordAll[T]
    describe: Callable[[T], Mapping[str, Any]] = field(default=lambda _: {})


async def attempt(reading: Awaitable[T]) -> T | BaseException:
    """A reading's result, or why there is none."""
    try:
        return await reading
    except DatabaseUnavailable:
        raise
    except Exception as error:  # noqa: BLE001 - one document's failure is its row's; a bug says so there and fails the check
        return error


async def read_due(work: Work, purpose: Purpose[T], domain: Domain, tally: Tally) -> None:
    """Reads every content of a domain that is due for a purpose, in batches."""
    claim = partial(claim_readings, owner=work.owner, lease_s=work.settings.lease_s, limit=READ_AT_ONCE)
    gate = asyncio.Semaphore(_BATCHES_AT_ONCE)
    async with asyncio.TaskGroup() as group:
        count = READ_AT_ONCE
        while count == READ_AT_ONCE:  # a smaller batch is the last one
            await gate.acquire()
            due = await work.database.run(claim, purpose.kind, domain.id)
            count = len(due)
            if due:
                group.create_task(_read_batch(work, purpose, due, tally, gate))


async def _read_batch(work: Work, purpose: Purpose[T], due: Sequence[DueReading], tally: Tally, gate: asyncio.Semaphore) -> None:
    try:
        with tracing.span("rows", extraction=purpose.kind, count=len(due)):
            newest = [one for one in due if one.is_newest]
            values = dict(zip((one.extraction_id for one in newest), await purpose.read(newest), strict=True))
            failed = {number: value for number, value in values.items() if isinstance(value, BaseException)}
            for one in due:
                if one.extraction_id in failed:
                    await _fail(work, purpose, one, failed[one.extraction_id], tally)
            # An older content than the newest is done without being read.
            done = [(one, values.get(one.extraction_id)) for one in due if one.extraction_id not in failed]
            await _record(work, purpose, done, tally)
    finally:
        gate.release()


async def _record(work: Work, purpose: Purpose[T], done: Sequence[tuple[DueReading, Any]], tally: Tally) -> None:
    """Records a batch in one transaction; where one of them spoils that, each in its own."""
    if not done:
        return
    try:
        counts = await work.database.run(_finish, work, purpose, done)
    except DatabaseUnavailable:
        raise
    except Exception as error:  # noqa: BLE001 - the row whose fault it is is found by recording each alone
        if len(done) == 1:
            await _fail(work, purpose, done[0][0], error, tally)
        else:
            for pair in done:
                await _record(work, purpose, [pair], tally)
        return
    for _ in done:
        tally.succeed("new")
    tally.counts["found"] += sum(counts)


async def _fail(work: Work, purpose: Purpose[T], due: DueReading, error: BaseException, tally: Tally) -> None:
    number, version = due.extraction_id, purpose.version
    await work.database.run(claims.fail, Extraction, number, error, owner=work.owner, extractor_version=version)
    tally.stop(due.page.url, error)


def _finish(session: Session, work: Work, purpose: Purpose[T], done: Sequence[tuple[DueReading, Any]]) -> list[int]:
    read = [(one, value) for one, value in done if value is not None]
    counts = dict(zip((one.extraction_id for one, _ in read), purpose.record(session, read), strict=True)) if read else {}
    told = [
        (one.extraction_id, counts.get(one.extraction_id, 0), purpose.describe(value) if value is not None else {})
        for one, value in done
    ]
    ours = complete_readings(session, told, owner=work.owner, version=purpose.version)
    if lost := [one for one, _ in done if one.extraction_id not in ours]:
        raise InroadError(f"The lease on reading {lost[0].page.url} went to another worker.", reason="lease-lost")
    return list(counts.values())
