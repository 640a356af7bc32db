"""Taking postings apart for the stage `matches`: by rules, by the model where they leave much unread, telling what it does.

What does not belong here: the rules (`inroad.postings.structuring`), the model's question (`inroad.llm.postings`), matching.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from inroad.guard.errors import InroadError
from inroad.llm.postings import Improve, needs_help
from inroad.postings import Posting, Structured, structure_posting
from inroad.stages.work import BEAT_S, Work
from inroad.store import progress as progress_rows
from inroad.store.claims import REFUSED
from inroad.store.offers import offered_from

log = logging.getLogger(__name__)
STAGE = "structuring"
# Told each step in one sentence, by the posting's address.
Told = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class PostingReading:
    """A posting taken apart.

    Attributes:
        structured: By whom says its `reader`.
        note: Why the model gave nothing or less; None where it was not asked or all that it said stands in the posting.
        refused_at: From when on it is offered to the model again, which a budget, a pause or a fault kept from it.
    """

    structured: Structured
    note: str | None = None
    refused_at: datetime | None = None

    def as_columns(self, marked: Structured) -> dict[str, Any]:
        """What the posting's row says; `marked` is the reading with the person's marks applied."""
        return {"structured": {**asdict(marked), "note": self.note}, "refused_at": self.refused_at}


def read_posting_parts(posting: Posting, improve: Improve | None, *, waits: bool, told: Told) -> PostingReading:
    """Takes a posting apart.

    Args:
        posting: The job.
        improve: The model; None where none is configured.
        waits: A posting that a budget refuses waits for it; else it keeps what the rules read.
        told: Told each step.

    Raises:
        BudgetExceeded, BucketEmpty: Our own limits refused and the posting waits.
    """
    structured = structure_posting(posting, log=lambda sentence: told(posting.url, sentence))
    if improve is None or not needs_help(structured):
        return PostingReading(structured)
    told(posting.url, "Asking the model for what is left unread.")
    try:
        improved = improve(posting, structured)
    except InroadError as error:
        if waits and isinstance(error, REFUSED):
            raise
        told(posting.url, f"The model gave nothing: {error}")
        return PostingReading(structured, str(error), offered_from(error))
    asked = improved.taken + improved.refused
    note = f"{improved.refused} of {asked} items of the model do not stand in the posting." if improved.refused else None
    told(posting.url, f"The model named {asked} items; {improved.taken} stand in the posting.")
    return PostingReading(improved.structured, note)


class Teller:
    """Tells what structuring does: to the log, and every `BEAT_S` seconds to the row of `progress` of this run.

    Args:
        work: The run's context.
    """

    def __init__(self, work: Work) -> None:
        self._work = work
        self._done = self._total = 0
        self._last = 0.0
        self._sentence = ""

    def tell(self, subject: str, sentence: str) -> None:
        """One step; safe in any thread."""
        log.debug("%s: %s", subject, sentence)
        self._sentence = f"{subject}: {sentence}"[:500]

    async def expect(self, count: int) -> None:
        """More postings to take apart."""
        self._total += count
        await self._beat(finished=False)

    async def step(self) -> None:
        """One posting is done."""
        self._done += 1
        if time.monotonic() - self._last >= BEAT_S:
            await self._beat(finished=False)

    async def finish(self) -> None:
        """No more postings; a run that took none apart leaves no row."""
        if self._total:
            await self._beat(finished=True)

    async def _beat(self, *, finished: bool) -> None:
        self._last = time.monotonic()
        message = self._sentence or None
        await self._work.database.run(
            progress_rows.beat,
            self._work.run,
            STAGE,
            done=self._done,
            total=self._total,
            message=message,
            finished=finished,
        )
