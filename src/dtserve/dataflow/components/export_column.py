"""Export Column: long values into files named by a column (DATA_FLOW §5).

The input column with the path names its data column in ``FileDataColumnID``.
``AllowAppend`` writes behind an existing file, ``ForceTruncate`` replaces it; with
neither an existing file is an error, with both the component is not valid. DT_NTEXT is
written as UTF-16LE, DT_TEXT in the code page of its column; ``WriteBOM`` puts a byte order
mark before DT_NTEXT in a new or replaced file. A NULL value writes an empty file, a NULL
path is an error of the row.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dtserve.dataflow import properties
from dtserve.dataflow.base import Emit, RowTransform
from dtserve.dataflow.dispositions import RowErrors
from dtserve.dataflow.errors import BadMetadata, BadProperty
from dtserve.dataflow.file_errors import FileCannotOpenWrite, FileExists, InserterDataType, InserterNameType
from dtserve.dataflow.registry import component
from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.code_pages import encode
from dtserve.errors import DtserveError

if TYPE_CHECKING:
    import polars as pl

    from dtserve.package.model import Column

__all__ = ["ExportColumn"]

CANNOT_OPEN = 0xC0209093
EXISTS = 0xC02090A7
CANNOT_WRITE = 0xC0209095
"""ErrorCodes of rows (DTS_E_TXFILEEXTRACTORSTATIC_…)."""


@component("Extractor")
class ExportColumn(RowTransform):
    """Writes files."""

    stateless = False
    side_effects = True
    _stopped = False

    def validate(self) -> None:
        """Path columns are texts, data columns long values, options do not contradict each other."""
        pairs = self._pairs()
        if not pairs:
            raise BadMetadata(component=self.model.name, detail="no column holds a path")
        for column, data, spec in pairs:
            if self._type(column).family != "text":
                raise InserterNameType(column=column.name)
            if not spec.info.blob:
                raise InserterDataType(column=column.name, other=data)
            if self._flag(column, "AllowAppend") and self._flag(column, "ForceTruncate"):
                detail = "AllowAppend and ForceTruncate are both true"
                raise BadProperty(property="AllowAppend", component=self.model.name, detail=detail)

    def start(self) -> None:
        """Resolve the columns."""
        self._work = self._pairs()

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Write the files of one buffer."""
        import polars as pl

        errors = RowErrors(self, frame.height)
        for column, data, spec in self._work:
            codes: list[int | None] = []
            failures: dict[int, DtserveError] = {}
            names = frame[column.lineage_id].to_list()
            for row, (name, value) in enumerate(zip(names, frame[data].to_list(), strict=True)):
                code, failure = self._write(column, name, value, spec)
                codes.append(code)
                if failure is not None:
                    failures[row] = failure
                if self._stopped or self.host.cancel.is_set():
                    return
            errors.errors(
                column,
                pl.Series(codes, dtype=pl.UInt32),
                cause=lambda row, code, truncated, found=failures: found.get(row),  # type: ignore[misc]
            )
        kept, redirected = errors.settle(frame, frame)
        if redirected is not None:
            yield self.output(error=True).ref_id, redirected
        yield self.output().ref_id, kept

    def interrupt(self) -> None:
        """End before the next row."""
        self._stopped = True

    def _write(self, column: Column, name: str | None, value: Any, spec: TypeSpec) -> tuple[int | None, Any]:
        """Write one file; the code and error of the row where that fails."""
        if not name:
            return CANNOT_OPEN, FileCannotOpenWrite(path="", detail="there is no name")
        path = self.host.map_path(name)
        append, replace = self._flag(column, "AllowAppend"), self._flag(column, "ForceTruncate")
        try:
            exists = path.exists()
            if exists and not append and not replace:
                return EXISTS, FileExists(path=path)
            self._store(path, append, self._bytes(column, value, spec, new=not (append and exists)))
        except OSError as error:
            code = CANNOT_OPEN if isinstance(error, FileNotFoundError | PermissionError) else CANNOT_WRITE
            return code, FileCannotOpenWrite(path=path, detail=error.strerror or error)
        return None, None

    def _bytes(self, column: Column, value: Any, spec: TypeSpec, *, new: bool) -> bytes:
        if spec.dt is DT.NTEXT:
            mark = codecs.BOM_UTF16_LE if new and self._flag(column, "WriteBOM") else b""
            return mark + (value or "").encode("utf-16-le")
        if spec.dt is DT.TEXT:
            return encode(value or "", spec.code_page or 1252)[0]
        return value or b""

    @staticmethod
    def _store(path: Path, append: bool, data: bytes) -> None:
        with path.open("ab" if append else "wb") as target:
            target.write(data)

    def _flag(self, column: Column, name: str) -> bool:
        return properties.boolean(column.properties, name, owner=self.model.name)

    def _type(self, column: Column) -> TypeSpec:
        return self.input_schemas.get(self.model.inputs[0].ref_id, {}).get(column.lineage_id, column.type)

    def _pairs(self) -> list[tuple[Column, str, TypeSpec]]:
        """Path column, lineage id and type of its data column."""
        columns = self.model.inputs[0].columns
        by_ref = {c.ref_id: c for c in columns} | {c.lineage_id: c for c in columns}
        found = []
        for column in columns:
            named = properties.reference(column.properties, "FileDataColumnID")
            if not named:
                continue
            data = by_ref.get(named)
            if data is None or data is column:
                detail = f'"{column.name}" refers to {named}, which is no data column of the input'
                raise BadProperty(property="FileDataColumnID", component=self.model.name, detail=detail)
            found.append((column, data.lineage_id, self._type(data)))
        return found
