"""Real packages for benchmarks: a data flow of format 8, written component by component.

:class:`Flow` keeps connection managers, components and paths; each method of
:class:`support.pipelines.Pipeline` adds one component to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

__all__ = ["Col", "Flow", "In", "Out", "Rows", "date", "i4", "i8", "numeric", "r8", "stamp", "string", "text", "wstr"]

FLOW = "Package\\Flow"
CODES = {
    "i4": 3, "r8": 5, "i8": 20, "str": 129, "wstr": 130, "numeric": 131, "dbDate": 133, "dbTimeStamp": 135,
    "text": 302,
}  # fmt: skip


@dataclass(frozen=True)
class Col:
    """A column: its name and pipeline type."""

    name: str
    token: str
    length: int = 0
    precision: int = 0
    scale: int = 0

    def attributes(self, prefix: str = "") -> str:
        """The type as attributes of pipeline XML."""
        parts = {"dataType": self.token, "length": self.length, "precision": self.precision, "scale": self.scale}
        if self.token in ("str", "text"):
            parts["codepage" if prefix else "codePage"] = 65001
        named = {prefix + (k[0].upper() + k[1:] if prefix else k): v for k, v in parts.items() if v}
        return " ".join(f'{k}="{v}"' for k, v in named.items())


def i4(name: str) -> Col:
    """DT_I4."""
    return Col(name, "i4")


def i8(name: str) -> Col:
    """DT_I8."""
    return Col(name, "i8")


def r8(name: str) -> Col:
    """DT_R8."""
    return Col(name, "r8")


def date(name: str) -> Col:
    """DT_DBDATE."""
    return Col(name, "dbDate")


def stamp(name: str) -> Col:
    """DT_DBTIMESTAMP."""
    return Col(name, "dbTimeStamp")


def text(name: str) -> Col:
    """DT_TEXT."""
    return Col(name, "text")


def string(name: str, length: int) -> Col:
    """DT_STR in UTF-8."""
    return Col(name, "str", length)


def wstr(name: str, length: int) -> Col:
    """DT_WSTR."""
    return Col(name, "wstr", length)


def numeric(name: str, precision: int, scale: int) -> Col:
    """DT_NUMERIC."""
    return Col(name, "numeric", precision=precision, scale=scale)


@dataclass(frozen=True)
class Rows:
    """An output that a path may begin at, and the columns of its buffer: name → lineage id and type."""

    output: str
    columns: Mapping[str, tuple[str, Col]]

    def lineage(self, name: str) -> str:
        """The lineage id of a column."""
        return self.columns[name][0]

    def col(self, name: str) -> Col:
        """A column by name."""
        return self.columns[name][1]


@dataclass(frozen=True)
class In:
    """A column of an input: what it reads, its properties and more attributes."""

    lineage: str
    col: Col
    properties: Mapping[str, object] = field(default_factory=dict)
    attributes: str = ""


@dataclass(frozen=True)
class Out:
    """A column of an output."""

    col: Col
    properties: Mapping[str, object] = field(default_factory=dict)
    attributes: str = ""


class Flow:
    """A package with one data flow."""

    def __init__(self, variables: Sequence[str] = (), **attributes: object) -> None:
        self._managers: list[str] = []
        self._components: list[str] = []
        self._paths: list[str] = []
        self._variables = variables
        self._attributes = "".join(f' {name}="{value}"' for name, value in attributes.items())

    def flat_file(
        self, name: str, path: Path, columns: Sequence[Col], *, separator: str, row: str, qualifier: str, names: bool
    ) -> None:
        """A Flat File connection manager, UTF-8."""
        made = []
        for column in columns:
            end = _encoded(row if column is columns[-1] else separator)
            width = f' DTS:MaximumWidth="{column.length}"' if column.length else ""
            sizes = (
                f' DTS:DataPrecision="{column.precision}" DTS:DataScale="{column.scale}"' if column.precision else ""
            )
            made.append(
                f'<DTS:FlatFileColumn DTS:ColumnType="Delimited" DTS:ColumnDelimiter="{end}"{width} DTS:DataType='
                f'"{CODES[column.token]}"{sizes} DTS:TextQualified="{bool(qualifier)}" '
                f'DTS:ObjectName={quoteattr(column.name)} DTS:CreationName="" />'
            )
        self._manager(
            name,
            "FLATFILE",
            f'<DTS:ConnectionManager DTS:Format="Delimited" DTS:LocaleID="1033" DTS:HeaderRowDelimiter="{_encoded(row)}" '
            f'DTS:ColumnNamesInFirstDataRow="{names}" DTS:RowDelimiter="" DTS:TextQualifier='
            f'"{_encoded(qualifier or "<none>")}" DTS:CodePage="65001" DTS:ConnectionString={quoteattr(str(path))}>'
            f"<DTS:FlatFileColumns>{''.join(made)}</DTS:FlatFileColumns></DTS:ConnectionManager>",
        )

    def database(self, name: str) -> None:
        """An OLE DB connection manager; ``--map NAME=URL`` says where it leads."""
        self._manager(
            name,
            "OLEDB",
            '<DTS:ConnectionManager DTS:ConnectionString="Data Source=bench;Initial Catalog=bench;'
            'Provider=SQLNCLI11.1;Integrated Security=SSPI;" />',
        )

    def component(
        self,
        name: str,
        kind: str,
        *,
        inputs: Iterable[str] = (),
        outputs: Iterable[str] = (),
        properties: Mapping[str, object] | None = None,
        connection: tuple[str, str] | None = None,
    ) -> None:
        """A component; ``connection`` is the name it has inside and the connection manager."""
        manager = ""
        if connection is not None:
            reference = f"Package.ConnectionManagers[{connection[1]}]"
            manager = (
                f'<connections><connection refId="{FLOW}\\{name}.Connections[{connection[0]}]" connectionManagerID='
                f'"{reference}" connectionManagerRefId="{reference}" name="{connection[0]}" /></connections>'
            )
        self._components.append(
            f'<component refId="{FLOW}\\{name}" componentClassID="Microsoft.{kind}" localeId="1033" name="{name}" '
            f'usesDispositions="true" version="1">{_properties(properties or {})}{manager}'
            f"<inputs>{''.join(inputs)}</inputs><outputs>{''.join(outputs)}</outputs></component>"
        )

    def input(
        self, component: str, name: str, rows: Rows, columns: Sequence[In], *, external: bool = False, more: str = ""
    ) -> str:
        """An input and the path that leads to it."""
        where = f"{FLOW}\\{component}.Inputs[{name}]"
        self._paths.append(
            f'<path refId="{FLOW}.Paths[P{len(self._paths)}]" endId="{where}" name="P{len(self._paths)}" '
            f'startId="{rows.output}" />'
        )
        made, outside = [], []
        for column in columns:
            mapped = f' externalMetadataColumnId="{where}.ExternalColumns[{column.col.name}]"' if external else ""
            made.append(
                f'<inputColumn refId="{where}.Columns[{column.col.name}]" {column.col.attributes("cached")} cachedName='
                f'"{column.col.name}"{mapped} lineageId="{column.lineage}" {column.attributes}>'
                f"{_properties(column.properties)}</inputColumn>"
            )
            outside.append(_external(where, column.col))
        seen = f'<externalMetadataColumns isUsed="True">{"".join(outside)}</externalMetadataColumns>'
        effects = ' hasSideEffects="true"' if external else ""
        return (
            f'<input refId="{where}" name="{name}"{effects} {more}><inputColumns>{"".join(made)}</inputColumns>'
            f"{seen if external else ''}</input>"
        )

    def write(self, path: Path) -> None:
        """Write the package."""
        variables = "".join(
            f'<DTS:Variable DTS:CreationName="" DTS:DTSID="{_guid(name)}" DTS:Namespace="User" DTS:ObjectName="{name}">'
            '<DTS:VariableValue DTS:DataType="3">0</DTS:VariableValue></DTS:Variable>'
            for name in self._variables
        )
        path.write_text(
            f"""<?xml version="1.0"?>
