"""Resources: one module per outside thing; each turns configuration into a plain typed client of the core.

What does not belong here: what is done with the client. The clients are tested without Dagster.
"""

from resources.database import DatabaseResource
from resources.files import FilesResource
from resources.llm import LlmResource
from resources.web import WebResource

__all__ = ["DatabaseResource", "FilesResource", "LlmResource", "WebResource"]
