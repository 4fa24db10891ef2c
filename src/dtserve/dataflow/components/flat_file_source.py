"""Flat File Source: the rows of a text file, converted column by column (DATA_FLOW §7).

Supported: all four formats, RetainNulls, FastParse, UseBinaryFormat, FileNameColumnName,
dispositions per column, Multiple Flat Files. Each output column is converted from the
file's text to its own type, with the locale of the connection manager (standard parse)
or without one (FastParse). A redirected row leaves as the text it has in the file. Text
after a closing qualifier cannot be redirected: it ends the data flow.

While the components behind it get ready (PreExecute of a Lookup reads its whole reference) the first blocks
of the file are read and cut into fields already; no row and no message leaves before the Execute phase.

Bytes that are no text in the file's code page are an error of their column (encoding.UNDECODABLE_IS_ERROR).

Differs from SSIS: values finer than a microsecond count as truncated.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Any

from dtserve.dataflow.base import Emit, Schema, Source
from dtserve.dataflow.dispositions import Cause, RowErrors
from dtserve.dataflow.errors import (
    BadMetadata,
    InducedFailureOnError,
    InducedFailureOnTruncation,
    NoConnection,
)
from dtserve.dataflow.flat_file import errors as messages
from dtserve.dataflow.flat_file.begun import Begun, DataFile
from dtserve.dataflow.flat_file.values import ColumnReader
from dtserve.dataflow.properties import boolean, text
from dtserve.dataflow.registry import component
from dtserve.datatypes import DT
from dtserve.errors import Canceled, DtserveError

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    from dtserve.connections.flat_file_format import FlatFileFormat
    from dtserve.dataflow.ahead import Ahead
    from dtserve.dataflow.flat_file.chunk import Chunk
    from dtserve.dataflow.flat_file.layout import Layout
    from dtserve.dataflow.host import FlowHost
    from dtserve.package.model import Column, Component

__all__ = ["FlatFileSource"]


@component("FlatFileSource")
class FlatFileSource(Source):
    """Reads text files."""

    def __init__(self, model: Component, host: FlowHost, input_schemas: Mapping[str, Schema]) -> None:
        super().__init__(model, host, input_schemas)
        self._readers: list[ColumnReader] = []
        self._begun: Begun[Chunk] | None = None
        self._asked = threading.Event()
        self._closed = False

    # --- before the rows ------------------------------------------------------------------

    def validate(self) -> None:
        """The connection must have a usable format and the columns that the output is mapped to."""
        file_format = self._connection().format
        self._check_layout(file_format)
        self._column_readers(file_format)
        column = self._file_name_column()
        if column is not None and column.type.dt is not DT.WSTR:
            raise messages.FileNameColumnNotUnicode(column=column.name, type=column.type)

    def start(self) -> None:
        """Fix the columns for the run, and begin with a large file."""
        self._readers = self._column_readers(self._connection().format)
        self._begun = self._begin()

    def close(self) -> None:
        """End what was begun; no thread is left."""
        self._closed = True
        self._asked.set()
        if self._begun is not None:
            self._begun.close()
            self._begun = None

    def _connection(self) -> Any:
        if not self.model.connections or not self.model.connections[0].reference:
            raise NoConnection(component=self.model.name, connection="FlatFileConnection")
        connection = self.host.connection(self.model.connections[0].reference)
        if not hasattr(connection, "format"):
            raise NoConnection(component=self.model.name, connection="FlatFileConnection")
        return connection

    def _check_layout(self, file_format: FlatFileFormat) -> None:
        from dtserve.datatypes.code_pages import codec

        def wrong(detail: str) -> messages.WrongLayout:
            return messages.WrongLayout(connection=self._connection().name, detail=detail)

        if not file_format.columns:
            raise wrong("there are no columns")
        codec(file_format.code_page)
        *_, last = file_format.columns
        for column in file_format.columns:
            if not column.delimited and column.width <= 0:
                raise wrong(f'the fixed column "{column.name}" has no width')
            if column.delimited and not (column.delimiter or (column is last and file_format.row_delimiter)):
                raise wrong(f'the delimited column "{column.name}" has no delimiter')

    def _column_readers(self, file_format: FlatFileFormat) -> list[ColumnReader]:
        places = {column.name: at for at, column in enumerate(file_format.columns)}
        folded = {column.name.casefold(): at for at, column in enumerate(file_format.columns)}
        output = self.output()
        external = {each.ref_id: each.name for each in output.external_columns}
        file_name = self._file_name_column()
        readers = []
        for column in output.columns:
            if column is file_name:
                continue
            name = external.get(column.external_ref, column.name)
            at = places.get(name, folded.get(name.casefold()))
            if at is None:
                detail = f'the connection manager has no column "{name}" for output column "{column.name}"'
                raise BadMetadata(component=self.model.name, detail=detail)
            readers.append(self._reader(column, at, file_format))
        return readers

    def _reader(self, column: Column, at: int, file_format: FlatFileFormat) -> ColumnReader:
        binary = boolean(column.properties, "UseBinaryFormat", owner=self.model.name) and column.type.dt is DT.BYTES
        return ColumnReader(
            column=column,
            position=at,
            locale_id=file_format.locale_id,
            code_page=1200 if file_format.unicode else file_format.code_page,
            fast_parse=boolean(column.properties, "FastParse", owner=self.model.name),
            retain_nulls=boolean(self.model.properties, "RetainNulls", owner=self.model.name),
            empty_is_null=file_format.format == "Delimited",
            binary=binary,
        )

    def _file_name_column(self) -> Column | None:
        name = text(self.model.properties, "FileNameColumnName")
        if not name:
            return None
        columns = [column for column in self.output().columns if column.name == name]
        return next((column for column in columns if not column.external_ref), None)

    # --- rows -----------------------------------------------------------------------------

    def produce(self) -> Iterator[Emit]:
        """All rows of all files of the connection."""
        self._asked.set()
        connection = self._connection()
        layout = self._layout(connection)
        for file in self._files(connection):
            self._inform(messages.STARTED, path=file.name)
            try:
                yield from self._read(file, layout)
            except OSError as error:
                raise messages.CannotOpenDataFile(path=file.name, detail=error.strerror or error) from None
            self._inform(messages.TOTAL_ROWS, path=file.name, rows=file.rows)
            self._inform(messages.ENDED, path=file.name)

    def _begin(self) -> Begun[Chunk] | None:
        """Begin to read the only file, if it is large and there are cores and memory for it."""
        from dtserve.dataflow.flat_file.prefetch import worthwhile

        connection = self._connection()
        if self.host.settings.memory_limit or hasattr(connection, "paths") or not worthwhile():
            return None
        try:
            file = self._files(connection)[0]
        except (DtserveError, OSError):
            return None  # it is told when the rows are asked for
        if file.size() <= self._block_bytes():
            return None
        return Begun(file, self._chunks(file, self._layout(connection)), self.model.name)

    def _layout(self, connection: Any) -> Layout:
        from dtserve.dataflow.flat_file.layout import Layout

        return Layout.of(connection.format, binary=any(reader.binary for reader in self._readers))

    def _chunks(self, file: DataFile, layout: Layout) -> Generator[Chunk, None, None]:
        """A file cut into fields."""
        from dtserve.dataflow.flat_file.chunk import Wanted
        from dtserve.dataflow.flat_file.reader import FlatFileReader

        binary = frozenset(reader.position for reader in self._readers if reader.binary)
        wanted = Wanted(tuple(sorted({reader.position for reader in self._readers})), binary)
        return FlatFileReader(file.path, layout, wanted, warn=self._warn, block_bytes=self._block_bytes()).chunks()

    def _files(self, connection: Any) -> list[DataFile]:
        if hasattr(connection, "paths"):
            return [DataFile(path, str(path)) for path in connection.paths()]
        return [DataFile(connection.path(), connection.connection_string)]

    def _inform(self, message: tuple[int, str], **facts: Any) -> None:
        self.host.fire_information(message[0], self.label, message[1].format(**facts))

    def _warn(self, code: int, message: str) -> None:
        """Post a warning about a file; one that is read ahead waits until its rows are asked for."""
        self._asked.wait()
        if self._closed:
            raise Canceled
        self.host.fire_warning(code, self.label, message)

    def _block_bytes(self) -> int:
        from dtserve.dataflow.flat_file.reader import BLOCK_BYTES, SMALL_BLOCK_BYTES

        return SMALL_BLOCK_BYTES if self.host.settings.memory_limit else BLOCK_BYTES

    def _read(self, file: DataFile, layout: Layout) -> Iterator[Emit]:
        from dtserve.dataflow.flat_file.prefetch import prefetched, worked, worthwhile

        def convert(item: tuple[int, Chunk]) -> list[Emit]:
            first, chunk = item
            return self._convert(file, layout, chunk, first) if chunk.frame.height else []

        chunks: Ahead[Chunk] | Generator[Chunk, None, None]
        begun, self._begun = self._begun, None
        if begun is not None and begun.serves(file):
            chunks = begun.goes_on()
        else:
            if begun is not None:
                begun.close()
            chunks = self._chunks(file, layout)
            if file.path.stat().st_size <= self._block_bytes() or not worthwhile():
                with closing(self._numbered(file, layout, chunks)) as numbered:
                    for item in numbered:
                        yield from convert(item)
                return
            chunks = prefetched(chunks)
        with (
            closing(self._numbered(file, layout, chunks)) as numbered,
            closing(worked(numbered, convert)) as converted,
        ):
            for emits in converted:
                yield from emits

    def _numbered(
        self, file: DataFile, layout: Layout, chunks: Ahead[Chunk] | Generator[Chunk, None, None]
    ) -> Generator[tuple[int, Chunk], None, None]:
        """Each chunk with the rows before it; raises what ended the reading after the rows before that."""
        with closing(chunks):
            for chunk in chunks:
                yield file.rows, chunk
                file.rows += chunk.frame.height
                if chunk.partial:
                    self._warn(*messages.PARTIAL_ROW)
                if chunk.malformed is not None:
                    cause = messages.ColumnDelimiterNotFound(column=layout.fields[chunk.malformed.column].name)
                    raise messages.ReadingDataRows(path=file.name, row=file.rows + 1) from cause

    def _convert(self, file: DataFile, layout: Layout, chunk: Chunk, first: int) -> list[Emit]:
        """The rows of a chunk before which ``first`` stand in the file; called in several threads at once."""
        import polars as pl

        height = chunk.frame.height
        row_errors = RowErrors(self, height)
        columns = []
        clean, undecoded = b"\0" not in chunk.data, chunk.undecoded(layout)
        failed: list[int] = []
        for reader in self._readers:
            read = reader.read_undecoded if undecoded else reader.read
            result = read(chunk.frame[str(reader.position)], clean=clean)
            taken = row_errors.take(
                reader.column, result, truncation_code=messages.TRUNCATED_CODE, cause=_cause(reader.column, failed)
            )
            columns.append(taken.alias(reader.column.lineage_id))
        named = self._file_name_column()
        if named is not None:
            columns.append(self._file_name(file, named, row_errors, failed, height))
        try:
            kept, away = row_errors.settle(
                pl.DataFrame(columns, height=height), lambda rows: self._raw(rows, chunk, layout)
            )
        except (InducedFailureOnError, InducedFailureOnTruncation) as error:
            raise messages.ReadingDataRows(path=file.name, row=first + failed[0] + 1) from error
        emits = [(self.output().ref_id, kept)]
        if away is not None and any(output.is_error_out for output in self.model.outputs):
            emits.append((self.output(error=True).ref_id, away))
        return emits

    def _file_name(
        self, file: DataFile, column: Column, row_errors: RowErrors, failed: list[int], height: int
    ) -> pl.Series:
        """The file's name in every row; one longer than the column is a truncation."""
        import polars as pl

        from dtserve.datatypes.strings import fit_text

        name, cut = fit_text(file.name, column.type)
        if cut:
            mask = pl.repeat(True, height, dtype=pl.Boolean, eager=True)
            row_errors.truncations(column, mask, code=messages.TRUNCATED_CODE, cause=_cause(column, failed))
        return pl.repeat(name, height, dtype=pl.String, eager=True).alias(column.lineage_id)

    def _raw(self, rows: np.ndarray, chunk: Chunk, layout: Layout) -> pl.DataFrame:
        """The error output's column with the text of these rows."""
        import polars as pl

        from dtserve.dataflow.flat_file.layout import ERROR_ROW_KEEPS_DELIMITER

        error_output = next((output for output in self.model.outputs if output.is_error_out), None)
        if error_output is None:
            return pl.DataFrame(height=len(rows))
        texts = pl.Series(chunk.raw(rows, layout, keep_delimiter=ERROR_ROW_KEEPS_DELIMITER), dtype=pl.String)
        special = {"ErrorCode", "ErrorColumn"}
        names = [c.lineage_id for c in error_output.columns if not c.special_flags and c.name not in special]
        return pl.DataFrame([texts.alias(name) for name in names], height=len(rows))


def _cause(column: Column, failed: list[int]) -> Cause:
    """What went wrong in a row of a column; the row is put into ``failed``."""

    def cause(row: int, code: int, truncated: bool) -> DtserveError:
        failed.append(row)
        no_text = code == messages.UNDECODABLE_CODE and column.type.family == "text"
        status = 4 if truncated or no_text else messages.STATUS_OF_CODE.get(code, 2)
        return messages.ColumnConversionFailed(column=column.name, status=status, text=messages.STATUS_TEXT[status])

    return cause
