"""The HTTP connection manager (HTTP).

ServerURL (= ConnectionString), UseServerCredentials with ServerUserName, ServerPassword,
ServerDomain, UseProxy with ProxyURL, BypassProxyOnLocal, BypassList and proxy
credentials, TimeOut (seconds, 30). Client certificates of the Windows store are refused
by name. Source: APPENDIX HTTP.
"""

from __future__ import annotations

import fnmatch
import urllib.request
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit

from dtserve.connections.base import Connection
from dtserve.connections.errors import HttpFailed, UnsupportedConnection
from dtserve.connections.stored import decode, is_true, nested, to_int
from dtserve.connections.web import HttpResponse, basic_credentials, origin, send, shown

__all__ = ["HttpManager", "HttpResponse"]

DEFAULT_TIMEOUT = 30


class HttpManager(Connection):
    """HTTP."""

    kind: ClassVar[str] = "HTTP"

    def __init__(self, model: Any, environment: Any) -> None:
        super().__init__(model, environment)
        known = {name.lower() for name in self.properties}
        for name, value in nested(model.xml, "HttpConnection").items():
            if name.lower() not in known:
                super().set_property(name, decode(value))
        url = super().get_property("ConnectionString") or super().get_property("ServerURL")
        super().set_property("ConnectionString", url)
        super().set_property("ServerURL", url)

    def set_property(self, name: str, value: str) -> None:
        """Set a property; ConnectionString and ServerURL are one."""
        super().set_property(name, value)
        if name.lower() in ("connectionstring", "serverurl"):
            super().set_property("ConnectionString", value)
            super().set_property("ServerURL", value)

    @property
    def url(self) -> str:
        """ServerURL."""
        return self.get_property("ServerURL").strip()

    def validate(self) -> None:
        """The URL must be http or https; a client certificate is refused."""
        if urlsplit(self.url).scheme not in ("http", "https"):
            raise HttpFailed(url=shown(self.url), detail="Only http and https are supported.")
        if self.get_property("Certificate") or self.get_property("CertificateIdentifier"):
            raise UnsupportedConnection(
                kind="Connection manager", name=self.name, part="HTTP", reason="client certificates are not supported."
            )

    def request(
        self, method: str = "GET", *, url: str = "", data: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> HttpResponse:
        """One request to ServerURL, or to ``url``; credentials are sent to the host of ServerURL only.

        Raises HttpFailed with status and reason for anything but a success.
        """
        self.validate()
        place = url or self.url
        request = urllib.request.Request(place, data=data, method=method, headers=dict(headers or {}))
        if is_true(self.get_property("UseServerCredentials")) and origin(place) == origin(self.url):
            request.add_unredirected_header("Authorization", self._credentials("Server"))
        timeout = to_int(self.get_property("TimeOut")) or DEFAULT_TIMEOUT
        return send(request, self._opener(place), timeout=timeout)

    def _opener(self, place: str) -> urllib.request.OpenerDirector:
        proxies: dict[str, str] = {}
        headers: list[tuple[str, str]] = [("User-Agent", "dtserve")]
        if is_true(self.get_property("UseProxy")) and not self._bypassed(urlsplit(place).hostname or ""):
            proxy = urlsplit(self.get_property("ProxyURL"))
            proxies = {"http": proxy.geturl(), "https": proxy.geturl()}
            if is_true(self.get_property("UseProxyCredentials")):
                headers.append(("Proxy-Authorization", self._credentials("Proxy")))
        opener = urllib.request.build_opener(urllib.request.ProxyHandler(proxies))
        opener.addheaders = headers
        return opener

    def _credentials(self, side: str) -> str:
        """Basic authentication with the user, of a domain where one is given."""
        name, domain = self.get_property(f"{side}UserName"), self.get_property(f"{side}Domain").strip()
        return basic_credentials(f"{domain}\\{name}" if domain else name, self.secret(f"{side}Password"))

    def _bypassed(self, host: str) -> bool:
        if is_true(self.get_property("BypassProxyOnLocal")) and ("." not in host or host.startswith("127.")):
            return True
        patterns = [item.strip().lower() for item in self.get_property("BypassList").split(";")]
        return any(pattern and fnmatch.fnmatch(host.lower(), pattern) for pattern in patterns)
