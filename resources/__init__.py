"""Resources: one module per outside thing; each turns configuration into a plain typed client of the core.

What does not belong here: what is done with the client. The clients are tested without Dagster.
"""

from resources.browser import BrowserResource
from resources.database import DatabaseResource
from resources.files import FilesResource
from resources.firecrawl import FirecrawlResource
from resources.llm import LlmResource
from resources.scraperapi import ScraperApiResource
from resources.web import WebResource

__all__ = [
    "BrowserResource",
    "DatabaseResource",
    "FilesResource",
    "FirecrawlResource",
    "LlmResource",
    "ScraperApiResource",
    "WebResource",
]
