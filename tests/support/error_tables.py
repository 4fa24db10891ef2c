"""Checks a module of errors: real codes with their symbols, and messages that name what is at fault."""

from __future__ import annotations

import re
from types import ModuleType

from dtserve.errors import DtserveError


def check_errors(module: ModuleType, expected: dict[str, tuple[int, str]]) -> None:
    """Every class of ``__all__`` has the code and symbol of the reference; templates fill in without rest."""
    classes = {name: getattr(module, name) for name in module.__all__ if isinstance(getattr(module, name), type)}
    assert {name: (cls.code, cls.symbol) for name, cls in classes.items()} == expected
    for name, cls in classes.items():
        assert issubclass(cls, DtserveError)
        facts = {key: f"<{key}>" for key in re.findall(r"\{(\w+)\}", cls.template)}
        message = cls(**facts).message
        assert "{" not in message, name
        assert all(value in message for value in facts.values()), name
        assert cls.__doc__, name
