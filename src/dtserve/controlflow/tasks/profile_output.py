"""The DataProfile document that the Data Profile Viewer opens: the requests, and a profile for each column found.

Elements and order are those of Microsoft's DataProfile schema as far as published outputs show them; those of
violations are UNVERIFIED.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from dtserve.controlflow.tasks.profile_requests import NAMESPACE
from dtserve.datatypes import DT

if TYPE_CHECKING:
    from dtserve.connections.base import ResultColumn
    from dtserve.controlflow.tasks.profile_queries import ProfiledTable
    from dtserve.controlflow.tasks.profile_requests import ProfileRequest

__all__ = ["ProfileDocument", "value_text"]

_XSI = "http://www.w3.org/2001/XMLSchema-instance"

SQL_DB_TYPES = {
    DT.BOOL: "Bit", DT.UI1: "TinyInt", DT.I1: "SmallInt", DT.I2: "SmallInt", DT.UI2: "Int", DT.I4: "Int",
    DT.UI4: "BigInt", DT.I8: "BigInt", DT.UI8: "Decimal", DT.R4: "Real", DT.R8: "Float", DT.NUMERIC: "Decimal",
    DT.DECIMAL: "Decimal", DT.CY: "Money", DT.WSTR: "NVarChar", DT.STR: "VarChar", DT.NTEXT: "NText", DT.TEXT: "Text",
    DT.IMAGE: "Image", DT.BYTES: "VarBinary", DT.GUID: "UniqueIdentifier", DT.DBDATE: "Date", DT.DBTIME: "Time",
    DT.DBTIME2: "Time", DT.DATE: "DateTime", DT.DBTIMESTAMP: "DateTime", DT.DBTIMESTAMP2: "DateTime2",
    DT.DBTIMESTAMPOFFSET: "DateTimeOffset", DT.FILETIME: "DateTime",
}  # fmt: skip
"""Type of a column → System.Data.SqlDbType."""


def value_text(value: Any) -> str:
    """A value as XML writes it.

    >>> value_text(True), value_text(datetime(2020, 4, 2)), value_text(0.5)
    ('true', '2020-04-02T00:00:00', '0.5')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


