"""FireCrawl's protocol, version 2: a POST with the page's URL, answered with JSON that holds the page.

Source: docs.firecrawl.dev (API reference, scrape; error codes) and the published OpenAPI description. A page costs one credit
with the basic proxy, which is the one asked for. What does not belong here: the call (`scraping`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urljoin

from inroad.crawl.failures import permanent
from inroad.crawl.response import Response, Strategy
from inroad.crawl.scraping import Delivery, Order, Refusal, final_url, malformed, number, refusal_of

MOST_CREDITS: Final = 1
_JSON_OVERHEAD: Final = 2  # escapes make a page longer in JSON, and metadata comes with it
_LEFT_FOR_US_S: Final = 10.0  # the service gives up this much before we do
_CUT: Final = 2_000
# Error codes that stay as they are: what the site does wrong, whoever asks.
_SITES_FAULT: Final[Mapping[str, tuple[str, str]]] = {
    "SCRAPE_DNS_RESOLUTION_ERROR": ("unknown-host", "cannot be reached: FireCrawl found no address for its host"),
    "SCRAPE_SSL_ERROR": ("tls-failed", "has a certificate that FireCrawl does not trust"),
    "SCRAPE_UNSUPPORTED_FILE_ERROR": ("not-html", "is no page but a file that FireCrawl does not read"),
}


@dataclass(frozen=True, slots=True)
class Firecrawl:
    """How FireCrawl is spoken to.

    Args:
        key: Its API key; an installation of one's own may need none.
        base_url: Where it is, without the version.
    """

    key: str = field(repr=False)
    base_url: str = "https://api.firecrawl.dev/"
    name: Strategy = "firecrawl"
    title: str = "FireCrawl"
    most_credits: int = MOST_CREDITS

    def order(self, url: str, *, renders: bool, max_bytes: int, timeout_s: float) -> Order:  # noqa: ARG002 - it always renders
        """See `ServiceProtocol`."""
        asked = {
            "url": url,
            "formats": ["rawHtml"],
            "onlyMainContent": False,
            "proxy": "basic",
            "maxAge": 0,
            "timeout": int(max(timeout_s - _LEFT_FOR_US_S, 1.0) * 1000),
        }
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json", "Accept": "application/json"}
        endpoint = urljoin(self.base_url if self.base_url.endswith("/") else f"{self.base_url}/", "v2/scrape")
        return Order(endpoint, max_bytes * _JSON_OVERHEAD, "POST", headers, json.dumps(asked).encode())

    def read(self, url: str, answer: Response) -> Delivery:
        """See `ServiceProtocol`."""
        document = _object(answer.body)
        said = document.get("error") if document else None
        words = said if isinstance(said, str) else ""
        if answer.status != 200:
            raise self._refused(url, answer, document or {}, words)
        if document is None:
            raise malformed(url, self.title, "it is not JSON")
        data = document.get("data")
        if document.get("success") is not True or not isinstance(data, dict):
            raise malformed(url, self.title, words[:200] or "it holds no page")
        found = data.get("metadata")
        metadata: dict[str, Any] = found if isinstance(found, dict) else {}
        html = data.get("rawHtml")
        status = number(metadata.get("statusCode"))
        if not isinstance(html, str) or status is None or not 100 <= status <= 599:
            raise malformed(url, self.title, "it has no HTML, or no status of the site")
        return Delivery(
            url=final_url(metadata.get("url") or metadata.get("sourceURL"), url),
            status=status,
            body=html.encode("utf-8", "replace"),
            content_type="text/html; charset=utf-8",
            credits=number(metadata.get("creditsUsed")),
        )

    def _refused(self, url: str, answer: Response, document: Mapping[str, Any], words: str) -> Refusal:
        code = document.get("code")
        if isinstance(code, str) and code in _SITES_FAULT:
            reason, what = _SITES_FAULT[code]
            return Refusal(permanent(reason, url, what))
        return refusal_of(answer.status, url, self.title, answer, words[:_CUT])


def _object(body: bytes) -> dict[str, Any] | None:
    """A JSON object; None for anything else, however deep it is nested."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None
