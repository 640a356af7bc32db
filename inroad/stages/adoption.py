"""Domains that a person added as partitions in Dagster's UI: they get their rows, as if typed at `inroad add`.

What does not belong here: partitions of rows (the sensor `new_domains`), and what is done for a domain.
"""

from __future__ import annotations

from collections.abc import Sequence

from inroad.crawl.urls import InvalidUrl, normalise_domain
from inroad.settings import Settings
from inroad.store import Database
from inroad.store.domains import add_domains, domain_ids

SOURCE = "partition"


def adopt_domains(database: Database, settings: Settings, partitions: Sequence[str]) -> list[str]:
    """Makes rows of those partitions that name a company's domain and have none.

    A partition is taken only as the domain's own name ("acme.example"): one that was typed otherwise would never meet its row.

    Args:
        database: The application's database.
        settings: Attempts of a new row.
        partitions: Partition keys.

    Returns:
        Names of the new rows, in the order given.
    """
    known = database.call(domain_ids, partitions)
    wanted = [name for name in partitions if name not in known and is_domain(name)]
    return database.call(add_domains, wanted, source=SOURCE, max_attempts=settings.max_attempts) if wanted else []


def is_domain(partition: str) -> bool:
    """Whether a partition's key is a registrable domain in its own form."""
    try:
        return normalise_domain(partition) == partition
    except InvalidUrl:
        return False
