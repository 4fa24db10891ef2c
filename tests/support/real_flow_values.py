"""Seeded values for the columns of real data flows.

``plain`` values are few and convertible, so that joins hit and casts succeed; ``rough`` ones add NULLs, empty
texts, edges of the types and texts that need a qualifier.
"""

import datetime as dt
import random
from decimal import Decimal
from typing import Any

from dtserve.datatypes import DT, TypeSpec

START = dt.datetime(2014, 3, 1, 10, 30)
ROUGH_TEXTS = ("", " ", "a", "A", "Ä", "é", "O'Brien", 'say "x"', "a,b", "1 ", " 2", "-1", "0", "x" * 4000, "tab\there")
HINTS = ("date", "number", "time", "")


class Values:
    """Values for the columns of one data flow; ``hints`` tells what texts of a column are turned into."""

    def __init__(self, seed: str, *, rough: bool, hints: dict[str, str] | None = None) -> None:
        self.random = random.Random(seed)
        self.rough = rough
        self.hints = hints or {}

    def rows(self, columns: list[tuple[str, TypeSpec]], count: int) -> list[tuple[Any, ...]]:
        """Rows of values; every third repeats the number of an earlier one."""
        found = []
        for at in range(1, count + 1):
            number = at if at <= 15 else self.random.randint(1, 15)
            found.append(tuple(self.value(name, spec, number) for name, spec in columns))
        return found

    def value(self, name: str, spec: TypeSpec, number: int) -> Any:
        """A value of a type; the columns of a row have one number, so that keys of several columns are found."""
        if self.rough:
            chance = self.random.random()
            if chance < 0.08:
                return None
            if chance < 0.2:
                return self._edge(spec)
            if chance < 0.3:
                number = self.random.randint(1, 15)
        return self._plain(name, spec, number)

    def _plain(self, name: str, spec: TypeSpec, number: int) -> Any:
        family = spec.family
        moment = START + dt.timedelta(days=number)
        if self.hints.get(name.lower()) == "null":
            return None
        if family == "bool":
            return bool(number % 2)
        if family == "int":
            return number
        if family == "float":
            return number + 0.5
        if family == "decimal":
            return Decimal(number).quantize(Decimal(1).scaleb(-(4 if spec.dt is DT.CY else spec.scale)))
        if family == "text":
            return self._text(name, number)[: self._room(spec)]
        if family == "binary":
            return bytes([number])
        if family == "guid":
            return f"{{00000000-0000-0000-0000-0000000000{number:02d}}}"
        return moment_of(spec, moment)

    def _text(self, name: str, number: int) -> str:
        moment = START + dt.timedelta(days=number)
        hint = self.hints.get(name.lower(), "")
        if hint.startswith("="):
            choices = hint[1:].split("|")
            return choices[number % len(choices)]
        if hint == "digit":
            return str(number % 10)
        if hint == "path":
            return f"C:\\data\\file_{number}.csv"
        if hint == "packed":
            return moment.strftime("%d%m%Y")
        if hint == "date":
            return moment.strftime("%Y-%m-%d")
        if hint == "time":
            return "10:30:00"
        if "filename" in name.lower() or "path" in name.lower():
            return f"C:\\data\\file_{number}.csv"
        if hint == "bool":
            return str(bool(number % 2))
        return str(number)

    @staticmethod
    def _room(spec: TypeSpec) -> int:
        return spec.length or 4000

    def _edge(self, spec: TypeSpec) -> Any:
        family = spec.family
        if family == "text":
            found = self.random.choice(ROUGH_TEXTS)[: self._room(spec)]
            return found.encode("cp1252", "ignore").decode("cp1252")
        if family == "int":
            return self.random.choice((spec.info.low, min(spec.info.high, 2**63 - 1), 0))
        if family == "float":
            return self.random.choice((0.0, -1.25, 1e10))
        if family == "decimal":
            return Decimal(self.random.choice((0, -1, 1)))
        if family == "datetime":
            return moment_of(spec, self.random.choice((dt.datetime(1900, 1, 1), dt.datetime(9999, 12, 31), START)))
        return self._plain("", spec, 3)


def moment_of(spec: TypeSpec, moment: dt.datetime) -> Any:
    """The scalar form of a date or time type."""
    if spec.dt is DT.DBDATE:
        return moment.date()
    if spec.dt in (DT.DBTIME, DT.DBTIME2):
        return moment.time()
    if spec.dt is DT.DBTIMESTAMPOFFSET:
        return moment.replace(tzinfo=dt.UTC)
    return moment
