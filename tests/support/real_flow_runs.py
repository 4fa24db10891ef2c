"""Runs one real data flow with surroundings made for it, and tells what happened."""

import re
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import polars as pl
from lxml import etree

from dtserve.connections.base import BulkOptions, ResultColumn
from dtserve.connections.connection_target import ConnectionTarget
from dtserve.controlflow.cancel import CancelSwitch
from dtserve.controlflow.events import Event
from dtserve.controlflow.runtime import SharedRun
from dtserve.connections.environment import Environment
from dtserve.dataflow.settings import FlowSettings
from dtserve.datatypes import DT, TypeSpec, from_token
from dtserve.datatypes.physical import polars_type
from dtserve.errors import DtserveError
from dtserve.execution.options import ExecutionOptions, Setting
from dtserve.execution.run import Execution, ExecutionResult, run
from dtserve.package import PackageDocument
from dtserve.package.model import Component, DataFlow
from support.golden import Target
from support.real_flow_files import write_flat_file, write_workbook
from support.real_flow_tables import READS, WRITES, Table, Tables, bare, is_statement, sql_type, value
from support.real_flow_values import Values
from support.real_flows import DTS, RealFlow, data_flows

ROWS = 40
SOURCES = (*READS, "FlatFileSource", "ExcelSource")


