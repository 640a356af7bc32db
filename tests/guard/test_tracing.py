"""Traces: nothing where tracing is off, and one tree from the run to the call where it is on."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from inroad.guard import tracing
from inroad.guard.errors import TransientError
from inroad.guard.guard import Attempt, Call, Guard
from inroad.guard.retry import RetryPolicy
from inroad.guard.services import Service
from inroad.settings import load_settings

RUN = str(uuid.uuid4())


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """What is exported; tracing is off again afterwards."""
    exporter = InMemorySpanExporter()
    tracing.export_to(SimpleSpanProcessor(exporter))
    yield exporter
    tracing.stop()


def test_tracing_is_off_by_default() -> None:
    """Spans hold domains and URLs: they leave the machine only where a person names a receiver."""
    tracing.start(load_settings())
    assert tracing._export is None
    with tracing.in_run(RUN), tracing.span("asset pages") as said:
        said["rows"] = 3
        assert tracing.current_trace_id() == uuid.UUID(RUN).hex
    assert tracing.current_trace_id() is None


async def test_a_run_its_asset_its_row_and_each_attempt_at_a_call_are_one_tree(spans: InMemorySpanExporter) -> None:
    """A slow run is understood by walking down from it; a span elsewhere is lost."""
    attempts = []

    async def attempt(attempt: Attempt) -> str:
        attempts.append(attempt.number)
        attempt.result["input_tokens"] = 7
        if attempt.number == 1:
            raise TransientError("once", reason="blip")
        return "ok"

    service = Service("svc", permission="none", retry=RetryPolicy(wait_initial_s=0.01, jitter_s=0.01))
    with tracing.in_run(RUN), tracing.span("asset pages"), tracing.span("row", domain="acme.example"):
        await Guard().call(Call(service, attempt, key="host"))
    tracing.stop()
    by_name = {span.name: span for span in spans.get_finished_spans()}
    calls = [span for span in spans.get_finished_spans() if span.name == "call svc"]
    assert {span.context.trace_id for span in spans.get_finished_spans()} == {uuid.UUID(RUN).int}
    assert by_name["run"].parent is None
    assert by_name["asset pages"].parent.span_id == by_name["run"].context.span_id
    assert by_name["row"].parent.span_id == by_name["asset pages"].context.span_id
    assert {span.parent.span_id for span in calls} == {by_name["row"].context.span_id}
    assert [span.attributes["inroad.outcome"] for span in calls] == ["blip", "ok"]
    assert [span.attributes["inroad.attempt"] for span in calls] == [1, 2]
    assert by_name["row"].attributes["inroad.domain"] == "acme.example"


def test_assets_of_a_run_hang_on_one_span_of_the_run(spans: InMemorySpanExporter) -> None:
    """Each asset opens the run anew; two roots would be two pictures of one run."""
    for asset in ("pages", "contacts"):
        with tracing.in_run(RUN), tracing.span(f"asset {asset}"):
            pass
    tracing.stop()
    assert sorted(span.name for span in spans.get_finished_spans()) == ["asset contacts", "asset pages", "run"]


def test_every_log_line_of_ours_within_a_run_names_its_trace(caplog: pytest.LogCaptureFixture) -> None:
    """From a line in a file to the trace, without guessing by the time."""
    tracing.start(load_settings())
    with tracing.in_run(RUN):
        logging.getLogger("inroad.stages.work").warning("bug in %s", "acme.example")
        logging.getLogger("elsewhere").warning("not ours")
    logging.getLogger("inroad").warning("outside")
    assert caplog.messages == [f"bug in acme.example [trace {uuid.UUID(RUN).hex}]", "not ours", "outside"]


@pytest.mark.parametrize("run", ["", "bench", "ü\ud800", "x" * 10_000])
def test_any_runs_name_has_a_trace_id(run: str) -> None:
    """Runs of notebooks are named by people."""
    assert len(tracing.trace_id_of(run)) == 32
    assert int(tracing.trace_id_of(run), 16) >= 0
