"""The errors of the expression language, each declared once.

Every evaluator error of SSIS exists twice (EXPRESSIONS §8): a message code with
parameters (``0xC00470xx``, what an OnError event shows) and a parameter-less STATIC twin
(``0xC00490xx``), the only thing that fits into the ``ErrorCode`` column of a row.
``code`` is the first, ``static_code`` the second. Where EXPRESSIONS §8 and §9 give only
the second, both are the same.

An error knows where it happened: ``line``, ``column`` (both from 1), ``snippet`` (the
line of the expression) and ``highlight`` (a caret under it). Facts name types,
operators and functions; never a value, which could be a secret.
"""

from __future__ import annotations

from typing import Any, ClassVar

from dtserve.errors import ExpressionError, signed

__all__ = [
    "AmbiguousColumn", "AmbiguousVariable", "EmptyExpression", "ExpressionFault", "ExpressionTooDeep",
    "FailedToParse", "IllegalEscape", "IllegalHexEscape", "InvalidToken", "LiteralOverflow", "NoColumnCollection",
    "SingleEqual", "SingleQuote", "UnknownColumn", "UnknownFunction", "UnknownLineage", "UnknownVariable",
    "VariableType", "VariableValue",
]  # fmt: skip


class ExpressionFault(ExpressionError):
    """An error in an expression, with the place where it happened once :meth:`locate` was called."""

    code = 0xC004709B
    symbol = "DTS_E_EXPREVALCOMPUTEFAILED"
    template = "The expression cannot be computed: {detail}"
    static_code: ClassVar[int] = 0xC0049014

    def __init__(self, **facts: Any) -> None:
        super().__init__(**facts)
        self.text = ""
        self.start = -1
        self.end = -1

    def locate(self, text: str, start: int, end: int) -> ExpressionFault:
        """Remember the place ``text[start:end]``; the first place stays. Returns self."""
        if self.start < 0:
            self.text, self.start, self.end = text, max(0, min(start, len(text))), max(0, min(end, len(text)))
        return self

    @property
    def line(self) -> int:
        """Line in the expression, from 1; 0 where the place is unknown."""
        return self.text.count("\n", 0, self.start) + 1 if self.start >= 0 else 0

    @property
    def column(self) -> int:
        """Character in the line, from 1; 0 where the place is unknown."""
        return self.start - (self.text.rfind("\n", 0, self.start) + 1) + 1 if self.start >= 0 else 0

    @property
    def snippet(self) -> str:
        """The line of the expression, cut to about 100 characters around the place."""
        return self._view()[0]

    @property
    def highlight(self) -> str:
        """Blanks and carets that point into :attr:`snippet`."""
        return self._view()[1]

    def _view(self) -> tuple[str, str]:
        if self.start < 0:
            return "", ""
        begin = self.text.rfind("\n", 0, self.start) + 1
        stop = self.text.find("\n", begin)
        stop = len(self.text) if stop < 0 else stop
        left = max(begin, self.start - 60)
        right = min(stop, left + 100)
        shown = self.text[left:right].replace("\r", " ").replace("\t", " ")
        width = max(1, min(self.end, right) - self.start)
        return shown, " " * (self.start - left) + "^" * width

    @property
    def row_code(self) -> int:
        """The STATIC code as the signed number of an ``ErrorCode`` column."""
        return signed(self.static_code)

    def describe(self) -> str:
        """As every error, followed by the place in the expression."""
        if self.start < 0:
            return super().describe()
        snippet, marks = self._view()
        return f"{super().describe()}\nLine {self.line}, character {self.column}:\n    {snippet}\n    {marks}"


# Text that is no expression -------------------------------------------------------------


class InvalidToken(ExpressionFault):
    """A character or token that the grammar does not know or expect there."""

    code = 0xC0047096
    symbol = "DTS_E_EXPREVALINVALIDTOKEN"
    template = 'The token "{token}" was not recognized at that place of the expression.'
    static_code = 0xC004904B


class FailedToParse(ExpressionFault):
    """The expression ends too early or is not well formed."""

    code = 0xC0047099
    symbol = "DTS_E_EXPREVALFAILEDTOPARSEEXPRESSION"
    template = "The expression is not valid and cannot be parsed: {detail}."
    static_code = 0xC004904C


class EmptyExpression(ExpressionFault):
    """There is no expression."""

    code = 0xC004709A
    symbol = "DTS_E_EXPREVALEXPRESSIONEMPTY"
    template = "There was no expression to compute."
    static_code = 0xC004904C


class SingleQuote(ExpressionFault):
    """A single quotation mark; string literals use the double one."""

    code = 0xC004909C
    symbol = "DTS_E_EXPREVALSTATIC_INVALIDTOKENSINGLEQUOTE"
    template = "The expression contains an unexpected single quotation mark."
    remedy = "Write string literals in double quotation marks."
    static_code = 0xC004909C


