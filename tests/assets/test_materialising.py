"""A run over a range of domains brings their rows up to date and tells Dagster so, domain by domain."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from dagster import (
    DagsterEventType,
    DagsterInstance,
    DagsterRunStatus,
    Definitions,
    RetryPolicy,
    in_process_executor,
    job,
    op,
)
from dagster._core.errors import DagsterExecutionInterruptedError
from sqlalchemy.exc import OperationalError, ProgrammingError

from assets import materialising
from assets.materialising import VISIT_TAG, markdown_table, working
from assets.retrying import only_transient_retried
from inroad.guard.errors import UserError
from inroad.settings import get_settings
from inroad.store import Database
from inroad.store.claims import count_due
from inroad.store.database import DatabaseUnavailable
from inroad.store.models import Domain
from pipeline_defs.inprocess import RunResult, run_ranges
from pipeline_defs.policies import RETRY
from resources import DatabaseResource, LlmResource, WebResource
from tests.assets.conftest import FakeWeb, add, materialisations, values

NAMES = ["one.example", "two.example", "three.example"]


def run(defs: Definitions, instance: DagsterInstance, *assets: str, **tags: str) -> RunResult:
    """One run over all of `NAMES`."""
    (result,) = run_ranges(defs, instance, job_name="pipeline", keys=NAMES, assets=assets, tags=tags)
    return result


def test_a_batch_in_which_nothing_succeeded_fails_and_is_not_tried_again_at_once(
    defs: Definitions, instance: DagsterInstance, database: Database
) -> None:
    """Otherwise a lost network looks green, or Dagster's retries hammer the sites that the rows already wait for."""
    add(database, *NAMES)
    result = run(defs, instance)
    assert result.status == DagsterRunStatus.FAILURE
    assert "All 3 due rows of domains failed: unknown-host (3)." in result.errors["domains"]
    kinds = [event.dagster_event_type for event in instance.all_logs(result.run_id) if event.step_key == "domains"]
    assert DagsterEventType.STEP_UP_FOR_RETRY not in kinds
    assert kinds.count(DagsterEventType.STEP_FAILURE) == 1
    assert not materialisations(instance, "sitemaps")


def test_an_unknown_visit_tag_is_refused_before_a_site_is_asked(
    defs: Definitions, instance: DagsterInstance, database: Database, web: FakeWeb
) -> None:
    """Otherwise a misspelt "none" visits every site again."""
    add(database, *NAMES)
    web.add(*NAMES)
    result = run(defs, instance, **{VISIT_TAG: "nome"})
    assert "all, due, none" in result.errors["domains"]
    assert web.requests == []


def test_every_partition_of_every_asset_turns_green_with_its_numbers(
    defs: Definitions, instance: DagsterInstance, database: Database, web: FakeWeb, profile: None
) -> None:
    """Otherwise the UI shows domains as missing that were done, or nothing that a person could plot or read."""
    add(database, *NAMES)
    web.add(*NAMES)
    result = run(defs, instance)
    assert result.success, result.errors
    counted = {}
    for spec in defs.resolve_all_asset_specs():
        asset = spec.key.to_user_string()
        found = materialisations(instance, asset)
        assert set(found) == set(NAMES), asset
        for name in NAMES:
            told = values(found[name])
            states = {key: value for key, value in told.items() if key.startswith("rows/")}
            assert states, (asset, told)
            assert all(type(value) is int for value in (told["rows"], *states.values()))
            assert told["rows"] == sum(states.values())
            assert type(told["run/seconds"]) is float
            assert told["preview"].startswith("| ")
            counted[asset] = told["rows"]
            if asset in ("matches", "cvs"):
                assert told["preview"].splitlines()[2].startswith("| Senior Data Engineer |"), told["preview"]
    assert counted["domains"] == counted["sitemaps"] == counted["companies"] == counted["postings"] == counted["matches"] == 1
    assert counted["pages"] == counted["page_contents"] == 3
    check_links(values(materialisations(instance, "cvs")[NAMES[1]]))


def check_links(told: dict[str, Any]) -> None:
    """Links lead to the files and are named after the posting: the number of a row says nothing to a person."""
    links = {key.split("/")[-1]: Path(path) for key, path in told.items() if key.startswith("file/")}
    assert set(links) == {"pdf", "docx", "json", "md", "txt"}
    for path in links.values():
        assert path.is_file()
        assert path.is_relative_to(get_settings().files)
    assert all("senior-data-engineer" in key for key in told if key.startswith("file/"))


def test_one_bad_domain_does_not_fail_its_batch(
    defs: Definitions, instance: DagsterInstance, database: Database, web: FakeWeb
) -> None:
    """Otherwise one dead site keeps a hundred others from being read."""
    add(database, *NAMES)
    web.add(NAMES[0], NAMES[2])
    web.slow.add(NAMES[1])
    web.slow.add(f"www.{NAMES[1]}")
    result = run(defs, instance)
    assert result.success, result.errors
    found = materialisations(instance, "domains")
    bad, good = values(found[NAMES[1]]), values(found[NAMES[0]])
    assert (bad["run/failed"], bad["rows/queued"]) == (1, 1)
    assert "`timeout`" in bad["errors"]
    assert "errors" not in good
    assert good["rows/complete"] == good["run/new"] == 1
    assert set(materialisations(instance, "contacts")) == set(NAMES)
    assert database.call(count_due, Domain) == 0  # it waits for its next attempt


