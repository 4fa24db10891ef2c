"""The OData connection manager (ODATA).

Url (the service document), UserName and Password; ConnectionString holds the same and how
to connect: ``Service Document Url``, ``User ID``, ``Integrated Security``, ``Time Out``
(seconds, 600), ``Retry Count`` (5), ``Retry Sleep`` (milliseconds, 100). Url and
ConnectionString follow each other; the last one set wins. A user name means basic
authentication. Windows authentication is how the designer stores anonymous access, so it
sends no credentials. The Microsoft Online Services sign-ins are refused by name.
Source: APPENDIX ODATA, documentation of the OData connection manager.
"""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit

from dtserve.connections.base import Connection
from dtserve.connections.connection_string import ConnectionString
from dtserve.connections.errors import BadConnectionString, HttpFailed, UnsupportedConnection
from dtserve.connections.stored import decode, is_true, nested, to_int
from dtserve.connections.web import HttpResponse, basic_credentials, origin, send, shown

__all__ = ["ODataManager"]

DEFAULT_TIMEOUT = 600
DEFAULT_RETRIES = 5
DEFAULT_SLEEP = 100
_TRANSIENT = (0, 408, 429, 500, 502, 503, 504)
_ONLINE = "sign-ins of Microsoft Online Services and Dynamics are not supported"


class ODataManager(Connection):
    """OData."""

    kind: ClassVar[str] = "ODATA"

    def __init__(self, model: Any, environment: Any) -> None:
        super().__init__(model, environment)
        known = {name.lower() for name in self.properties}
        for name, value in nested(model.xml, "ODataConnectionManager").items():
            if name.lower() not in known:
                super().set_property(name, decode(value))
        url, user = super().get_property("Url"), super().get_property("UserName")
        self._string = ConnectionString("", "adonet")
        self._parse(super().get_property("ConnectionString"))
        if url:
            self.set_property("Url", url)
        if user:
            self.set_property("UserName", user)

    def _parse(self, text: str) -> None:
        try:
            self._string = ConnectionString(text, "adonet")
        except ValueError as error:
            raise BadConnectionString(name=self.name, detail=str(error)) from None
        if self._string.get("password"):
            self.set_secret("Password", self._string.get("password"))
        self._string.remove("password")
        super().set_property("Url", self._string.get("Service Document Url"))
        super().set_property("UserName", self._string.get("user"))
        super().set_property("ConnectionString", str(self._string))

    def set_property(self, name: str, value: str) -> None:
        """Set a property; Url and UserName are parts of ConnectionString."""
        low = name.lower()
        if low == "connectionstring":
            self._parse(value)
            return
        super().set_property(name, value)
        if low in ("url", "username"):
            self._string.set("Service Document Url" if low == "url" else "user", value)
            super().set_property("ConnectionString", str(self._string))

    @property
    def url(self) -> str:
        """The URL of the service document."""
        return self.get_property("Url").strip()

    def validate(self) -> None:
        """The URL must be http or https; sign-ins that need a browser are refused."""
        if urlsplit(self.url).scheme not in ("http", "https"):
            raise HttpFailed(url=shown(self.url), detail="Only http and https are supported.")
        sign_in = self.get_property("AuthType").lower()
        online = is_true(self.get_property("MicrosoftOnlineServicesAuth"))
        if online or any(word in sign_in for word in ("online", "dynamics", "oauth")):
            raise UnsupportedConnection(kind="Connection manager", name=self.name, part=self.kind, reason=f"{_ONLINE}.")

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> HttpResponse:
        """Fetch a resource; credentials are sent to the host of the service only.

        A failure that may pass (no answer, 408, 429, 5xx) is tried again as Retry Count and
        Retry Sleep say. Raises HttpFailed.
        """
        self.validate()
        request = urllib.request.Request(url, headers={"User-Agent": "dtserve", **(headers or {})})
        user = self.get_property("UserName")
        if user and origin(url) == origin(self.url):
            request.add_unredirected_header("Authorization", basic_credentials(user, self.secret("Password")))
        proxies = None if is_true(self.get_property("ConnectByProxy")) else urllib.request.ProxyHandler({})
        opener = urllib.request.build_opener(*([proxies] if proxies else []))
        timeout = to_int(self._string.get("Time Out")) or DEFAULT_TIMEOUT
        retries = to_int(self._string.get("Retry Count"), DEFAULT_RETRIES)
        while True:
            try:
                return send(request, opener, timeout=timeout)
            except HttpFailed as error:
                if error.status not in _TRANSIENT or retries <= 0:
                    raise
            retries -= 1
            time.sleep(to_int(self._string.get("Retry Sleep"), DEFAULT_SLEEP) / 1000)
