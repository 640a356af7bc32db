"""Ranges of domains are cut right, and read without reading every domain."""

import dagster as dg
import pytest
from dagster import DagsterInstance
from dagster._core.definitions.partitions.context import partition_loading_context
from dagster._core.errors import DagsterInvalidInvocationError
from dagster_postgres import PostgresEventLogStorage
from hypothesis import given
from hypothesis import strategies as st

from pipeline_defs import partitions
from pipeline_defs.event_log import BatchingEventLogStorage
from pipeline_defs.partitions import (
    DOMAINS,
    DomainPartitions,
    add_domain_partitions,
    contiguous_ranges,
    domain_partitions,
    keys_per_run,
)

KEYS = [f"d{number}.example" for number in range(30)]


def _range(instance: DagsterInstance, start: str, end: str, definition: dg.PartitionsDefinition = domain_partitions) -> list[str]:
    with partition_loading_context(dynamic_partitions_store=instance):
        return list(definition.get_partition_keys_in_range(dg.PartitionKeyRange(start, end)))


def test_a_range_limit_below_one_is_refused() -> None:
    """Otherwise a run without keys would be asked for, for ever."""
    with pytest.raises(ValueError, match="at least one"):
        contiguous_ranges(KEYS, KEYS, limit=0)


def test_a_range_with_an_unknown_end_is_refused(instance: DagsterInstance) -> None:
    """Otherwise a run over deleted domains would finish green with nothing done."""
    add_domain_partitions(instance, KEYS)
    for start, end in (("d1.example", "gone.example"), ("gone.example", "d1.example"), ("gone.example", "gone.example")):
        with pytest.raises(DagsterInvalidInvocationError):
            _range(instance, start, end)


@given(st.lists(st.integers(0, 40), max_size=60), st.integers(1, 12))
def test_ranges_cover_each_wanted_key_once_and_no_other(wanted: list[int], limit: int) -> None:
    """Otherwise domains that nobody asked for are fetched, or asked-for ones are skipped."""
    names = [f"d{number}.example" for number in wanted]
    ranges = contiguous_ranges(KEYS, names, limit=limit)
    covered = [KEYS[KEYS.index(first) : KEYS.index(last) + 1] for first, last in ranges]
    assert [key for part in covered for key in part] == [key for key in KEYS if key in set(names)]
    assert all(1 <= len(part) <= limit for part in covered)


def test_ranges_are_as_long_as_they_can_be() -> None:
    """Otherwise each domain costs a run."""
    assert contiguous_ranges(KEYS, KEYS, limit=12) == [(KEYS[0], KEYS[11]), (KEYS[12], KEYS[23]), (KEYS[24], KEYS[29])]
    assert contiguous_ranges(KEYS, [KEYS[3], KEYS[2], KEYS[9]], limit=12) == [(KEYS[2], KEYS[3]), (KEYS[9], KEYS[9])]


def test_runs_are_longer_above_ten_thousand_domains() -> None:
    """Otherwise a run's fixed cost dominates at 100,000 domains."""
    assert (keys_per_run(10_000), keys_per_run(10_001)) == (100, 1000)


def test_a_range_holds_its_keys_in_insertion_order(instance: DagsterInstance) -> None:
    """Otherwise ranges computed from one order would be executed in another."""
    shuffled = KEYS[::2] + KEYS[1::2]
    add_domain_partitions(instance, shuffled)
    assert _range(instance, shuffled[3], shuffled[20]) == shuffled[3:21]
    assert _range(instance, shuffled[20], shuffled[3]) == []
    assert _range(instance, shuffled[5], shuffled[5]) == [shuffled[5]]


def test_keys_of_another_definition_are_not_in_the_range(instance: DagsterInstance) -> None:
    """Otherwise two dimensions in one table would leak into each other: ids interleave."""
    for key in KEYS[:6]:
        instance.add_dynamic_partitions(DOMAINS, [key])
        instance.add_dynamic_partitions("shards", [key])
    assert _range(instance, KEYS[0], KEYS[5]) == KEYS[:6]