class SingleEqual(ExpressionFault):
    """A lone equal sign where a value is wanted."""

    code = 0xC004909D
    symbol = "DTS_E_EXPREVALSTATIC_INVALIDTOKENSINGLEEQUAL"
    template = "The expression contains an unexpected equal sign (=)."
    remedy = "Write == to compare; an assignment is possible only in For Loop and Expression Task."
    static_code = 0xC004909D


class IllegalEscape(ExpressionFault):
    """A backslash pair that is no escape sequence."""

    code = 0xC00470B8
    symbol = "DTS_E_EXPREVALILLEGALESCAPEINSTRINGLITERAL"
    template = 'The string literal contains an illegal escape sequence of "\\{char}".'
    remedy = 'If a backslash is needed in the string, use a double backslash, "\\\\".'
    static_code = 0xC004905E


class IllegalHexEscape(ExpressionFault):
    r"""``\x`` without exactly four hexadecimal digits, or ``\x0000``."""

    code = 0xC00470B7
    symbol = "DTS_E_EXPREVALILLEGALHEXESCAPEINSTRINGLITERAL"
    template = 'The string literal contains an illegal hexadecimal escape sequence of "\\x{digits}".'
    remedy = "Hexadecimal escape sequences must be of the form \\xhhhh, not \\x0000."
    static_code = 0xC004905D


class LiteralOverflow(ExpressionFault):
    """A literal that does not fit its type; literals never widen by value."""

    code = 0xC004707C
    symbol = "DTS_E_EXPREVALLITERALOVERFLOW"
    template = 'The literal "{literal}" is too large to fit into type {type}.'
    remedy = "Add the suffix L (or U) for a wider type."
    static_code = 0xC0049031


class ExpressionTooDeep(ExpressionFault):
    """More nesting or text than is accepted (own limit, against hostile documents)."""

    code = 0xC0D51101
    symbol = "DTSERVE_E_EXPRESSIONTOODEEP"
    template = "The expression is refused: {what} exceeds the limit of {limit}."
    remedy = "Split the expression over several variables or columns."


# Names ----------------------------------------------------------------------------------


class UnknownVariable(ExpressionFault):
    """A variable or parameter that is not in scope; names are case-sensitive."""

    code = 0xC00470A6
    symbol = "DTS_E_EXPREVALVARIABLENOTFOUND"
    template = 'The variable "{name}" was not found in the Variables collection.'
    remedy = "Check the name (it is case-sensitive) and the scope of the variable."
    static_code = 0xC0049057


class AmbiguousVariable(ExpressionFault):
    """A bare name that stands for variables of several namespaces."""

    code = 0xC00470DD
    symbol = "DTS_E_EXPREVALAMBIGUOUSVARIABLENNAME"
    template = 'There are multiple variables with the name "{name}".'
    remedy = "Write @[Namespace::{name}]."
    static_code = 0xC00490AC


class VariableType(ExpressionFault):
    """A variable whose type (Object, DBNull …) has no place in an expression."""

    code = 0xC00470D0
    symbol = "DTS_E_EXPREVALVARIABLETYPENOTSUPPORTED"
    template = 'The data type of variable "{name}" is not supported in an expression.'
    static_code = 0xC0049098


class VariableValue(ExpressionFault):
    """A variable that cannot be read."""

    code = 0xC00470CF
    symbol = "DTS_E_EXPREVALVARIABLECOMPUTEFAILED"
    template = 'Retrieving the value of Variable "{name}" failed: {detail}'
    static_code = 0xC0049097


class UnknownColumn(ExpressionFault):
    """An input column that is not there."""

    code = 0xC00470A2
    symbol = "DTS_E_EXPREVALINPUTCOLUMNNAMENOTFOUND"
    template = 'The input column named "{name}" was not found in the input column collection.'
    static_code = 0xC0049054


class UnknownLineage(ExpressionFault):
    """A lineage reference to a column that is not there."""

    code = 0xC00470A3
    symbol = "DTS_E_EXPREVALINPUTCOLUMNIDNOTFOUND"
    template = "The input column with lineage ID {name} was not found in the input column collection."
    static_code = 0xC0049055


class AmbiguousColumn(ExpressionFault):
    """A column name that exists on more than one component."""

    code = 0xC00470DB
    symbol = "DTS_E_EXPREVALAMBIGUOUSINPUTCOLUMNNAME"
    template = 'There are multiple input columns with the name "{name}".'
    remedy = "Write [Component Name].[{name}] or use the lineage ID."
    static_code = 0xC00490AA


class NoColumnCollection(ExpressionFault):
    """A column name in an expression outside the data flow."""

    code = 0xC00470A4
    symbol = "DTS_E_EXPREVALNOINPUTCOLUMNCOLLECTIONFORCOLUMNNAME"
    template = 'The expression contains unrecognized token "{name}".'
    remedy = "A variable is written with the @ symbol: @{name}."
    static_code = 0xC0049056


class UnknownFunction(ExpressionFault):
    """A function that the language does not have."""

    code = 0xC004708A
    symbol = "DTS_E_EXPREVALINVALIDFUNCTION"
    template = 'The function "{name}" was not recognized.'
    static_code = 0xC004903F
