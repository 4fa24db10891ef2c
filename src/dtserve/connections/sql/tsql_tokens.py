"""The words of T-SQL, for what is decided without a full parser.

Splitting batches at ``GO``, finding where statements begin, parameter markers, and
telling whether a statement is so plain that it needs no translation. Comments are
dropped, strings and quoted names kept as written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["MARK", "Token", "split_go", "tokenize"]

MARK = "@dtserve_mark"
"""How markers are named while a batch is run and a statement translated."""

_PATTERN = re.compile(
    r"""
    (?P<space>[\s\ufeff\u00a0]+)
  | (?P<line>--[^\r\n]*)
  | (?P<block>/\*)
  | (?P<string>[Nn]?'(?:[^']|'')*')
  | (?P<quoted>\[(?:[^\]]|\]\])*\]|"(?:[^"]|"")*")
  | (?P<variable>@@?[\w$\#@]+)
  | (?P<number>0[xX][0-9A-Fa-f]*|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<word>[\w\#$][\w\#$@]*)
  | (?P<mark>\?)
  | (?P<sign><>|<=|>=|!=|!<|!>|\+=|-=|\*=|/=|%=|::|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_GO = re.compile(r"^[ \t]*GO(?:[ \t]+(\d+))?[ \t]*(?:--[^\r\n]*)?;?[ \t]*$", re.IGNORECASE)
MAX_GO_REPEAT = 100_000


@dataclass(frozen=True, slots=True)
class Token:
    """``kind`` is word, quoted, string, number, variable, mark or sign; ``upper`` its text in capitals."""

    kind: str
    text: str
    upper: str
    start: int
    end: int


def tokenize(sql: str) -> list[Token]:
    """The tokens of a batch, without blanks and comments.

    An unclosed string or comment gives the rest of the text as one ``sign`` token, which no
    statement has, so that whoever reads on refuses it.

    >>> [t.text for t in tokenize("SELECT [a b] /* x /* y */ */ FROM t -- z")]
    ['SELECT', '[a b]', 'FROM', 't']
    """
    found: list[Token] = []
    at, size = 0, len(sql)
    while at < size:
        match = _PATTERN.match(sql, at)
        if match is None:
            break
        kind, end = match.lastgroup or "sign", match.end()
        if kind == "block":
            end = _comment_end(sql, at)
            if end < 0:
                found.append(Token("sign", sql[at:], sql[at:].upper(), at, size))
                break
        elif kind not in ("space", "line"):
            text = match.group()
            if (kind == "sign" and text in "'\"[") or text in ("N'", "n'"):
                found.append(Token("sign", sql[at:], sql[at:].upper(), at, size))
                break
            found.append(Token(kind, text, text.upper(), at, end))
        at = end
    return found


def _comment_end(sql: str, at: int) -> int:
    depth = 0
    for match in re.compile(r"/\*|\*/").finditer(sql, at):
        depth += 1 if match.group() == "/*" else -1
        if depth == 0:
            return match.end()
    return -1


def split_go(sql: str) -> list[str]:
    """The batches of a text: ``GO`` alone on a line ends one, ``GO n`` runs it n times (CONTROL_FLOW §12).

    A ``GO`` inside a string, a quoted name or a comment does not count.

    >>> split_go("SELECT 1\\nGO\\nSELECT 2")
    ['SELECT 1', 'SELECT 2']
    """
    if not re.search(r"^[ \t]*GO\b", sql, re.IGNORECASE | re.MULTILINE):
        return [sql] if sql.strip() else []
    hidden = _hidden_lines(sql)
    batches: list[str] = []
    current: list[str] = []
    for number, line in enumerate(re.split(r"\r\n|\r|\n", sql)):
        match = None if number in hidden else _GO.match(line)
        if match is None:
            current.append(line)
            continue
        text = "\n".join(current)
        if text.strip():
            batches.extend([text] * min(int(match[1] or 1), MAX_GO_REPEAT))
        current = []
    text = "\n".join(current)
    if text.strip():
        batches.append(text)
    return batches


def _hidden_lines(sql: str) -> set[int]:
    """Lines that begin inside a string, a quoted name or a comment."""
    plain = re.sub(r"\r\n|\r", "\n", sql)
    hidden: set[int] = set()
    at, line = 0, 0
    while at < len(plain):
        match = _PATTERN.match(plain, at)
        if match is None:
            break
        end = match.end()
        if match.lastgroup == "block":
            closed = _comment_end(plain, at)
            end = closed if closed > 0 else len(plain)
        breaks = plain.count("\n", at, end)
        if match.lastgroup in ("string", "quoted", "block"):
            hidden.update(range(line + 1, line + breaks + 1))
        line += breaks
        at = end
    return hidden
