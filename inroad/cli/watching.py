"""What a person watches while stages run: one progress bar for each, on standard error."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from inroad.stages import STAGES, StageProgress
from inroad.stages.work import StageReport, listening

LABELS = {
    "domains": "Analysing domains",
    "sitemaps": "Reading sitemaps",
    "pages": "Choosing pages",
    "page_contents": "Fetching pages",
    "contacts": "Extracting contacts",
    "companies": "Describing companies",
    "postings": "Finding postings",
    "matches": "Matching the profile",
    "cvs": "Writing CVs",
    "outreach": "Drafting letters",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """What did not succeed in a stage: a page, a sitemap, a domain. Rows that were read before carry no error of it."""

    stage: str
    subject: str
    reason: str
    sentence: str


class Watch:
    """Sums the stages of several runs: bars while they go, seconds for each domain at the end.

    Attributes:
        seconds: Wall seconds by domain, all stages together.
        changes: What was new or changed by domain, in any stage: nought means that nothing was written.
        failures: What did not succeed, by domain.
    """

    def __init__(self, total: int, progress: Progress | None) -> None:
        self.seconds: Counter[str] = Counter()
        self.changes: Counter[str] = Counter()
        self.failures: defaultdict[str, list[Failure]] = defaultdict(list)
        self._total = total
        self._progress = progress
        self._before: Counter[str] = Counter()
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, position: StageProgress) -> None:
        """Takes one position; the report of a finished stage brings the seconds."""
        if self._progress is not None:
            if position.stage not in self._tasks:
                self._tasks[position.stage] = self._progress.add_task(LABELS[position.stage], total=self._total)
            done = self._before[position.stage] + position.done
            self._progress.update(self._tasks[position.stage], completed=done)
        if position.report is not None:
            self._before[position.stage] += position.total
            self._add(position.report)

    def _add(self, report: StageReport) -> None:
        self.seconds.update(report.seconds)
        for name, tally in report.tallies.items():
            self.changes[name] += tally.counts["new"] + tally.counts["changed"]
            self.failures[name] += [Failure(report.stage, *error) for error in tally.errors]

    def finish(self) -> None:
        """Fills the bars of stages that had nothing to do for some domains."""
        if self._progress is not None:
            for stage in STAGES:
                if stage in self._tasks:
                    self._progress.update(self._tasks[stage], completed=self._total)


@contextmanager
def watching(total: int, *, is_quiet: bool) -> Iterator[Watch]:
    """Shows the stages of everything that runs inside the block, for `total` domains."""
    console = Console(file=sys.stderr)
    if is_quiet or not console.is_terminal:
        watch = Watch(total, None)
        with listening(watch):
            yield watch
        return
    columns = (TextColumn("{task.description:<22}"), BarColumn(bar_width=32), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        watch = Watch(total, progress)
        with listening(watch):
            yield watch
        watch.finish()
