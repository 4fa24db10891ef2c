"""One request over HTTP, as the HTTP and OData connection managers send it."""

from __future__ import annotations

import base64
import re
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException, InvalidURL
from urllib.parse import urlsplit

from dtserve.connections.errors import HttpFailed

__all__ = ["MAX_BYTES", "HttpResponse", "basic_credentials", "origin", "send", "shown"]

_LOGIN = re.compile(r"//[^/@]*@")
MAX_BYTES = 512 * 1024 * 1024
MAX_ERROR_BYTES = 1024 * 1024


@dataclass(frozen=True)
class HttpResponse:
    """Status, headers and the whole body of an answer."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def send(
    request: urllib.request.Request, opener: urllib.request.OpenerDirector, *, timeout: float, limit: int = MAX_BYTES
) -> HttpResponse:
    """Send a request and read the whole answer.

    Raises HttpFailed with status and reason for anything but a success, for another scheme
    than http and https, and for an answer of more than ``limit`` bytes.
    """
    place = shown(request.full_url)
    if urlsplit(place).scheme not in ("http", "https"):
        raise HttpFailed(url=place, detail="Only http and https are supported.")
    try:
        with opener.open(request, timeout=timeout) as answer:
            body = answer.read(limit + 1)
            if len(body) > limit:
                raise HttpFailed(url=place, detail=f"The answer is larger than {limit} bytes.")
            return HttpResponse(answer.status, body, dict(answer.headers.items()))
    except urllib.error.HTTPError as error:
        failed = HttpFailed(url=place, detail=f"{error.code} {error.reason}")
        failed.status = error.code
        failed.body = _rest(error)
        raise failed from None
    except InvalidURL:  # its text quotes the part at fault, which may be the password
        raise HttpFailed(
            url=place, detail="The URL is not well-formed; user and password do not stand in it."
        ) from None
    except (OSError, HTTPException, ValueError) as error:
        raise HttpFailed(url=place, detail=str(getattr(error, "reason", error))) from None


def _rest(error: urllib.error.HTTPError) -> bytes:
    """The beginning of what an error came with."""
    try:
        return error.read(MAX_ERROR_BYTES)
    except (OSError, HTTPException):
        return b""
    finally:
        error.close()


def shown(url: str) -> str:
    """An address as errors show it: without user and password, which some people write into it.

    >>> shown("https://me:secret@example.com/a")
    'https://***@example.com/a'
    """
    return _LOGIN.sub("//***@", url)


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port: what credentials belong to."""
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port


def basic_credentials(user: str, password: str) -> str:
    """The value of an Authorization header of basic authentication."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
