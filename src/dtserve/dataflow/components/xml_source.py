"""XML Source: rows of an XML document, one output per rowset (DATA_FLOW §4.6).

``AccessMode`` 0 the file ``XMLData``, 1 a file whose path is in ``XMLDataVariable``, 2 the
document itself in ``XMLDataVariable``. ``RowsetID`` of an output names its element. The
schema (XMLSchemaDefinition, UseInlineSchema, XMLIntegerMapping) has done its work in the
designer and is not read again: values are converted to the types of the columns, in the
notation of XML Schema. A rowset's error output has the values as texts.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from dtserve.dataflow import properties
from dtserve.dataflow.base import Emit, Source
from dtserve.dataflow.dispositions import RowErrors
from dtserve.dataflow.errors import BadMetadata, BadProperty
from dtserve.dataflow.file_errors import FileCannotOpenRead
from dtserve.dataflow.registry import component
from dtserve.dataflow.sql import variable_text
from dtserve.dataflow.xml_rows import read_rows
from dtserve.dataflow.xsd_values import schema_values

if TYPE_CHECKING:
    import polars as pl

    from dtserve.package.model import Column, Output

__all__ = ["XmlSource"]

ROWS = 16_384


@component("XmlSourceAdapter")
class XmlSource(Source):
    """Reads XML."""

    def validate(self) -> None:
        """Access mode and what it needs, rowsets."""
        if self._mode() == 0 and not properties.text(self.model.properties, "XMLData").strip():
            raise BadProperty(property="XMLData", component=self.model.name, detail="it is empty")
        self._rowsets()

    def produce(self) -> Iterator[Emit]:
        """The rows of all rowsets."""
        rowsets = self._rowsets()
        names = {rowset: [self._external(output, c) for c in output.columns] for rowset, output in rowsets.items()}
        waiting: dict[str, list[tuple[str | None, ...]]] = {rowset: [] for rowset in rowsets}
        with self._open() as source:
            for rowset, values in read_rows(source, names, self.model.name):
                rows = waiting[rowset]
                rows.append(values)
                if len(rows) >= ROWS:
                    yield from self._converted(rowset, rowsets[rowset], rows)
                    rows.clear()
        for rowset, rows in waiting.items():
            if rows:
                yield from self._converted(rowset, rowsets[rowset], rows)

    def _converted(self, rowset: str, output: Output, rows: list[tuple[str | None, ...]]) -> Iterator[Emit]:
        """Rows in the types of an output, and those with errors as texts."""
        import polars as pl

        error = self._error_output(rowset)
        errors = RowErrors(self, len(rows))
        texts, made = [], []
        for at, column in enumerate(output.columns):
            text = pl.Series(column.lineage_id, [row[at] for row in rows], dtype=pl.String)
            texts.append(text)
            made.append(errors.take(column, schema_values(text, column.type)).alias(column.lineage_id))
        raw = pl.DataFrame(texts)
        kept, redirected = errors.settle(pl.DataFrame(made), raw, error)
        if redirected is not None and error is not None:
            yield error.ref_id, self._error_rows(redirected, output, error)
        yield output.ref_id, kept

    @staticmethod
    def _error_rows(rows: pl.DataFrame, output: Output, error: Output) -> pl.DataFrame:
        import polars as pl

        by_name = {c.name: c.lineage_id for c in output.columns}
        made = []
        for column in error.columns:
            if column.lineage_id in rows.columns:
                made.append(pl.col(column.lineage_id))
            elif column.name in by_name and column.type.family == "text":
                made.append(pl.col(by_name[column.name]).alias(column.lineage_id))
            else:
                made.append(pl.lit(None, dtype=column.type.polars()).alias(column.lineage_id))
        return rows.select(made)

    def _rowsets(self) -> dict[str, Output]:
        """Rowset → its regular output."""
        found = {
            properties.text(o.properties, "RowsetID").strip(): o
            for o in self.model.outputs
            if not o.is_error_out and o.columns
        }
        if not found or "" in found:
            raise BadMetadata(component=self.model.name, detail="an output has no RowsetID")
        return found

    def _error_output(self, rowset: str) -> Output | None:
        for output in self.model.outputs:
            if output.is_error_out and properties.text(output.properties, "RowsetID").strip() == rowset:
                return output
        return None

    @staticmethod
    def _external(output: Output, column: Column) -> str:
        names = {e.ref_id: e.name for e in output.external_columns}
        return names.get(column.external_ref, column.name)

    def _mode(self) -> int:
        mode = properties.integer(self.model.properties, "AccessMode", owner=self.model.name)
        if mode not in (0, 1, 2):
            raise BadProperty(property="AccessMode", component=self.model.name, detail=f"{mode} is not known")
        return mode

    def _open(self) -> BinaryIO:
        mode = self._mode()
        if mode == 0:
            text = properties.text(self.model.properties, "XMLData").strip()
        else:
            text = variable_text(self.host, self.model.name, self.model.properties, "XMLDataVariable")
        if mode == 2:
            return io.BytesIO(without_declaration(text).encode())
        path = self.host.map_path(text)
        try:
            return path.open("rb")
        except OSError as error:
            raise FileCannotOpenRead(path=path, detail=error.strerror or error) from None


def without_declaration(text: str) -> str:
    """A document without its XML declaration, whose encoding is that of a file and not of a variable."""
    text = text.lstrip("\ufeff").lstrip()
    return text.partition("?>")[2] if text.startswith("<?xml") else text
