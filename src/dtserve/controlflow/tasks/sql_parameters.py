"""Parameter and result bindings of the Execute SQL Task: names, directions and type numbers per provider (CONTROL_FLOW §12)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dtserve.connections.base import SqlParameter
from dtserve.controlflow.scope import Scope
from dtserve.controlflow.task import local_name
from dtserve.controlflow.tasks import sql_errors as errors
from dtserve.controlflow.values import UNLIMITED, convert_to_variant, python_spec
from dtserve.datatypes import DT, TypeSpec

__all__ = ["ParameterBinding", "ResultBinding", "family_of", "make_parameters", "read_bindings"]

OLE_DB = {code: DT(code) for code in (2, 3, 4, 5, 6, 7, 11, 14, 16, 17, 18, 19, 20, 21, 64, 72, 128, 129, 130, 131)}
OLE_DB.update({8: DT.WSTR, 133: DT.DBDATE, 134: DT.DBTIME, 135: DT.DBTIMESTAMP, 139: DT.NUMERIC})
OLE_DB.update({145: DT.DBTIME2, 146: DT.DBTIMESTAMPOFFSET, 200: DT.STR, 201: DT.TEXT, 202: DT.WSTR, 203: DT.NTEXT})
OLE_DB.update({204: DT.BYTES, 205: DT.IMAGE, 301: DT.IMAGE, 302: DT.TEXT, 303: DT.NTEXT, 304: DT.DBTIMESTAMP2})
ODBC = {
    -11: DT.GUID, -10: DT.NTEXT, -9: DT.WSTR, -8: DT.WSTR, -7: DT.BOOL, -6: DT.UI1, -5: DT.I8, -4: DT.IMAGE,
    -3: DT.BYTES, -2: DT.BYTES, -1: DT.TEXT, 1: DT.STR, 2: DT.NUMERIC, 3: DT.NUMERIC, 4: DT.I4, 5: DT.I2, 6: DT.R8,
    7: DT.R4, 8: DT.R8, 9: DT.DBDATE, 10: DT.DBTIME, 11: DT.DBTIMESTAMP, 12: DT.STR, 91: DT.DBDATE, 92: DT.DBTIME,
    93: DT.DBTIMESTAMP,
}  # fmt: skip
ADO_NET = {
    0: DT.STR, 1: DT.BYTES, 2: DT.UI1, 3: DT.BOOL, 4: DT.CY, 5: DT.DBDATE, 6: DT.DBTIMESTAMP, 7: DT.NUMERIC,
    8: DT.R8, 9: DT.GUID, 10: DT.I2, 11: DT.I4, 12: DT.I8, 13: DT.WSTR, 14: DT.I1, 15: DT.R4, 16: DT.WSTR,
    17: DT.DBTIME2, 18: DT.UI2, 19: DT.UI4, 20: DT.UI8, 21: DT.NUMERIC, 22: DT.STR, 23: DT.WSTR, 25: DT.NTEXT,
    26: DT.DBTIMESTAMP2, 27: DT.DBTIMESTAMPOFFSET,
}  # fmt: skip
TYPES = {"OLEDB": OLE_DB, "EXCEL": OLE_DB, "ADO": OLE_DB, "ODBC": ODBC, "ADO.NET": ADO_NET}
DIRECTIONS = {"input": "Input", "output": "Output", "returnvalue": "ReturnValue"}
_NUMBERED = re.compile(r"(?:Param)?(\d+)\Z", re.IGNORECASE)
_DATES = frozenset((DT.DATE, DT.DBDATE, DT.DBTIME, DT.DBTIME2, DT.DBTIMESTAMP, DT.DBTIMESTAMP2, DT.DBTIMESTAMPOFFSET))


@dataclass(frozen=True)
class ParameterBinding:
    """One parameter as stored."""

    name: str
    variable: str
    direction: str
    data_type: int
    size: int

    @property
    def number(self) -> int | None:
        """The number of an ordinal name (``0``, ``Param1``); None for a name."""
        found = _NUMBERED.match(self.name)
        return int(found[1]) if found else None


@dataclass(frozen=True)
class ResultBinding:
    """One result column or result set that goes to a variable."""

    name: str
    variable: str


def family_of(creation_name: str) -> str:
    """``OLEDB``, ``ADO``, ``ADO.NET``, ``ODBC``, ``EXCEL`` … of a connection manager."""
    return creation_name.partition(":")[0].strip().upper()


def read_bindings(data: Any) -> tuple[tuple[ParameterBinding, ...], tuple[ResultBinding, ...]]:
    """The bindings below a ``SqlTaskData`` element; SqlParameterDirection."""
    parameters: list[ParameterBinding] = []
    results: list[ResultBinding] = []
    for child in data if data is not None else ():
        stored = {local_name(name): value for name, value in child.attrib.items()}
        tag = local_name(child.tag)
        if tag == "ParameterBinding":
            name, direction = stored.get("ParameterName", ""), stored.get("ParameterDirection", "Input")
            if direction.lower() not in DIRECTIONS:
                raise errors.SqlParameterDirection(name=name, direction=direction)
            parameters.append(
                ParameterBinding(
                    name,
                    stored.get("DtsVariableName", ""),
                    DIRECTIONS[direction.lower()],
                    _number(stored.get("DataType", ""), name, 0),
                    _number(stored.get("ParameterSize", ""), name, -1),
                )
            )
        elif tag == "ResultBinding":
            results.append(ResultBinding(stored.get("ResultName", ""), stored.get("DtsVariableName", "")))
    return tuple(parameters), tuple(results)


def _number(text: str, name: str, default: int) -> int:
    """A stored number; SqlParameterType for a text that is none."""
    try:
        return int(text.strip() or default)
    except ValueError:
        raise errors.SqlParameterType(name=name, type=text) from None


def ordered(bindings: tuple[ParameterBinding, ...], family: str) -> list[ParameterBinding]:
    """The bindings in the order of the markers: by number, or as stored when they are named."""
    numbers = [binding.number for binding in bindings]
    numbered = [number for number in numbers if number is not None]
    if family == "ADO.NET" or not numbered:
        return list(bindings)
    if len(numbered) != len(numbers):
        raise errors.SqlParameterNames
    in_order = sorted(bindings, key=lambda binding: binding.number or 0)
    returned = [each for each in in_order if each.direction == "ReturnValue"]
    if len(returned) > 1 or (returned and in_order[0] is not returned[0]):
        raise errors.SqlReturnValue
    return in_order


def make_parameters(
    bindings: tuple[ParameterBinding, ...], family: str, scope: Scope, *, values: bool = True
) -> list[SqlParameter]:
    """The parameters with the variables' values of this moment; ``values`` False only checks the bindings.

    At validation a variable may still hold a value that does not fit, which the run replaces.
    """
    types = TYPES.get(family, OLE_DB)
    parameters = []
    for binding in ordered(bindings, family):
        dt = types.get(binding.data_type)
        if dt is None:
            raise errors.SqlParameterType(name=binding.name, type=binding.data_type)
        if scope.find(binding.variable) is None:
            raise errors.SqlVariableMissing(variable=binding.variable)
        spec = _spec(dt, binding.size)
        value = _input_value(scope, binding, spec) if values and binding.direction == "Input" else None
        parameters.append(SqlParameter(value, spec, binding.name, binding.direction, binding.size))
    return parameters


def _spec(dt: DT, size: int) -> TypeSpec:
    length = size if size > 0 else UNLIMITED
    if dt in (DT.STR, DT.WSTR, DT.BYTES):
        return TypeSpec(dt, length=length, code_page=1252 if dt is DT.STR else 0)
    if dt is DT.NUMERIC:
        return TypeSpec(dt, precision=38, scale=10)
    if dt in (DT.DBTIMESTAMP2, DT.DBTIME2, DT.DBTIMESTAMPOFFSET):
        return TypeSpec(dt, scale=7)
    return TypeSpec(dt)


def _input_value(scope: Scope, binding: ParameterBinding, spec: TypeSpec) -> Any:
    """The variable's value as the parameter's type; values that fit are passed as they are."""
    source, value = scope.typed(binding.variable)
    source = source or python_spec(value)
    if value is None or source is None or source.dt is spec.dt or source.family == spec.family:
        if isinstance(value, str) and 0 < spec.length < len(value):
            return value[: spec.length]
        return value
    if spec.dt in _DATES and isinstance(value, datetime):
        return value
    if spec.dt is DT.NUMERIC:
        return convert_to_variant(value, source, 14, binding.name)
    from dtserve.datatypes.convert import convert_value

    return convert_value(value, source, spec)
