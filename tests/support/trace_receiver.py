"""A receiver of OTLP over HTTP on loopback: keeps what it is sent, decoded from protobuf."""

import gzip
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)


class TraceReceiver:
    """``spans`` are those that came; ``headers`` those of each request; ``raw`` its bytes."""

    def __init__(self) -> None:
        self.spans, self.resources, self.headers, self.raw = [], [], [], b""
        self.status = 200
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                receiver.take(body, dict(self.headers))
                answer = ExportTraceServiceResponse().SerializeToString()
                self.send_response(receiver.status)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *arguments) -> None:
                """Nothing is printed."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}/v1/traces"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def take(self, body: bytes, headers: dict) -> None:
        request = ExportTraceServiceRequest.FromString(body)
        self.raw += body
        self.headers.append(headers)
        for each in request.resource_spans:
            self.resources.append(facts(each.resource))
            self.spans += [span for scope in each.scope_spans for span in scope.spans]

    def named(self, name: str) -> list:
        return [span for span in self.spans if span.name == name]

    def wait_for(self, name: str, count: int = 1, seconds: float = 30) -> list:
        deadline = time.monotonic() + seconds
        while len(self.named(name)) < count:
            assert time.monotonic() < deadline, sorted({span.name for span in self.spans})
            time.sleep(0.05)
        return self.named(name)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def facts(holder) -> dict:
    """Attributes as a dict."""
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in holder.attributes}


@contextmanager
def trace_receiver() -> Iterator[TraceReceiver]:
    receiver = TraceReceiver()
    try:
        yield receiver
    finally:
        receiver.close()
