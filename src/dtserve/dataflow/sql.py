"""What components that talk to a database share: acquiring a session, statements, values as parameters."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dtserve.dataflow import properties
from dtserve.dataflow.component_errors import ColumnNotInSource, IncorrectConnectionType
from dtserve.dataflow.errors import BadProperty, NoConnection
from dtserve.datatypes import DT, TypeSpec

if TYPE_CHECKING:
    from dtserve.connections.base import Connection, ResultColumn, SqlSession
    from dtserve.dataflow.base import PipelineComponent
    from dtserve.dataflow.host import FlowHost

__all__ = [
    "acquire",
    "connection_of",
    "match_columns",
    "parameter_value",
    "quoted_table",
    "variable_text",
]

_PART = r'\[(?:[^\]]|\]\])*\]|"(?:[^"]|"")*"|[\w$#@]+'
_NAME = re.compile(rf"(?:{_PART})(?:\.\.?(?:{_PART}))*")
_PARTS = re.compile(r'\[(?:[^\]]|\]\])*\]|"(?:[^"]|"")*"|[^.]+')


def connection_of(component: PipelineComponent, *names: str) -> Connection:
    """The connection manager behind the component's connection of one of these names, else its first one.

    Raises NoConnection when the component names none.
    """
    model = component.model
    by_name = {c.name.lower(): c for c in model.connections}
    found = next((by_name[n.lower()] for n in names if n.lower() in by_name), None)
    if found is None and model.connections:
        found = model.connections[0]
    if found is None or not found.reference:
        raise NoConnection(component=model.name, connection=names[0] if names else "")
    return component.host.connection(found.reference)


def acquire(component: PipelineComponent, *names: str) -> SqlSession:
    """A session on the component's database; the component closes it.

    Raises IncorrectConnectionType for a connection manager that is no database.
    """
    connection = connection_of(component, *(names or ("OleDbConnection",)))
    session = getattr(connection, "session", None)
    if session is None:
        raise IncorrectConnectionType(name=connection.name, required="a database", found=connection.kind)
    opened: SqlSession = session()
    return opened


def variable_text(host: FlowHost, component: str, owner: Any, name: str) -> str:
    """The text of the variable that a property names; raises BadProperty when the property is empty."""
    variable = properties.text(owner, name).strip()
    if not variable:
        raise BadProperty(property=name, component=component, detail="it names no variable")
    value = host.variable(variable)[1]
    return "" if value is None else str(value)


def quoted_table(name: str) -> str:
    """A table name as it may stand in a statement: parts with blanks or signs in brackets.

    >>> quoted_table("dbo.Order Details"), quoted_table("[dbo].[T]"), quoted_table("dbo.[Order Details]")
    ('[dbo].[Order Details]', '[dbo].[T]', 'dbo.[Order Details]')
    """
    text = name.strip()
    if not text or text.startswith(("[", '"', "`")) or _NAME.fullmatch(text):
        return text
    if "'" in text or ";" in text:
        return "[" + text.replace("]", "]]") + "]"
    return ".".join(part if _NAME.fullmatch(part) and part[0] in '["' else f"[{part}]" for part in _PARTS.findall(text))


def parameter_value(value: Any, spec: TypeSpec) -> Any:
    """A value of a frame in its scalar form, as a statement's parameter."""
    if value is not None and spec.dt is DT.DBTIMESTAMPOFFSET:
        if value["utc"] is None:
            return None
        zone = dt.timezone(dt.timedelta(minutes=value["offset"] or 0))
        return value["utc"].replace(tzinfo=dt.UTC).astimezone(zone)
    return value


def match_columns(component: str, found: Sequence[ResultColumn], wanted: Sequence[str]) -> list[int]:
    """Positions of the wanted names in a result: by name, then without regard to case.

    Raises ColumnNotInSource for a name the result does not have.
    """
    exact = {column.name: at for at, column in reversed(list(enumerate(found)))}
    folded = {column.name.lower(): at for at, column in reversed(list(enumerate(found)))}
    places = []
    for name in wanted:
        at = exact.get(name, folded.get(name.lower()))
        if at is None:
            raise ColumnNotInSource(column=name, component=component)
        places.append(at)
    return places
