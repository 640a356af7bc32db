"""The one partition dimension, the domain: its definition, its keys, and ranges of them.

What lives here: how partition keys are added, read and cut into ranges. What does not: which domains are due (the core's stages)
and when runs are launched (`sensors/`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from dagster import DagsterInstance, DynamicPartitionsDefinition, PartitionKeyRange
from dagster._core.definitions.partitions.context import partition_loading_context
from dagster._core.errors import DagsterInvalidInvocationError
from dagster._core.execution.context.compute import current_execution_context
from dagster._core.storage.tags import ASSET_PARTITION_RANGE_END_TAG, ASSET_PARTITION_RANGE_START_TAG

from pipeline_defs.event_log import BatchingEventLogStorage

DOMAINS = "domains"
# Postgres takes 65,535 parameters a statement; each key costs two.
ADD_CHUNK = 20_000
KEYS_PER_RUN = 100
KEYS_PER_RUN_ABOVE = 1000
MANY_DOMAINS = 10_000


class DomainPartitions(DynamicPartitionsDefinition):
    """A dynamic partitions definition that reads a range of keys without reading all of them.

    Dagster asks for the keys in a run's range at each `context.add_asset_metadata(..., partition_key=...)` and, each time,
    reads every key there is: 33 s for 100 keys of 100,000. Here the range is one indexed query, and inside an asset it is
    remembered until the run changes.
    """

    _remembered: tuple[str, PartitionKeyRange, Sequence[str]] | None = None

    def get_partition_keys_in_range(self, partition_key_range: PartitionKeyRange) -> Sequence[str]:
        """Keys from the range's start to its end, both included, in insertion order.

        Raises:
            DagsterInvalidInvocationError: The start or the end does not exist.
        """
        context = current_execution_context.get()
        if context is None:
            return self._read_range(partition_key_range)
        remembered = self._remembered
        if remembered is None or remembered[:2] != (context.run.run_id, partition_key_range):
            remembered = (context.run.run_id, partition_key_range, self._read_range(partition_key_range))
            self._remembered = remembered
        return remembered[2]

    def _read_range(self, wanted: PartitionKeyRange) -> Sequence[str]:
        storage = _event_log_in_context()
        if storage is None or self.name is None:
            return super().get_partition_keys_in_range(wanted)
        keys = storage.get_dynamic_partitions_in_range(self.name, wanted.start, wanted.end)
        if keys is None:
            raise DagsterInvalidInvocationError(f"Partition range {wanted.start} to {wanted.end}: one of them does not exist.")
        return keys


def _event_log_in_context() -> BatchingEventLogStorage | None:
    """Our event log, when partitions are loaded straight from an instance that has it; None for caches and other storages."""
    with partition_loading_context() as loading:
        store: Any = loading.dynamic_partitions_store
    storage = store.event_log_storage if isinstance(store, DagsterInstance) else None
    return storage if isinstance(storage, BatchingEventLogStorage) else None


domain_partitions = DomainPartitions(name=DOMAINS)


def add_domain_partitions(instance: DagsterInstance, names: Iterable[str]) -> int:
    """Adds domains as partition keys, in their order; those that exist stay where they are.

    Args:
        instance: The instance whose storage gets them.
        names: Registrable domains, any number.

    Returns:
        How many names were handed over, repeated and existing ones included.
    """
    remaining = iter(names)
    added = 0
    while chunk := list(islice(remaining, ADD_CHUNK)):
        instance.add_dynamic_partitions(DOMAINS, chunk)
        added += len(chunk)
    return added


def keys_per_run(domain_count: int) -> int:
    """Partition keys that one run takes: larger runs above 10,000 domains, where a run's fixed cost would add up."""
    return KEYS_PER_RUN_ABOVE if domain_count > MANY_DOMAINS else KEYS_PER_RUN


def contiguous_ranges(all_keys: Sequence[str], wanted: Iterable[str], *, limit: int | None = None) -> list[tuple[str, str]]:
    """Cuts wanted keys into ranges that hold no other key.

    Args:
        all_keys: Every partition key in insertion order.
        wanted: Keys to cover; those that are no partition keys are left out.
        limit: Keys in a range at most; default by the number of all keys, see `keys_per_run`.

    Returns:
        First and last key of each range, in insertion order. Every wanted key is in exactly one range.

    Raises:
        ValueError: A limit below 1.
    """
    limit = keys_per_run(len(all_keys)) if limit is None else limit
    if limit < 1:
        raise ValueError("a range holds at least one key")
    chosen = set(wanted)
    ranges: list[tuple[str, str]] = []
    length = 0
    for key in all_keys:
        if key not in chosen:
            length = 0
        elif 0 < length < limit:
            ranges[-1] = (ranges[-1][0], key)
            length += 1
        else:
            ranges.append((key, key))
            length = 1
    return ranges


def range_tags(first: str, last: str) -> dict[str, str]:
    """Tags of a run over the partitions from `first` to `last`, both included."""
    return {ASSET_PARTITION_RANGE_START_TAG: first, ASSET_PARTITION_RANGE_END_TAG: last}
