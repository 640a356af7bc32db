"""The writer: whoever proposes wording for a CV's lines, and how a proposal is taken or refused.

Here lives the protocol that a language model's adapter fulfils, and the gate in front of it: a proposed line that the facts
do not
grant is dropped for the person's own words. Prompts and the client itself belong elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from inroad.cvs.claims.support import telling_stems
from inroad.cvs.layout import clean
from inroad.cvs.model import Finding
from inroad.guard.errors import InroadError

MAX_LINE_CHARS = 420  # about four printed lines; a longer proposal is no bullet
MAX_SUMMARY_CHARS = 1_200


@dataclass(frozen=True, slots=True)
class WritingRequest:
    """What a writer is asked to word anew.

    Attributes:
        kind: "highlights" of one entry, or the "summary" of the whole.
        lines: The person's own sentences, in order.
        entry: Position and employer, for context.
        job_title: Title of the posting.
        wanted: Requirements of the posting, most important first.
        language: ISO 639-1 code that the answer must keep to.
    """

    kind: Literal["highlights", "summary"]
    lines: tuple[str, ...]
    entry: str
    job_title: str
    wanted: tuple[str, ...]
    language: str


class Writer(Protocol):
    """Proposes wording; never trusted."""

    def propose(self, request: WritingRequest) -> Sequence[str]:
        """Word each line anew.

        Args:
            request: What to word, and for which job.

        Returns:
            One line for each of `request.lines`, in their order; an empty one keeps the person's words.

        Raises:
            InroadError: No proposal can be made; the person's own words are kept.
        """
        ...


@dataclass(frozen=True, slots=True)
class Worded:
    """What came of a request.

    Attributes:
        lines: One line for each that was asked, proposed or the person's own.
        refused: Proposals that the gate refused, each with its first blocking finding.
        note: Why the writer gave nothing; empty when it did.
    """

    lines: tuple[str, ...]
    refused: tuple[tuple[str, Finding], ...] = ()
    note: str = ""


def word_lines(writer: Writer | None, request: WritingRequest, check: Callable[[int, str], list[Finding]]) -> Worded:
    """Ask the writer and keep what the facts grant.

    Args:
        writer: Who proposes; None keeps the person's own words.
        request: What to word.
        check: Findings for a proposal in place of the line of that index.
    """
    if writer is None or not request.lines:
        return Worded(request.lines)
    try:
        proposals = list(writer.propose(request))
    except InroadError as error:
        return Worded(request.lines, note=f"the writer stopped ({error.reason}): {error.message}")
    kept: list[str] = []
    refused: list[tuple[str, Finding]] = []
    for index, own in enumerate(request.lines):
        proposal = clean(proposals[index]) if index < len(proposals) else ""
        finding = _first_block(check(index, proposal), proposal, request.kind) if proposal else None
        if finding:
            refused.append((proposal, finding))
        kept.append(own if finding or not proposal else proposal)
    return Worded(tuple(kept), tuple(refused))


def _first_block(findings: list[Finding], proposal: str, kind: str) -> Finding | None:
    limit = MAX_LINE_CHARS if kind == "highlights" else MAX_SUMMARY_CHARS
    if len(proposal) > limit:
        return Finding("block", "too-long", "", f"{len(proposal)} characters, {limit} are the most")
    if not telling_stems(proposal):
        return Finding("block", "empty", "", "the line says nothing")
    return next((finding for finding in findings if finding.severity == "block"), None)
