"""The writer of CVs by a language model: proposes wording, which the fact gate of `inroad.cvs` takes or refuses.

Only the lines to be worded, their position and employer, and the posting's requirements leave the machine: not the person's
name, address or contact. What does not belong here: deciding whether a proposal is true, and composing without a model.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, Field

from inroad.cvs.writing import WritingRequest
from inroad.guard.errors import Scope
from inroad.llm.client import LlmClient, shared_client
from inroad.llm.prompts import WORDING, untrusted
from inroad.settings import Settings
from inroad.store.database import Database

# Characters of each part of the prompt: a position has at most 8 lines, a posting at most some 40 requirements.
_LINES_LIMIT = 8_000
_JOB_LIMIT = 6_000
_ENTRY_LIMIT = 400
# Output tokens for each line asked, and for a model that thinks first.
_TOKENS_PER_LINE = 160
_TOKENS_TO_THINK = 2_000


class _Line(BaseModel):
    number: int
    text: str = ""


class _Lines(BaseModel):
    lines: list[_Line] = Field(default_factory=list)


class LlmCvWriter:
    """Fulfils `inroad.cvs.Writer` with a language model.

    Args:
        client: The model.
        scope: Whose budget it is: run, domain and posting.
    """

    name = "llm"

    def __init__(self, client: LlmClient, scope: Scope) -> None:
        self._client = client
        self._scope = scope

    def propose(self, request: WritingRequest) -> Sequence[str]:
        """Words each line anew; an empty text keeps the person's own words.

        Raises:
            InroadError: As `LlmClient.complete`; a `BudgetExceeded` among them is how a CV falls back to the person's words.
        """
        answer = self._client.complete(
            wording_prompt(request),
            schema=_Lines,
            purpose="cv",
            scope=self._scope,
            version=WORDING.version,
            max_output_tokens=_TOKENS_TO_THINK + _TOKENS_PER_LINE * len(request.lines),
        )
        by_number = {line.number: " ".join(line.text.split()) for line in answer.lines}
        return [by_number.get(number, "") for number in range(1, len(request.lines) + 1)]


def wording_prompt(request: WritingRequest) -> str:
    """The prompt for a request; everything in it that somebody else wrote stands between markers."""
    job = "\n".join((request.job_title, *(f"- {wanted}" for wanted in request.wanted)))
    lines = "\n".join(f"{number}. {' '.join(line.split())}" for number, line in enumerate(request.lines, start=1))
    return WORDING.text.format(
        kind=request.kind,
        language=request.language,
        job=untrusted(job, _JOB_LIMIT),
        entry=untrusted(request.entry, _ENTRY_LIMIT),
        lines=untrusted(lines, _LINES_LIMIT),
    )


def open_cv_writer(settings: Settings, database: Database, scope: Scope) -> LlmCvWriter | None:
    """The writer for one CV; None where no model is configured, and CVs are written by rules."""
    return LlmCvWriter(shared_client(settings, database), scope) if LlmClient.available(settings) else None
