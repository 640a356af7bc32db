"""What came of a model's writer while a CV was composed: who wrote it in the end, and why not the model.

What does not belong here: proposing (`inroad.llm.writer`) and taking or refusing a proposal (`inroad.cvs.writing`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from inroad.cvs import Writer
from inroad.cvs.writing import WritingRequest
from inroad.guard.errors import InroadError
from inroad.store.claims import REFUSED
from inroad.store.offers import offered_from


class WatchedWriter:
    """Passes requests on and remembers how they ended.

    Args:
        writer: The model's.

    Attributes:
        refusal: A budget or limit of ours that refused a request; None while none did.
    """

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._answered = 0
        self._faults: list[InroadError] = []
        self.refusal: InroadError | None = None

    def propose(self, request: WritingRequest) -> Sequence[str]:
        """As the writer that is watched."""
        try:
            lines = self._writer.propose(request)
        except InroadError as error:
            self._faults.append(error)
            if isinstance(error, REFUSED):
                self.refusal = self.refusal or error
            raise
        self._answered += 1
        return lines

    @property
    def name(self) -> str:
        """Who wrote the CV: the model, or the rules where it gave nothing at all."""
        return str(getattr(self._writer, "name", "llm")) if self._answered else "rules"

    @property
    def offered_from(self) -> datetime | None:
        """From when on the document is offered to the model again; None where nothing is missing that it may still give."""
        return min((moment for moment in map(offered_from, self._faults) if moment), default=None)

    @property
    def note(self) -> str | None:
        """Why the model's words are missing, wholly or in part; None where they are not."""
        if not self._faults:
            return None
        asked = self._answered + len(self._faults)
        return f"{len(self._faults)} of {asked} requests to the model failed: {self._faults[0]}"
