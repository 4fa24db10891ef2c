"""Reading the control flow of a T-SQL batch: recursive descent over its tokens."""

from __future__ import annotations

import re

from dtserve.connections.sql.tsql_batch import (
    MAX_DEPTH,
    STARTERS,
    Assign,
    Break,
    Continue,
    Declare,
    DeclareTable,
    If,
    Ignored,
    Node,
    Raised,
    Refused,
    Return,
    Run,
    SelectAssign,
    Transaction,
    Try,
    Wait,
    While,
    statement_end,
)
from dtserve.connections.sql.tsql_tokens import Token

__all__ = ["ControlParser"]

_SET_IGNORED = frozenset(
    [
        "NOCOUNT",
        "ANSI_NULLS",
        "ANSI_WARNINGS",
        "ANSI_PADDING",
        "ANSI_DEFAULTS",
        "ANSI_NULL_DFLT_ON",
        "ANSI_NULL_DFLT_OFF",
        "ARITHABORT",
        "ARITHIGNORE",
        "CONCAT_NULL_YIELDS_NULL",
        "CURSOR_CLOSE_ON_COMMIT",
        "DEADLOCK_PRIORITY",
        "IDENTITY_INSERT",
        "IMPLICIT_TRANSACTIONS",
        "LOCK_TIMEOUT",
        "NUMERIC_ROUNDABORT",
        "QUOTED_IDENTIFIER",
        "STATISTICS",
        "TRANSACTION",
        "XACT_ABORT",
        "TEXTSIZE",
    ]
)
_NO_EFFECT = {"CHECKPOINT", "PRINT", "RECONFIGURE", "GRANT", "REVOKE", "DENY"}
_REFUSED = {
    "EXEC": "stored procedures and dynamic SQL run on SQL Server only",
    "EXECUTE": "stored procedures and dynamic SQL run on SQL Server only",
    "GOTO": "GOTO is not supported",
    "SAVE": "savepoints are not supported",
    "DBCC": "DBCC runs on SQL Server only",
    "BACKUP": "BACKUP runs on SQL Server only",
    "RESTORE": "RESTORE runs on SQL Server only",
    "BULK": "BULK INSERT runs on SQL Server only",
    "KILL": "KILL runs on SQL Server only",
    "OPEN": "cursors run on SQL Server only",
    "CLOSE": "cursors run on SQL Server only",
    "FETCH": "cursors run on SQL Server only",
    "DEALLOCATE": "cursors run on SQL Server only",
}
_PROGRAMS = {"PROC", "PROCEDURE", "FUNCTION", "TRIGGER", "VIEW"}


