"""A test double of SQL Server's driver that answers from a script: what the text is like → rows or an error.

It has python-tds's face (:mod:`support.fake_tds`) and keeps what was sent. That a real server understands the texts
is not tested with it.
"""

import re
import types
from collections.abc import Mapping, Sequence
from typing import Any

from support.fake_tds import Connection, Cursor, Error, OperationalError

__all__ = ["URL", "scripted_driver"]

URL = "mssql://sa:secret@db/Sales?driver=pytds"


class ScriptedCursor(Cursor):
    def _parts(self, text: str, values: list[Any]) -> list[Any]:
        for pattern, answer in self.connection.script.items():
            if re.search(pattern, text, re.S):
                found = answer(text, values) if callable(answer) else answer
                if isinstance(found, str):
                    raise OperationalError(found)
                rows = [tuple(row) for row in found]
                names = [f"c{at}" for at in range(len(rows[0]))] if rows else ["c0"]
                return [(len(rows), rows, names)]
        return [(0, None, None)]

    def _type(self, name: str) -> tuple[Any, ...]:
        return (0, None, None, None)


class ScriptedConnection(Connection):
    def __init__(self, arguments: Any, script: Mapping[str, Any]) -> None:
        super().__init__("format", arguments)
        self.script = script

    def cursor(self) -> Cursor:
        return ScriptedCursor(self)


def scripted_driver(script: Mapping[str, Sequence[Sequence[Any]] | str | Any]) -> Any:
    """A module as ``pytds``; ``sent()`` lists every text and its values in order.

    ``script``: regular expression → rows, an error text, or a function of text and values that gives either.
    A text that nothing matches gives no rows.
    """
    module: Any = types.ModuleType("pytds")
    module.Error = Error
    module.connections = []

    def connect(*positional: Any, **named: Any) -> ScriptedConnection:
        module.connections.append(ScriptedConnection((positional, named), script))
        return module.connections[-1]

    module.connect = connect
    module.sent = lambda: [text for each in module.connections for text in each.sent]
    return module
