"""Parameters of T-SQL batches: markers, names, and OUTPUT values of procedures.

Drivers for Python send input values only. An OUTPUT parameter or return value becomes a
variable that is declared before the batch and selected after it (CONTROL_FLOW §12).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from dtserve.connections.base import SqlParameter
from dtserve.connections.errors import SqlError
from dtserve.connections.sql.statement import Statement
from dtserve.connections.sql.tsql_tokens import tokenize
from dtserve.datatypes import DT, TypeSpec

__all__ = ["Call", "declaration", "prepare"]

_NAMES = {
    DT.BOOL: "bit", DT.UI1: "tinyint", DT.I1: "smallint", DT.I2: "smallint", DT.UI2: "int", DT.I4: "int", DT.UI4: "bigint",
    DT.I8: "bigint", DT.UI8: "decimal(20,0)", DT.R4: "real", DT.R8: "float", DT.CY: "money", DT.DBDATE: "date",
    DT.DBTIME: "time", DT.DBTIME2: "time(7)", DT.DATE: "datetime", DT.DBTIMESTAMP: "datetime", DT.FILETIME: "datetime",
    DT.DBTIMESTAMP2: "datetime2(7)", DT.DBTIMESTAMPOFFSET: "datetimeoffset(7)", DT.GUID: "uniqueidentifier",
    DT.TEXT: "varchar(max)", DT.NTEXT: "nvarchar(max)", DT.IMAGE: "varbinary(max)",
}  # fmt: skip


def declaration(spec: TypeSpec | None, size: int = -1) -> str:
    """The T-SQL type of a parameter; nvarchar(4000) for an unknown one.

    >>> declaration(TypeSpec(DT.NUMERIC, precision=10, scale=2)), declaration(None, 50)
    ('decimal(10,2)', 'nvarchar(50)')
    """
    if spec is None:
        return f"nvarchar({size})" if 0 < size <= 4000 else "nvarchar(4000)"
    if spec.dt in _NAMES:
        return _NAMES[spec.dt]
    if spec.family == "decimal":
        return f"decimal({spec.precision or 38},{spec.scale})"
    word = {DT.STR: "varchar", DT.WSTR: "nvarchar", DT.BYTES: "varbinary"}.get(spec.dt, "nvarchar")
    longest = 4000 if word == "nvarchar" else 8000
    length = size if size > 0 else spec.length
    if length > longest:
        return f"{word}(max)"
    return f"{word}({length or longest})"


@dataclass(frozen=True)
class Call:
    """A batch ready to send: its statement, the parameters of its slots in order, and the names of its outputs."""

    statement: Statement
    values: tuple[SqlParameter, ...]
    outputs: tuple[str, ...] = ()


def prepare(text: str, parameters: Sequence[SqlParameter]) -> Call:
    """The call of a batch with ``?`` markers, or with ``@name`` where parameters have names.

    Names that the batch declares itself stay what they are. Raises SqlError for too few parameters.
    """
    tokens = tokenize(text)
    named = {p.name.lower().lstrip("@"): p for p in parameters if p.name and not p.name.isdigit()}
    declared = {
        token.text.lower().lstrip("@")
        for before, token in itertools.pairwise(tokens)
        if token.kind == "variable" and before.upper in ("DECLARE", ",")
    } if any(token.upper == "DECLARE" for token in tokens) else set()  # fmt: skip
    pieces: list[str] = []
    slots: list[str] = []
    values: list[SqlParameter] = []
    outputs: list[str] = []
    declarations: list[tuple[str, SqlParameter]] = []
    last = position = 0
    for at, token in enumerate(tokens):
        parameter = None
        if token.kind == "mark":
            parameter = parameters[position] if position < len(parameters) else None
            position += 1
        elif token.kind == "variable" and token.text.lower().lstrip("@") in set(named) - declared:
            if at + 1 < len(tokens) and tokens[at + 1].text == "=" and _is_call_argument(tokens, at):
                continue  # EXEC p @name = @name: the first is the procedure's own
            parameter = named[token.text.lower().lstrip("@")]
        if parameter is None:
            continue
        pieces.append(text[last : token.start])
        last = token.end
        if parameter.direction.lower() == "input":
            slots.append(f"?{len(values)}")
            values.append(parameter)
            continue
        name = f"@dtserve_out{len(outputs)}"
        declarations.append((name, parameter))
        outputs.append(parameter.name or str(parameters.index(parameter)))
        pieces[-1] = pieces[-1] + name
        slots.append("")
    if position > len(parameters):
        raise SqlError(detail="No value given for one or more required parameters.")
    pieces.append(text[last:])
    return _assembled(text, pieces, slots, values, declarations, outputs)


def _is_call_argument(tokens: list, at: int) -> bool:  # type: ignore[type-arg]
    before = next(
        (t.upper for t in reversed(tokens[:at]) if t.upper in ("EXEC", "EXECUTE", "SET", "SELECT", "WHERE")), ""
    )
    return before in ("EXEC", "EXECUTE")


def _assembled(
    text: str, pieces: list[str], slots: list[str], values: list[SqlParameter],
    declarations: list[tuple[str, SqlParameter]], outputs: list[str],
) -> Call:  # fmt: skip
    joined: list[str] = [pieces[0]]
    kept: list[str] = []
    for slot, piece in zip(slots, pieces[1:], strict=True):
        if slot:
            kept.append(slot)
            joined.append(piece)
        else:
            joined[-1] += piece
    before: list[SqlParameter] = []
    if declarations:
        head, marks = ["SET NOCOUNT ON; "], []
        for name, parameter in declarations:
            start = parameter.direction.lower() == "inputoutput" and parameter.value is not None
            head[-1] += f"DECLARE {name} {declaration(parameter.type, parameter.size)}"
            if start:
                head[-1] += " = "
                head.append("; ")
                marks.append("?")
                before.append(parameter)
            else:
                head[-1] += "; "
        joined = [*head[:-1], head[-1] + joined[0], *joined[1:]]
        kept = [*marks, *kept]
        selected = ", ".join(f"{name} AS [{number}]" for number, (name, _) in enumerate(declarations))
        joined[-1] += f"; SELECT {selected}"
    numbered = tuple(f"?{number}" for number in range(len(kept)))
    rows = tokenize(text)[:1] != [] and tokenize(text)[0].upper in ("SELECT", "WITH", "EXEC", "EXECUTE", "DECLARE")
    return Call(Statement(tuple(joined), numbered, text, rows), (*before, *values), tuple(outputs))
