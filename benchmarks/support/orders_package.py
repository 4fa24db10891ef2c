"""The package of the flat file benchmark, a real format 8 ``.dtsx``.

Flat File Source (rows with errors redirected) → Derived Column → Conditional Split →
three Flat File Destinations; the redirected rows go to a fourth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

from support.orders import NOTE_LENGTH

__all__ = ["DERIVED", "OUTPUTS", "SPLIT", "write_package"]

FLOW = "Package\\Orders"


@dataclass(frozen=True)
class Col:
    """A column: pipeline type with its sizes, and the code for the connection manager."""

    name: str
    token: str
    code: int
    length: int = 0
    precision: int = 0
    scale: int = 0

    def attributes(self, prefix: str = "") -> str:
        """The type as attributes of pipeline XML."""
        parts = {"dataType": self.token, "length": self.length, "precision": self.precision, "scale": self.scale}
        if self.token == "str":
            parts["codePage"] = 65001
        named = {prefix + (k[0].upper() + k[1:] if prefix else k): v for k, v in parts.items() if v}
        named = {"cachedCodepage" if k == "cachedCodePage" else k: v for k, v in named.items()}
        return " ".join(f'{k}="{v}"' for k, v in named.items())


INPUT = [
    Col("order_id", "i4", 3),
    Col("customer_id", "i4", 3),
    Col("customer", "wstr", 130, 40),
    Col("product", "str", 129, 40),
    Col("quantity", "i4", 3),
    Col("unit_price", "numeric", 131, precision=10, scale=2),
    Col("discount", "numeric", 131, precision=4, scale=2),
    Col("currency", "str", 129, 3),
    Col("region", "str", 129, 10),
    Col("order_date", "dbDate", 133),
    Col("shipped", "dbTimeStamp", 135),
    Col("note", "wstr", 130, NOTE_LENGTH),
]
DERIVED = {
    Col("customer_upper", "wstr", 130, 40): "UPPER(TRIM([customer]))",
    Col("net", "numeric", 131, precision=18, scale=4): (
        "(DT_NUMERIC,18,4)([quantity] * [unit_price] * ((DT_NUMERIC,4,2)1 - [discount]))"
    ),
    Col("order_year", "i4", 3): "YEAR([order_date])",
    Col("label", "wstr", 130, 20): '[region] + "-" + [currency]',
}
SPLIT = {"large": "[net] >= (DT_NUMERIC,18,4)1000", "open": "ISNULL([shipped])", "rest": ""}
OUTPUTS = (*SPLIT, "errors")
_WRITTEN = (
    "order_id", "customer_upper", "product", "quantity", "unit_price", "net", "order_date", "order_year", "shipped",
    "label", "note",
)  # fmt: skip
_ERRORS = [
    Col("Flat File Source Error Output Column", "text", 302),
    Col("ErrorCode", "i4", 3),
    Col("ErrorColumn", "i4", 3),
]


def write_package(path: Path, source: Path, folder: Path) -> None:
    """Write the package that reads ``source`` and writes ``large``, ``open``, ``rest`` and ``errors`` into ``folder``."""
    by_name = {column.name: column for column in (*INPUT, *DERIVED)}
    written = [by_name[name] for name in _WRITTEN]
    managers = _manager("Orders", source, INPUT, ",", "_x000D__x000A_", "_x0022_", names=True)
    for name in OUTPUTS:
        columns = _ERRORS if name == "errors" else written
        managers += _manager(name, folder / f"{name}.txt", columns, "|", "_x000A_", "_x003C_none_x003E_", names=False)
    components = _source() + _derived() + _split()
    components += "".join(_destination(name, _ERRORS if name == "errors" else written) for name in OUTPUTS)
    path.write_text(_package(managers, components), encoding="utf-8")


def _package(managers: str, components: str) -> str:
    return f"""<?xml version="1.0"?>
<DTS:Executable xmlns:DTS="www.microsoft.com/SqlServer/Dts" DTS:refId="Package"
  DTS:CreationName="Microsoft.Package" DTS:DTSID="{{0B9D7A52-53D0-4E0E-9A63-7A0C2D5A5F10}}"
  DTS:ExecutableType="Microsoft.Package" DTS:LocaleID="1033" DTS:ObjectName="Orders"
  DTS:ProtectionLevel="0" DTS:VersionGUID="{{2D9C5AE4-8E8B-4A35-9D5F-0C8D3B3A4C11}}">
  <DTS:Property DTS:Name="PackageFormatVersion">8</DTS:Property>
  <DTS:ConnectionManagers>{managers}</DTS:ConnectionManagers>
  <DTS:Executables>
    <DTS:Executable DTS:refId="{FLOW}" DTS:CreationName="Microsoft.Pipeline"
      DTS:DTSID="{{6E0C1A0B-0F6F-4A36-8B1E-1B5B0C7D2E12}}" DTS:ExecutableType="Microsoft.Pipeline"
      DTS:LocaleID="-1" DTS:ObjectName="Orders">
      <DTS:ObjectData><pipeline version="1">
        <components>{components}</components>
        <paths>{_paths()}</paths>
      </pipeline></DTS:ObjectData>
    </DTS:Executable>
  </DTS:Executables>
