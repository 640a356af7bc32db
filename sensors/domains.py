"""The sensor `new_domains`: makes partitions of domains that were added and launches their first run, in ranges."""

from dagster import DefaultSensorStatus, RunRequest, SensorEvaluationContext, SensorResult, SkipReason, sensor

from inroad.stages.adoption import adopt_domains
from inroad.stages.decisions import plan_new_domains
from inroad.store.domains import domain_names
from inroad.store.due import due_files, due_pages, due_postings
from inroad.store.pauses import resting
from pipeline_defs.jobs import pipeline
from pipeline_defs.partitions import DOMAINS, add_domain_partitions, contiguous_ranges, range_tags
from resources import DatabaseResource
from sensors.sweeping import backlog_of

# Domains of one tick; a hundred thousand new ones take a few minutes of ticks and never one huge one.
PER_TICK = 20_000


@sensor(
    job=pipeline,
    default_status=DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=15,
    description="Adds a partition for each new domain and requests runs over ranges of them.",
)
def new_domains(context: SensorEvaluationContext, database: DatabaseResource) -> SensorResult | SkipReason:
    """Decides by comparing the rows of `domains` with the partitions; a partition made in the UI becomes a row."""
    if rest := database.open().call(resting, "domains").whole:
        return SkipReason(rest.sentence)
    partitions = context.instance.get_dynamic_partitions(DOMAINS)
    names = database.open().call(domain_names)
    rowless = set(partitions).difference(names)
    adopted = adopt_domains(database.open(), database.settings(), [name for name in partitions if name in rowless])
    plan = plan_new_domains(names, partitions, adopted, limit=PER_TICK)
    if not plan.run:
        return SkipReason("No new domains.")
    backlog = backlog_of(database, (due_files, due_pages, due_postings))
    if backlog.refusal:
        return SkipReason(f"{len(plan.run):,} new domains wait; {backlog.refusal}")
    add_domain_partitions(context.instance, plan.add)
    ranges = contiguous_ranges([*partitions, *plan.add], plan.run)
    requests = [RunRequest(run_key=f"new_domains:{first}:{last}", tags=range_tags(first, last)) for first, last in ranges]
    return SensorResult(run_requests=requests)