class ControlParser:
    """Turns the tokens of one batch into nodes; ``sql`` is cut, never re-printed."""

    def __init__(self, sql: str, tokens: list[Token]) -> None:
        self.sql = sql
        self.tokens = tokens
        self.at = 0
        self.depth = 0

    def batch(self) -> tuple[Node, ...]:
        """All nodes to the end of the batch."""
        nodes: list[Node] = []
        while self.at < len(self.tokens):
            before = self.at
            nodes.extend(self.statement())
            if self.at == before:  # a stray END or ELSE
                nodes.append(Refused(self.sql, f"{self.tokens[self.at].text} stands alone"))
                break
        return tuple(nodes)

    def upper(self, ahead: int = 0) -> str:
        """The word ``ahead`` tokens further on in capitals, empty at the end."""
        at = self.at + ahead
        return self.tokens[at].upper if at < len(self.tokens) else ""

    def cut(self, start: int, end: int) -> str:
        """The text of tokens ``start`` to ``end`` as written."""
        if end <= start:
            return ""
        return self.sql[self.tokens[start].start : self.tokens[end - 1].end]

    def statement(self) -> list[Node]:
        """The next statement; nothing at END or ELSE."""
        while self.upper() == ";":
            self.at += 1
        word = self.upper()
        if not word or word in ("END", "ELSE"):
            return []
        self.depth += 1
        try:
            if self.depth > MAX_DEPTH:
                start, self.at = self.at, len(self.tokens)
                return [Refused(self.cut(start, self.at), "control flow is nested too deeply")]
            handler = getattr(self, f"_{word.lower()}", None) if word.isalpha() else None
            if handler is not None and word in STARTERS | {"THROW"}:
                return list(handler())
            return [self._plain(word)]
        finally:
            self.depth -= 1

    def _take(self) -> str:
        start = self.at
        self.at = statement_end(self.tokens, start)
        return self.cut(start, self.at)

    def _plain(self, word: str) -> Node:
        second = self.upper(1)
        if word in ("CREATE", "ALTER") and (second in _PROGRAMS or (second == "OR" and self.upper(3) in _PROGRAMS)):
            kind = second if second in _PROGRAMS else self.upper(3)
            start, self.at = self.at, len(self.tokens)
            text = self.cut(start, self.at)
            return Run(text) if kind == "VIEW" else Refused(text, f"a {kind.lower()} runs on SQL Server only")
        if word == "ALTER" and second == "INDEX":
            return Ignored(self._take())
        if word == "UPDATE" and second == "STATISTICS":
            return Ignored(self._take())
        if word in ("CREATE", "DROP") and second == "STATISTICS":
            return Ignored(self._take())
        if word in _NO_EFFECT:
            return Ignored(self._take())
        if word in _REFUSED:
            return Refused(self._take(), _REFUSED[word])
        if word == "USE":
            return Run(self._take())
        if word not in STARTERS and not (self.tokens[self.at].text == "(" and second == "SELECT"):
            return Refused(self._take(), "a procedure call or an unknown statement")
        return Run(self._take())

    def _block(self, *closing: str) -> tuple[Node, ...]:
        nodes: list[Node] = []
        while self.at < len(self.tokens):
            before = self.at
            nodes.extend(self.statement())
            if self.upper() == "END":
                self.at += 1 + len(closing)
                return tuple(nodes)
            if self.at == before:
                break
        nodes.append(Refused(self.sql, "a BEGIN has no END"))
        self.at = len(self.tokens)
        return tuple(nodes)

    def _begin(self) -> list[Node]:
        second = self.upper(1)
        if second in ("TRAN", "TRANSACTION"):
            self.at += 1
            self._take()
            return [Transaction("begin")]
        if second == "DISTRIBUTED":
            return [Refused(self._take(), "distributed transactions need MSDTC")]
        if second == "TRY":
            self.at += 2
            body = self._block("TRY")
            while self.upper() == ";":
                self.at += 1
            handler: tuple[Node, ...] = ()
            if self.upper() == "BEGIN" and self.upper(1) == "CATCH":
                self.at += 2
                handler = self._block("CATCH")
            return [Try(body, handler)]
        self.at += 1
        return list(self._block())

    def _condition(self) -> str:
        start, depth = self.at, 0
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            depth += (token.text == "(") - (token.text == ")")
            if depth <= 0 and token.kind == "word" and token.upper in STARTERS and self.at > start:
                break
            self.at += 1
        return self.cut(start, self.at)

    def _body(self) -> tuple[Node, ...]:
        return tuple(self.statement())

    def _if(self) -> list[Node]:
        self.at += 1
        condition = self._condition()
        then = self._body()
        mark = self.at
        while self.upper() == ";":
            self.at += 1
        if self.upper() != "ELSE":
            self.at = mark
            return [If(condition, then)]
        self.at += 1
        return [If(condition, then, self._body())]

    def _while(self) -> list[Node]:
        self.at += 1
        condition = self._condition()
        return [While(condition, self._body())]

    def _set(self) -> list[Node]:
        start = self.at
        text = self._take()
        name = self.tokens[start + 1] if start + 1 < self.at else None
        if name is None:
            return [Refused(text, "SET names nothing")]
        if name.kind == "variable" and start + 2 < self.at:
            sign = self.tokens[start + 2].text
            value = self.cut(start + 3, self.at)
            if sign == "=":
                return [Assign(name.text.lower(), value)]
            if sign in ("+=", "-=", "*=", "/=", "%="):
                return [Assign(name.text.lower(), f"{name.text} {sign[0]} ({value})")]
        harmless = text.upper().split()[1:] in (["DATEFORMAT", "MDY"], ["LANGUAGE", "US_ENGLISH"], ["ROWCOUNT", "0"])
        if name.upper in _SET_IGNORED or harmless:
            return [Ignored(text)]
        return [Refused(text, f"SET {name.text} changes how statements work")]

    def _declare(self) -> list[Node]:
        start = self.at
        text = self._take()
        if start + 1 >= self.at or self.tokens[start + 1].kind != "variable":
            return [Refused(text, "cursors run on SQL Server only")]
        return self._variables(start + 1, self.at)

    def _variables(self, start: int, end: int) -> list[Node]:
        nodes: list[Node] = []
        first, depth = start, 0
        for number in range(start, end + 1):
            token = self.tokens[number] if number < end else None
            depth += 0 if token is None else (token.text == "(") - (token.text == ")")
            if token is None or (token.text == "," and depth == 0):
                nodes.append(self._variable(first, number))
                first = number + 1
        return nodes

    def _variable(self, start: int, end: int) -> Node:
        name = self.tokens[start].text.lower()
        at = start + 1
        if at < end and self.tokens[at].upper == "AS":
            at += 1
        if at < end and self.tokens[at].upper == "TABLE":
            return DeclareTable(name, self.cut(at + 1, end))
        equals = next((n for n in range(at, end) if self.tokens[n].text == "="), end)
        return Declare(name, self.cut(at, equals), self.cut(equals + 1, end))

    def _select(self) -> list[Node]:
        start = self.at
        text = self._take()
        names: list[str] = []
        pieces: list[str] = []
        at, last = start, self.tokens[start].start
        depth = 0
        while at < self.at:
            token = self.tokens[at]
            depth += (token.text == "(") - (token.text == ")")
            if depth == 0 and token.kind == "word" and token.upper == "FROM":
                break
            opens = at == start + 1 or self.tokens[at - 1].text == "," or self.tokens[at - 1].upper == "DISTINCT"
            assigns = at + 1 < self.at and self.tokens[at + 1].text == "="
            if (
                depth == 0
                and token.kind == "variable"
                and assigns
                and (opens or (names == [] and self._after_top(start, at)))
            ):
                names.append(token.text.lower())
                pieces.append(self.sql[last : token.start])
                last = self.tokens[at + 1].end
            at += 1
        if not names:
            return [Run(text)]
        pieces.append(self.sql[last : self.tokens[self.at - 1].end])
        return [SelectAssign(tuple(names), "".join(pieces))]

    def _after_top(self, start: int, at: int) -> bool:
        return self.tokens[start + 1].upper == "TOP" and at <= start + 5

    def _raiserror(self) -> list[Node]:
        start = self.at
        text = self._take()
        inner: list[tuple[int, int]] = []
        depth, first = 0, start + 2
        for number in range(start + 1, self.at):
            sign = self.tokens[number].text
            depth += (sign == "(") - (sign == ")")
            if (sign == "," and depth == 1) or (sign == ")" and depth == 0):
                inner.append((first, number))
                first = number + 1
            if sign == ")" and depth == 0:
                break
        if len(inner) < 2:
            return [Refused(text, "RAISERROR without severity")]
        return [Raised(self.cut(*inner[0]), self.cut(*inner[1]))]

    def _throw(self) -> list[Node]:
        text = self._take()
        parts = re.match(r"(?is)throw\s+[^,]+,\s*(.+?)\s*,[^,]*$", text)
        return [Raised(parts[1] if parts else "")]

    def _waitfor(self) -> list[Node]:
        text = self._take()
        clock = re.match(r"(?is)waitfor\s+delay\s+N?'(\d+):(\d+)(?::(\d+(?:\.\d+)?))?'\s*$", text)
        if clock is None:
            return [Refused(text, "only WAITFOR DELAY with a literal time is supported")]
        return [Wait(int(clock[1]) * 3600 + int(clock[2]) * 60 + float(clock[3] or 0))]

    def _commit(self) -> list[Node]:
        self._take()
        return [Transaction("commit")]

    def _rollback(self) -> list[Node]:
        self._take()
        return [Transaction("rollback")]

    def _return(self) -> list[Node]:
        self._take()
        return [Return()]

    def _break(self) -> list[Node]:
        self.at += 1
        return [Break()]

    def _continue(self) -> list[Node]:
        self.at += 1
        return [Continue()]
