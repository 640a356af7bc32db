"""Assets of the group `applications`: how the profile fits each posting, the CVs for the chosen ones, and drafts of letters."""

from dagster import AssetExecutionContext

from assets.declaring import stage_asset
from assets.harvest import contacts, postings
from assets.materialising import materialise_stage
from pipeline_defs.policies import LLM_POOL, WRITTEN
from resources import DatabaseResource, FilesResource, LlmResource, WebResource

GROUP = "applications"


@stage_asset(GROUP, deps=[postings], freshness=WRITTEN)
def matches(context: AssetExecutionContext, database: DatabaseResource, web: WebResource, llm: LlmResource) -> None:
    """How well the default profile covers each posting, requirement by requirement, with the evidence. Table `matches`."""
    materialise_stage(context, "matches", database, web, llm)


@stage_asset(GROUP, "typst", deps=[matches, contacts], freshness=WRITTEN, pool=LLM_POOL)
def cvs(
    context: AssetExecutionContext, database: DatabaseResource, web: WebResource, llm: LlmResource, files: FilesResource
) -> None:
    """A CV for each selected posting, every line traced to the profile: PDF, DOCX, JSON, Markdown, text. Table `cvs`."""
    materialise_stage(context, "cvs", database, web, llm, files)


@stage_asset(GROUP, "typst", deps=[cvs], freshness=WRITTEN, pool=LLM_POOL)
def outreach(
    context: AssetExecutionContext, database: DatabaseResource, web: WebResource, llm: LlmResource, files: FilesResource
) -> None:
    """Drafts of a cover letter and a short message to the best contact, for each CV; nothing is sent. Table `outreach`."""
    materialise_stage(context, "outreach", database, web, llm, files)
