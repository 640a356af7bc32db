"""Assets of the group `discovery`: which domains there are, what their sitemaps list, which pages to read."""

from dagster import AssetExecutionContext

from assets.declaring import stage_asset
from assets.materialising import materialise_stage
from pipeline_defs.policies import WEB_POOL
from resources import DatabaseResource, LlmResource, WebResource

GROUP = "discovery"


@stage_asset(GROUP, "http", pool=WEB_POOL)
def domains(context: AssetExecutionContext, database: DatabaseResource, web: WebResource, llm: LlmResource) -> None:
    """Companies by their domain: robots.txt, the home page and its facts, and where the sitemaps are. Table `domains`."""
    materialise_stage(context, "domains", database, web, llm)


@stage_asset(GROUP, "xml", deps=[domains], pool=WEB_POOL)
def sitemaps(context: AssetExecutionContext, database: DatabaseResource, web: WebResource, llm: LlmResource) -> None:
    """Sitemap files, indexes and feeds, read to their end; every page that they list is a row. Table `sitemap_files`."""
    materialise_stage(context, "sitemaps", database, web, llm)


@stage_asset(GROUP, deps=[sitemaps])
def pages(context: AssetExecutionContext, database: DatabaseResource, web: WebResource, llm: LlmResource) -> None:
    """Pages by canonical URL, classified, and selected by rule or by a person. Table `pages`."""
    materialise_stage(context, "pages", database, web, llm)