class ProfileDocument:
    """The document under construction."""

    def __init__(self, root: Any) -> None:
        from lxml import etree

        self.etree = etree
        self.root = root
        output = next(root.iter(f"{{{NAMESPACE}}}DataProfileOutput"), None)
        if output is None:
            output = self._add(root, "DataProfileOutput")
        found = next(output.iter(f"{{{NAMESPACE}}}Profiles"), None)
        self.profiles: Any = self._add(output, "Profiles") if found is None else found
        self.sources: Any = next(root.iter(f"{{{NAMESPACE}}}DataSources"), None)
        if self.sources is None:
            self.sources = etree.Element(f"{{{NAMESPACE}}}DataSources")
            root.insert(0, self.sources)

    def _add(self, parent: Any, name: str, text: Any = None, **attributes: Any) -> Any:
        made = self.etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
        for key, value in attributes.items():
            made.set(key, value_text(value))
        if text is not None:
            made.text = _clean(value_text(text))
        return made

    def _value(self, parent: Any, value: Any, name: str = "Value") -> None:
        made = self._add(parent, name, value)
        if value is None:
            made.set(f"{{{_XSI}}}nil", "true")

    # --- what a profile is about ----------------------------------------------------------------

    def source(self, identifier: str, name: str) -> None:
        """A connection manager, once."""
        if any(each.get("ID") == identifier for each in self.sources):
            return
        made = self._add(self.sources, "DtsDataSource", ID=identifier, Name=name)
        self._add(made, "DtsConnectionManagerID", identifier)

    def start(self, request: ProfileRequest) -> Any:
        """A profile of a request."""
        made = self._add(self.profiles, f"{request.kind}Profile", ProfileRequestID=request.id, IsExact=True)
        self._add(made, "DataSourceID", request.source)
        return made

    def table(self, parent: Any, table: ProfiledTable, name: str = "Table") -> None:
        """The table of a profile."""
        target: Any = getattr(table.session, "target", None)
        self._add(
            parent,
            name,
            DataSource=getattr(target, "host", ""),
            Database=getattr(target, "catalog", "") or getattr(target, "database", ""),
            Schema=table.choice.schema,
            Table=table.choice.name,
            RowCount=table.rows,
        )

    def column(self, parent: Any, column: ResultColumn, name: str = "Column") -> None:
        """A column of a profile."""
        spec = column.type
        text = spec.dt in (DT.WSTR, DT.STR, DT.BYTES)
        self._add(
            parent,
            name,
            Name=column.name,
            SqlDbType=SQL_DB_TYPES.get(spec.dt, "Variant"),
            MaxLength=spec.length if text else 0,
            Precision=spec.precision,
            Scale=spec.scale,
            LCID=-1,
            CodePage=spec.code_page if spec.dt is DT.STR else 0,
            IsNullable=column.nullable,
            StringCompareOptions=0,
        )

    # --- profiles -----------------------------------------------------------------------------

    def null_ratio(self, parent: Any, count: int) -> None:
        """ColumnNullRatioProfile."""
        self._add(parent, "NullCount", count)

    def lengths(self, parent: Any, found: Sequence[tuple[int, int]], *, leading: bool, trailing: bool) -> None:
        """ColumnLengthDistributionProfile."""
        self._add(parent, "IgnoreLeadingSpace", leading)
        self._add(parent, "IgnoreTrailingSpace", trailing)
        self._add(parent, "MinLength", found[0][0])
        self._add(parent, "MaxLength", found[-1][0])
        holder = self._add(parent, "LengthDistribution")
        for length, count in found:
            item = self._add(holder, "LengthDistributionItem")
            self._add(item, "Length", length)
            self._add(item, "Count", count)

    def values(self, parent: Any, distinct: int, found: Sequence[tuple[Any, int]]) -> None:
        """ColumnValueDistributionProfile."""
        self._add(parent, "NumberOfDistinctValues", distinct)
        holder = self._add(parent, "ValueDistribution")
        for value, count in found:
            item = self._add(holder, "ValueDistributionItem")
            self._value(item, value)
            self._add(item, "Count", count)

    def statistics(self, parent: Any, found: tuple[Any, Any, float | None, float | None]) -> None:
        """ColumnStatisticsProfile."""
        for name, value in zip(("MinValue", "MaxValue", "Mean", "StdDev"), found, strict=True):
            if value is not None:
                self._add(parent, name, value)

    def patterns(self, parent: Any, found: Sequence[tuple[str, float]]) -> None:
        """ColumnPatternProfile."""
        holder = self._add(parent, "TopRegexPatterns")
        for text, frequency in found:
            item = self._add(holder, "PatternDistributionItem")
            self._add(item, "RegexText", text)
            self._add(item, "Frequency", round(frequency, 4))

    def key(self, parent: Any, strength: float, bad: Sequence[tuple[tuple[Any, ...], int]]) -> None:
        """CandidateKeyProfile, behind its KeyColumns."""
        self._add(parent, "IsExactKey", strength >= 1.0)
        self._add(parent, "KeyStrength", strength)
        self._violations(parent, "KeyViolations", "KeyViolationItem", bad)

    def columns(self, parent: Any, name: str, columns: Sequence[ResultColumn]) -> None:
        """A list of columns."""
        holder = self._add(parent, name)
        for each in columns:
            self.column(holder, each)

    def dependency(self, parent: Any, strength: float, bad: Sequence[Any]) -> None:
        """FunctionalDependencyProfile, behind its columns."""
        self._add(parent, "FDStrength", strength)
        holder = self._add(parent, "FDViolations")
        for key, count, found in bad:
            item = self._add(holder, "FDViolationItem")
            determinants = self._add(item, "DeterminantValues")
            for value in key:
                self._value(determinants, value)
            self._add(item, "Count", count)
            dependents = self._add(item, "DependentValues")
            for value, rows in found:
                inner = self._add(dependents, "DependentValueItem")
                self._value(inner, value)
                self._add(inner, "Count", rows)

    def inclusion(self, parent: Any, strength: float, bad: Sequence[tuple[tuple[Any, ...], int]]) -> None:
        """InclusionProfile, behind its tables and columns."""
        self._add(parent, "InclusionStrength", strength)
        self._violations(parent, "InclusionViolations", "InclusionViolationItem", bad)

    def pair(self, parent: Any, subset: ResultColumn, superset: ResultColumn) -> None:
        """The columns of an InclusionProfile."""
        holder = self._add(self._add(parent, "InclusionColumns"), "InclusionColumn")
        self.column(holder, subset, "SubsetColumn")
        self.column(holder, superset, "SupersetColumn")

    def _violations(self, parent: Any, name: str, item: str, bad: Sequence[tuple[tuple[Any, ...], int]]) -> None:
        holder = self._add(parent, name)
        for key, count in bad:
            made = self._add(holder, item)
            values = self._add(made, "ColumnValues")
            for value in key:
                self._value(values, value)
            self._add(made, "Count", count)

    def text(self) -> str:
        """The whole document."""
        self.etree.indent(self.root)
        body = self.etree.tostring(self.root, encoding="unicode")
        return f'<?xml version="1.0" encoding="utf-16"?>\n{body}'


def _clean(text: str) -> str:
    """Without characters that XML cannot hold."""
    return "".join(
        c if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff" else "?" for c in text
    )