def test_a_second_run_visits_again_by_default_and_finds_nothing_changed(
    defs: Definitions, instance: DagsterInstance, database: Database, web: FakeWeb
) -> None:
    """Otherwise materialising a domain in the UI does nothing, or doubles what is there."""
    add(database, *NAMES)
    web.add(*NAMES)
    run(defs, instance)
    before = values(materialisations(instance, "page_contents")[NAMES[0]])
    web.requests.clear()
    run(defs, instance)
    told = values(materialisations(instance, "page_contents")[NAMES[0]])
    assert told["run/unchanged"] >= 2
    assert "run/new" not in told
    assert told["rows"] == before["rows"]
    assert {f"https://{name}/sitemap.xml" for name in NAMES} <= set(web.requests)


@pytest.mark.parametrize(
    ("mode", "hours", "visits"), [("none", "0.0000001", False), ("due", "24", False), ("due", "0.0000001", True)]
)
def test_the_visit_tag_says_which_finished_rows_are_visited_again(
    defs: Definitions,
    instance: DagsterInstance,
    database: Database,
    web: FakeWeb,
    monkeypatch: pytest.MonkeyPatch,
    mode: str,
    hours: str,
    visits: bool,
) -> None:
    """Otherwise the daily refresh asks sites that were just read, or none at all."""
    add(database, *NAMES)
    web.add(*NAMES)
    run(defs, instance, "domains", "sitemaps")
    web.requests.clear()
    monkeypatch.setenv("INROAD_REFRESH_AFTER_HOURS", hours)
    result = run(defs, instance, "domains", "sitemaps", **{VISIT_TAG: mode})
    assert result.success, result.errors
    assert bool(web.requests) is visits


def test_strangers_words_do_not_break_the_preview() -> None:
    """A title with a pipe or a line break would shift the columns, and markup would be shown as such."""
    table = markdown_table(
        [{"title": "a | b\n<script>`x`", "score": 0.5, "error": None}, {"title": "c" * 200, "score": 1, "error": 0}]
    )
    lines = table.splitlines()
    assert len(lines) == 4
    assert {line.count("|") for line in lines} == {4}
    assert lines[2] == "| a / b ‹script>'x' | 0.50 |  |"
    assert len(lines[3]) < 100


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, DagsterExecutionInterruptedError])
def test_a_cancelled_step_is_not_taken_for_one_to_retry(database: Database, interrupt: type[BaseException]) -> None:
    """Under a retry policy Dagster runs an interrupted step again: cancelling would start the work anew."""

    @op(retry_policy=RETRY)
    def cancelled(context):  # type: ignore[no-untyped-def]  # Dagster cannot read a postponed annotation
        with working(context, None, DatabaseResource(url=database.url), WebResource(), LlmResource()):
            raise interrupt

    @job(executor_def=in_process_executor)
    def cancelling() -> None:
        cancelled()

    with DagsterInstance.ephemeral() as instance:
        result = cancelling.execute_in_process(instance=instance, raise_on_error=False)
    kinds = [event.event_type for event in result.all_events]
    assert DagsterEventType.STEP_FAILURE in kinds
    assert DagsterEventType.STEP_UP_FOR_RETRY not in kinds


@pytest.mark.parametrize(
    ("error", "is_repeated"),
    [
        (KeyError("no such stage"), False),
        (ProgrammingError("SELECT wrong", {}, Exception("no such column")), False),
        (UserError("INROAD_LEASE_S is wrong."), False),
        (DatabaseUnavailable("PostgreSQL restarts."), True),
        (OperationalError("SELECT 1", {}, Exception("server closed the connection")), True),
        (ConnectionResetError("reset by peer"), True),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_only_what_may_pass_by_itself_is_run_again(error: Exception, is_repeated: bool) -> None:
    """A bug that is retried ends the same three more times, 14 s later and with four tracebacks to read."""
    attempts = 0

    @op(retry_policy=RetryPolicy(max_retries=1))
    def failing():  # type: ignore[no-untyped-def]
        nonlocal attempts
        attempts += 1
        with only_transient_retried():
            raise error

    @job(executor_def=in_process_executor)
    def repeating() -> None:
        failing()

    with DagsterInstance.ephemeral() as instance:
        result = repeating.execute_in_process(instance=instance, raise_on_error=False)
    assert not result.success
    assert attempts == 1 + is_repeated


def test_a_bug_in_a_stage_ends_its_step_at_once_and_is_named(
    defs: Definitions, instance: DagsterInstance, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The asset's own retry policy would run it four times."""
    add(database, *NAMES)
    calls = []

    def broken(*arguments: object) -> None:
        calls.append(arguments)
        raise RuntimeError("a hole in the logic")

    monkeypatch.setattr(materialising, "run_stage", broken)
    result = run(defs, instance, "domains")
    assert len(calls) == 1
    assert "a hole in the logic" in result.errors["domains"]


def test_a_partition_made_by_hand_is_a_domain_or_says_why_not(
    defs: Definitions, instance: DagsterInstance, database: Database, web: FakeWeb
) -> None:
    """Green over no row, a typing error looks like a company without a site."""
    web.add("handmade.example")
    (result,) = run_ranges(
        defs, instance, job_name="pipeline", keys=["handmade.example", "two words"], assets=["domains", "sitemaps"]
    )
    assert result.success, result.errors
    for asset in ("domains", "sitemaps"):
        found = materialisations(instance, asset)
        assert values(found["handmade.example"])["rows/complete"] == 1
        assert "`not-a-domain`" in values(found["two words"])["errors"]