@dataclass
class Surroundings:
    """A package with one data flow and what was made around it."""

    flow: RealFlow
    folder: Path
    root: Any
    url: str
    replaced: list[str] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    tables: Tables = field(default_factory=Tables)
    settings: tuple[Setting, ...] = ()

    @property
    def document(self) -> PackageDocument:
        """The package as it is run."""
        return PackageDocument.open(etree.tostring(self.root))

    def options(self, **changes: Any) -> ExecutionOptions:
        """How it is run: every database is the one made for it, every path is below the folder."""
        paths = {f"{letter}:": str(self.folder / letter) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
        target = ConnectionTarget(self.url, server="*", database="*")
        return ExecutionOptions(
            connection_map=(target,), path_map=paths, folder=str(self.folder), temp=str(self.folder / "temp"),
            settings=self.settings, **changes,
        )


@dataclass
class Outcome:
    """What one run did."""

    result: ExecutionResult | None
    events: list[Event]
    raised: str = ""

    @property
    def errors(self) -> list[tuple[int, str]]:
        """Code and message of each OnError of the lowest level."""
        seen: dict[tuple[int, str], None] = {}
        for event in self.events:
            if event.kind == "OnError":
                seen[event.code & 0xFFFFFFFF, event.message] = None
        return list(seen)

    @property
    def succeeded(self) -> bool:
        """Whether the package succeeded."""
        return self.result is not None and self.result.exit_code == 0

    @property
    def sent(self) -> dict[str, int]:
        """Rows per path."""
        found: dict[str, int] = {}
        for event in self.events:
            if event.kind == "RowsSent":
                path = event.data["path"]
                found[path] = found.get(path, 0) + event.data["rows"]
        return found


def execute(made: Surroundings, **changes: Any) -> Outcome:
    """Run it in this process."""
    events: list[Event] = []
    (made.folder / "temp").mkdir(exist_ok=True)
    try:
        result = run(made.document, made.options(**changes), events.append, project=made.flow.project())
    except Exception:
        return Outcome(None, events, traceback.format_exc())
    return Outcome(result, events)


def surround(flow: RealFlow, folder: Path, *, rough: bool, url: str = "", rows: int = ROWS) -> Surroundings:
    """Make tables and files for a data flow."""
    made = Surroundings(flow, folder, flow.alone(), url or f"sqlite:///{folder / 'all.db'}")
    fill_variables(made.root)
    add_parameters(made.root)
    add_connections(made.root)
    make_folders(made)
    if "CROSS JOIN" in etree.tostring(made.root).decode().upper():
        rows = 4
    made.settings = tuple(
        Setting("parameter", f"$Package::{each.name}", f"in_{each.name}" if each.vt == 8 else 1)
        for each in made.document.model.parameters
        if each.required
    )
    task = data_flows(made.document.model)[0]
    assert task.data_flow is not None
    values = Values(flow.name, rough=rough, hints=hints(task.data_flow))
    _Maker(made, task.data_flow, values, rows).make()
    return made


class _Maker:
    def __init__(self, made: Surroundings, flow: DataFlow, values: Values, rows: int) -> None:
        self.made, self.flow, self.values, self.rows = made, flow, values, rows
        self.package = self._loaded()

    def _loaded(self) -> Any:
        made = self.made
        options = made.options()
        environment = Environment(
            folder=made.folder, temp=made.folder, connection_map=options.connection_map, path_map=options.path_map
        )
        shared = SharedRun(lambda event: None, FlowSettings(made.folder), environment, CancelSwitch())
        self.shared = shared
        package = Execution(shared, options, made.flow.project()).load(made.document)
        package.guard(package.apply_expressions)
        return package

    def make(self) -> None:
        """Tables, then files."""
        texts = {c.ref_id: self._text(c) for c in self.flow.components}
        tables = self.made.tables
        tables.collect(self.flow, texts)
        for component in self.flow.components:
            if component.part in READS and is_statement(texts[component.ref_id]):
                if (component.name, texts[component.ref_id]) in tables.unread or not texts[component.ref_id]:
                    self._replace(component)
            elif component.part in READS and not texts[component.ref_id]:
                self._replace(component)
        self._fill()
        for component in self.flow.components:
            if component.part in READS and is_statement(texts[component.ref_id]):
                self._check(component, texts[component.ref_id])
        self._files()
        self.shared.close()

    def _text(self, component: Component) -> str:
        if component.part == "DataReaderSourceAdapter" or component.part == "ADONETDestination":
            table = value(component, "TableOrViewName")
            return table if value(component, "AccessMode") in ("0", "") and table else value(component, "SqlCommand")
        mode = value(component, "AccessMode") or "0"
        names = {"0": "OpenRowset", "1": "OpenRowsetVariable", "2": "SqlCommand", "3": "SqlCommandVariable"}
        if component.part in WRITES:
            names |= {"3": "OpenRowset", "4": "OpenRowsetVariable"}
        if component.part == "SQLServerDestination":
            return value(component, "BulkInsertTableName")
        name = names.get(mode, "OpenRowset")
        text = value(component, name)
        if name.endswith("Variable") and text:
            try:
                return str(self.package.scope.variable(text).value or "")
            except DtserveError as error:
                self.made.trouble.append(f"{component.name}: {error}")
                return ""
        return text

    def _replace(self, component: Component) -> None:
        """Read a table of the same columns instead of a statement that cannot be served."""
        name = f"source_{component.number or len(self.made.replaced)}_{len(self.made.replaced)}"
        self.made.replaced.append(f"{component.part} {component.name}: {self._text(component)[:300]}")
        table = self.made.tables.table(name)
        table.filled = True
        for column in component.outputs[0].external_columns:
            table.add(column.name, column.type)
        keys = {"AccessMode": "0", "OpenRowset": name, "TableOrViewName": name, "ParameterMapping": ""}
        for element in self.made.root.iter("component"):
            if element.get("name") == component.name:
                for held in element.find("properties"):
                    if held.get("name") in keys:
                        held.text = keys[held.get("name")]

    def _fill(self) -> None:
        target = Target(self.made.url)
        try:
            for table in self.made.tables.found.values():
                self._fill_table(target, table)
        finally:
            target.close()

    def _fill_table(self, target: Target, table: Table) -> None:
        columns = list(table.columns.values()) or [("id", TypeSpec(DT.I4))]
        made = ", ".join(f"[{name}] {sql_type(spec)} NULL" for name, spec in columns)
        try:
            target.execute(f"CREATE TABLE {table.name} ({made})")
            if table.filled:
                rows = self.values.rows(columns, self.rows)
                load(target, table.name, columns, rows)
        except DtserveError as error:
            self.made.trouble.append(f"table {table.name}: {error}")

    def _check(self, component: Component, text: str) -> None:
        """Run the statement as it is; where the database refuses it, the component reads a table instead."""
        if (component.name, text) in self.made.tables.unread:
            return
        target = Target(self.made.url)
        try:
            if "?" not in text:
                target.session.query(text)  # type: ignore[attr-defined]
        except DtserveError as error:
            self.made.trouble.append(f"statement of {component.name}: {error}")
            before = set(self.made.tables.found)
            self._replace(component)
            for name in set(self.made.tables.found) - before:
                self._fill_table(target, self.made.tables.found[name])
        finally:
            target.close()

    def _files(self) -> None:
        books: dict[Path, tuple[bool, dict[str, Any]]] = {}
        flats: dict[Path, bool] = {}
        for component in self.flow.components:
            if not component.connections:
                continue
            try:
                connection = self.package.run.connections.get(component.connections[0].reference)
                if component.part == "FlatFileSource":
                    path = connection.path()
                    flats[path] = True
                    write_flat_file(path, connection.format, self.values, self.rows)
                elif component.part == "FlatFileDestination":
                    connection.path().parent.mkdir(parents=True, exist_ok=True)
                elif component.part in ("ExcelSource", "ExcelDestination"):
                    header = connection.options.header
                    ends = component.outputs if component.part == "ExcelSource" else component.inputs
                    columns = [(c.name, c.type) for c in ends[0].external_columns]
                    book = books.setdefault(connection.path(), (header, {}))
                    text = self._text(component)
                    if is_statement(text):
                        found = re.search(r"(?i)from\s+(\[[^\]]+\]|\S+)", text)
                        text = found[1] if found else text
                    known = book[1].setdefault(text, [component.part == "ExcelSource", columns])
                    known[0] = known[0] or component.part == "ExcelSource"
                elif component.part in ("RawDestination", "XmlSourceAdapter"):
                    pass
            except DtserveError as error:
                self.made.trouble.append(f"file of {component.name}: {error}")
        for path, (header, sheets) in books.items():
            write_workbook(path, sheets, header=header, values=self.values, count=self.rows)


def load(target: Target, table: str, columns: list[tuple[str, TypeSpec]], rows: list[tuple[Any, ...]]) -> None:
    """Rows into a table by the product's own bulk load."""
    series = [
        pl.Series(str(at), [_physical(row[at], spec) for row in rows], dtype=polars_type(spec), strict=False)
        for at, (_, spec) in enumerate(columns)
    ]
    made = [ResultColumn(name, spec) for name, spec in columns]
    target.session.bulk_load(table, made, [pl.DataFrame(series)], BulkOptions(keep_identity=True, keep_nulls=True))  # type: ignore[attr-defined]


def _physical(held: Any, spec: TypeSpec) -> Any:
    if held is not None and spec.dt is DT.DBTIMESTAMPOFFSET:
        return {"utc": held.replace(tzinfo=None), "offset": 0}
    return held


def hints(flow: DataFlow) -> dict[str, str]:
    """What texts of a column, by its name, are converted to further on; also of the columns that expressions read."""
    found = _hints(flow)
    for component in flow.components:
        for owner in (*component.outputs, *component.inputs):
            for column in owner.columns:
                expression = column.properties.get("FriendlyExpression")
                hint = found.get(column.name.lower())
                if expression is not None and hint:
                    for word in re.findall(r"\[([^\]]+)\]|\b([A-Za-z_]\w*)\b", expression.value):
                        found.setdefault((word[0] or word[1]).lower(), hint)
    return found


def _hints(flow: DataFlow) -> dict[str, str]:
    found: dict[str, str] = {}
    kinds = {"datetime": "date", "bool": "bool"}
    for component in flow.components:
        for end in component.inputs:
            external = {column.ref_id: column.type for column in end.external_columns}
            for column in end.columns:
                target = external.get(column.external_ref)
                if target is not None and column.type.family == "text":
                    name = re.search(r"\[([^\[\]]+)\]$", column.lineage_id)
                    if target.family in kinds:
                        found[(name[1] if name else column.name).lower()] = kinds[target.family]
                    elif target.family == "text" and target.length == 1:
                        found[(name[1] if name else column.name).lower()] = "digit"
                if "FileDataColumnID" in column.properties and "invalid" not in column.properties["FileDataColumnID"].value:
                    found[column.name.lower()] = "path"
        if component.part == "Lookup":
            text = value(component, "SqlCommand")
            listed = re.findall(r"\[?(\w+)\]?\s+IN\s*\(\s*'([^)]*)'\s*\)", text, re.IGNORECASE)
            wanted = {name.lower(): "=" + "|".join(re.split(r"'\s*,\s*'", texts)) for name, texts in listed}
            found |= wanted
            for column in component.inputs[0].columns:
                join = column.properties.get("JoinToReferenceColumn")
                if join is not None and join.value.lower() in wanted:
                    found[column.name.lower()] = wanted[join.value.lower()]
    for component in flow.components:
        for output in component.outputs:
            for column in output.columns:
                held = column.properties.get("SourceInputColumnLineageID")
                if held is not None and component.part == "DataConvert":
                    name = re.search(r"\[([^\[\]]+)\]\}?$", held.value)
                    if name and column.type.family in kinds:
                        kind = kinds[column.type.family]
                        if column.type.dt in (DT.DBTIME, DT.DBTIME2):
                            kind = "time"
                        found[name[1].lower()] = kind
                    if name and column.type.family == "text" and column.type.length == 1:
                        found[name[1].lower()] = "digit"
                expression = column.properties.get("FriendlyExpression")
                if expression is not None:
                    for match in re.finditer(r"\(DT_(DB\w+|DATE|BOOL)[^)]*\)\s*\(?\s*(?:TRIM\()?\[?([\w ]+)", expression.value):
                        kind = "bool" if match[1] == "BOOL" else "time" if match[1].startswith("DBTIME2") or match[1] == "DBTIME" else "date"
                        found[match[2].strip().lower()] = kind
    return found


def fill_variables(root: Any) -> None:
    """Values for empty text variables that paths and statements are made of."""
    wanted = set()
    for element in root.iter(f"{DTS}PropertyExpression"):
        wanted |= {name.rpartition("::")[2].lower() for name in re.findall(r"@\[?([\w:$ ]+)\]?", element.text or "")}
    for variable in root.iter(f"{DTS}Variable"):
        name = variable.get(f"{DTS}ObjectName") or next(
            (p.text for p in variable.findall(f"{DTS}Property") if p.get(f"{DTS}Name") == "ObjectName"), ""
        )
        held = variable.find(f"{DTS}VariableValue")
        if held is not None and held.get(f"{DTS}DataType") == "8" and not (held.text or "").strip() and name and name.lower() in wanted:
            held.text = f"in_{name}"


def make_folders(made: Surroundings) -> None:
    """The folders of all paths that the package writes down."""
    text = etree.tostring(made.root, encoding="unicode")
    data = made.folder / "C" / "data"
    data.mkdir(parents=True, exist_ok=True)
    for number in range(1, 16):
        (data / f"file_{number}.csv").write_text("some text")
    for match in re.finditer(r"([A-Z]):\\([^<>|*?&;'\"]+)", text, re.IGNORECASE):
        parts = [part for part in match[2].split("\\") if part.strip(" .")]
        made.folder.joinpath(match[1].upper(), *parts[:-1]).mkdir(parents=True, exist_ok=True)


def add_parameters(root: Any) -> None:
    """Parameters of a project that is not in the collection become parameters of the package."""
    text = etree.tostring(root, encoding="unicode")
    names = sorted(set(re.findall(r"\$Project::(\w+)", text)))
    if not names:
        return
    for element in root.iter(f"{DTS}PropertyExpression", f"{DTS}Variable"):
        if element.text:
            element.text = element.text.replace("$Project::", "$Package::")
        if element.get(f"{DTS}Expression"):
            element.set(f"{DTS}Expression", element.get(f"{DTS}Expression").replace("$Project::", "$Package::"))
    held = root.find(f"{DTS}PackageParameters")
    if held is None:
        held = etree.Element(f"{DTS}PackageParameters")
        root.insert(0, held)
    for at, name in enumerate(names):
        made = etree.SubElement(held, f"{DTS}PackageParameter", {
            f"{DTS}ObjectName": name, f"{DTS}DataType": "8", f"{DTS}DTSID": f"{{00000000-0000-0000-0001-{at:012d}}}",
        })  # fmt: skip
        etree.SubElement(made, f"{DTS}Property", {f"{DTS}DataType": "8", f"{DTS}Name": "ParameterValue"}).text = f"in_{name}"


def add_connections(root: Any) -> None:
    """Connection managers of a project that is not in the collection, made for the component that asks for them."""
    held = root.find(f"{DTS}ConnectionManagers")
    if held is None:
        held = etree.SubElement(root, f"{DTS}ConnectionManagers")
        root.insert(0, held)
    known = {e.get(f"{DTS}refId") for e in held} | {e.get(f"{DTS}DTSID") for e in held}
    for element in root.iter("connection"):
        reference = element.get("connectionManagerRefId", "")
        if not reference.startswith("Project.ConnectionManagers[") or reference in known:
            continue
        component = element.getparent().getparent()
        known.add(reference)
        held.append(_manager(reference, component))
    for element in held:
        for inner in element.iter(f"{DTS}ConnectionManager"):
            text = inner.get(f"{DTS}ConnectionString", "")
            if element.get(f"{DTS}CreationName") == "EXCEL" and ".xls;" in text.lower():
                inner.set(f"{DTS}ConnectionString", re.sub(r"(?i)\.xls;", ".xlsx;", text))


def _manager(reference: str, component: Any) -> Any:
    kind, text = "OLEDB", "Data Source=x;Initial Catalog=y;Provider=SQLNCLI11.1;Integrated Security=SSPI;"
    low = (component.get("componentClassID", "") + component.get("contactInfo", "")).lower()
    if "excel" in low:
        kind, text = "EXCEL", "Provider=Microsoft.ACE.OLEDB.12.0;Data Source=C:\\in.xlsx;Extended Properties=\"EXCEL 12.0 XML;HDR=YES\";"
    elif "flatfile" in low or "flat file" in low:
        kind, text = "FLATFILE", "C:\\in.txt"
    elif "managedcomponenthost" in low or "ado net" in low or "datareader" in low or "adonet" in low:
        kind = "ADO.NET:System.Data.SqlClient.SqlConnection, System.Data, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089"
        text = "Data Source=x;Initial Catalog=y;Integrated Security=True;"
    number = abs(hash(reference)) % 10**12
    made = etree.Element(f"{DTS}ConnectionManager", {
        f"{DTS}refId": reference, f"{DTS}CreationName": kind, f"{DTS}DTSID": f"{{00000000-0000-0000-0000-{number:012d}}}",
        f"{DTS}ObjectName": reference[reference.index("[") + 1 : -1],
    })  # fmt: skip
    data = etree.SubElement(made, f"{DTS}ObjectData")
    inner = etree.SubElement(data, f"{DTS}ConnectionManager", {f"{DTS}ConnectionString": text})
    if kind == "FLATFILE":
        _flat_columns(inner, component)
    return made


def _flat_columns(inner: Any, component: Any) -> None:
    for name, text in (("Format", "Delimited"), ("ColumnNamesInFirstDataRow", "True"), ("CodePage", "1252"), ("LocaleID", "1033")):
        inner.set(f"{DTS}{name}", text)
    columns = etree.SubElement(inner, f"{DTS}FlatFileColumns")
    ends = list(component.iter("externalMetadataColumn"))
    for at, column in enumerate(ends):
        dt = from_token(column.get("dataType", "str"))
        end = "_x002C_" if at < len(ends) - 1 else "_x000D__x000A_"
        etree.SubElement(columns, f"{DTS}FlatFileColumn", {
            f"{DTS}ColumnType": "Delimited", f"{DTS}ColumnDelimiter": end, f"{DTS}MaximumWidth": column.get("length", "0"),
            f"{DTS}DataType": str(dt.value), f"{DTS}ObjectName": column.get("name", ""), f"{DTS}DataPrecision": column.get("precision", "0"),
            f"{DTS}DataScale": column.get("scale", "0"),
        })  # fmt: skip
