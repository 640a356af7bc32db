"""How an asset runs a stage of the core: opens what it needs, runs it on the run's partitions, tells Dagster what happened.

What does not belong here: what a stage does (`inroad.stages`) and what the assets are called (the modules beside this one).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from dagster import AssetExecutionContext, Failure, MetadataValue, RunsFilter

from assets.retrying import only_transient_retried
from inroad.guard import tracing
from inroad.stages import StageFailed, StageReport, Work, open_work, run_stage
from inroad.stages.adoption import adopt_domains
from inroad.stages.work import now
from inroad.store.results import StageState, stage_states
from resources import DatabaseResource, FilesResource, LlmResource, WebResource

# Run tag: which Complete rows are visited again. all: those not visited since the run began (the default); due: those older than
# the refresh period; none.
VISIT_TAG = "inroad/visit"
VISITS = ("all", "due", "none")
NO_ROW = "- `not-a-domain`: There is no such domain. A partition is named after a company's domain, as in `acme.example`."


@only_transient_retried()
def materialise_stage(
    context: AssetExecutionContext,
    stage: str,
    database: DatabaseResource,
    web: WebResource,
    llm: LlmResource,
    files: FilesResource | None = None,
) -> None:
    """Brings the rows of the run's domains up to date in one stage.

    Args:
        context: Names the run and its partitions.
        stage: One of `inroad.stages.STAGES`.
        database: Where the rows are.
        web: For stages that visit sites.
        llm: For stages that write.
        files: For stages that make files.

    Raises:
        Failure: Something was due and nothing succeeded, the visit tag is wrong, the run was cancelled, or a bug of ours; not
            retried at once. Rows carry their next attempts, and the rest would end the same.
    """
    names = list(context.partition_keys)
    since = visit_since(context, database.settings().refresh_after_hours)
    if stage == "domains":
        adopt_domains(database.open(), database.settings(), names)
    with working(context, since, database, web, llm) as work:
        report = run_stage(work, stage, names)
    states = work.database.call(stage_states, stage, names)
    folder = files.path() if files else None
    for name in names:
        context.add_asset_metadata(partition_metadata(report, states[name], name, folder), partition_key=name)
    with tracing.in_run(context.run.run_id):
        context.log.info(summary(report))
    try:
        report.raise_if_nothing_succeeded()
    except StageFailed as error:
        raise Failure(str(error), allow_retries=False) from error


@contextmanager
def working(
    context: Any, since: datetime | None, database: DatabaseResource, web: WebResource, llm: LlmResource
) -> Iterator[Work]:
    """The core's context for one step of a run."""
    settings, store = database.settings(), database.open()
    with (
        only_transient_retried(),
        open_work(
            settings,
            store,
            run=context.run.run_id,
            since=since,
            open_web=lambda: web.open(settings, store),
            open_writer=lambda scope: llm.open_writer(settings, store, scope),
            open_people=lambda scope: llm.open_people(settings, store, scope),
        ) as work,
    ):
        yield work


def visit_since(context: Any, refresh_after_hours: float) -> datetime | None:
    """The moment since which a row must have been visited not to be visited again; None visits nothing again.

    Raises:
        Failure: The tag has another value.
    """
    mode = context.run.tags.get(VISIT_TAG, "all")
    if mode not in VISITS:
        # Taken as "all", a misspelt "none" would ask every site for everything.
        raise Failure(f"The tag {VISIT_TAG} is {mode!r}; valid: {', '.join(VISITS)}.", allow_retries=False)
    if mode == "none":
        return None
    if mode == "due":
        return now() - timedelta(hours=refresh_after_hours)
    records = context.instance.get_run_records(RunsFilter(run_ids=[context.run.run_id]), limit=1)
    return records[0].create_timestamp if records else now()


def partition_metadata(report: StageReport, state: StageState, name: str, folder: Path | None = None) -> dict[str, Any]:
    """What Dagster shows and plots for one domain: counts by state, what this run did, a preview, links to the files.

    Args:
        report: What the stage did.
        state: The domain's rows.
        name: The domain.
        folder: Where the state's files lie.
    """
    tally = report.tallies.get(name)
    metadata: dict[str, Any] = {f"rows/{key.lower()}": MetadataValue.int(count) for key, count in sorted(state.counts.items())}
    metadata["rows"] = MetadataValue.int(sum(state.counts.values()))
    if tally is not None:
        metadata |= {f"run/{key}": MetadataValue.int(count) for key, count in sorted(tally.counts.items())}
        metadata["run/seconds"] = MetadataValue.float(round(report.seconds.get(name, 0.0), 3))
        if tally.errors:
            lines = [f"- `{reason}` {subject}: {sentence}" for subject, reason, sentence in tally.errors[:10]]
            metadata["errors"] = MetadataValue.md("\n".join(lines))
    else:
        metadata["errors"] = MetadataValue.md(NO_ROW)
    if state.preview:
        metadata["preview"] = MetadataValue.md(markdown_table(state.preview))
    for path in map(Path, state.files.values()):
        # The folder of a document is named after its posting: a person knows that name, and not the row's number.
        metadata[f"file/{path.parent.name}/{path.suffix[1:]}"] = MetadataValue.path(folder / path if folder else path)
    return metadata


def markdown_table(rows: Sequence[dict[str, Any]]) -> str:
    """Rows as a Markdown table; cells are strangers' text, so pipes and line breaks are taken out."""
    columns = list(rows[0])
    lines = ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    lines += ["| " + " | ".join(_cell(row[column]) for column in columns) + " |" for row in rows]
    return "\n".join(lines)


def _cell(value: Any) -> str:
    text = "" if value is None else f"{value:.2f}" if isinstance(value, float) else str(value)
    text = " ".join(text.replace("|", "/").replace("`", "'").replace("<", "‹").split())
    return text[:80]


def summary(report: StageReport) -> str:
    """One line for the run's log."""
    counts = ", ".join(f"{report.total(name)} {name}" for name in ("new", "changed", "unchanged", "failed") if report.total(name))
    return f"{report.stage}: {len(report.tallies)} domains, {counts or 'nothing due'}"
