"""Traces: one for each run, with spans from the run to its assets, their rows and each guarded call.

A trace's id is made from the run's id, so that the ledger, the log lines and every process of a run say the same one, also where
nothing is exported. Exporting (OTLP over HTTP, which Jaeger, Langfuse and LangSmith accept) is off until `INROAD_OTLP_ENDPOINT`
is set; OpenTelemetry is imported only then. What does not belong here: metrics and what any span is about.
"""

from __future__ import annotations

import atexit
import hashlib
import logging
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from inroad.settings import Settings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.trace import Span, Tracer

# Seconds that one export may take; the spans of a receiver that is down are dropped.
EXPORT_S = 10.0
# Characters of an attribute; longer ones are cut.
ATTRIBUTE_CHARS = 1_000
# Loggers whose lines are ours while a run of ours is at work; a step's own log is called "dagster", or has no name.
_OURS = frozenset({"inroad", "dagster", "None"})
_trace: ContextVar[str | None] = ContextVar("inroad_trace", default=None)
_lock = threading.Lock()


class _Export:
    """The exporting side of this process; None of it exists while tracing is off."""

    def __init__(self, tracer: Tracer) -> None:
        self.tracer = tracer
        self.runs: dict[str, tuple[Span, int]] = {}

    def end_runs(self) -> None:
        """Ends the runs' own spans, each with its last asset."""
        while self.runs:
            _, (span, ended_at) = self.runs.popitem()
            span.end(ended_at)


_export: _Export | None = None


def trace_id_of(run: str) -> str:
    """The trace id (32 hexadecimal digits, W3C Trace Context) of a run."""
    try:
        return uuid.UUID(run).hex
    except ValueError:
        return hashlib.sha256(run.encode("utf-8", "replace")).hexdigest()[:32]


def current_trace_id() -> str | None:
    """The trace id of the run at work here; None outside of runs."""
    return _trace.get()


def start(settings: Settings) -> None:
    """Begins to put trace ids on log lines, and to export where the settings name a receiver; the second time does nothing."""
    _mark_log_lines()
    if settings.otlp_endpoint is None or _export is not None:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    exporter = OTLPSpanExporter(settings.otlp_endpoint, headers=_headers(settings), timeout=EXPORT_S)
    export_to(BatchSpanProcessor(exporter))


def export_to(processor: SpanProcessor) -> None:
    """Hands this process's spans to a processor; the first one stays."""
    global _export  # noqa: PLW0603 - one exporter for each process
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

    class RunIds(RandomIdGenerator):
        def generate_trace_id(self) -> int:
            held = _trace.get()
            return int(held, 16) if held else super().generate_trace_id()

    with _lock:
        if _export is not None:
            return
        provider = TracerProvider(resource=Resource.create({"service.name": "inroad"}), id_generator=RunIds())
        provider.add_span_processor(processor)
        _export = _Export(provider.get_tracer("inroad"))
        atexit.register(_export.end_runs)  # before the provider's own shutdown: it registered first


def stop() -> None:
    """Ends the runs' spans and exports no more."""
    global _export
    with _lock:
        held, _export = _export, None
    if held is not None:
        held.end_runs()


def _headers(settings: Settings) -> dict[str, str]:
    text = settings.otlp_headers.get_secret_value() if settings.otlp_headers else ""
    pairs = (part.partition("=") for part in text.split(",") if "=" in part)
    return {name.strip(): value.strip() for name, _, value in pairs}


@contextmanager
def in_run(run: str) -> Iterator[None]:
    """Everything in the block belongs to the run's trace; its own span lasts from its first block in this process to its last."""
    token = _trace.set(trace_id_of(run))
    try:
        if _export is None:
            yield
            return
        from opentelemetry.trace import use_span

        with _lock:
            held = _export.runs.get(run)
            span = held[0] if held else _export.tracer.start_span("run", attributes={"inroad.run": run})
            _export.runs[run] = (span, time.time_ns())
        try:
            with use_span(span, end_on_exit=False):
                yield
        finally:
            if _export is not None:
                _export.runs[run] = (span, time.time_ns())
    finally:
        _trace.reset(token)


@contextmanager
def span(name: str, **attributes: Any) -> Iterator[dict[str, Any]]:
    """A span below the current one; nothing but the block where tracing is off.

    Args:
        name: "asset pages", "row", "call llm".
        **attributes: Of the kind that a span bears; None is left out.

    Yields:
        A dictionary whose entries become attributes at the end.
    """
    late: dict[str, Any] = {}
    if _export is None:
        yield late
        return
    with _export.tracer.start_as_current_span(name, attributes=_attributes(attributes)) as current:
        try:
            yield late
        finally:
            current.set_attributes(_attributes(late))


def _attributes(values: dict[str, Any]) -> dict[str, Any]:
    return {
        f"inroad.{name}": value[:ATTRIBUTE_CHARS] if isinstance(value, str) else value
        for name, value in values.items()
        if value is not None
    }


def _mark_log_lines() -> None:
    """Every log line that we write within a run names its trace, whoever handles it, Dagster's log of the run included."""
    made = logging.getLogRecordFactory()
    if getattr(made, "names_traces", False):
        return

    def make(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = made(*args, **kwargs)
        trace = _trace.get()
        if trace and str(record.name).partition(".")[0] in _OURS:
            record.msg = f"{record.msg} [trace {trace}]"
        return record

    make.names_traces = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(make)
