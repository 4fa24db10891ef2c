"""Text → tokens (EXPRESSIONS §2).

Supported: every literal form with its suffixes, string escapes, bracketed names (columns,
variables, functions), ``#123`` and ``#{refId}`` lineage references. The lexer knows no
grammar; a lone ``=`` and ``:=`` are tokens, which the parser refuses and
:mod:`.assignment` uses.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from decimal import Decimal

from dtserve.expressions.errors import (
    ExpressionTooDeep,
    FailedToParse,
    IllegalEscape,
    IllegalHexEscape,
    InvalidToken,
    LiteralOverflow,
    SingleQuote,
)

__all__ = ["MAX_LENGTH", "Token", "tokenize"]

MAX_LENGTH = 1_000_000
"""Characters of an expression that are accepted."""

_SPACE = re.compile(r"[\s\ufeff]*")
_NUMBER = re.compile(
    r"0[xX](?P<hex>[0-9A-Fa-f]+)(?P<hexsuffix>[uU]?)"
    r"|(?P<mantissa>[0-9]*\.[0-9]+|[0-9]+\.?)(?P<exponent>[eE][+-]?[0-9]+)?(?P<suffix>[uUlLfF]{0,2})"
)
_NAME = re.compile(r"[^\W\d][\w@$#]*")
_OPERATORS = (
    "&&", "||", "==", "!=", "<=", ">=", ":=", "+", "-", "*", "/", "%", "<", ">", "&", "|", "^", "!", "~", "?", ":",
    "(", ")", ",", ".", "=",
)  # fmt: skip
_TWO = frozenset(op for op in _OPERATORS if len(op) == 2)
_ONE = frozenset(op for op in _OPERATORS if len(op) == 1)
_ESCAPES = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", '"': '"', "\\": "\\",
}  # fmt: skip
_DIGITS = frozenset("0123456789")
_HEX4 = re.compile(r"[0-9A-Fa-f]{4}")
_PLAIN = re.compile(r'[^"\\]+')

_LIMITS = {"DT_I4": 2**31 - 1, "DT_UI4": 2**32 - 1, "DT_I8": 2**63 - 1, "DT_UI8": 2**64 - 1}
_INTEGER = {"": "DT_I4", "U": "DT_UI4", "L": "DT_I8", "LU": "DT_UI8"}
_MAX_R4 = 3.4028235677973366e38


@dataclass(frozen=True, slots=True)
class Token:
    """One token: ``kind`` is ``number``, ``string``, ``name``, ``bracket``, ``variable``, ``lineage``, ``end``
    or the operator itself; ``type`` the DT name of a literal."""

    kind: str
    value: int | float | str | Decimal
    start: int
    end: int
    type: str = ""
    precision: int = 0
    scale: int = 0


def tokenize(text: str) -> list[Token]:
    """The tokens of ``text``, the last one of kind ``end``; a coded error where a token is malformed."""
    if len(text) > MAX_LENGTH:
        raise ExpressionTooDeep(what="the length of the text", limit=MAX_LENGTH)
    tokens: list[Token] = []
    position = 0
    while True:
        space = _SPACE.match(text, position)
        position = space.end() if space else position
        if position >= len(text):
            tokens.append(Token("end", "", len(text), len(text)))
            return tokens
        token = _next(text, position)
        tokens.append(token)
        position = token.end


def _next(text: str, at: int) -> Token:
    char = text[at]
    if char == '"':
        return _string(text, at)
    if char in "0123456789" or (char == "." and text[at + 1 : at + 2] in _DIGITS):
        return _number(text, at)
    if char == "[":
        end = _bracket(text, at)
        return Token("bracket", text[at + 1 : end - 1], at, end)
    if char == "@":
        return _variable(text, at)
    if char == "#":
        return _lineage(text, at)
    if text[at : at + 2] in _TWO:
        return Token(text[at : at + 2], "", at, at + 2)
    if char in _ONE:
        return Token(char, "", at, at + 1)
    name = _NAME.match(text, at)
    if name:
        return Token("name", name.group(), at, name.end())
    if char == "'":
        raise SingleQuote().locate(text, at, at + 1)
    raise InvalidToken(token=char).locate(text, at, at + 1)


def _bracket(text: str, at: int) -> int:
    """The end of ``[name]``; a name holds no brackets (EXPRESSIONS §2.4)."""
    end = text.find("]", at)
    if end < 0 or end == at + 1:
        raise FailedToParse(detail="a name in brackets is empty or not closed").locate(text, at, at + 1)
    return end + 1


def _variable(text: str, at: int) -> Token:
    if text[at + 1 : at + 2] == "[":
        end = _bracket(text, at + 1)
        return Token("variable", text[at + 2 : end - 1].strip(), at, end)
    name = _NAME.match(text, at + 1)
    if not name:
        raise InvalidToken(token="@").locate(text, at, at + 1)
    return Token("variable", name.group(), at, name.end())


def _lineage(text: str, at: int) -> Token:
    if text[at + 1 : at + 2] == "{":
        end = _brace(text, at + 2)
        if end <= at + 2:
            raise FailedToParse(detail="a lineage reference #{…} is empty or not closed").locate(text, at, at + 2)
        return Token("lineage", text[at + 2 : end], at, end + 1)
    end = at + 1
    while text[end : end + 1] in _DIGITS and end < len(text):
        end += 1
    if end == at + 1:
        raise InvalidToken(token="#").locate(text, at, at + 1)
    return Token("lineage", text[at + 1 : end], at, end)


def _brace(text: str, at: int) -> int:
    """The closing brace of ``#{…}``: the first outside brackets, else the first."""
    depth = 0
    for end in range(at, len(text)):
        char = text[end]
        if char == "[":
            depth += 1
        elif char == "]":
            depth -= 1
        elif char == "}" and depth <= 0:
            return end
    return text.find("}", at)


