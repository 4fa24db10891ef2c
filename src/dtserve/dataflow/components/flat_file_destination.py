"""Flat File Destination: rows into a text file (DATA_FLOW §6).

Supported: all four formats, Overwrite and append, Header, column names, qualifiers with
and without EscapeQualifier, every code page and Unicode. Values take the type of their
column of the connection manager and print as SSIS prints them (EXPRESSIONS §5.4). A text
too long for its column, or with a character that the code page lacks, ends the data flow
with 0xC02020A1 and 0xC02020A0; there is no error output.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dtserve.dataflow.base import Destination, Emit, Schema
from dtserve.dataflow.errors import BadMetadata, NoConnection
from dtserve.dataflow.flat_file import errors as messages
from dtserve.dataflow.properties import boolean, text
from dtserve.dataflow.registry import component
from dtserve.dataflow.runs import compact, held_bytes
from dtserve.datatypes import DT, TypeSpec
from dtserve.errors import DtserveError

if TYPE_CHECKING:
    import polars as pl

    from dtserve.connections.flat_file_format import FlatFileColumn, FlatFileFormat
    from dtserve.dataflow.flat_file.writer import FlatFileWriter
    from dtserve.dataflow.host import FlowHost
    from dtserve.package.model import Column, Component

__all__ = ["FlatFileDestination"]

FEW_ROWS, FEW_BYTES = 20_000, 4 * 2**20
"""Rows or bytes that are worth a write of their own."""

_POTENTIAL_TRUNCATION = 0x802092A7


@dataclass(frozen=True)
class _Written:
    """A column of the file and the input column whose values it gets (None: it stays empty)."""

    target: FlatFileColumn
    lineage: str = ""
    source: TypeSpec | None = None


@component("FlatFileDestination")
class FlatFileDestination(Destination):
    """Writes a text file."""

    def __init__(self, model: Component, host: FlowHost, input_schemas: Mapping[str, Schema]) -> None:
        super().__init__(model, host, input_schemas)
        self._writer: FlatFileWriter | None = None
        self._columns: list[_Written] = []
        self._name = ""
        self._locale_id = 0
        self._waiting: list[pl.DataFrame] = []
        self._rows = self._bytes = 0

    def validate(self) -> None:
        """The connection must have columns, and those that the input is mapped to."""
        from dtserve.datatypes.code_pages import codec

        file_format = self._connection().format
        if not file_format.columns:
            raise messages.WrongLayout(connection=self._connection().name, detail="there are no columns")
        codec(file_format.code_page)
        boolean(self.model.properties, "Overwrite", True, owner=self.model.name)
        boolean(self.model.properties, "EscapeQualifier", owner=self.model.name)
        for written in self._written(file_format):
            self._warn_of_truncation(written)

    def start(self) -> None:
        """Open the file and write what stands before the rows."""
        from dtserve.dataflow.flat_file.writer import FlatFileWriter, WriteOptions

        connection = self._connection()
        file_format = connection.format
        self._columns = self._written(file_format)
        self._locale_id = file_format.locale_id
        self._name = connection.connection_string
        options = WriteOptions(
            append=not boolean(self.model.properties, "Overwrite", True),
            header=text(self.model.properties, "Header"),
            escape_qualifier=boolean(self.model.properties, "EscapeQualifier"),
        )
        try:
            self._writer = FlatFileWriter(connection.path(), file_format, options)
        except OSError as error:
            raise messages.CannotOpenDataFile(path=self._name, detail=error.strerror or error) from None
        except UnicodeEncodeError:
            raise messages.ColumnConversionFailed(column="Header", status=4, text=messages.STATUS_TEXT[4]) from None
        code, message = messages.STARTED
        self.host.fire_information(code, self.label, message.format(path=self._name))

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Write one buffer; small ones wait for others, without the large buffers their texts stand in."""
        if frame.height:
            kept = frame if frame.height + self._rows >= FEW_ROWS else compact(frame)
            self._waiting.append(kept)
            self._rows += kept.height
            self._bytes += held_bytes(kept)
        if self._rows >= FEW_ROWS or self._bytes >= FEW_BYTES:
            self._write()
        return ()

    def _write(self) -> None:
        import polars as pl

        frames, self._waiting, self._rows, self._bytes = self._waiting, [], 0, 0
        if self._writer is not None and frames:
            frame = frames[0] if len(frames) == 1 else pl.concat(frames, rechunk=True)
            self._writer.write([self._texts(written, frame) for written in self._columns])

    def finish(self) -> Iterable[Emit]:
        """Write what waits and close the file."""
        self._write()
        self.close()
        code, message = messages.ENDED
        self.host.fire_information(code, self.label, message.format(path=self._name))
        return ()

    def close(self) -> None:
        """Close the file, also after an error: then with the rows that had arrived."""
        if self._writer is not None:
            with suppress(OSError, DtserveError):
                self._write()
            self._writer.close()
            self._writer = None

    # --- columns --------------------------------------------------------------------------

    def _connection(self) -> Any:
        if not self.model.connections or not self.model.connections[0].reference:
            raise NoConnection(component=self.model.name, connection="FlatFileConnection")
        connection = self.host.connection(self.model.connections[0].reference)
        if not hasattr(connection, "format"):
            raise NoConnection(component=self.model.name, connection="FlatFileConnection")
        return connection

    def _written(self, file_format: FlatFileFormat) -> list[_Written]:
        """The columns of the file in order, with what goes into each."""
        into = self.model.inputs[0]
        external = {each.ref_id: each.name for each in into.external_columns}
        schema = self.input_schemas.get(into.ref_id, {})
        mapped: dict[str, Column] = {}
        for column in into.columns:
            if column.usage != "ignored" and column.external_ref:
                mapped[external.get(column.external_ref, column.name).casefold()] = column
        columns = []
        for target in file_format.columns:
            source = mapped.pop(target.name.casefold()) if target.name.casefold() in mapped else None
            if source is None:
                columns.append(_Written(target))
            else:
                columns.append(_Written(target, source.lineage_id, schema.get(source.lineage_id, source.type)))
        if mapped:
            name = next(iter(mapped.values())).name
            detail = f'the connection manager has no column that input column "{name}" is mapped to'
            raise BadMetadata(component=self.model.name, detail=detail)
        return columns

    def _warn_of_truncation(self, written: _Written) -> None:
        source, target = written.source, written.target.type
        sized = (DT.STR, DT.WSTR)
        if source is None or source.dt not in sized or target.dt not in sized or not target.length:
            return
        if source.length > target.length:
            self.host.fire_warning(
                _POTENTIAL_TRUNCATION,
                self.label,
                f'Truncation may occur due to inserting data from data flow column "{written.target.name}" with a length '
                f'of {source.length} to database column "{written.target.name}" with a length of {target.length}.',
            )

    def _texts(self, written: _Written, frame: pl.DataFrame) -> pl.Series:
        """The values of a column as the file shows them."""
        import polars as pl

        from dtserve.datatypes.columns import convert_column
        from dtserve.datatypes.text import format_column

        if written.source is None:
            return pl.repeat(None, frame.height, dtype=pl.String, eager=True)
        values, spec = frame[written.lineage], written.source
        target = written.target.type
        if target.family != "text" and target != spec:
            result = convert_column(values, spec, target, locale_id=self._locale_id)
            if result.errors is not None or result.truncated is not None:
                status = 2 if result.errors is not None else 4
                cause = messages.ColumnConversionFailed(
                    column=written.target.name, status=status, text=messages.STATUS_TEXT[status]
                )
                raise messages.CannotConvertFlatFileData(column=written.target.name) from cause
            values, spec = result.values, target
        if spec.family == "int" and _has_room(spec, target):
            return values
        if spec.dt is DT.NUMERIC and spec.scale:
            return _numeric(values, spec, plain=_has_room(spec, target))
        return format_column(values, spec, locale_id=self._locale_id)


def _numeric(values: pl.Series, spec: TypeSpec, *, plain: bool) -> pl.Series:
    """NUMERIC as it prints: Polars' form, but values below one have no zero before the point."""
    import polars as pl

    from dtserve.dataflow.column_views import small_decimals

    small = small_decimals(values, 10**spec.scale)
    if not len(small):
        return values if plain else values.cast(pl.String)
    texts = values.cast(pl.String)
    shown = [text.replace("0.", ".", 1) for text in texts[small]]
    return texts.scatter(small, pl.Series(shown, dtype=pl.String))


def _has_room(spec: TypeSpec, target: TypeSpec) -> bool:
    """Whether every value of the type fits the text column, or the column is none."""
    if target.dt not in (DT.STR, DT.WSTR) or not target.length:
        return True
    return target.length >= (spec.precision + 2 if spec.dt is DT.NUMERIC else 20)
