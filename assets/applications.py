"""Assets of the group `applications`: how the person's profile fits each posting, and the CVs written for the chosen ones."""

from dagster import AssetExecutionContext, asset

from assets.harvest import contacts, postings
from assets.materialising import materialise_stage
from pipeline_defs.partitions import domain_partitions
from pipeline_defs.policies import BATCHES, LLM_POOL, RETRY, WRITTEN
from resources import DatabaseResource, FilesResource, LlmResource, WebResource

GROUP = "applications"


@asset(
    deps=[postings],
    group_name=GROUP,
    kinds={"python", "postgres"},
    partitions_def=domain_partitions,
    backfill_policy=BATCHES,
    retry_policy=RETRY,
    freshness_policy=WRITTEN,
)
def matches(context: AssetExecutionContext, database: DatabaseResource, web: WebResource, llm: LlmResource) -> None:
    """How well the default profile covers each posting, requirement by requirement, with the evidence. Table `matches`."""
    materialise_stage(context, "matches", database, web, llm)


@asset(
    deps=[matches, contacts],
    group_name=GROUP,
    kinds={"python", "postgres", "typst"},
    partitions_def=domain_partitions,
    backfill_policy=BATCHES,
    retry_policy=RETRY,
    freshness_policy=WRITTEN,
    pool=LLM_POOL,
)
def cvs(
    context: AssetExecutionContext, database: DatabaseResource, web: WebResource, llm: LlmResource, files: FilesResource
) -> None:
    """A CV for each selected posting, every line traced to the profile: PDF, DOCX, JSON, Markdown, text. Table `cvs`."""
    materialise_stage(context, "cvs", database, web, llm, files)