</DTS:Executable>
"""


def _manager(
    name: str, path: Path, columns: Sequence[Col], separator: str, row: str, qualifier: str, *, names: bool
) -> str:
    made = []
    for column in columns:
        end = row if column is columns[-1] else f"_x{ord(separator):04X}_"
        width = f' DTS:MaximumWidth="{column.length}"' if column.length else ""
        sizes = f' DTS:DataPrecision="{column.precision}" DTS:DataScale="{column.scale}"' if column.precision else ""
        made.append(
            f'<DTS:FlatFileColumn DTS:ColumnType="Delimited" DTS:ColumnDelimiter="{end}"{width}'
            f' DTS:DataType="{column.code}"{sizes} DTS:TextQualified="True" DTS:ObjectName="{column.name}"'
            ' DTS:CreationName="" />'
        )
    return f"""
    <DTS:ConnectionManager DTS:refId="Package.ConnectionManagers[{name}]" DTS:CreationName="FLATFILE"
      DTS:DTSID="{_guid(name)}" DTS:ObjectName="{name}">
      <DTS:ObjectData><DTS:ConnectionManager DTS:Format="Delimited" DTS:LocaleID="1033"
        DTS:HeaderRowDelimiter="{row}" DTS:ColumnNamesInFirstDataRow="{names}" DTS:RowDelimiter=""
        DTS:TextQualifier="{qualifier}" DTS:CodePage="65001" DTS:ConnectionString={quoteattr(str(path))}>
        <DTS:FlatFileColumns>{"".join(made)}</DTS:FlatFileColumns>
      </DTS:ConnectionManager></DTS:ObjectData>
    </DTS:ConnectionManager>"""


def _guid(name: str) -> str:
    number = sum(ord(letter) * 31**at for at, letter in enumerate(name)) % 10**12
    return f"{{5C1F5D0A-2C1B-4F6E-9C34-{number:012d}}}"


def _component(name: str, kind: str, body: str, *, manager: str = "", attributes: str = "") -> str:
    connection = ""
    if manager:
        reference = f"Package.ConnectionManagers[{manager}]"
        connection = (
            f'<connections><connection refId="{FLOW}\\{name}.Connections[FlatFileConnection]" connectionManagerID='
            f'"{reference}" connectionManagerRefId="{reference}" name="FlatFileConnection" /></connections>'
        )
    return (
        f'<component refId="{FLOW}\\{name}" componentClassID="Microsoft.{kind}" localeId="1033" name="{name}" '
        f'{attributes}version="1">{body.replace("<CONNECTIONS/>", connection)}</component>'
    )


def _source() -> str:
    output = f"{FLOW}\\Source.Outputs[Out]"
    columns, external = [], []
    for column in INPUT:
        columns.append(
            f'<outputColumn refId="{output}.Columns[{column.name}]" {column.attributes()} errorOrTruncationOperation='
            f'"Conversion" errorRowDisposition="RedirectRow" externalMetadataColumnId="{output}.ExternalColumns'
            f'[{column.name}]" lineageId="{output}.Columns[{column.name}]" name="{column.name}" '
            'truncationRowDisposition="RedirectRow"><properties><property dataType="System.Boolean" '
            'name="FastParse">false</property></properties></outputColumn>'
        )
        external.append(
            f'<externalMetadataColumn refId="{output}.ExternalColumns[{column.name}]" {column.attributes()} '
            f'name="{column.name}" />'
        )
    error = f"{FLOW}\\Source.Outputs[Errors]"
    flags = {"ErrorCode": ' specialFlags="1"', "ErrorColumn": ' specialFlags="2"'}
    raised = "".join(
        f'<outputColumn refId="{error}.Columns[{c.name}]" {c.attributes()} lineageId="{error}.Columns[{c.name}]" '
        f'name="{c.name}"{flags.get(c.name, "")} />'
        for c in _ERRORS
    )
    body = f"""<properties><property dataType="System.Boolean" name="RetainNulls">true</property></properties>
      <CONNECTIONS/><outputs><output refId="{output}" name="Out"><outputColumns>{"".join(columns)}</outputColumns>
      <externalMetadataColumns isUsed="True">{"".join(external)}</externalMetadataColumns></output>
      <output refId="{error}" isErrorOut="true" name="Errors"><outputColumns>{raised}</outputColumns></output></outputs>"""
    return _component("Source", "FlatFileSource", body, manager="Orders", attributes='usesDispositions="true" ')


def _lineage(name: str) -> str:
    if any(column.name == name for column in _ERRORS):
        return f"{FLOW}\\Source.Outputs[Errors].Columns[{name}]"
    if any(column.name == name for column in DERIVED):
        return f"{FLOW}\\Derive.Outputs[Out].Columns[{name}]"
    return f"{FLOW}\\Source.Outputs[Out].Columns[{name}]"


def _resolved(expression: str) -> str:
    for column in (*INPUT, *DERIVED):
        expression = expression.replace(f"[{column.name}]", f"#{{{_lineage(column.name)}}}")
    return expression


def _inputs(component: str, columns: Sequence[Col], *, external: bool = False) -> str:
    where = f"{FLOW}\\{component}.Inputs[In]"
    made = []
    for column in columns:
        reference = f' externalMetadataColumnId="{where}.ExternalColumns[{column.name}]"' if external else ""
        made.append(
            f'<inputColumn refId="{where}.Columns[{column.name}]" {column.attributes("cached")} cachedName='
            f'"{column.name}"{reference} lineageId="{_lineage(column.name)}" />'
        )
    outside = "".join(
        f'<externalMetadataColumn refId="{where}.ExternalColumns[{c.name}]" {c.attributes()} name="{c.name}" />'
        for c in columns
    )
    seen = f'<externalMetadataColumns isUsed="True">{outside}</externalMetadataColumns>' if external else ""
    effects = ' hasSideEffects="true"' if external else ""
    return (
        f'<inputs><input refId="{where}" name="In"{effects}><inputColumns>{"".join(made)}</inputColumns>{seen}</input>'
        "</inputs>"
    )


def _derived() -> str:
    output = f"{FLOW}\\Derive.Outputs[Out]"
    made = "".join(
        f'<outputColumn refId="{output}.Columns[{c.name}]" {c.attributes()} errorOrTruncationOperation="Computation" '
        f'errorRowDisposition="FailComponent" lineageId="{output}.Columns[{c.name}]" name="{c.name}" '
        f'truncationRowDisposition="FailComponent"><properties><property containsID="true" dataType="System.String" '
        f'name="Expression">{_escaped(text)}</property></properties></outputColumn>'
        for c, text in DERIVED.items()
    )
    into = f"{FLOW}\\Derive.Inputs[In]"
    body = (
        f'{_inputs("Derive", INPUT)}<outputs><output refId="{output}" exclusionGroup="1" name="Out" '
        f'synchronousInputId="{into}"><outputColumns>{made}</outputColumns></output></outputs>'
    )
    return _component("Derive", "DerivedColumn", body, attributes='usesDispositions="true" ')


def _escaped(expression: str) -> str:
    return _resolved(expression).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _split() -> str:
    used = [c for c in (*INPUT, *DERIVED) if any(f"[{c.name}]" in text for text in SPLIT.values())]
    into = f"{FLOW}\\Split.Inputs[In]"
    outputs = []
    for order, (name, text) in enumerate(SPLIT.items()):
        if text:
            inner = (
                f'<property containsID="true" dataType="System.String" name="Expression">{_escaped(text)}</property>'
                f'<property dataType="System.Int32" name="EvaluationOrder">{order}</property>'
            )
        else:
            inner = '<property dataType="System.Boolean" name="IsDefaultOut">true</property>'
        outputs.append(
            f'<output refId="{FLOW}\\Split.Outputs[{name}]" errorOrTruncationOperation="Computation" '
            f'errorRowDisposition="FailComponent" exclusionGroup="1" name="{name}" synchronousInputId="{into}" '
            f'truncationRowDisposition="FailComponent"><properties>{inner}</properties></output>'
        )
    body = f"{_inputs('Split', used)}<outputs>{''.join(outputs)}</outputs>"
    return _component("Split", "ConditionalSplit", body, attributes='usesDispositions="true" ')


def _destination(name: str, columns: Sequence[Col]) -> str:
    body = (
        '<properties><property dataType="System.Boolean" name="Overwrite">true</property></properties><CONNECTIONS/>'
        + _inputs(name, columns, external=True)
    )
    return _component(name, "FlatFileDestination", body, manager=name)


def _paths() -> str:
    ends = [("Source.Outputs[Out]", "Derive"), ("Derive.Outputs[Out]", "Split"), ("Source.Outputs[Errors]", "errors")]
    ends += [(f"Split.Outputs[{name}]", name) for name in SPLIT]
    return "".join(
        f'<path refId="{FLOW}.Paths[P{number}]" endId="{FLOW}\\{target}.Inputs[In]" name="P{number}" '
        f'startId="{FLOW}\\{start}" />'
        for number, (start, target) in enumerate(ends)
    )
