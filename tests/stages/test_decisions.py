"""The sensors' decisions, over several ticks and without Dagster."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from inroad.stages.decisions import (
    AGAIN_AFTER_S,
    MOST_RANGES,
    Due,
    Launch,
    Launched,
    Skip,
    plan_new_domains,
    plan_refresh,
    plan_sweep,
)

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


def test_nothing_due_launches_nothing() -> None:
    """An idle system must not fill the run list."""
    assert isinstance(plan_sweep("queued_sitemaps", Due(0, ""), is_running=False, now=NOW), Skip)


def test_a_running_sweep_is_not_joined_by_a_second() -> None:
    """Two sweeps over the same rows do the work of one and hold two slots."""
    decision = plan_sweep("queued_sitemaps", Due(3, "abc"), is_running=True, now=NOW)
    assert isinstance(decision, Skip)
    assert "3 rows" in decision.reason


def launches(name: str, ticks: Iterable[tuple[str, float]]) -> list[str]:
    """Keys launched over ticks, each a digest and its second after `NOW`; the cursor goes from one to the next."""
    keys, cursor = [], ""
    for digest, second in ticks:
        at = NOW + timedelta(seconds=second)
        decision = plan_sweep(name, Due(2, digest), is_running=False, now=at, last=Launched.read(cursor))
        if isinstance(decision, Launch):
            keys.append(decision.key)
            cursor = decision.launched.write()
    return keys


def test_the_same_rows_are_launched_once_and_again_after_they_changed() -> None:
    """Over the ticks, one launch for each state, and one more when a state comes back."""
    keys = launches("selected_pages", [("abc", 0), ("abc", 30), ("abd", 60), ("abd", 90), ("abc", 120)])
    assert len(keys) == len(set(keys)) == 3


@given(start=st.integers(0, 2 * AGAIN_AFTER_S), ticks=st.lists(st.integers(1, AGAIN_AFTER_S - 1), min_size=1, max_size=20))
def test_no_moment_of_the_clock_launches_the_same_rows_twice(start: int, ticks: list[int]) -> None:
    """With a bucket of the clock in the key, two ticks around its edge launched the same rows 30 s apart."""
    assert len(launches("selected_pages", [("abc", start), *(("abc", start + tick) for tick in sorted(ticks))])) == 1


def test_rows_whose_run_died_before_claiming_are_launched_again_later() -> None:
    """Without a change of state and without time they would be forgotten: queued, and nobody queues them."""
    keys = launches("selected_pages", [("abc", 0), ("abc", AGAIN_AFTER_S - 1), ("abc", AGAIN_AFTER_S)])
    assert len(keys) == len(set(keys)) == 2


def test_a_tick_that_is_evaluated_again_asks_for_the_same_run() -> None:
    """A daemon that dies between the launch and its cursor evaluates the tick anew; Dagster knows the run by its key."""
    decisions = [
        plan_sweep("selected_pages", Due(2, "abc"), is_running=False, now=NOW + timedelta(seconds=later), last=Launched("x", 5))
        for later in (0, 45)
    ]
    assert len({decision.key for decision in decisions if isinstance(decision, Launch)}) == 1
    assert all(isinstance(decision, Launch) for decision in decisions)


@given(
    st.one_of(st.none(), st.text(max_size=40), st.sampled_from(['{"at_s": 1e999}', "[]", '{"at_s": null}', "7", "[" * 100_000]))
)
def test_a_cursor_that_says_nothing_counts_as_none(cursor: str | None) -> None:
    """A person may edit the cursor in the UI; a sensor that fails on it launches nothing ever again."""
    assert isinstance(Launched.read(cursor), Launched)
    assert isinstance(plan_sweep("a", Due(1, "abc"), is_running=False, now=NOW, last=Launched.read(cursor)), Launch)


def test_a_clock_that_was_set_back_does_not_stop_the_launches() -> None:
    """A cursor from the future would hold the rows until then."""
    assert len(launches("selected_pages", [("abc", 86_400), ("abc", 0)])) == 2


def test_sensors_do_not_share_keys() -> None:
    """Equal keys of two sensors would make one swallow the other's launch."""
    decisions = [plan_sweep(name, Due(1, "abc"), is_running=False, now=NOW) for name in ("queued_sitemaps", "selected_pages")]
    assert len({decision.key for decision in decisions if isinstance(decision, Launch)}) == 2


def test_new_domains_are_added_in_order_and_in_portions() -> None:
    """Partitions in insertion order make neighbours, and neighbours make ranges."""
    domains = [f"company{number}.example" for number in range(5)]
    partitions: list[str] = []
    ticks = []
    for _ in range(4):
        plan = plan_new_domains(domains, partitions, limit=2)
        partitions += plan.add
        ticks.append(plan.run)
    assert ticks == [tuple(domains[:2]), tuple(domains[2:4]), tuple(domains[4:]), ()]


def test_scattered_domains_are_refreshed_in_one_sweep() -> None:
    """A run for each of many scattered domains costs seconds each."""
    near = plan_refresh(["a", "b"], [("a", "b")])
    assert (near.ranges, near.sweep) == ((("a", "b"),), ())
    names = [f"n{number}" for number in range(MOST_RANGES + 1)]
    far = plan_refresh(names, [(name, name) for name in names])
    assert (far.ranges, far.sweep) == ((), tuple(names))