def _string(text: str, at: int) -> Token:
    parts: list[str] = []
    position = at + 1
    while True:
        plain = _PLAIN.match(text, position)
        if plain:
            parts.append(plain.group())
            position = plain.end()
        char = text[position : position + 1]
        if char == '"':
            return Token("string", _join_surrogates("".join(parts)), at, position + 1, "DT_WSTR")
        if not char:
            raise FailedToParse(detail="a string literal is not closed").locate(text, at, at + 1)
        escape = text[position + 1 : position + 2]
        if escape == "x":
            digits = _HEX4.match(text, position + 2)
            if not digits or digits.group() == "0000":
                shown = text[position + 2 : position + 6]
                raise IllegalHexEscape(digits=shown).locate(text, position, position + 6)
            parts.append(chr(int(digits.group(), 16)))
            position = digits.end()
        elif escape in _ESCAPES and escape:
            parts.append(_ESCAPES[escape])
            position += 2
        else:
            raise IllegalEscape(char=escape).locate(text, position, position + 2)


def _join_surrogates(value: str) -> str:
    """Two ``\\xhhhh`` halves of a character become that character; a lone half becomes U+FFFD."""
    if not any("\ud800" <= char <= "\udfff" for char in value):
        return value
    return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _number(text: str, at: int) -> Token:
    found = _NUMBER.match(text, at)
    if not found:  # pragma: no cover - a digit always matches
        raise InvalidToken(token=text[at]).locate(text, at, at + 1)
    end = found.end()
    literal = found.group()
    after = _NAME.match(text, end)
    if after:
        raise InvalidToken(token=literal + after.group()).locate(text, at, after.end())
    if found["hex"]:
        kind = "DT_UI4" if found["hexsuffix"] else "DT_I4"
        return _integer(text, literal, int(found["hex"], 16), kind, at, end)
    suffix = "".join(sorted(found["suffix"].upper()))
    mantissa = found["mantissa"]
    fractional = "." in mantissa or found["exponent"] is not None
    if not fractional and suffix in _INTEGER:
        if len(mantissa) > 40:
            raise LiteralOverflow(literal=literal, type=_INTEGER[suffix]).locate(text, at, end)
        return _integer(text, literal, int(mantissa), _INTEGER[suffix], at, end)
    if suffix not in ("", "F", "L") or not fractional:
        raise InvalidToken(token=literal).locate(text, at, end)
    if not found["exponent"] and not suffix:
        return _numeric(text, literal, at, end)
    kind = "DT_R4" if suffix == "F" else "DT_R8"
    value = float(mantissa + (found["exponent"] or ""))
    if abs(value) > (_MAX_R4 if kind == "DT_R4" else 1.7976931348623157e308):
        raise LiteralOverflow(literal=literal, type=kind).locate(text, at, end)
    if kind == "DT_R4":
        value = float(struct.unpack("<f", struct.pack("<f", value))[0])
    return Token("number", value, at, end, kind)


def _integer(text: str, literal: str, value: int, kind: str, at: int, end: int) -> Token:
    if value > _LIMITS[kind]:
        raise LiteralOverflow(literal=literal, type=kind).locate(text, at, end)
    return Token("number", value, at, end, kind)


def _numeric(text: str, literal: str, at: int, end: int) -> Token:
    whole, _, fraction = literal.partition(".")
    precision = len(whole) + len(fraction)
    if precision > 38:
        raise LiteralOverflow(literal=literal, type="DT_NUMERIC").locate(text, at, end)
    return Token("number", Decimal(literal), at, end, "DT_NUMERIC", precision, len(fraction))
