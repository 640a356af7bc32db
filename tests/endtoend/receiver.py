"""A receiver of traces that speaks OTLP over HTTP (opentelemetry-proto, collector/trace/v1), as Jaeger and Langfuse do."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse


class Receiver:
    """Keeps what it is sent, decoded and as it came."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.url = ""

    @property
    def spans(self) -> dict[bytes, Any]:
        """Every span by its id."""
        found: dict[bytes, Any] = {}
        for body in self.bodies:
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for scope in resource.scope_spans:
                    found |= {span.span_id: span for span in scope.spans}
        return found

    def way_up(self, span: Any) -> list[str]:
        """A span's name and those of its parents, up to the root."""
        names, spans = [span.name], self.spans
        while span.parent_span_id:
            span = spans[span.parent_span_id]
            names.append(span.name)
        return names

    @contextmanager
    def serve(self) -> Iterator[Receiver]:
        """Runs it in a thread on a free loopback port."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.headers.get("content-encoding") == "gzip":
                    body = gzip.decompress(body)
                receiver.bodies.append(body)
                receiver.headers.append({name.lower(): value for name, value in self.headers.items()})
                answer = ExportTraceServiceResponse().SerializeToString()
                self.send_response(200)
                self.send_header("content-type", "application/x-protobuf")
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                return

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        self.url = f"http://127.0.0.1:{server.server_port}/v1/traces"
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join(5)
