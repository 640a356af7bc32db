"""The table of external services: how each is rated, broken, retried and timed. `docs/external-services.md` shows it.

Whatever leaves the machine is in it; a test holds it to the modules that can open a connection. What does not belong here: the
guard that obeys it (`guard`) and limits that a person sets (`limits`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from inroad.guard.breaker import BreakerPolicy
from inroad.guard.rate import MAX_WAIT_S, Rate
from inroad.guard.retry import RetryPolicy
from inroad.settings import Settings


@dataclass(frozen=True, slots=True)
class Service:
    """How calls to one kind of external service are guarded.

    Attributes:
        name: Also the first part of its breaker's and bucket's name.
        permission: What must allow the call first, for the table.
        budget: Unit that it is budgeted in; empty for none.
        rate: Calls allowed; None for no limit of ours.
        max_wait_s: Longest wait for the rate limit in seconds.
        breaker: When its breaker opens.
        retry: Attempts within a call.
        timeout_s: Seconds for one attempt, from start to end.
        charges_lost: The service may charge a call of which no answer arrived.
    """

    name: str
    permission: str
    budget: str = ""
    rate: Rate | None = None
    max_wait_s: float = MAX_WAIT_S
    breaker: BreakerPolicy = field(default_factory=BreakerPolicy)
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    timeout_s: float = 30.0
    charges_lost: bool = False


DAY_S = 86_400.0

# Three attempts at robots.txt and three at a page are one bad moment of a host, and its own error says more than an open breaker.
WEB = Service("web", permission="robots.txt, public address", breaker=BreakerPolicy(fail_max=10))
# 64 calls in flight may all meet one short fault; fewer failures in a row would open the breaker for a blip.
LLM = Service(
    "llm",
    permission="a key or an endpoint is set",
    budget="tokens",
    breaker=BreakerPolicy(fail_max=20, reset_after_s=20.0),
    retry=RetryPolicy(attempts=4, timeout_s=60.0),
    timeout_s=60.0,
    charges_lost=True,
)
# The free plan gives 600 pages a day; half of them may go at once, so that one evening's work is not spread over the day.
FIRECRAWL = Service(
    "firecrawl",
    permission="robots.txt, a key is set",
    budget="credits",
    rate=Rate(600, DAY_S, burst=300),
    timeout_s=90.0,
    charges_lost=True,
)
SCRAPERAPI = Service(
    "scraperapi", permission="robots.txt, a key is set", budget="credits", rate=Rate(5, 1.0), timeout_s=90.0, charges_lost=True
)

# The output folder of CVs and letters: a disk, or a bucket.
FILES = Service("files", permission="`INROAD_OUTPUT_URL` is set", timeout_s=120.0)

# Whether a mailbox's domain takes mail; a resolver of a company or provider is asked, which bears 20 questions a second.
DNS = Service(
    "dns",
    permission="`INROAD_MX_LOOKUP` is set",
    rate=Rate(limit=20, period_s=1.0),
    retry=RetryPolicy(attempts=2, timeout_s=10.0),
    timeout_s=5.0,
)

SERVICES: dict[str, Service] = {service.name: service for service in (WEB, LLM, FIRECRAWL, SCRAPERAPI, FILES, DNS)}


def services(settings: Settings) -> dict[str, Service]:
    """The table with the settings' own figures in it."""
    web_retry = replace(WEB.retry, attempts=settings.retries, timeout_s=settings.retry_timeout_s)
    return SERVICES | {
        "web": replace(WEB, retry=web_retry, timeout_s=settings.request_timeout_s),
        "llm": replace(LLM, retry=replace(LLM.retry, attempts=settings.retries), timeout_s=settings.llm_timeout_s),
    }
