"""What a model call costs: genai-prices' bundled table, read offline.

What does not belong here: budgets (`inroad.guard.budget`).
"""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import version
from urllib.parse import urlsplit


@lru_cache(maxsize=1)
def price_version() -> str:
    """Name and version of the price table, for the ledger."""
    return f"genai-prices {version('genai-prices')}"


def price_usd(model: str, base_url: str, *, input_tokens: int, output_tokens: int, cached_tokens: int = 0) -> float | None:
    """The price of one call in US dollars.

    Args:
        model: Name as sent to the endpoint.
        base_url: Finds the provider; an unknown one (a proxy, a local server) is priced by the model's own maker.
        input_tokens: Cached ones included.
        output_tokens: Reasoning included.
        cached_tokens: Input that the provider had in its cache.

    Returns:
        None when the table has no such model.
    """
    from genai_prices import Usage, calc_price

    usage = Usage(input_tokens=input_tokens, output_tokens=output_tokens, cache_read_tokens=min(cached_tokens, input_tokens))
    for url in (base_url, None):
        try:
            return float(calc_price(usage, model, provider_api_url=url).total_price)
        except (LookupError, ValueError):
            continue
    return None


@lru_cache(maxsize=256)
def provider_name(base_url: str) -> str:
    """The provider as budgets name it: the price table's id ("openai", "groq"), else the endpoint's host."""
    from genai_prices import data_snapshot

    try:
        return str(data_snapshot.get_snapshot().find_provider(None, None, base_url).id)
    except LookupError:
        return urlsplit(base_url).hostname or "unknown"
