"""A job on a page that the rules cannot read, asked of the model and believed only where the page says it word for word.

The last resort: boards, structured data and headings come first. What does not belong here: those rules (`inroad.postings`),
and a posting's description taken apart (`inroad.llm.postings`).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pydantic import BaseModel

from inroad.guard.errors import Scope
from inroad.guard.sync import run_sync
from inroad.llm.client import LlmClient, shared_client
from inroad.llm.prompts import JOB_PAGE, untrusted
from inroad.postings.assembly import Draft, build_posting
from inroad.postings.documents import parse_html
from inroad.postings.model import Posting
from inroad.postings.pages import MIN_DESCRIPTION_CHARS, main_region, page_lines, text_of_lines
from inroad.settings import Settings
from inroad.store.database import Database

SOURCE = "llm"
MAX_CHARS = 40_000
"""Text of a page that is looked at; longer pages are lists."""

_MAX_FIELD = 200

# From a page's HTML and its URL to the job that the rules did not see; None where the page publishes none.
ReadJobPage = Callable[[str, str], "Posting | None"]


class _Job(BaseModel):
    title: str = ""
    location: str = ""
    employment: str = ""


def open_job_page_reader(settings: Settings, database: Database, scope: Scope) -> ReadJobPage | None:
    """What reads the pages that the rules cannot; None where no model is configured."""
    if not LlmClient.available(settings):
        return None
    client = shared_client(settings, database)
    return lambda html, url: run_sync(aread_job_page(html, url, client=client, scope=scope))


def page_text(html: str) -> str:
    """The text of a page's own region, line by line, without menus and footers."""
    region = main_region(parse_html(html))
    return text_of_lines(page_lines(region)) if region is not None else ""


async def aread_job_page(html: str, url: str, *, client: LlmClient, scope: Scope) -> Posting | None:
    """Asks the model for the one open job that a page publishes.

    Args:
        html: The page; hostile.
        url: Its address.
        client: The model.
        scope: Whose budget it is.

    Returns:
        The job with the page's own text; None where the page is too short or too long to be one, or the model names none that the
        page says.

    Raises:
        InroadError: As `LlmClient.acomplete`.
    """
    text = page_text(html)
    if not MIN_DESCRIPTION_CHARS <= len(text) <= MAX_CHARS:
        return None
    prompt = JOB_PAGE.text.format(page=untrusted(text))
    answer = await client.acomplete(prompt, schema=_Job, purpose="job-page", scope=scope, version=JOB_PAGE.version)
    return believed(answer, text, url)


def believed(job: _Job, text: str, url: str) -> Posting | None:
    """The posting that a page holds, when it says the title word for word; other fields only where it says them too."""
    place = _place(job.title, text)
    if place is None:
        return None
    said = [field if _place(field, text) is not None else None for field in (job.location, job.employment)]
    body = text[place + len(job.title) :].strip()
    draft = Draft(
        title=" ".join(job.title.split()),
        places=[said[0]],
        employment=[said[1]],
        description=[(None, body if len(body) >= MIN_DESCRIPTION_CHARS else text)],
    )
    return build_posting(draft, source=SOURCE, base_url=url)


def _place(field: str, text: str) -> int | None:
    words = field[: _MAX_FIELD + 1].split()
    if not words or len(field) > _MAX_FIELD:
        return None
    found = re.search(r"(?<!\w)" + r"\s+".join(map(re.escape, words)) + r"(?!\w)", text)
    return found.start() if found else None
