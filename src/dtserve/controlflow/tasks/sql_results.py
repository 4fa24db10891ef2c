"""Results of the Execute SQL Task: output parameters, single rows, rowsets and XML into variables (CONTROL_FLOW §12)."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Any

from dtserve.connections.base import ResultColumn, ResultSet
from dtserve.controlflow.scope import RuntimeVariable, Scope
from dtserve.controlflow.tasks import sql_errors as errors
from dtserve.controlflow.tasks.sql_parameters import ParameterBinding, ResultBinding
from dtserve.controlflow.values import OBJECT
from dtserve.datatypes import DT, TypeSpec
from dtserve.errors import DtserveError

__all__ = ["ResultSetType", "TypeConversion", "check_bindings", "store_outputs", "store_result"]

NATIVE = frozenset(("OLEDB", "ODBC", "ADO", "EXCEL"))
STRING = 8


class ResultSetType(enum.IntEnum):
    """ResultSetType; packages also store 0 for none."""

    NONE = 1
    SINGLE_ROW = 2
    ROWSET = 3
    XML = 4

    @classmethod
    def _missing_(cls, value: object) -> ResultSetType | None:
        return cls.NONE if value == 0 else None


class TypeConversion(enum.IntEnum):
    """TypeConversionMode."""

    NONE = 0
    ALLOWED = 1


def check_bindings(kind: ResultSetType, bindings: Sequence[ResultBinding], scope: Scope) -> None:
    """Number and names of the bindings, and their variables."""
    label = "ResultSetType_" + {2: "SingleRow", 3: "Rowset", 4: "XML"}.get(int(kind), "None")
    if kind in (ResultSetType.ROWSET, ResultSetType.XML):
        if len(bindings) != 1:
            raise errors.SqlBindingCount(type=label, count=len(bindings), columns=1)
        if bindings[0].name.strip() != "0":
            raise errors.SqlResultName(name=bindings[0].name)
    elif kind is ResultSetType.SINGLE_ROW and not bindings:
        raise errors.SqlBindingCount(type=label, count=0, columns="any number of")
    if kind is ResultSetType.NONE:
        return
    for binding in bindings:
        found = scope.find(binding.variable)
        if found is None:
            raise errors.SqlVariableMissing(variable=binding.variable)
        if kind is ResultSetType.ROWSET and found.vt != OBJECT:
            raise errors.SqlVariableKind(variable=binding.variable, wanted="Object")
        if kind is ResultSetType.XML and found.vt not in (STRING, OBJECT):
            raise errors.SqlVariableKind(variable=binding.variable, wanted="String or Object")


def store_outputs(
    bindings: Sequence[ParameterBinding], results: Sequence[ResultSet], scope: Scope, *, strict: bool
) -> None:
    """Output parameters and the return value into their variables; the last result that has one counts."""
    values: dict[str, Any] = {}
    for result in results:
        values.update(result.output_values)
    for binding in bindings:
        if binding.direction != "Input" and binding.name in values:
            _assign(scope, binding.variable, values[binding.name], None, strict=strict)


def store_result(
    kind: ResultSetType,
    bindings: Sequence[ResultBinding],
    results: Sequence[ResultSet],
    scope: Scope,
    *,
    query: str,
    family: str,
    strict: bool,
) -> None:
    """The bound result into its variables: the first result that has columns."""
    if kind is ResultSetType.NONE:
        return
    with_rows = [result for result in results if result.columns]
    if not with_rows:
        label = {2: "single row", 3: "full result set", 4: "XML"}[int(kind)]
        raise errors.SqlNoRowset(type=label, query=query)
    if kind is ResultSetType.SINGLE_ROW:
        _single_row(with_rows[0], bindings, scope, family=family, strict=strict)
    elif kind is ResultSetType.ROWSET:
        chosen = with_rows if family == "ADO.NET" else with_rows[:1]
        scope.assign(bindings[0].variable, _recordset(chosen, data_set=family == "ADO.NET"))
    else:
        scope.assign(bindings[0].variable, _xml_text(with_rows[0]))


def _single_row(
    result: ResultSet, bindings: Sequence[ResultBinding], scope: Scope, *, family: str, strict: bool
) -> None:
    row = next(result.rows(), None)
    if row is None:
        raise errors.SqlNoRowManaged if family == "ADO.NET" else errors.SqlNoRow
    for binding in bindings:
        position = _position(binding.name, result.columns)
        value, spec = row[position], result.columns[position].type
        if strict and family in NATIVE and spec.dt in (DT.I8, DT.UI8) and value is not None:
            value, spec = str(value), TypeSpec(DT.WSTR, length=20)
        _assign(scope, binding.variable, value, spec, strict=strict)


def _position(name: str, columns: Sequence[ResultColumn]) -> int:
    names = [column.name for column in columns]
    if name in names:
        return names.index(name)
    folded = [each.lower() for each in names]
    if name.lower() in folded:
        return folded.index(name.lower())
    if not name.strip().isdigit():
        raise errors.SqlColumnName(name=name)
    position = int(name)
    if position >= len(columns):
        raise errors.SqlOrdinal(name=name, columns=len(columns))
    return position


def _assign(scope: Scope, name: str, value: Any, spec: TypeSpec | None, *, strict: bool) -> None:
    """Store one value; NULL becomes empty text in a String and stays NULL in an Object, elsewhere it is an error."""
    variable = _variable(scope, name)
    if value is None and variable.vt == STRING:
        value, spec = "", TypeSpec(DT.WSTR)
    try:
        scope.store(variable, value, spec, strict=strict and value is not None)
    except DtserveError as error:
        raise errors.SqlResultFailed(variable=name, detail=error.message) from error


def _variable(scope: Scope, name: str) -> RuntimeVariable:
    found = scope.find(name)
    if found is None:
        raise errors.SqlVariableMissing(variable=name)
    return found


def _recordset(results: Sequence[ResultSet], *, data_set: bool) -> Any:
    from dtserve.datatypes.recordset import DataSet, Recordset, RecordsetColumn

    tables = [
        Recordset(tuple(RecordsetColumn(column.name, column.type) for column in result.columns), tuple(result.batches))
        for result in results
    ]
    return DataSet(tuple(tables)) if data_set else tables[0]


def _xml_text(result: ResultSet) -> str:
    """The pieces of a FOR XML result as one document; a fragment gets a ``ROOT`` element."""
    from dtserve.package.xml import parse_xml

    text = "".join(_piece(row[0]) for row in result.rows() if row[0] is not None)
    try:
        parse_xml(text.encode("utf-8"))
        return text
    except DtserveError:
        wrapped = f"<ROOT>{text}</ROOT>"
    try:
        parse_xml(wrapped.encode("utf-8"))
    except DtserveError as error:
        raise errors.SqlXmlInvalid(detail=error.message) from error
    return wrapped


def _piece(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-16-le" if b"\0" in value[:4] else "utf-8", "replace")
    return str(value)
