"""Tokens → nodes: the grammar and the precedence table of EXPRESSIONS §3.1.

Binary operators by precedence climbing; unary operators and casts bind tighter than all of
them; ``?:`` binds least and to the right. Nesting is not limited by the interpreter's
stack (:mod:`.trampoline`) but by ``MAX_DEPTH``.
"""

from __future__ import annotations

from functools import lru_cache

from dtserve.expressions.errors import (
    EmptyExpression,
    ExpressionFault,
    FailedToParse,
    InvalidToken,
    SingleEqual,
    UnknownFunction,
)
from dtserve.expressions.lexer import Token, tokenize
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
from dtserve.expressions.trampoline import Step, run

__all__ = ["PRECEDENCE", "parse"]

PRECEDENCE = {
    "*": 10, "/": 10, "%": 10,
    "+": 9, "-": 9,
    "<": 8, ">": 8, "<=": 8, ">=": 8,
    "==": 7, "!=": 7,
    "&": 6,
    "^": 5,
    "|": 4,
    "&&": 3,
    "||": 2,
}  # fmt: skip
"""Binary operators; a higher number binds tighter (levels 4 to 12 of the reference)."""

_UNARY = ("-", "!", "~")


def parse(text: str) -> Node:
    """The tree of an expression.

    Raises an :class:`~dtserve.expressions.errors.ExpressionFault` with its place:
    EmptyExpression, InvalidToken, FailedToParse, SingleQuote, SingleEqual, IllegalEscape,
    IllegalHexEscape, LiteralOverflow or ExpressionTooDeep.

    >>> node = parse("1 + 2 * @x")
    >>> node.operator, node.right.operator
    ('+', '*')
    """
    return _parse(text)


@lru_cache(maxsize=4096)
def _parse(text: str) -> Node:
    tokens = tokenize(text)
    if tokens[0].kind == "end":
        raise EmptyExpression().locate(text, 0, len(text))
    parser = _Parser(text, tokens)
    try:
        node = run(parser.expression())
    except ExpressionFault as error:
        raise error.locate(text, parser.token.start, parser.token.end) from None
    if parser.token.kind != "end":
        raise parser.unexpected()
    return node


