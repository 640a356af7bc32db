"""What a model call costs: genai-prices' bundled table, read offline.

What does not belong here: budgets (`inroad.guard.budget`).
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.metadata import version
from urllib.parse import urlsplit

# Dollars for a million tokens of input and of output, by model.
OwnPrices = Mapping[str, tuple[float, float]]
# What the ledger says of a price that a person has set.
OWN = "INROAD_LLM_PRICES"


def own_prices(pairs: Iterable[tuple[str, str]]) -> OwnPrices:
    """Reads `INROAD_LLM_PRICES`: "INPUT/OUTPUT" by model, already checked by the settings."""
    halves = ((model, price.split("/")) for model, price in pairs)
    return {model: (float(given), float(made)) for model, (given, made) in halves}


@lru_cache(maxsize=1)
def price_version() -> str:
    """Name and version of the price table, for the ledger."""
    return f"genai-prices {version('genai-prices')}"


def price_usd(
    model: str, base_url: str, *, input_tokens: int, output_tokens: int, cached_tokens: int = 0, own: OwnPrices | None = None
) -> float | None:
    """The price of one call in US dollars.

    Args:
        model: Name as sent to the endpoint.
        base_url: Finds the provider; an unknown one (a proxy, a local server) is priced by the model's own maker.
        input_tokens: Cached ones included.
        output_tokens: Reasoning included.
        cached_tokens: Input that the provider had in its cache.
        own: Prices that a person has set; they win over the table, cached input counts as fresh.

    Returns:
        None when the table has no such model.
    """
    if own and model in own:
        return (input_tokens * own[model][0] + output_tokens * own[model][1]) / 1_000_000
    rates = _flat_rates(model, base_url, int(time.time()) // 3600)
    if rates is None:
        return _table_price(model, base_url, input_tokens, output_tokens, cached_tokens)
    cached = min(cached_tokens, input_tokens)
    return (input_tokens - cached) * rates[0] + cached * rates[1] + output_tokens * rates[2]


@lru_cache(maxsize=64)
def _flat_rates(model: str, base_url: str, hour: int) -> tuple[float, float, float] | None:  # noqa: ARG001 - prices change by the hour
    """Dollars for a token of fresh input, cached input and output; None where the price is not the same for each token.

    The table takes 0.2 ms a question, and each call asks twice.
    """
    whole = [_table_price(model, base_url, *tokens) for tokens in _LARGE]
    thousandth = [_table_price(model, base_url, *(count // 1000 for count in tokens)) for tokens in _LARGE]
    if None in whole or None in thousandth:
        return None
    if any(not math.isclose(large or 0, 1000 * (small or 0)) for large, small in zip(whole, thousandth, strict=True)):
        return None
    fresh, cached, made = ((price or 0) / 1_000_000 for price in whole)
    return fresh, cached, made


# A million tokens each of fresh input, cached input and output; more than any request has.
_LARGE = ((1_000_000, 0, 0), (1_000_000, 0, 1_000_000), (0, 1_000_000, 0))


def _table_price(model: str, base_url: str, input_tokens: int, output_tokens: int, cached_tokens: int) -> float | None:
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
