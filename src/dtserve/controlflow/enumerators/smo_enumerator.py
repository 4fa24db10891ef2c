"""Foreach SMO enumerator (CONTROL_FLOW §7.2): names or URNs of the objects of a SQL Server, from its catalog.

``EnumURN`` tells the connection, the place and the collection:
``RuntimeServer[@Connection='…']/Server[@Name='S']/Database[@Name='D']/SMOEnumObj[@Name='Tables']/SMOEnumType[@Name='Names']``.
The enumerations Objects, Prepopulate and Locations, which give objects of SQL Server Management Objects, are refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from dtserve.controlflow.containers.errors import EnumeratorError
from dtserve.controlflow.enumerator import Enumerator
from dtserve.controlflow.enumerators.smo_collections import COLLECTIONS, Collection
from dtserve.controlflow.errors import UnsupportedPart
from dtserve.controlflow.properties import Property
from dtserve.controlflow.registry import enumerator
from dtserve.controlflow.task import local_name
from dtserve.errors import ConnectionError_

__all__ = ["SmoEnumerator", "UrnStep", "parse_urn"]

ENUMERATIONS = ("Names", "URNs")
_STEP = re.compile(r"/?(?P<name>\w+)(?:\[(?P<tests>(?:'(?:[^']|'')*'|[^\]'])*)\])?")
_TEST = re.compile(r"@(?P<name>\w+)\s*=\s*'(?P<value>(?:[^']|'')*)'")


class UrnStep(NamedTuple):
    """A step of a URN with its attributes."""

    name: str
    attributes: dict[str, str]

    def text(self) -> str:
        """The step as a URN has it."""
        tests = " and ".join(
            f"@{name}='{value.replace(chr(39), chr(39) * 2)}'" for name, value in self.attributes.items()
        )
        return f"{self.name}[{tests}]" if tests else self.name


def parse_urn(urn: str) -> list[UrnStep]:
    """The steps of a URN; ValueError for a text that is none.

    >>> [step.name for step in parse_urn("Server[@Name='a/b']/Database[@Name='it''s']")]
    ['Server', 'Database']
    """
    steps: list[UrnStep] = []
    position = 0
    while position < len(urn):
        found = _STEP.match(urn, position)
        if found is None or found.end() == position:
            raise ValueError(urn[position : position + 40])
        tests = {each["name"]: each["value"].replace("''", "'") for each in _TEST.finditer(found["tests"] or "")}
        steps.append(UrnStep(found["name"], tests))
        position = found.end()
    return steps


@enumerator("ForEachSMOEnumerator")
class SmoEnumerator(Enumerator):
    """Gives names or URNs, one value per element."""

    urn = Property("EnumURN", str, "", text="What is enumerated.")

    def read_data(self, data: Any) -> None:
        """The URN."""
        super().read_data(data)
        if data is not None:
            for name, value in data.attrib.items():
                if local_name(name) == "EnumURN":
                    self.property_values["EnumURN"] = value

    def _refused(self, reason: str) -> UnsupportedPart:
        return UnsupportedPart(
            kind="Foreach enumerator of", name=self.loop.name, part="ForEachSMOEnumerator", reason=reason
        )

    def _parts(self) -> tuple[str, list[UrnStep], Collection, str]:
        """Connection, place, collection and enumeration."""
        try:
            steps = parse_urn(self.urn.strip())
        except ValueError as error:
            raise EnumeratorError(name=self.loop.name, detail=f'"{error}" is no part of a URN.') from None
        named = {step.name: step.attributes for step in steps}
        connection = named.get("RuntimeServer", {}).get("Connection", "")
        listed = named.get("SMOEnumObj", {}).get("Name", "")
        kind = named.get("SMOEnumType", {}).get("Name", "Objects")
        place = [step for step in steps if step.name not in ("RuntimeServer", "SMOEnumObj", "SMOEnumType")]
        if not connection or not listed or not place:
            raise EnumeratorError(name=self.loop.name, detail="its URN names no connection or no collection.")
        if kind not in ENUMERATIONS:
            raise self._refused(f"it enumerates {kind}; names and URNs can be enumerated.")
        collection = COLLECTIONS.get((place[-1].name, listed))
        if collection is None:
            raise self._refused(f"the collection {listed} of a {place[-1].name} is not known.")
        return connection, place, collection, kind

    def validate(self) -> None:
        """The URN must be whole, its collection known, the connection there."""
        connection = self._parts()[0]
        self.loop.run.connections.get(connection)

    def elements(self) -> Iterator[tuple[Any, ...]]:
        """Names, or URNs with the schema where the objects have one."""
        connection, place, collection, kind = self._parts()
        rows = self._rows(connection, place, collection)
        if kind == "Names":
            return iter([(name,) for name, _ in rows])
        base = "/".join(step.text() for step in place)
        return iter(
            [
                (f"{base}/{UrnStep(collection.element, {'Name': n, 'Schema': s} if s else {'Name': n}).text()}",)
                for n, s in rows
            ]
        )

    def _rows(self, connection: str, place: list[UrnStep], collection: Collection) -> list[tuple[str, str]]:
        manager: Any = self.loop.run.connections.get(connection)
        opener = getattr(manager, "session", None)
        if opener is None:
            raise EnumeratorError(name=self.loop.name, detail=f'"{manager.name}" is no database connection.')
        session = opener()
        try:
            sql = collection.sql if session.dialect == "tsql" else collection.portable
            if not sql:
                raise self._refused(f"only SQL Server has {place[-1].name} objects of type {collection.element}.")
            rows = session.execute(_filled(sql, place))[0].rows()
            return [(str(row[0]), str(row[1] or "")) for row in rows]
        except ConnectionError_ as error:
            raise EnumeratorError(
                name=self.loop.name, detail=str(error.facts.get("detail") or error.message)
            ) from error
        finally:
            session.close()


def _filled(sql: str, place: list[UrnStep]) -> str:
    """A query about a place: the database before catalog views, the quoted name of the object."""
    database = next((step.attributes.get("Name", "") for step in place if step.name == "Database"), "")
    last = place[-1].attributes
    names = [part for part in (database, last.get("Schema", "dbo"), last.get("Name", "")) if part]
    quoted = ".".join("[" + part.replace("]", "]]") + "]" for part in names)
    prefix = f"[{database.replace(']', ']]')}]." if database else ""
    table = last.get("Name", "").replace("'", "''")
    return sql.format(db=prefix, object="N'" + quoted.replace("'", "''") + "'", table=f"'{table}'")
