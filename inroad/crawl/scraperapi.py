"""ScraperAPI's protocol: a GET with the page's URL, answered with the page itself.

Source: docs.scraperapi.com (customising requests, credits and requests, API status codes). Charged are answers with 200 and 404;
`max_cost` makes the service refuse a page that would cost more. What does not belong here: the call (`scraping`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from inroad.crawl.response import Response, Strategy
from inroad.crawl.scraping import Delivery, Order, final_url, malformed, number, refusal_of

MOST_CREDITS: Final = 25
"""What one page may cost: 1, with rendering 10, and more where a site is protected; the service refuses beyond."""

_OVER_COST: Final = "max_cost"
_CHARGED: Final = frozenset({200, 404})


@dataclass(frozen=True, slots=True)
class ScraperApi:
    """How ScraperAPI is spoken to.

    Args:
        key: Sent as a header: a URL ends in logs.
        base_url: Where it is.
    """

    key: str = field(repr=False)
    base_url: str = "https://api.scraperapi.com/"
    name: Strategy = "scraperapi"
    title: str = "ScraperAPI"
    most_credits: int = MOST_CREDITS

    def order(self, url: str, *, renders: bool, max_bytes: int, timeout_s: float) -> Order:  # noqa: ARG002 - it takes 70 s
        """See `ServiceProtocol`."""
        asked = {"url": url, "render": "true" if renders else "false", "max_cost": str(self.most_credits)}
        headers = {"x-sapi-api_key": self.key, "Accept": "text/html,*/*;q=0.5"}
        return Order(f"{self.base_url}?{urlencode(asked)}", max_bytes=max_bytes, headers=headers)

    def read(self, url: str, answer: Response) -> Delivery:
        """See `ServiceProtocol`. The site's own status is in `sa-statuscode`, else it is the service's."""
        site_status = number(answer.headers.get("sa-statuscode"))
        if answer.status not in _CHARGED and (site_status is None or site_status == 200):
            said = answer.body[:2_000].decode("utf-8", "replace") if "html" not in answer.content_type else ""
            status = 400 if answer.status == 403 and _OVER_COST in said else answer.status
            raise refusal_of(status, url, self.title, answer, said)
        if answer.status == 200 and not answer.body.strip():
            raise malformed(url, self.title, "it is empty")
        charged = number(answer.headers.get("sa-credit-cost"))
        return Delivery(
            url=final_url(answer.headers.get("sa-final-url"), url),
            status=site_status if site_status is not None and 100 <= site_status <= 599 else answer.status,
            body=answer.body,
            content_type=answer.headers.get("content-type", "text/html"),
            credits=charged if charged is not None or answer.status in _CHARGED else 0,
        )