class _Parser:
    def __init__(self, text: str, tokens: list[Token]) -> None:
        self.text = text
        self.tokens = tokens
        self.at = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.tokens[self.at]
        if token.kind != "end":
            self.at += 1
        return token

    def peek(self, ahead: int = 1) -> Token:
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)]

    def unexpected(self) -> ExpressionFault:
        """The error for the token at hand."""
        token = self.token
        if token.kind in ("=", ":="):
            return SingleEqual().locate(self.text, token.start, token.end)
        if token.kind == "end":
            return FailedToParse(detail="it ends too early").locate(self.text, token.start, token.end)
        return InvalidToken(token=self.text[token.start : token.end]).locate(self.text, token.start, token.end)

    def expect(self, kind: str) -> Token:
        if self.token.kind != kind:
            raise self.unexpected()
        return self.take()

    def expression(self) -> Step[Node]:
        """``a ? b : c`` or a binary expression."""
        condition: Node = yield self.binary(0)
        if self.token.kind != "?":
            return condition
        self.take()
        when_true: Node = yield self.expression()
        self.expect(":")
        when_false: Node = yield self.expression()
        return Conditional(condition, when_true, when_false, condition.start, when_false.end)

    def binary(self, lowest: int) -> Step[Node]:
        """Operators that bind tighter than ``lowest``, each level to the left."""
        left: Node = yield self.unary()
        while PRECEDENCE.get(self.token.kind, 0) > lowest:
            operator = self.take().kind
            right: Node = yield self.binary(PRECEDENCE[operator])
            left = Binary(operator, left, right, left.start, right.end)
        return left

    def unary(self) -> Step[Node]:
        """Prefix operators and casts, then a primary; their chain is read in a loop."""
        prefixes: list[tuple[Token, tuple[str, tuple[Parameter, ...]] | None]] = []
        while True:
            token = self.token
            if token.kind in _UNARY:
                prefixes.append((self.take(), None))
            elif token.kind == "(" and self._is_type(self.peek()):
                self.take()
                prefixes.append((token, self.type_specification()))
            else:
                break
        node: Node = yield self.primary()
        for token, cast in reversed(prefixes):
            if cast is None:
                node = Unary(token.kind, node, token.start, node.end)
            else:
                node = Cast(cast[0], cast[1], node, token.start, node.end)
        return node

    @staticmethod
    def _is_type(token: Token) -> bool:
        return token.kind == "name" and str(token.value).upper().startswith("DT_")

    def type_specification(self) -> tuple[str, tuple[Parameter, ...]]:
        """``DT_NAME[, parameter …])``: the part of a cast or NULL() after its parenthesis."""
        name = str(self.take().value).upper()
        parameters: list[Parameter] = []
        while self.token.kind == ",":
            self.take()
            parameters.append(self.type_parameter())
        self.expect(")")
        return name, tuple(parameters)

    def type_parameter(self) -> Parameter:
        """One parameter: a literal (with its sign), or None for anything else up to the next comma."""
        first = self.token
        sign = self.take() if first.kind == "-" else None
        token = self.token
        if token.kind in ("number", "string") and self.peek().kind in (",", ")"):
            self.take()
            value = token.value
            if sign is not None and token.type.startswith(("DT_I", "DT_UI")):
                value = -int(value)
            written = self.text[first.start : token.end]
            literal = Literal(token.type, value, token.precision, token.scale, written, first.start, token.end)
            return Parameter(literal, first.start, token.end)
        depth = 0
        while self.token.kind != "end" and (depth or self.token.kind not in (",", ")")):
            depth += {"(": 1, ")": -1}.get(self.token.kind, 0)
            self.take()
        last = self.tokens[self.at - 1]
        if last.end <= first.start:
            raise self.unexpected()
        return Parameter(None, first.start, last.end)

    def primary(self) -> Step[Node]:
        """A literal, name, function call or parenthesis."""
        token = self.token
        match token.kind:
            case "number" | "string":
                self.take()
                return self.literal(token)
            case "variable":
                self.take()
                return Variable(str(token.value), token.start, token.end)
            case "lineage":
                self.take()
                return Lineage(str(token.value), token.start, token.end)
            case "(":
                self.take()
                node: Node = yield self.expression()
                self.expect(")")
                return node
            case "name" | "bracket":
                named: Node = yield self.named()
                return named
        raise self.unexpected()

    def literal(self, token: Token) -> Literal:
        """The literal of a number or string token."""
        written = self.text[token.start : token.end]
        return Literal(token.type, token.value, token.precision, token.scale, written, token.start, token.end)

    def named(self) -> Step[Node]:
        """A function call, a boolean literal, or a column with or without its component."""
        token = self.take()
        name = str(token.value)
        if self.token.kind == "(":
            call: Node = yield self.call(token)
            return call
        if token.kind == "name" and name.lower() in ("true", "false"):
            return Literal("DT_BOOL", name.lower() == "true", 0, 0, name, token.start, token.end)
        if self.token.kind == "." and self.peek().kind in ("name", "bracket"):
            self.take()
            column = self.take()
            return Column(str(column.value), name, token.start, column.end)
        return Column(name, "", token.start, token.end)

    def call(self, token: Token) -> Step[Node]:
        """``NAME(…)`` after its name."""
        name = str(token.value).strip().upper()
        self.expect("(")
        if name == "NULL" and self._is_type(self.token):
            type_name, parameters = self.type_specification()
            return Null(type_name, parameters, token.start, self.tokens[self.at - 1].end)
        if name == "NULL":
            raise FailedToParse(detail="NULL wants a data type, as in NULL(DT_WSTR,50)").locate(
                self.text, token.start, self.token.end
            )
        if not name:
            raise UnknownFunction(name=token.value).locate(self.text, token.start, token.end)
        arguments: list[Node] = []
        if self.token.kind != ")":
            argument: Node = yield self.expression()
            arguments.append(argument)
            while self.token.kind == ",":
                self.take()
                argument = yield self.expression()
                arguments.append(argument)
        end = self.expect(")")
        return Call(name, tuple(arguments), token.start, end.end)
