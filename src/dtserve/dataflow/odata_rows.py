"""Answers of an OData service as rows: JSON of version 4, JSON of version 3 light and verbose, Atom.

A page is a collection, a single entity or a single property. The rows hold the property
values as the service wrote them, numbers as text, so that no digit is lost;
:func:`texts_of` puts a column of them into the notation of XML Schema.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin

from lxml import etree

from dtserve.dataflow.component_errors import ODataNotReadable
from dtserve.dataflow.xsd_values import duration_text

if TYPE_CHECKING:
    import polars as pl

    from dtserve.datatypes import TypeSpec

__all__ = ["Page", "feed_url", "read_page", "texts_of"]

_DATE = re.compile(r"/Date\((-?\d+)([+-]\d{1,4})?\)/")
_SAFE_PATH = "/()',=;:@!$&*+~%"
_SAFE_QUERY = "$=&'(),/:;@!*+~?%|"
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ATOM = "{http://www.w3.org/2005/Atom}"


@dataclass(frozen=True)
class Page:
    """Rows of one answer, and where the next one is (empty when there is none)."""

    rows: list[dict[str, Any]]
    next_url: str = ""


def feed_url(service: str, path: str, query: str) -> str:
    """The URL of a collection or resource below a service, with its query options.

    What is encoded already stays; blanks and characters beyond ASCII are encoded.

    >>> feed_url("http://h/svc", "Order Details", "?$filter=City eq 'Köln'")
    "http://h/svc/Order%20Details?$filter=City%20eq%20'K%C3%B6ln'"
    """
    path, _, more = path.strip().lstrip("/").partition("?")
    options = "&".join(part for part in (more, query.strip().lstrip("?&")) if part)
    path, options = (_STRAY_PERCENT.sub("%25", text) for text in (path, options))
    url = f"{service.rstrip('/')}/{quote(path, safe=_SAFE_PATH)}"
    return f"{url}?{quote(options, safe=_SAFE_QUERY)}" if options else url


def read_page(body: bytes, url: str, component: str) -> Page:
    """The rows of an answer to ``url``; raises ODataNotReadable."""
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start == b"<":
        return _atom(body, url, component)
    try:
        document = json.loads(body, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise ODataNotReadable(component=component, detail=f"the answer is neither JSON nor Atom ({error})") from None
    if not isinstance(document, dict):
        raise ODataNotReadable(component=component, detail="the answer is no OData document")
    fault = document.get("error", document.get("odata.error"))
    if isinstance(fault, dict):
        raise ODataNotReadable(component=component, detail=_fault_text(fault))
    return _verbose(document["d"], url) if "d" in document else _light(document, url)


def _light(document: dict[str, Any], url: str) -> Page:
    base = str(document.get("@odata.context") or document.get("@context") or document.get("odata.metadata") or url)
    following = next((document[k] for k in ("@odata.nextLink", "@nextLink", "odata.nextLink") if document.get(k)), "")
    values = document.get("value")
    if isinstance(values, list):
        rows = [row if isinstance(row, dict) else {"value": row} for row in values]
        return Page(rows, urljoin(urljoin(url, base), str(following)) if following else "")
    return Page([document] if document else [])


def _verbose(inner: Any, url: str) -> Page:
    following = ""
    if isinstance(inner, dict) and isinstance(inner.get("results"), list):
        following = str(inner.get("__next") or "")
        inner = inner["results"]
    rows = inner if isinstance(inner, list) else [inner]
    found = [row if isinstance(row, dict) else {"value": row} for row in rows]
    return Page(found, urljoin(url, following) if following else "")


def _fault_text(fault: dict[str, Any]) -> str:
    message = fault.get("message", "")
    return str(message.get("value", "") if isinstance(message, dict) else message) or "the service reports an error"


def _atom(body: bytes, url: str, component: str) -> Page:
    """A feed or an entry; each property element of an entry is a column."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise ODataNotReadable(component=component, detail=str(error)) from None
    if getattr(root.getroottree().docinfo, "doctype", ""):
        raise ODataNotReadable(component=component, detail="a document with a DOCTYPE is refused")
    entries = [root] if root.tag == f"{_ATOM}entry" else root.findall(f"{_ATOM}entry")
    if root.tag not in (f"{_ATOM}feed", f"{_ATOM}entry"):
        raise ODataNotReadable(component=component, detail=f'the answer begins with "{root.tag}", not with a feed')
    base = root.get("{http://www.w3.org/XML/1998/namespace}base") or url
    links = [link.get("href", "") for link in root.findall(f"{_ATOM}link") if link.get("rel") == "next"]
    return Page([_entry(entry) for entry in entries], urljoin(base, links[0]) if links else "")


def _entry(entry: etree._Element) -> dict[str, Any]:
    row: dict[str, Any] = {}
    found = next((e for e in entry.iter("{*}properties")), None)
    for element in found if found is not None else ():
        if not isinstance(element.tag, str):
            continue
        null = any(etree.QName(k).localname == "null" and v == "true" for k, v in element.attrib.items())
        row[etree.QName(element).localname] = None if null else ({} if len(element) else element.text or "")
    return row


def texts_of(values: Iterable[Any], target: TypeSpec) -> tuple[pl.Series, list[int]]:
    """A column of values as texts for ``xsd_values.schema_values``, and the rows whose value is no simple one."""
    import polars as pl

    complex_rows: list[int] = []
    texts: list[str | None] = []
    family = target.family
    for at, value in enumerate(values):
        if value is None or isinstance(value, str):
            texts.append(value)
        elif isinstance(value, bool):
            texts.append("true" if value else "false")
        else:
            complex_rows.append(at)
            texts.append(None)
    series = pl.Series(texts, dtype=pl.String)
    if family == "binary":
        return series.str.replace_all("-", "+", literal=True).str.replace_all("_", "/", literal=True), complex_rows
    if family == "datetime":
        if series.str.starts_with("/Date(").any():
            series = series.map_elements(_from_ticks, return_dtype=pl.String)
        if series.str.starts_with("P").any():
            series = series.map_elements(duration_text, return_dtype=pl.String)
    return series, complex_rows


def _from_ticks(text: str) -> str:
    """``/Date(milliseconds+minutes)/`` as a moment in UTC, or in the zone of its minutes."""
    found = _DATE.fullmatch(text)
    if found is None:
        return text
    try:
        moment = dt.datetime(1970, 1, 1) + dt.timedelta(milliseconds=int(found[1]))
    except OverflowError:
        return text
    minutes = int(found[2] or 0)
    shown = f"{(moment + dt.timedelta(minutes=minutes)).isoformat()}{'-' if minutes < 0 else '+'}"
    return f"{shown}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
