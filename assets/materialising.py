"""How an asset runs a stage of the core: opens what it needs, runs it on the run's partitions, tells Dagster what happened.

What does not belong here: what a stage does (`inroad.stages`) and what the assets are called (the modules beside this one).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from dagster import AssetExecutionContext, Failure, MetadataValue, RunsFilter

from inroad.stages import StageFailed, StageReport, open_work, run_stage
from inroad.stages.work import now
from inroad.store.results import StageState, stage_states
from resources import DatabaseResource, LlmResource, WebResource

# Run tag: which Complete rows are visited again. all: those not visited since the run began (the default); due: those older than
# the refresh period; none.
VISIT_TAG = "inroad/visit"


def materialise_stage(
    context: AssetExecutionContext, stage: str, database: DatabaseResource, web: WebResource, llm: LlmResource
) -> None:
    """Brings the rows of the run's domains up to date in one stage.

    Raises:
        Failure: Something was due and nothing succeeded; not retried at once, because the rows carry their next attempts.
    """
    settings, store = database.settings(), database.open()
    names = list(context.partition_keys)
    with open_work(
        settings,
        store,
        run=context.run_id,
        since=visit_since(context, settings.refresh_after_hours),
        open_web=lambda: web.open(settings, store),
        open_writer=lambda scope: llm.open_writer(settings, store, scope),
    ) as work:
        report = run_stage(work, stage, names)
    states = store.call(stage_states, stage, names)
    for name in names:
        context.add_asset_metadata(partition_metadata(report, states[name], name), partition_key=name)
    context.log.info(summary(report))
    try:
        report.raise_if_nothing_succeeded()
    except StageFailed as error:
        raise Failure(str(error), allow_retries=False) from error


def visit_since(context: Any, refresh_after_hours: float) -> datetime | None:
    """The moment since which a row must have been visited not to be visited again."""
    mode = context.run.tags.get(VISIT_TAG, "all")
    if mode == "none":
        return None
    if mode == "due":
        return now() - timedelta(hours=refresh_after_hours)
    records = context.instance.get_run_records(RunsFilter(run_ids=[context.run_id]), limit=1)
    return records[0].create_timestamp if records else now()


def partition_metadata(report: StageReport, state: StageState, name: str) -> dict[str, Any]:
    """What Dagster shows and plots for one domain: counts by state, what this run did, a preview, links to the files."""
    tally = report.tallies.get(name)
    metadata: dict[str, Any] = {f"rows/{key.lower()}": MetadataValue.int(count) for key, count in sorted(state.counts.items())}
    metadata["rows"] = MetadataValue.int(sum(state.counts.values()))
    if tally is not None:
        metadata |= {f"run/{key}": MetadataValue.int(count) for key, count in sorted(tally.counts.items())}
        metadata["run/seconds"] = MetadataValue.float(round(report.seconds.get(name, 0.0), 3))
        if tally.errors:
            lines = [f"- `{reason}` {subject}: {sentence}" for subject, reason, sentence in tally.errors[:10]]
            metadata["errors"] = MetadataValue.md("\n".join(lines))
    if state.preview:
        metadata["preview"] = MetadataValue.md(markdown_table(state.preview))
    for label, path in state.files.items():
        metadata[f"file/{label}"] = MetadataValue.path(path)
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
