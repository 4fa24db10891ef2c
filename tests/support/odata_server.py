"""A small OData service on loopback: paging, $filter, $top, $select, basic authentication, four notations."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.sax.saxutils import escape

__all__ = ["ODataService", "odata_service"]


@dataclass
class ODataService:
    """Collections by name; ``notation`` is v4, v3, verbose or atom."""

    collections: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    notation: str = "v4"
    page: int = 100
    user: str = ""
    raw: dict[str, bytes] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    url: str = ""
    hold: threading.Event | None = None

    def answer(self, path: str, query: dict[str, str]) -> bytes | None:
        name = unquote(path).removeprefix("/svc/")
        if name in self.raw:
            return self.raw[name]
        key = re.fullmatch(r"(.+)\((\d+)\)", name)
        if key:
            return self._single(self.collections[key[1]][int(key[2])])
        if name not in self.collections:
            return None
        rows = self.collections[name]
        wanted = re.fullmatch(r"(\w+) eq '(.*)'", query.get("$filter", ""))
        if wanted:
            rows = [row for row in rows if row[wanted[1]] == wanted[2].replace("''", "'")]
        if "$select" in query:
            rows = [{k: v for k, v in row.items() if k in query["$select"].split(",")} for row in rows]
        rows = rows[: int(query.get("$top", len(rows)))]
        start = int(query.get("$skiptoken", 0))
        more = f"{name}?$skiptoken={start + self.page}" if start + self.page < len(rows) else ""
        return self._page(rows[start : start + self.page], more)

    def _single(self, row: dict[str, Any]) -> bytes:
        if self.notation == "verbose":
            return json.dumps({"d": row}).encode()
        return json.dumps({"@odata.context": f"{self.url}/$metadata#x/$entity", **row}).encode()

    def _page(self, rows: list[dict[str, Any]], more: str) -> bytes:
        if self.notation == "atom":
            return self._atom(rows, more)
        if self.notation == "verbose":
            inner: dict[str, Any] = {"results": [{"__metadata": {"type": "x"}, **row} for row in rows]}
            if more:
                inner["__next"] = f"{self.url}/{more}"
            return json.dumps({"d": inner}).encode()
        sign, context = ("@odata", "@odata.context") if self.notation == "v4" else ("odata", "odata.metadata")
        page = {context: f"{self.url}/$metadata#x", "value": rows}
        return json.dumps(page | ({f"{sign}.nextLink": more} if more else {})).encode()

    def _atom(self, rows: list[dict[str, Any]], more: str) -> bytes:
        def column(name: str, value: Any) -> str:
            if value is None:
                return f'<d:{name} m:null="true"/>'
            return f"<d:{name}>{escape(str(value))}</d:{name}>"

        entries = "".join(
            f'<entry><content type="application/xml"><m:properties>{"".join(column(k, v) for k, v in row.items())}</m:properties></content></entry>'
            for row in rows
        )
        link = f'<link rel="next" href="{more}"/>' if more else ""
        names = 'xmlns="http://www.w3.org/2005/Atom" xmlns:d="http://schemas.microsoft.com/ado/2007/08/dataservices" xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"'
        return f'<feed xml:base="{self.url}/" {names}>{entries}{link}</feed>'.encode()


@contextmanager
def odata_service(**parts: Any) -> Iterator[ODataService]:
    """A running service; its ``url`` is the service document."""
    service = ODataService(**parts)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            service.requests.append(self.path)
            if service.hold is not None and len(service.requests) > 1:
                service.hold.wait(30)
            place = urlsplit(self.path)
            wanted = "Basic " + base64.b64encode(service.user.encode()).decode()
            body = service.answer(place.path, dict(parse_qsl(place.query)))
            status = 200 if body is not None else 404
            if service.user and self.headers.get("Authorization") != wanted:
                status, body = 401, b""
            try:
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body or b"")
            except OSError:
                return

        def log_message(self, *arguments: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        service.url = f"http://127.0.0.1:{server.server_port}/svc"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield service
        finally:
            if service.hold is not None:
                service.hold.set()
            server.shutdown()
            thread.join(10)
