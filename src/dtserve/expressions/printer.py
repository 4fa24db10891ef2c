"""Nodes → text, as the expression editor writes it, with the fewest parentheses.

``parse(print_node(node)) == node`` for every node that :func:`~.parser.parse` makes.
"""

from __future__ import annotations

import re
from decimal import Decimal

from dtserve.expressions.nodes import (
    Binary,
    Call,
    Cast,
    Column,
    Conditional,
    Lineage,
    Literal,
    Node,
    Null,
    Parameter,
    Unary,
    Variable,
)
from dtserve.expressions.parser import PRECEDENCE
from dtserve.expressions.trampoline import Step, run

__all__ = ["print_node", "quote"]

_PLAIN_NAME = re.compile(r"[^\W\d][\w@$#]*")
_ESCAPES = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}
_UNARY_LEVEL = 11
_SUFFIX = {"DT_I4": "", "DT_UI4": "U", "DT_I8": "L", "DT_UI8": "UL"}


def print_node(node: Node) -> str:
    """The text of an expression.

    >>> from dtserve.expressions.parser import parse
    >>> print_node(parse("(a+[b c])*2==(DT_WSTR , 5)@x?TRUE:!ISNULL( c )"))
    '(a + [b c]) * 2 == (DT_WSTR,5)@[x] ? True : !ISNULL(c)'
    """
    return run(_print(node, 0))


def quote(value: str) -> str:
    """A string literal.

    >>> print(quote('C:\\\\Temp "x"'))
    "C:\\\\Temp \\"x\\""
    """
    out = []
    for char in value:
        if char in ('"', "\\"):
            out.append("\\" + char)
        elif char in _ESCAPES:
            out.append(_ESCAPES[char])
        elif char < " " and char != "\0":
            out.append(f"\\x{ord(char):04X}")
        else:
            out.append(char)
    return '"' + "".join(out) + '"'


def _print(node: Node, level: int) -> Step[str]:
    """The text of ``node`` where an operator of ``level`` stands around it."""
    match node:
        case Literal():
            return _literal(node)
        case Variable():
            return f"@[{node.name}]"
        case Lineage():
            return f"#{node.id}" if node.id.isascii() and node.id.isdigit() else f"#{{{node.id}}}"
        case Column():
            return _name(node.name) if not node.source else f"{_name(node.source)}.{_name(node.name)}"
        case Null():
            return f"NULL({_specification(node.type_name, node.parameters)})"
        case Cast():
            inner: str = yield _print(node.operand, _UNARY_LEVEL)
            return f"({_specification(node.type_name, node.parameters)}){inner}"
        case Unary():
            inner = yield _print(node.operand, _UNARY_LEVEL)
            return node.operator + inner
        case Binary():
            own = PRECEDENCE[node.operator]
            left: str = yield _print(node.left, own - 1)
            right: str = yield _print(node.right, own)
            return _wrapped(f"{left} {node.operator} {right}", own <= level)
        case Conditional():
            condition: str = yield _print(node.condition, 1)
            when_true: str = yield _print(node.when_true, 0)
            when_false: str = yield _print(node.when_false, 0)
            return _wrapped(f"{condition} ? {when_true} : {when_false}", level > 0)
        case Call():
            arguments = []
            for argument in node.arguments:
                printed: str = yield _print(argument, 0)
                arguments.append(printed)
            name = node.name if _PLAIN_NAME.fullmatch(node.name) else f"[{node.name}]"
            return f"{name}({','.join(arguments)})"


def _wrapped(text: str, needed: bool) -> str:
    return f"({text})" if needed else text


def _name(name: str) -> str:
    plain = _PLAIN_NAME.fullmatch(name) and name.lower() not in ("true", "false")
    return name if plain and not name.upper().startswith("DT_") else f"[{name}]"


def _specification(type_name: str, parameters: tuple[Parameter, ...]) -> str:
    return ",".join([type_name, *(_literal(p.literal) if p.literal else "?" for p in parameters)])


def _literal(node: Literal) -> str:
    if node.kind == "DT_WSTR":
        return quote(str(node.value))
    if node.kind == "DT_BOOL":
        return "True" if node.value else "False"
    if node.text:
        return node.text
    if node.kind in _SUFFIX:
        return f"{node.value}{_SUFFIX[node.kind]}"
    if isinstance(node.value, Decimal):
        digits = f"{node.value:.{node.scale}f}"
        digits = digits.removeprefix("0") if node.precision == node.scale else digits
        return digits if "." in digits else digits + "."
    digits = repr(float(node.value)).replace("e", "E")
    return digits + ("F" if node.kind == "DT_R4" else "L")
