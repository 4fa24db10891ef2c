"""Import Column: files named by a column into long values (DATA_FLOW §5).

The input column with the path names the output column in ``FileDataColumnID``. DT_NTEXT is
read as UTF-16LE, with ``ExpectBOM`` only after a byte order mark; DT_TEXT in the code page
of the output column, DT_IMAGE as it stands. A file that cannot be read is an error of the
row. A NULL path gives NULL.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from dtserve.dataflow import properties
from dtserve.dataflow.base import Emit, RowTransform
from dtserve.dataflow.dispositions import RowErrors
from dtserve.dataflow.errors import BadMetadata, BadProperty
from dtserve.dataflow.file_errors import FileCannotOpenRead, InserterBadMark, InserterDataType, InserterNameType
from dtserve.dataflow.registry import component
from dtserve.datatypes import DT
from dtserve.datatypes.code_pages import decode
from dtserve.errors import DtserveError

if TYPE_CHECKING:
    import polars as pl

    from dtserve.package.model import Column

__all__ = ["ImportColumn"]

CANNOT_OPEN = 0xC0209091
NOT_FOUND = 0xC02090BC
BAD_MARK = 0xC02090C4
"""ErrorCodes of rows (DTS_E_TXFILEINSERTERSTATIC_…)."""


@component("Inserter")
class ImportColumn(RowTransform):
    """Reads files."""

    _stopped = False

    def validate(self) -> None:
        """Path columns are texts, data columns long values; ExpectBOM is for DT_NTEXT."""
        pairs = self._pairs()
        if not pairs:
            raise BadMetadata(component=self.model.name, detail="no column holds a path")
        arriving = self.input_schemas.get(self.model.inputs[0].ref_id, {})
        for column, target in pairs:
            if arriving.get(column.lineage_id, column.type).family != "text":
                raise InserterNameType(column=column.name)
            if not target.type.info.blob:
                raise InserterDataType(column=column.name, other=target.name)
            if self._marked(column) and target.type.dt is not DT.NTEXT:
                detail = f'the output column "{target.name}" is not DT_NTEXT'
                raise BadProperty(property="ExpectBOM", component=self.model.name, detail=detail)

    def start(self) -> None:
        """Resolve the columns."""
        self._work = self._pairs()

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Read the files of one buffer."""
        import polars as pl

        errors = RowErrors(self, frame.height)
        made = []
        for column, target in self._work:
            values: list[Any] = []
            codes: list[int | None] = []
            failures: dict[int, DtserveError] = {}
            for row, name in enumerate(frame[column.lineage_id].to_list()):
                value, code, failure = (None, None, None) if name is None else self._read(column, target, name)
                values.append(value)
                codes.append(code)
                if failure is not None:
                    failures[row] = failure
                if self._stopped or self.host.cancel.is_set():
                    return
            errors.errors(
                self._disposed(column, target),
                pl.Series(codes, dtype=pl.UInt32),
                cause=lambda row, code, truncated, found=failures: found.get(row),  # type: ignore[misc]
            )
            made.append(pl.Series(target.lineage_id, values, dtype=target.type.polars()))
        kept, redirected = errors.settle(frame.with_columns(made), frame)
        if redirected is not None:
            yield self.output(error=True).ref_id, redirected
        yield self.output().ref_id, kept

    def interrupt(self) -> None:
        """End before the next row."""
        self._stopped = True

    def _read(self, column: Column, target: Column, name: str) -> tuple[Any, int | None, DtserveError | None]:
        """The value of one file, or the code and error of the row."""
        path = self.host.map_path(name)
        try:
            data = path.read_bytes()
        except OSError as error:
            code = NOT_FOUND if isinstance(error, FileNotFoundError) else CANNOT_OPEN
            return None, code, FileCannotOpenRead(path=path, detail=error.strerror or error)
        if target.type.dt is DT.IMAGE:
            return data, None, None
        if target.type.dt is DT.TEXT:
            return decode(data, target.type.code_page or 1252)[0], None, None
        if self._marked(column):
            if not data.startswith(codecs.BOM_UTF16_LE):
                return None, BAD_MARK, InserterBadMark(path=path)
            data = data[len(codecs.BOM_UTF16_LE) :]
        return data.decode("utf-16-le", "replace"), None, None

    @staticmethod
    def _disposed(column: Column, target: Column) -> Column:
        """The column whose disposition counts: the output column's, where it has one."""
        return target if target.error_disposition != "NotUsed" else column

    def _marked(self, column: Column) -> bool:
        return properties.boolean(column.properties, "ExpectBOM", owner=self.model.name)

    def _pairs(self) -> list[tuple[Column, Column]]:
        """Path column and output column."""
        outputs = {c.ref_id: c for c in self.output().columns} | {c.lineage_id: c for c in self.output().columns}
        found = []
        for column in self.model.inputs[0].columns:
            named = properties.reference(column.properties, "FileDataColumnID")
            if not named:
                continue
            if named not in outputs:
                detail = f'"{column.name}" refers to {named}, which is no output column'
                raise BadProperty(property="FileDataColumnID", component=self.model.name, detail=detail)
            found.append((column, outputs[named]))
        return found