def test_a_range_is_what_dagster_itself_would_read(instance: DagsterInstance) -> None:
    """Otherwise the daemon, which uses Dagster's own class, and the run would disagree about a run's partitions."""
    add_domain_partitions(instance, KEYS)
    instance.delete_dynamic_partition(DOMAINS, KEYS[7])
    instance.add_dynamic_partitions(DOMAINS, [KEYS[7], "new.example"])
    stock = dg.DynamicPartitionsDefinition(name=DOMAINS)
    for start, end in ((KEYS[5], KEYS[9]), (KEYS[8], KEYS[7]), (KEYS[0], "new.example")):
        assert _range(instance, start, end) == _range(instance, start, end, stock)


def test_all_keys_are_what_stock_storage_reads(instance: DagsterInstance) -> None:
    """Otherwise a key with a comma, a brace or a quote is read as another, since keys come as one array."""
    odd = ["b,c", "{d}", 'e"f', "g\\h", "NULL", "münchen.example", " ", "a'b", *KEYS]
    assert list(instance.get_dynamic_partitions(DOMAINS)) == []
    for key in odd:
        instance.add_dynamic_partitions(DOMAINS, [key])
    instance.delete_dynamic_partition(DOMAINS, "NULL")
    instance.add_dynamic_partitions(DOMAINS, ["NULL"])
    read = list(instance.get_dynamic_partitions(DOMAINS))
    assert read == list(PostgresEventLogStorage.get_dynamic_partitions(instance.event_log_storage, DOMAINS))  # type: ignore[arg-type]
    assert read == [key for key in odd if key != "NULL"] + ["NULL"]


def test_a_range_can_be_read_from_an_instance_with_another_storage() -> None:
    """Otherwise tests and notebooks with an ephemeral instance break."""
    with DagsterInstance.ephemeral() as ephemeral:
        ephemeral.add_dynamic_partitions(DOMAINS, KEYS)
        assert _range(ephemeral, KEYS[2], KEYS[4]) == KEYS[2:5]


def test_adding_again_keeps_the_order_and_adds_the_new(instance: DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a second import of the same list moves domains, or a long list passes Postgres's limit of parameters."""
    monkeypatch.setattr(partitions, "ADD_CHUNK", 7)
    add_domain_partitions(instance, KEYS[:10])
    assert add_domain_partitions(instance, iter([*KEYS[::-1], *KEYS])) == 60
    stored = instance.get_dynamic_partitions(DOMAINS)
    assert stored[:10] == KEYS[:10]
    assert sorted(stored) == sorted(KEYS)


@pytest.mark.slow
def test_more_keys_than_a_statement_takes_are_added(instance: DagsterInstance) -> None:
    """Otherwise importing 40,000 domains fails as a whole: Postgres takes 65,535 parameters."""
    assert add_domain_partitions(instance, (f"x{number}.example" for number in range(40_001))) == 40_001
    assert len(instance.get_dynamic_partitions(DOMAINS)) == 40_001


def test_a_run_reads_its_range_once_and_the_next_run_reads_anew(
    instance: DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise metadata per partition costs a query each, or a run works on the last run's partitions."""
    add_domain_partitions(instance, KEYS)
    reads: list[str] = []
    read = BatchingEventLogStorage.get_dynamic_partitions_in_range

    def counted(self: BatchingEventLogStorage, name: str, first: str, last: str) -> list[str] | None:
        reads.append(first)
        return read(self, name, first, last)

    monkeypatch.setattr(BatchingEventLogStorage, "get_dynamic_partitions_in_range", counted)
    seen: list[list[str]] = []
    inside: list[int] = []

    @dg.asset(partitions_def=DomainPartitions(name=DOMAINS))
    def pages(context: dg.AssetExecutionContext) -> None:
        before = len(reads)
        for key in context.partition_keys:
            context.add_asset_metadata({"rows": 1}, partition_key=key)
        seen.append(list(context.partition_keys))
        inside.append(len(reads) - before)

    tags = {"dagster/asset_partition_range_start": KEYS[0], "dagster/asset_partition_range_end": KEYS[9]}
    assert dg.materialize([pages], instance=instance, tags=tags).success
    instance.delete_dynamic_partition(DOMAINS, KEYS[4])
    assert dg.materialize([pages], instance=instance, tags=tags).success
    assert seen == [KEYS[:10], KEYS[:4] + KEYS[5:10]]
    assert inside == [1, 1]
