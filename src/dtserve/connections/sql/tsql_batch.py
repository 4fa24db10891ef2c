"""The statements of a T-SQL batch and the control flow around them.

T-SQL needs no semicolons and mixes control flow (IF, WHILE, BEGIN…END, TRY…CATCH,
variables) with statements, which no other database takes. A batch is taken apart into
the nodes below; ``interpreter`` runs the control flow and sends the statements.
What only a SQL Server can do (procedures, cursors, dynamic SQL …) becomes :class:`Refused`
and is a coded error when it is reached.
"""

from __future__ import annotations

from dataclasses import dataclass

from dtserve.connections.sql.tsql_tokens import Token, tokenize

__all__ = [
    "Assign", "Break", "Continue", "Declare", "DeclareTable", "If", "Ignored", "Node", "Raised", "Refused", "Return",
    "Run", "SelectAssign", "Transaction", "Try", "Wait", "While", "parse_batch",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Run:
    """A statement for the database."""

    text: str


@dataclass(frozen=True, slots=True)
class If:
    """IF condition … ELSE …"""

    condition: str
    then: tuple[Node, ...]
    otherwise: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class While:
    """WHILE condition …"""

    condition: str
    body: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Declare:
    """DECLARE @name type [= value]"""

    name: str
    type: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class DeclareTable:
    """DECLARE @name TABLE (…): a temporary table for the session."""

    name: str
    definition: str


@dataclass(frozen=True, slots=True)
class Assign:
    """SET @name = value"""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class SelectAssign:
    """SELECT @a = x, @b = y [FROM …]: ``select`` is the statement without the assignments."""

    names: tuple[str, ...]
    select: str


@dataclass(frozen=True, slots=True)
class Transaction:
    """BEGIN, COMMIT or ROLLBACK TRANSACTION."""

    action: str


@dataclass(frozen=True, slots=True)
class Try:
    """BEGIN TRY … BEGIN CATCH …"""

    body: tuple[Node, ...]
    handler: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Raised:
    """RAISERROR or THROW: message, severity (both expressions); an empty message raises again."""

    message: str
    severity: str = "16"


@dataclass(frozen=True, slots=True)
class Wait:
    """WAITFOR DELAY."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Return:
    """RETURN: ends the batch."""


@dataclass(frozen=True, slots=True)
class Break:
    """BREAK."""


@dataclass(frozen=True, slots=True)
class Continue:
    """CONTINUE."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """A statement without effect on rows elsewhere (SET NOCOUNT ON, PRINT, UPDATE STATISTICS …)."""

    text: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A statement that cannot run elsewhere."""

    text: str
    reason: str


Node = (
    Run | If | While | Declare | DeclareTable | Assign | SelectAssign | Transaction | Try | Raised | Wait | Return
    | Break | Continue | Ignored | Refused
)  # fmt: skip

STARTERS = frozenset(
    [
        "SELECT",
        "INSERT",
        "UPDATE",
        "DELETE",
        "MERGE",
        "TRUNCATE",
        "DROP",
        "CREATE",
        "ALTER",
        "EXEC",
        "EXECUTE",
        "BEGIN",
        "IF",
        "WHILE",
        "SET",
        "DECLARE",
        "PRINT",
        "RETURN",
        "RAISERROR",
        "COMMIT",
        "ROLLBACK",
        "SAVE",
        "WAITFOR",
        "GOTO",
        "BREAK",
        "CONTINUE",
        "USE",
        "GRANT",
        "REVOKE",
        "DENY",
        "DBCC",
        "BACKUP",
        "RESTORE",
        "OPEN",
        "CLOSE",
        "FETCH",
        "DEALLOCATE",
        "CHECKPOINT",
        "KILL",
        "RECONFIGURE",
        "BULK",
        "WITH",
    ]
)
_SET_OPERATORS = {"UNION", "ALL", "EXCEPT", "INTERSECT"}
MAX_DEPTH = 64


def parse_batch(sql: str) -> tuple[Node, ...]:
    """The nodes of one batch (no GO). Never fails: what makes no sense becomes :class:`Refused`."""
    from dtserve.connections.sql.tsql_control import ControlParser

    return ControlParser(sql, tokenize(sql)).batch()


def statement_end(tokens: list[Token], start: int) -> int:
    """The position after the statement that begins at ``start``: at a semicolon, END, ELSE or the next statement."""
    depth, cases = int(tokens[start].text == "("), 0
    head = tokens[start].upper
    body = head  # the verb whose rules apply now
    seen: set[str] = set()
    at = start + 1
    while at < len(tokens):
        token = tokens[at]
        if token.kind == "sign":
            depth += (token.text == "(") - (token.text == ")")
            if token.text == ";" and depth <= 0:
                return at
        elif token.kind == "word" and depth <= 0:
            if token.upper == "CASE":
                cases += 1
            elif token.upper == "END" and cases:
                cases -= 1
            elif (token.upper in ("END", "ELSE") and not cases) or (
                token.upper in STARTERS and not _continues(tokens, at, head, body, seen)
            ):
                return at
            if token.upper in STARTERS and head in ("INSERT", "WITH") and body in ("INSERT", "WITH"):
                body = token.upper if token.upper in ("SELECT", "INSERT", "UPDATE", "DELETE", "MERGE") else body
            seen.add(token.upper)
        at += 1
    return at


def _continues(tokens: list[Token], at: int, head: str, body: str, seen: set[str]) -> bool:
    """Whether the starter at ``at`` belongs to the statement that is being read."""
    word, before = tokens[at].upper, tokens[at - 1]
    after = tokens[at + 1].upper if at + 1 < len(tokens) else ""
    if before.text == "." or (before.kind == "word" and before.upper == "AS" and head == "CREATE"):
        return True
    if body == "MERGE" or head == "MERGE":
        return word != "MERGE"
    if word == "WITH":
        return not _starts_cte(tokens, at)
    if word == "SELECT":
        open_insert = body == "INSERT" and not {"VALUES", "SELECT", "EXEC", "EXECUTE"} & seen
        return before.upper in _SET_OPERATORS or open_insert or (body == "WITH" and before.text == ")")
    if word in ("INSERT", "UPDATE", "DELETE", "MERGE") and body == "WITH" and before.text == ")":
        return True
    if word in ("EXEC", "EXECUTE"):
        return (body == "INSERT" and not {"VALUES", "SELECT"} & seen) or head in ("GRANT", "REVOKE", "DENY")
    if word == "SET":
        return (body == "UPDATE" and "SET" not in seen) or before.upper in ("DELETE", "UPDATE") or head == "ALTER"
    if word == "IF":
        return after == "EXISTS" and head in ("DROP", "ALTER")
    if word == "FETCH":
        return before.upper in ("ROWS", "ROW")
    if word in ("UPDATE", "DELETE") and before.upper == "ON":
        return True
    if head in ("GRANT", "REVOKE", "DENY"):
        return "ON" not in seen
    if word in ("DROP", "ALTER", "CREATE") and head == "ALTER":
        return after in ("COLUMN", "CONSTRAINT")
    return head in ("BACKUP", "RESTORE", "BULK")


def _starts_cte(tokens: list[Token], at: int) -> bool:
    if at + 2 >= len(tokens) or tokens[at + 1].kind not in ("word", "quoted"):
        return False
    if tokens[at + 2].upper == "AS":
        return True
    if tokens[at + 2].text != "(":
        return False
    depth = 0
    for number in range(at + 2, len(tokens)):
        depth += (tokens[number].text == "(") - (tokens[number].text == ")")
        if depth == 0:
            return number + 1 < len(tokens) and tokens[number + 1].upper == "AS"
    return False
