"""The sensors' decisions, over several ticks and without Dagster."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from inroad.stages.decisions import AGAIN_AFTER_S, MOST_RANGES, Due, Launch, Skip, plan_new_domains, plan_refresh, plan_sweep

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


def test_nothing_due_launches_nothing() -> None:
    """An idle system must not fill the run list."""
    assert isinstance(plan_sweep("queued_sitemaps", Due(0, ""), is_running=False, now=NOW), Skip)


def test_a_running_sweep_is_not_joined_by_a_second() -> None:
    """Two sweeps over the same rows do the work of one and hold two slots."""
    decision = plan_sweep("queued_sitemaps", Due(3, "abc"), is_running=True, now=NOW)
    assert isinstance(decision, Skip)
    assert "3 rows" in decision.reason


def test_the_same_rows_are_launched_once_and_again_after_they_changed() -> None:
    """The key is identity plus content: over the ticks, one launch for each state."""
    keys = []
    for digest, later in (("abc", 0), ("abc", 30), ("abd", 60), ("abd", 90)):
        decision = plan_sweep("selected_pages", Due(2, digest), is_running=False, now=NOW + timedelta(seconds=later))
        assert isinstance(decision, Launch)
        keys.append(decision.key)
    assert keys[0] == keys[1] != keys[2] == keys[3]


def test_rows_whose_run_died_before_claiming_are_launched_again_later() -> None:
    """Without a change of state and without time in the key they would be forgotten: queued, and nobody queues them."""
    first = plan_sweep("selected_pages", Due(2, "abc"), is_running=False, now=NOW)
    later = plan_sweep("selected_pages", Due(2, "abc"), is_running=False, now=NOW + timedelta(seconds=AGAIN_AFTER_S))
    assert isinstance(first, Launch)
    assert isinstance(later, Launch)
    assert first.key != later.key


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
