"""Assets of the group `harvest`: what the selected pages say, and the contacts, companies and postings read from them."""

from dagster import AssetExecutionContext

from assets.declaring import stage_asset
from assets.discovery import pages
from assets.materialising import materialise_stage
from pipeline_defs.policies import WEB_POOL
from resources import DatabaseResource, LlmResource, WebResource

GROUP = "harvest"


@stage_asset(GROUP, "http", deps=[pages], pool=WEB_POOL)
def page_contents(context: AssetExecutionContext, database: DatabaseResource, web: WebResource, llm: LlmResource) -> None:
    """The selected pages, fetched, judged and kept in versions; unchanged ones are not stored twice. Table `page_contents`."""
    materialise_stage(context, "page_contents", database, web, llm)


@stage_asset(GROUP, deps=[page_contents])
def contacts(context: AssetExecutionContext, database: DatabaseResource, web: WebResource, llm: LlmResource) -> None:
    """E-mail addresses, phones, addresses, people, profiles, each with the page and words that prove it. Table `contacts`."""
    materialise_stage(context, "contacts", database, web, llm)


@stage_asset(GROUP, deps=[page_contents])
def companies(context: AssetExecutionContext, database: DatabaseResource, web: WebResource, llm: LlmResource) -> None:
    """What each company says of itself, every fact with the page it was read from. Table `companies`."""
    materialise_stage(context, "companies", database, web, llm)


@stage_asset(GROUP, "http", deps=[page_contents], pool=WEB_POOL)
def postings(context: AssetExecutionContext, database: DatabaseResource, web: WebResource, llm: LlmResource) -> None:
    """Open jobs from the company's pages and from its board at an applicant-tracking system. Table `postings`."""
    materialise_stage(context, "postings", database, web, llm)
