"""Parameters of a source's statement: ParameterMapping, markers, directions (DATA_FLOW §4.1).

``"Parameter0:Input",{variable};…`` maps by position, ``"@name:Output",{variable};…`` by the names of a procedure's
parameters. A call whose arguments are bare markers gets those names, so that the order of the mapping is of no
account. Variables mapped as Output or InputOutput take their values when the statement has run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from dtserve.connections.base import SqlParameter
from dtserve.connections.sql.tsql_tokens import Token, tokenize

if TYPE_CHECKING:
    from dtserve.dataflow.host import FlowHost

__all__ = ["Bound", "Mapped", "bind", "count_markers", "parse_parameter_mapping"]

_MAPPING = re.compile(r'"(?P<name>[^"]*)"\s*,\s*(?P<variable>\{[0-9A-Fa-f-]+\}|[^;]+?)\s*(?:;|$)')
_DIRECTIONS = {"input": "Input", "output": "Output", "inputoutput": "InputOutput"}


class Mapped(NamedTuple):
    """An entry of ParameterMapping; ``direction`` is Input, Output or InputOutput."""

    name: str
    variable: str
    direction: str = "Input"


class Bound(NamedTuple):
    """A statement ready to run; ``outputs`` are the variables that take values, by the name of the parameter."""

    statement: str
    parameters: list[SqlParameter]
    outputs: dict[str, str]

    def store(self, host: FlowHost, values: Mapping[str, Any]) -> None:
        """Give the variables their values."""
        for name, variable in self.outputs.items():
            if name in values:
                host.set_variable(variable, values[name])


def parse_parameter_mapping(text: str) -> list[Mapped]:
    """``"Parameter0:Input",{variable DTSID};…`` in order of the markers; without a direction it is Input.

    >>> [tuple(m) for m in parse_parameter_mapping('"Parameter1:Output",{B};"Parameter0",{A};')]
    [('Parameter0', '{A}', 'Input'), ('Parameter1', '{B}', 'Output')]
    """
    found = []
    for match in _MAPPING.finditer(text):
        name, _, word = match["name"].rpartition(":")
        direction = _DIRECTIONS.get(word.strip().lower(), "")
        if not direction:
            name, direction = match["name"], "Input"
        found.append(Mapped(name.strip(), match["variable"].strip(), direction))

    def place(entry: Mapped) -> int:
        digits = re.fullmatch(r"(?:Parameter)?(\d+)", entry.name, re.IGNORECASE)
        return int(digits[1]) if digits else 0

    return sorted(found, key=place)


def count_markers(statement: str) -> int:
    """How many ``?`` of a statement stand for parameters.

    >>> count_markers("select '?' from t where a = ? -- ?")
    1
    """
    return sum(token.kind == "mark" for token in tokenize(statement))


def bind(host: FlowHost, statement: str, mapping: Sequence[Mapped]) -> Bound:
    """A statement with the values of its variables: by position, or by name where ``@name = ?`` or a call tells names."""
    tokens = tokenize(statement)
    marks = [at for at, token in enumerate(tokens) if token.kind == "mark"]
    named = {entry.name.lower(): entry for entry in mapping if entry.name.startswith("@")}
    order = [_name_before(tokens, at) for at in marks]
    if named and set(order) <= set(named):
        mapping = [named[name] for name in order]
    elif len(named) == len(mapping) == len(marks) and _bare_call(tokens, marks):
        for at, entry in reversed(list(zip(marks, mapping, strict=True))):
            statement = f"{statement[: tokens[at].start]}{entry.name} = {statement[tokens[at].start :]}"
    parameters, outputs = [], {}
    for at, entry in enumerate(mapping[: len(marks)]):
        spec, value = host.variable(entry.variable)
        size = -1 if spec is None else spec.length or -1
        parameters.append(SqlParameter(value, spec, str(at), entry.direction, size))
        if entry.direction != "Input":
            outputs[str(at)] = entry.variable
    return Bound(statement, parameters, outputs)


def _name_before(tokens: Sequence[Token], at: int) -> str:
    """``@name`` of ``@name = ?``, in lower case."""
    if at >= 2 and tokens[at - 1].text == "=" and tokens[at - 2].kind == "variable":
        return tokens[at - 2].text.lower()
    return ""


def _bare_call(tokens: Sequence[Token], marks: Sequence[int]) -> bool:
    """Whether the statement is ``EXEC name ?, ? OUTPUT, …``: each argument a marker, nothing named."""
    if not tokens or tokens[0].upper not in ("EXEC", "EXECUTE") or tokens[1].kind not in ("word", "quoted"):
        return False
    start = next((at for at in range(2, len(tokens)) if tokens[at].text != "." and tokens[at - 1].text != "."), 0)
    if start != marks[0]:
        return False
    between = [token for token in tokens[start : marks[-1] + 1] if token.kind != "mark"]
    return all(token.text == "," or token.upper in ("OUTPUT", "OUT") for token in between)