<DTS:Executable xmlns:DTS="www.microsoft.com/SqlServer/Dts" DTS:refId="Package"
  DTS:CreationName="Microsoft.Package" DTS:DTSID="{_guid("Package")}" DTS:ExecutableType="Microsoft.Package"
  DTS:LocaleID="1033" DTS:ObjectName="Bench" DTS:ProtectionLevel="0" DTS:VersionGUID="{_guid("Version")}">
  <DTS:Property DTS:Name="PackageFormatVersion">8</DTS:Property>
  <DTS:ConnectionManagers>{"".join(self._managers)}</DTS:ConnectionManagers>
  <DTS:Variables>{variables}</DTS:Variables>
  <DTS:Executables>
    <DTS:Executable DTS:refId="{FLOW}" DTS:CreationName="Microsoft.Pipeline" DTS:DTSID="{_guid("Flow")}"
      DTS:ExecutableType="Microsoft.Pipeline" DTS:LocaleID="-1" DTS:ObjectName="Flow">
      <DTS:ObjectData><pipeline version="1"{self._attributes}><components>{"".join(self._components)}</components>
        <paths>{"".join(self._paths)}</paths></pipeline></DTS:ObjectData>
    </DTS:Executable>
  </DTS:Executables>
</DTS:Executable>
""",
            encoding="utf-8",
        )

    def _manager(self, name: str, kind: str, data: str) -> None:
        self._managers.append(
            f'<DTS:ConnectionManager DTS:refId="Package.ConnectionManagers[{name}]" DTS:CreationName="{kind}" '
            f'DTS:DTSID="{_guid(name)}" DTS:ObjectName="{name}"><DTS:ObjectData>{data}</DTS:ObjectData>'
            "</DTS:ConnectionManager>"
        )


def output(
    component: str,
    name: str,
    columns: Sequence[Out] = (),
    *,
    more: str = "",
    properties: Mapping[str, object] | None = None,
    external: bool = False,
) -> str:
    """An output; lineage ids are refIds."""
    where = f"{FLOW}\\{component}.Outputs[{name}]"
    made, outside = [], []
    for column in columns:
        mapped = f' externalMetadataColumnId="{where}.ExternalColumns[{column.col.name}]"' if external else ""
        ref = f"{where}.Columns[{column.col.name}]"
        made.append(
            f'<outputColumn refId="{ref}" {column.col.attributes()}{mapped} lineageId="{ref}" name="{column.col.name}" '
            f"{column.attributes}>{_properties(column.properties)}</outputColumn>"
        )
        outside.append(_external(where, column.col))
    seen = f'<externalMetadataColumns isUsed="True">{"".join(outside)}</externalMetadataColumns>' if external else ""
    return (
        f'<output refId="{where}" name="{name}" {more}>{_properties(properties or {})}'
        f"<outputColumns>{''.join(made)}</outputColumns>{seen}</output>"
    )


def made_rows(component: str, name: str, columns: Iterable[Col], before: Rows | None = None) -> Rows:
    """The rows of an output: its own columns, after those of the buffer it travels in."""
    where = f"{FLOW}\\{component}.Outputs[{name}]"
    own = {column.name: (f"{where}.Columns[{column.name}]", column) for column in columns}
    return Rows(where, {**(before.columns if before is not None else {}), **own})


def _external(where: str, column: Col) -> str:
    return (
        f'<externalMetadataColumn refId="{where}.ExternalColumns[{column.name}]" {column.attributes()} '
        f'name="{column.name}" />'
    )


def _properties(values: Mapping[str, object]) -> str:
    if not values:
        return ""
    made = []
    for name, value in values.items():
        ids = ' containsID="true"' if "#{" in str(value) else ""
        shown = str(value).lower() if isinstance(value, bool) else str(value)
        made.append(f'<property name="{name}"{ids}>{escape(shown)}</property>')
    return f"<properties>{''.join(made)}</properties>"


def _encoded(text: str) -> str:
    return "".join(letter if letter.isalnum() else f"_x{ord(letter):04X}_" for letter in text)


def _guid(name: str) -> str:
    number = sum(ord(letter) * 31**at for at, letter in enumerate(name)) % 10**12
    return f"{{5C1F5D0A-2C1B-4F6E-9C34-{number:012d}}}"
