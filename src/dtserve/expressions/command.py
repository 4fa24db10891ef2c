"""One expression from the command line: ``dtserve expr`` and whoever wants to try one out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.text import format_value
from dtserve.expressions.assignment import split_assignment
from dtserve.expressions.conversion import convert_scalar
from dtserve.expressions.errors import ExpressionFault, FailedToParse
from dtserve.expressions.nodes import Null
from dtserve.expressions.parser import parse
from dtserve.expressions.scalar import Moment, compute
from dtserve.expressions.scope import ColumnBinding, MappingScope, TypedValue, index_columns
from dtserve.expressions.typespecs import type_of
from dtserve.expressions.typing import analyse
from dtserve.expressions.utf16 import utf16_length

__all__ = ["evaluate_text", "fault_facts", "read_setting", "value_text"]

_SETTING = re.compile(r"(?P<name>[^=]*?)(?::(?P<type>DT_\w+(?:,\d+)*))?(?:=(?P<value>.*))?", re.DOTALL | re.IGNORECASE)
_INTEGER = re.compile(r"[+-]?\d{1,19}")
_NUMBER = re.compile(r"[+-]?(?:\d+\.\d*|\.\d+|\d+(?=[eE]))(?:[eE][+-]?\d+)?")


def read_setting(setting: str, locale_id: int = 1033) -> tuple[str, TypedValue]:
    """``NAME=VALUE`` or ``NAME:TYPE=VALUE``; without ``=`` the value is NULL.

    Without a type, digits are DT_I4 (DT_I8 where they do not fit), numbers with a point or
    an exponent DT_R8, True and False DT_BOOL, and everything else DT_WSTR.

    >>> read_setting("User::Day:DT_DBDATE=2024-02-29")[1].value
    datetime.date(2024, 2, 29)
    >>> read_setting("User::Count=7")[0], str(read_setting("User::Count=7")[1].type)
    ('User::Count', 'DT_I4')
    """
    found = _SETTING.fullmatch(setting)
    if found is None or not found["name"]:
        raise FailedToParse(detail=f'"{setting.partition("=")[0]}" is no NAME=VALUE')
    name, written, value = found["name"].removeprefix("@"), found["type"], found["value"]
    spec = _type(written) if written else _guessed(value or "")
    if value is None:
        return name, TypedValue(spec, None)
    text = TypeSpec(DT.WSTR, length=max(1, utf16_length(value)))
    if spec.family == "text":
        return name, TypedValue(spec, value)
    return name, TypedValue(spec, convert_scalar(value, text, spec, locale_id))


def _type(written: str) -> TypeSpec:
    text = f"NULL({written})"
    node = parse(text)
    if not isinstance(node, Null):  # pragma: no cover - the text is a NULL()
        raise FailedToParse(detail=f"{written} is no type")
    return type_of(node, text)


def _guessed(value: str) -> TypeSpec:
    if _INTEGER.fullmatch(value) and -(2**63) <= int(value) < 2**63:
        return TypeSpec(DT.I4 if -(2**31) <= int(value) < 2**31 else DT.I8)
    if _NUMBER.fullmatch(value):
        return TypeSpec(DT.R8)
    if value.lower() in ("true", "false"):
        return TypeSpec(DT.BOOL)
    return TypeSpec(DT.WSTR, length=utf16_length(value))


def evaluate_text(
    text: str, variables: Sequence[str] = (), columns: Sequence[str] = (), locale_id: int = 1033
) -> TypedValue:
    """The value of an expression with variables and one row of columns given as settings.

    Raises an ExpressionFault with its place.

    >>> evaluate_text("[a b] + @x", ["User::x=2"], ["a b=40"]).value
    42
    """
    scope = MappingScope(dict(read_setting(setting, locale_id) for setting in variables))
    settings = [read_setting(setting, locale_id) for setting in columns]
    bindings = tuple(
        ColumnBinding(name, found.type, tuple(dict.fromkeys((name, name.replace("[", "").replace("]", "")))))
        for name, found in settings
    )
    _, expression = (None, text) if columns else split_assignment(text)
    typed = analyse(parse(expression), expression, scope, index_columns(bindings) if columns else None)
    row = {name: found.value for name, found in settings}
    return TypedValue(typed.type, compute(typed, Moment.now(locale_id), expression, row))


def value_text(found: TypedValue, locale_id: int = 1033) -> str | None:
    """The value as text, as a cast to DT_WSTR would give it; None for NULL."""
    return None if found.value is None else format_value(found.value, found.type, locale_id=locale_id)


def fault_facts(fault: ExpressionFault) -> dict[str, Any]:
    """A fault as plain data."""
    return {
        "code": fault.hresult,
        "symbol": fault.symbol,
        "message": fault.message,
        "line": fault.line,
        "column": fault.column,
        "snippet": fault.snippet,
        "highlight": fault.highlight,
    }
