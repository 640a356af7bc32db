"""How a board's answer is read: the shape every provider's module fills in, and careful access to parsed JSON.

Provider modules say where the jobs stand and what the fields mean; the order of attempts is in
`inroad.postings.boards.registry`. A payload is a stranger's: any value may be missing or of another type.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from inroad.postings.assembly import Draft
from inroad.postings.documents import host_of, origin_of
from inroad.postings.plaintext import one_line

Record = dict[str, Any]

MAX_JOBS: Final = 20_000
"""Jobs read from one payload; the largest single answers seen (Greenhouse, Lever) hold under 5,000."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a payload came from.

    Attributes:
        url: Address of the feed, of the board's page, or of any job on it.
        payload: The whole parsed answer, for facts that stand beside the jobs; None for markup.
    """

    url: str
    payload: Any = None

    @property
    def origin(self) -> str:
        """Scheme and host of the address."""
        return origin_of(self.url)

    @property
    def subdomain(self) -> str:
        """First label of the host: the company's token on boards that give each a subdomain."""
        return host_of(self.url).split(".")[0]

    @property
    def path_parts(self) -> list[str]:
        """Non-empty segments of the path."""
        try:
            return [part for part in urlsplit(self.url).path.split("/") if part]
        except ValueError:
            return []

    def segment_after(self, name: str) -> str | None:
        """The path segment that follows one named so ("sites" gives the site's name)."""
        parts = self.path_parts
        return next((after for before, after in pairwise(parts) if before.lower() == name), None)

    def query(self, name: str) -> str | None:
        """A query parameter's first value."""
        try:
            return next(iter(parse_qs(urlsplit(self.url).query, max_num_fields=100).get(name, [])), None)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class BoardReader:
    """One provider's way of answering.

    Attributes:
        provider: Name, as in keys.
        jobs_at: Dotted paths at which the list of jobs may stand, "" for the payload itself; "*" steps through a list.
        read: Reads one job; None for something that is no open job.
        markup: Reads an answer that is HTML or XML, where the provider has one.
        merge_places: Whether a job is repeated once a location, to be merged by id.
        number: Finds the job's id in its address (first group), for answers that name it nowhere else.
    """

    provider: str
    jobs_at: tuple[str, ...]
    read: Callable[[Record, Source], Draft | None]
    markup: Callable[[str, Source], list[Draft]] | None = None
    merge_places: bool = False
    number: re.Pattern[str] | None = None


def pick(record: Any, *paths: str) -> Any:
    """The first value that is there: not None, not empty. A path is dotted; list indexes are numbers ("offices.0.name")."""
    for path in paths:
        value = record
        for step in path.split("."):
            if isinstance(value, dict):
                value = value.get(step)
            elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
                value = value[int(step)]
            else:
                value = None
        if value not in (None, "", [], {}):
            return value
    return None


def label(value: Any) -> str | None:
    """A value as one line: text, a number, the name of an object, or the names of a list joined by commas."""
    if isinstance(value, dict):
        value = pick(value, "name", "label", "text", "title", "value", "descriptor", "Name", "location", "formatted")
    if isinstance(value, list):
        names = [name for item in value[:20] if not isinstance(item, list) and (name := label(item))]
        return ", ".join(dict.fromkeys(names)) or None
    return None if isinstance(value, dict) else one_line(value)


def listed(value: Any) -> list[Any]:
    """A value as a list: itself, nothing for None, or the one value."""
    return value[:500] if isinstance(value, list) else [] if value is None else [value]


def _step(values: list[Any], name: str) -> Iterator[Any]:
    for value in values:
        if name == "*" and isinstance(value, list):
            yield from value
        elif isinstance(value, dict) and name in value:
            yield value[name]


def jobs_at(payload: Any, path: str) -> list[Record] | None:
    """The jobs at a path; None when the path does not lead to a list (or to one job)."""
    values = [payload]
    for name in path.split(".") if path else []:
        values = list(_step(values, name))
    found: list[Record] = []
    seen_list = False
    for value in values:
        if isinstance(value, list):
            seen_list = True
            found.extend(item for item in value if isinstance(item, dict))
        elif isinstance(value, dict) and path:
            seen_list = True
            found.append(value)
    return found[:MAX_JOBS] if seen_list else None
