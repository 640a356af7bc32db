"""Language models behind any OpenAI-compatible endpoint: typed answers, priced, cached, inside budgets.

What belongs here: the client, its prompts, prices and cache keys, and what the pipeline asks a model for. What does not: the
guard's parts (`inroad.guard`), SQL (`inroad.store`) and believing an answer without a check.
"""

from inroad.guard.errors import Scope
from inroad.llm.client import LlmClient

__all__ = ["LlmClient", "Scope"]
