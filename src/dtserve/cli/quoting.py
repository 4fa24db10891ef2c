r"""How command lines of dtutil and dtexec are quoted (DTUTIL §2, DTEXEC §3).

Shells remove quotes before a tool sees its arguments; command files and SQL Agent job steps
keep them. Both forms end here as the same text. A doubled quote inside quotes is one quote;
a backslash is never an escape, because paths end in it, except in the form SQL Agent
writes, an outer quoted string that holds escaped quotes: ``"\"\Folder\Package\""``.
"""

from __future__ import annotations

__all__ = ["split_arguments", "split_line", "unquote"]

QUOTE = '"'
_AGENT_OPEN = '"\\"'
_AGENT_CLOSE = '\\""'


def split_line(text: str) -> list[str]:
    r"""Split a line (or a whole command file) into words at blanks outside quotes; quotes are kept.

    >>> split_line(r'/FILE "C:\my dir\" /Q')
    ['/FILE', '"C:\\my dir\\"', '/Q']
    >>> split_line(r'/SQL "\"\Maintenance Plans\Nightly\"" /X86')
    ['/SQL', '"\\Maintenance Plans\\Nightly"', '/X86']
    """
    words: list[str] = []
    word: list[str] = []
    started = False
    at = 0
    while at < len(text):
        char = text[at]
        if char == QUOTE:
            run, at = _quoted_run(text, at)
            word.append(run)
            started = True
        elif char.isspace():
            if started:
                words.append("".join(word))
            word, started = [], False
            at += 1
        else:
            word.append(char)
            started = True
            at += 1
    if started:
        words.append("".join(word))
    return words


def _quoted_run(text: str, at: int) -> tuple[str, int]:
    """The quoted run that opens at ``at``, in the plain form, and the index behind it."""
    if text.startswith(_AGENT_OPEN, at):
        close = text.find(_AGENT_CLOSE, at + len(_AGENT_OPEN))
        if close >= 0:
            inner = text[at + len(_AGENT_OPEN) : close].replace('\\"', QUOTE)
            return QUOTE + inner + QUOTE, close + len(_AGENT_CLOSE)
    end = at + 1
    while end < len(text):
        if text[end] == QUOTE:
            if text[end + 1 : end + 2] != QUOTE:
                return text[at : end + 1], end + 1
            end += 1
        end += 1
    return text[at:], len(text)


def unquote(value: str) -> str:
    r"""Remove the quotes of a value that survived the shell; doubled quotes become one.

    >>> unquote('"say ""hi"" twice"')
    'say "hi" twice'
    >>> unquote("plain")
    'plain'
    >>> unquote(r'\"S\"')
    'S'
    """
    if len(value) >= 4 and value.startswith('\\"') and value.endswith('\\"'):
        value = value[1:-2] + QUOTE
    return _join(_runs(value))


def split_arguments(value: str, *, limit: int = 0, separator: str = ";") -> list[str]:
    r"""Split an argument at ``separator`` outside quotes and unquote the parts; at most ``limit`` parts when given.

    The whole argument may be quoted, or only a part of it; both shapes are in use.

    >>> split_arguments(r'SQL;"Finance\Load"')
    ['SQL', 'Finance\\Load']
    >>> split_arguments(r'"SQL;a\b"')
    ['SQL', 'a\\b']
    >>> split_arguments("C;Data Source=a;Catalog=b", limit=2)
    ['C', 'Data Source=a;Catalog=b']
    """
    if len(value) >= 4 and value.startswith('\\"') and value.endswith('\\"'):
        value = value.replace('\\"', QUOTE)
    runs = _runs(value)
    if len(runs) == 1 and runs[0][1] and separator in runs[0][0]:
        value = runs[0][0]
    parts: list[str] = []
    rest = value
    while not (limit and len(parts) == limit - 1):
        cut = _find_outside(rest, separator)
        if cut < 0:
            break
        parts.append(unquote(rest[:cut]))
        rest = rest[cut + 1 :]
    parts.append(unquote(rest))
    return parts


def _find_outside(value: str, separator: str) -> int:
    inside = False
    for at, char in enumerate(value):
        if char == QUOTE:
            inside = not inside
        elif char == separator and not inside:
            return at
    return -1


def _runs(value: str) -> list[tuple[str, bool]]:
    """The value as runs of (text, was quoted); an unclosed quote is an ordinary character."""
    runs: list[tuple[str, bool]] = []
    at = 0
    while at < len(value):
        start = value.find(QUOTE, at)
        end = _closing(value, start) if start >= 0 else -1
        if start < 0 or end < 0:
            runs.append((value[at:], False))
            break
        if start > at:
            runs.append((value[at:start], False))
        runs.append((value[start + 1 : end].replace('""', QUOTE), True))
        at = end + 1
    return runs


def _closing(value: str, start: int) -> int:
    at = start + 1
    while at < len(value):
        if value[at] == QUOTE:
            if value[at + 1 : at + 2] != QUOTE:
                return at
            at += 1
        at += 1
    return -1


def _join(runs: list[tuple[str, bool]]) -> str:
    return "".join(text for text, _ in runs)
