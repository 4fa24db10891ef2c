"""Forms of INSERT, UPDATE and DELETE that the parser does not know, brought to ones it knows, as text."""

from __future__ import annotations

from dtserve.connections.sql.statement import MARK, SLOT
from dtserve.connections.sql.tsql_tokens import tokenize

__all__ = ["one_from", "plain_assignments", "slot_text", "without_top"]


def without_top(text: str) -> tuple[str, str]:
    """The statement without ``TOP (n)`` behind its verb, and n."""
    tokens = tokenize(text)
    if len(tokens) < 4 or tokens[1].upper != "TOP":
        return text, ""
    if tokens[2].kind == "number":
        return text[: tokens[1].start] + text[tokens[2].end :], tokens[2].text
    close = next((t for t in tokens[2:] if t.text == ")"), None)
    if tokens[2].text != "(" or close is None:
        return text, ""
    return text[: tokens[1].start] + text[close.end :], text[tokens[2].end : close.start].strip()


def slot_text(top: str) -> str:
    """``TOP (?)`` or ``TOP (@n)`` as a slot; a number stays."""
    if not top.startswith("@"):
        return top
    name = f"?{top.removeprefix(MARK)}" if top.startswith(MARK) else top.lower()
    return f"{SLOT}{name}{SLOT}"


def one_from(text: str) -> str:
    """``DELETE FROM t FROM t JOIN …`` as ``DELETE t FROM t JOIN …``."""
    tokens = tokenize(text)
    words = [token.upper for token in tokens]
    if words[:2] != ["DELETE", "FROM"]:
        return text
    at = 3
    while at < len(words) and words[at] == ".":
        at += 2
    name_end = tokens[at - 1].end if at <= len(tokens) else len(text)
    if words[at : at + 2] == ["WITH", "("] and ")" in words[at:]:
        at = words.index(")", at) + 1
    if words[at : at + 1] != ["FROM"]:
        return text
    return f"DELETE {text[tokens[2].start : name_end]} {text[tokens[at].start :]}"


def plain_assignments(text: str) -> str:
    """``SET a += 1`` as ``SET a = a + (1)``: the parser does not know the short form."""
    tokens = tokenize(text)
    if not tokens or tokens[0].upper != "UPDATE":
        return text
    found = [n for n, t in enumerate(tokens) if t.kind == "sign" and t.text in ("+=", "-=", "*=", "/=", "%=")]
    for number in reversed(found):
        start = number - 1
        while start >= 2 and tokens[start - 1].text == ".":
            start -= 2
        end, depth = number + 1, 0
        while end < len(tokens):
            depth += (tokens[end].text == "(") - (tokens[end].text == ")")
            if depth <= 0 and (tokens[end].text == "," or tokens[end].upper in ("FROM", "WHERE", "OUTPUT", "OPTION")):
                break
            end += 1
        name = text[tokens[start].start : tokens[number - 1].end]
        value = text[tokens[number].end : tokens[end - 1].end]
        text = f"{text[: tokens[number].start]}= {name} {tokens[number].text[0]} ({value}){text[tokens[end - 1].end :]}"
    return text
