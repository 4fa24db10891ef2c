r"""One command line as Windows programs split it (the rules of CommandLineToArgvW)."""

from __future__ import annotations

__all__ = ["split_arguments"]


def split_arguments(text: str) -> list[str]:
    r"""Arguments of a raw command line.

    Blanks separate outside quotes; ``2n`` backslashes before a quote are ``n`` backslashes, ``2n + 1`` are ``n`` and
    a literal quote; a doubled quote inside quotes is one quote.

    >>> split_arguments(r'/c "C:\my dir\x.bat" a\\b \"q\" ""')
    ['/c', 'C:\\my dir\\x.bat', 'a\\\\b', '"q"', '']
    """
    words: list[str] = []
    word: list[str] = []
    started = quoted = False
    at = 0
    while at < len(text):
        char = text[at]
        if char == "\\":
            run = len(text[at:]) - len(text[at:].lstrip("\\"))
            at += run
            if at < len(text) and text[at] == '"':
                word.append("\\" * (run // 2))
                if run % 2:
                    word.append('"')
                    at += 1
            else:
                word.append("\\" * run)
            started = True
            continue
        if char == '"':
            if quoted and text[at + 1 : at + 2] == '"':
                word.append('"')
                at += 1
            else:
                quoted = not quoted
            started = True
        elif char in " \t\r\n" and not quoted:
            if started:
                words.append("".join(word))
            word, started = [], False
        else:
            word.append(char)
            started = True
        at += 1
    if started:
        words.append("".join(word))
    return words
