"""Makes the tables and files around one real data flow and fills them with seeded values."""

import re
from pathlib import Path
from typing import Any

import polars as pl
from lxml import etree

from dtserve.connections.base import BulkOptions, ResultColumn
from dtserve.connections.environment import Environment
from dtserve.controlflow.cancel import CancelSwitch
from dtserve.controlflow.runtime import SharedRun
from dtserve.dataflow.settings import FlowSettings
from dtserve.datatypes import DT, TypeSpec
from dtserve.datatypes.physical import polars_type
from dtserve.errors import DtserveError
from dtserve.execution.options import Setting
from dtserve.execution.run import Execution
from dtserve.package.model import Component, DataFlow
from support.golden import Target
from support.real_flow_files import write_flat_file, write_workbook
from support.real_flow_hints import hints
from support.real_flow_package import add_connections, add_parameters, fill_variables, make_folders
from support.real_flow_runs import Surroundings
from support.real_flow_tables import READS, WRITES, Table, is_statement, sql_type, value
from support.real_flow_values import Values
from support.real_flows import RealFlow, data_flows

__all__ = ["surround"]

ROWS = 40


def surround(flow: RealFlow, folder: Path, *, rough: bool, url: str = "", rows: int = ROWS) -> Surroundings:
    """Make tables and files for a data flow."""
    made = Surroundings(flow, folder, flow.alone(), url or f"sqlite:///{folder / 'all.db'}")
    fill_variables(made.root)
    add_parameters(made.root)
    add_connections(made.root)
    make_folders(made.root, folder)
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
            quick = self.made.url.startswith("sqlite")
            if quick:
                target.session.begin()  # type: ignore[attr-defined]
            for table in self.made.tables.found.values():
                self._fill_table(target, table)
            if quick:
                target.session.commit()  # type: ignore[attr-defined]
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
