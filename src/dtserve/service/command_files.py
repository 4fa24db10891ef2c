"""Command files of dtexec on the server: options that stand before those of a start (SERVICE §10.8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from typing import Any

from dtserve.execution.options import ExecutionOptions

__all__ = ["CommandFileReader", "merged"]

CommandFileReader = Callable[[Sequence[str]], ExecutionOptions]
"""Gives the options in dtexec command files by their paths, in order; UsageError for what makes no sense.

The command line's parser stands above the service, which is given it by the one who starts it.
"""

_LISTS = ("settings", "loggers")


def merged(first: ExecutionOptions, then: ExecutionOptions) -> ExecutionOptions:
    """Both together: settings and log providers of ``first`` come first, every other option of ``then`` wins if given."""
    plain = ExecutionOptions()
    values: dict[str, Any] = {
        each.name: getattr(first, each.name)
        for each in fields(ExecutionOptions)
        if each.name not in _LISTS and getattr(then, each.name) == getattr(plain, each.name)
    }
    values |= {name: (*getattr(first, name), *getattr(then, name)) for name in _LISTS}
    return replace(then, **values)
