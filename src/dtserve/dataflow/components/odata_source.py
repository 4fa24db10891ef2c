"""OData Source: the entities of a collection or resource of an OData service (DATA_FLOW §4.9).

``UseResourcePath`` false: the collection ``CollectionName``; true: ``ResourcePath`` below
the service. ``Query`` are query options (``$filter=…&$top=5``). Pages are followed by their
next links; while one is converted, the next is fetched. Versions 2 to 4, JSON and Atom.
Columns are found by the names of their external columns; a value that does not convert
follows the dispositions of its column. Complex values and collections within an entity
are errors of the row. DefaultStringLength has done its work in the designer.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from queue import Empty, Full, Queue
from typing import TYPE_CHECKING

from dtserve.connections.odata import ODataManager
from dtserve.dataflow import properties
from dtserve.dataflow.base import Emit, Source
from dtserve.dataflow.component_errors import ColumnNotInSource, IncorrectConnectionType, ODataNotReadable
from dtserve.dataflow.dispositions import RowErrors
from dtserve.dataflow.errors import BadMetadata, BadProperty
from dtserve.dataflow.odata_rows import Page, feed_url, read_page, texts_of
from dtserve.dataflow.registry import component
from dtserve.dataflow.sql import connection_of
from dtserve.dataflow.sql_reader import error_rows
from dtserve.dataflow.xsd_values import schema_values
from dtserve.datatypes.errors import HOST_CODES

if TYPE_CHECKING:
    import polars as pl

    from dtserve.package.model import Column

__all__ = ["ODataSource"]

HEADERS = {
    "Accept": "application/json;odata.metadata=minimal,application/json;odata=light;q=0.9,"
    "application/json;q=0.8,application/atom+xml;q=0.5",
    "OData-MaxVersion": "4.01",
    "MaxDataServiceVersion": "3.0",
}
NOT_SIMPLE = next(iter(HOST_CODES["flat_file_source"].values()))
"""ErrorCode of a row whose value is complex or a collection."""

_WAIT = 0.1


@component("OData")
class ODataSource(Source):
    """Reads from an OData service."""

    def __init__(self, *arguments: object, **named: object) -> None:
        super().__init__(*arguments, **named)  # type: ignore[arg-type]
        self._stopped = threading.Event()

    def validate(self) -> None:
        """The connection manager, a collection or path, at least one column."""
        self._manager().validate()
        self._path()
        if not self.output().columns:
            raise BadMetadata(component=self.model.name, detail="the output has no columns")

    def produce(self) -> Iterator[Emit]:
        """The rows of all pages."""
        columns = list(self.output().columns)
        checked = False
        for page in self._pages():
            if page.rows and not checked:
                checked = True
                self._check_names(page, columns)
            if page.rows:
                yield from self._converted(page, columns)

    def interrupt(self) -> None:
        """Stop waiting for the service."""
        self._stopped.set()

    def close(self) -> None:
        """Nothing is fetched any more."""
        self._stopped.set()

    def _manager(self) -> ODataManager:
        found = connection_of(self, "Connection")
        if not isinstance(found, ODataManager):
            raise IncorrectConnectionType(name=found.name, required="ODATA", found=found.kind)
        return found

    def _path(self) -> str:
        by_path = properties.boolean(self.model.properties, "UseResourcePath", owner=self.model.name)
        name = "ResourcePath" if by_path else "CollectionName"
        path = properties.text(self.model.properties, name).strip()
        if not path:
            raise BadProperty(property=name, component=self.model.name, detail="it is empty")
        return path

    def _pages(self) -> Iterator[Page]:
        """The pages of the feed; a thread fetches the one after the one that is being read."""
        manager = self._manager()
        first = feed_url(manager.url, self._path(), properties.text(self.model.properties, "Query"))
        pages: Queue[Page | BaseException | None] = Queue(maxsize=1)
        worker = threading.Thread(target=self._fetch, args=(manager, first, pages), name="OData", daemon=True)
        worker.start()
        while not self._stopped.is_set():
            try:
                found = pages.get(timeout=_WAIT)
            except Empty:
                continue
            if found is None:
                return
            if isinstance(found, BaseException):
                raise found
            yield found

    def _fetch(self, manager: ODataManager, url: str, pages: Queue[Page | BaseException | None]) -> None:
        """Put every page, then None; what goes wrong is put, too."""
        seen = set()
        item: Page | BaseException | None
        try:
            while url and not self._stopped.is_set():
                if url in seen:
                    raise ODataNotReadable(component=self.model.name, detail=f'the next link "{url}" comes twice')
                seen.add(url)
                page = read_page(manager.get(url, headers=HEADERS).body, url, self.model.name)
                url = page.next_url
                self._put(pages, page)
            item = None
        except Exception as error:
            item = error
        self._put(pages, item)

    def _put(self, pages: Queue[Page | BaseException | None], item: Page | BaseException | None) -> None:
        while not self._stopped.is_set():
            try:
                pages.put(item, timeout=_WAIT)
                return
            except Full:
                continue

    def _check_names(self, page: Page, columns: list[Column]) -> None:
        known = {name for row in page.rows for name in row}
        for column in columns:
            if self._external(column) not in known:
                raise ColumnNotInSource(column=self._external(column), component=self.model.name)

    def _external(self, column: Column) -> str:
        names = {e.ref_id: e.name for e in self.output().external_columns}
        return names.get(column.external_ref, column.name)

    def _converted(self, page: Page, columns: list[Column]) -> Iterator[Emit]:
        import polars as pl

        errors = RowErrors(self, len(page.rows))
        made: list[pl.Series] = []
        for column in columns:
            name = self._external(column)
            texts, odd = texts_of([row.get(name) for row in page.rows], column.type)
            if odd:
                codes = pl.Series([None] * len(texts), dtype=pl.UInt32)
                errors.errors(column, codes.scatter(odd, NOT_SIMPLE))
            made.append(errors.take(column, schema_values(texts, column.type)).alias(column.lineage_id))
        rows = pl.DataFrame(made)
        kept, redirected = errors.settle(rows, rows)
        error = next((o for o in self.model.outputs if o.is_error_out), None)
        if redirected is not None and error is not None:
            yield error.ref_id, error_rows(redirected, columns, error)
        yield self.output().ref_id, kept
