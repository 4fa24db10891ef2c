"""The Excel connection manager (EXCEL): the path of a workbook and how its sheets are read.

ConnectionString is that of the Jet or ACE provider; ExcelFilePath, FirstRowHasColumnName
and ExcelVersionNumber are properties over it. ``Extended Properties`` holds ``HDR`` (first
row has names, default YES) and ``IMEX`` (1: columns of mixed types are text).
Source: FORMAT §3.4, DATA_FLOW §4.7, APPENDIX EXCEL.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from dtserve.connections.connection_string import ConnectionString
from dtserve.connections.errors import BadConnectionString
from dtserve.connections.file_connection import FileConnection
from dtserve.connections.stored import is_true, to_int

__all__ = ["ExcelManager", "ExcelOptions", "excel_options"]


@dataclass(frozen=True, slots=True)
class ExcelOptions:
    """How sheets are read: names in the first row, IMEX mode, and the declared file version (``EXCEL 12.0 XML``)."""

    header: bool = True
    imex: int = 0
    version: str = "EXCEL 8.0"


def excel_options(extended: str) -> ExcelOptions:
    """The options inside ``Extended Properties``.

    >>> excel_options("Excel 12.0 Xml;HDR=NO;IMEX=1")
    ExcelOptions(header=False, imex=1, version='Excel 12.0 Xml')
    """
    version, values = "EXCEL 8.0", {}
    for item in extended.split(";"):
        key, equals, value = item.partition("=")
        if equals:
            values[key.strip().upper()] = value.strip()
        elif item.strip():
            version = item.strip()
    return ExcelOptions(values.get("HDR", "YES").upper() != "NO", to_int(values.get("IMEX", "")), version)


class ExcelManager(FileConnection):
    """EXCEL."""

    kind: ClassVar[str] = "EXCEL"

    def __init__(self, model: Any, environment: Any) -> None:
        super().__init__(model, environment)
        self._string = ConnectionString()
        self._parse(super().get_property("ConnectionString"))

    def _parse(self, text: str) -> None:
        try:
            self._string = ConnectionString(text, "oledb")
        except ValueError as error:
            raise BadConnectionString(name=self.name, detail=str(error)) from None
        if self._string.get("password"):
            self.set_secret("Password", self._string.get("password"))
            self._string.remove("password")
        self._print()

    def _print(self) -> None:
        super().set_property("ConnectionString", str(self._string))

    @property
    def options(self) -> ExcelOptions:
        """The options inside ``Extended Properties``."""
        return excel_options(self._string.get("extended"))

    def set_property(self, name: str, value: str) -> None:
        """Set a property; ExcelFilePath and FirstRowHasColumnName change the connection string."""
        low = name.lower()
        if low == "connectionstring":
            self._parse(value)
        elif low in ("excelfilepath", "servername"):
            self._string.set("server", value)
            self._print()
        elif low == "firstrowhascolumnname":
            self._set_extended("HDR", "YES" if is_true(value, True) else "NO")
        else:
            super().set_property(name, value)

    def _set_extended(self, key: str, value: str) -> None:
        items = [item for item in self._string.get("extended").split(";") if item.strip()]
        kept = [item for item in items if item.partition("=")[0].strip().upper() != key]
        self._string.set("extended", ";".join([*kept, f"{key}={value}"]))
        self._print()

    def get_property(self, name: str, default: str = "") -> str:
        """A property by its SSIS name."""
        low = name.lower()
        if low in ("excelfilepath", "servername"):
            return self._string.get("server") or default
        if low == "firstrowhascolumnname":
            return str(self.options.header)
        return super().get_property(name, default)

    def path(self) -> Path:
        """Where the workbook is on this machine; raises BadConnectionString when the string names none."""
        place = self._string.get("server")
        if not place:
            raise BadConnectionString(name=self.name, detail="there is no Data Source")
        return self.environment.map_path(place)
