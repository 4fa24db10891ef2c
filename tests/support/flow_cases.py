"""Runs data-driven component cases: real pipeline XML, input rows, expected rows per output.

A case file (``tests/dataflow/cases/<component>/*.json``) holds ``component`` (the XML of
one component as a list of lines; ``{name}`` placeholders from ``with`` in the cases; ``set`` changes properties
of it, see :func:`support.case_facts.component_text`),
``inputs`` (input name → columns with types, rows, rows per buffer) and ``cases``. An
input column's lineage id is ``Package\\T\\<input>.Outputs[Out].Columns[<column>]``. In a case
``outputs`` gives, per output name, the columns looked at (names of lineage ids) and the rows,
``buffers`` how many rows and at least how many buffers of an output. ``files`` are written before
and ``files_after`` compared (None: not there), as Latin-1; ``workbooks`` and ``workbooks_after`` likewise.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from pathlib import Path as FilePath
from typing import Any

import polars as pl
from lxml import etree

from dtserve.dataflow import engine
from dtserve.dataflow.errors import DataFlowFailed
from dtserve.dataflow.lineage import resolve_lineage
from dtserve.dataflow.plan import _ends, _forward, _order
from dtserve.datatypes import DT, TypeSpec, from_token
from dtserve.datatypes.recordset import Recordset
from dtserve.package.model import Column, Component, DataFlow, Executable, Input, Output, Path
from dtserve.package.reader.pipeline import read_data_flow
from support.case_facts import component_text
from support.flows import RecordingHost

TASK = "Package\\T"


def type_of(text: str) -> TypeSpec:
    """``wstr(50)``, ``str(10,1252)``, ``numeric(18,4)``, ``dbTimeStamp2(3)``, ``i4``."""
    found = re.fullmatch(r"(\w+)(?:\((\d+)(?:,(\d+))?\))?", text)
    assert found, text
    dt_, first, second = from_token(found[1]), int(found[2] or 0), int(found[3] or 0)
    if dt_ is DT.NUMERIC:
        return TypeSpec(dt_, precision=first, scale=second)
    if dt_ in (DT.STR, DT.TEXT):
        return TypeSpec(dt_, length=first, code_page=second or 1252)
    if dt_ in (DT.WSTR, DT.BYTES):
        return TypeSpec(dt_, length=first)
    return TypeSpec(dt_, scale=first)


def value_in(value: Any, spec: TypeSpec) -> Any:
    """A JSON value as the Python value of a column."""
    if value is None:
        return None
    if spec.family == "decimal":
        return Decimal(str(value))
    if spec.family == "binary":
        return bytes.fromhex(value)
    if spec.family == "datetime":
        if spec.dt is DT.DBDATE:
            return dt.date.fromisoformat(value)
        if spec.dt in (DT.DBTIME, DT.DBTIME2):
            return dt.time.fromisoformat(value)
        moment = dt.datetime.fromisoformat(value)
        if spec.dt is DT.DBTIMESTAMPOFFSET:
            offset = moment.utcoffset() or dt.timedelta()
            return {"utc": (moment - offset).replace(tzinfo=None), "offset": int(offset.total_seconds() // 60)}
        return moment
    return value


def value_out(value: Any) -> Any:
    """A value of a result as JSON would say it."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dt.date | dt.time | dt.datetime):
        return value.isoformat()
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, Recordset):
        return [[value_out(each) for each in row] for row in value.rows()]
    return value


def frames_of(columns: dict[str, TypeSpec], rows: list[list[Any]], batch: int) -> list[pl.DataFrame]:
    """Frames of some rows each."""
    names = list(columns)
    made = {
        name: pl.Series([value_in(row[i], columns[name]) for row in rows], dtype=columns[name].polars())
        for i, name in enumerate(names)
    }
    whole = pl.DataFrame(made)
    return [whole.slice(at, batch) for at in range(0, whole.height, batch)] if rows else []


def lineage(source: str, column: str) -> str:
    """The lineage id of a case's input column."""
    return f"{TASK}\\{source}.Outputs[Out].Columns[{column}]"


def source_of(name: str, spec: dict[str, Any]) -> Component:
    """The source behind one input."""
    keys = spec.get("sorted", {})
    ref = f"{TASK}\\{name}"
    columns = tuple(
        Column(
            lineage(name, c),
            lineage(name, c),
            c,
            type_of(t),
            sort_key_position=keys.get(c, 0),
            comparison_flags=spec.get("flags", {}).get(c, 0),
            number=100 + i,
        )
        for i, (c, t) in enumerate(spec["columns"].items())
    )
    return Component(ref, name, "test", "TestSource", outputs=(Output(f"{ref}.Outputs[Out]", "Out", columns),))


def read_components(lines: list[str], values: dict[str, str]) -> tuple[Component, ...]:
    """Components from XML lines with ``{name}`` placeholders."""
    text = "\n".join(lines)
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    pipeline = etree.fromstring(f"<pipeline version='1'><components>{text}</components></pipeline>")
    flow = read_data_flow(Executable("T", "{0}", TASK, "Microsoft.Pipeline", "Pipeline", object_data=pipeline))
    assert flow is not None
    return flow.components


def _completed(component: Component, sources: dict[str, Component]) -> Component:
    """Input columns with the type and sort key of the source column they name."""
    from dataclasses import replace

    known = {c.lineage_id: c for s in sources.values() for c in s.outputs[0].columns}

    def full(column: Column) -> Column:
        found = known.get(column.lineage_id)
        if found is None:
            return column
        return replace(
            column,
            name=column.name or found.name,
            type=found.type,
            sort_key_position=found.sort_key_position,
            comparison_flags=found.comparison_flags,
        )

    inputs = tuple(replace(i, columns=tuple(full(c) for c in i.columns)) for i in component.inputs)
    return replace(component, inputs=inputs)


def parts_of(document: dict[str, Any], case: dict[str, Any]) -> tuple[dict[str, Component], Component]:
    """The sources of a case by input, and the component under test."""
    inputs = {**document.get("inputs", {}), **case.get("inputs", {})}
    sources = {name: source_of(name, spec) for name, spec in inputs.items()}
    (made,) = read_components([component_text(document, case)], {})
    return sources, made


Parts = Callable[[dict[str, Any], dict[str, Any]], tuple[dict[str, Component], Component]]


def build(
    document: dict[str, Any], case: dict[str, Any], parts: Parts = parts_of
) -> tuple[DataFlow, dict[str, Any], Component]:
    """The data flow of a case, its inputs, and the component under test."""
    inputs = {**document.get("inputs", {}), **case.get("inputs", {})}
    sources, made = parts(document, case)
    aliases: dict[str, str] = getattr(parts, "aliases", {})
    tested = _completed(made, sources)
    paths = [
        Path(f"{TASK}.Paths[{i.name}]", i.name, sources[i.name].outputs[0].ref_id, i.ref_id)
        for i in tested.inputs
        if i.name in sources
    ]
    bare = DataFlow((*sources.values(), tested), tuple(paths))
    ends = _ends(bare)
    available = _forward(_order(list(resolve_lineage(bare).components), ends), ends)
    sinks = []
    looked_at = case.get("outputs") or {o.name: {"columns": []} for o in tested.outputs if not o.is_error_out}
    for output in tested.outputs:
        wanted = looked_at.get(output.name)
        if wanted is None:
            continue
        ref = f"{TASK}\\to {output.name}"
        columns = []
        for name in wanted["columns"]:
            full = [
                k
                for k in available[output.ref_id]
                if aliases.get(k, k) == name or aliases.get(k, k).endswith(f".Columns[{name}]")
            ]
            assert full, f"no column {name} on {output.name}: {list(available[output.ref_id])}"
            columns.append(Column(f"{ref}.{name}", full[-1], name, available[output.ref_id][full[-1]]))
        into = Input(f"{ref}.In", "In", tuple(columns), has_side_effects=True)
        sinks.append(Component(ref, f"to {output.name}", "test", "TestSink", inputs=(into,)))
        paths.append(Path(f"{TASK}.Paths[{output.name}]", output.name, output.ref_id, into.ref_id))
    return DataFlow((*sources.values(), tested, *sinks), tuple(paths), case.get("flow", {})), inputs, tested


def run_case(document: dict[str, Any], case: dict[str, Any], folder: FilePath, **host_parts: Any) -> RecordingHost:
    """Run a case and compare everything it tells; returns the host for further looks."""
    expected_errors = [int(code, 16) for code in case.get("errors", [])]
    host, base, failed = execute(document, case, folder, **host_parts)
    found = host.codes("OnError")
    assert not failed or expected_errors, [event for event in host.events if event[0] == "OnError"]
    assert found[: len(expected_errors)] == expected_errors, [e for e in host.events if e[0] == "OnError"]
    assert bool(found) == bool(expected_errors)
    if "warnings" in case:
        warned = host.codes("OnWarning")
        assert warned == [int(c, 16) for c in case["warnings"]], [e for e in host.events if e[0] == "OnWarning"]
    if not expected_errors:
        for output, wanted in case.get("outputs", {}).items():
            if "rows" not in wanted:
                continue
            check_rows(host, output, wanted, case.get("ordered", True))
    for output, (rows, buffers) in case.get("buffers", {}).items():
        frames = host.sinks[f"to {output}"]
        assert (sum(frame.height for frame in frames), len(frames) >= buffers) == (rows, True)
    check_state(host, base, case, folder)
    for kind, texts in case.get("messages", {}).items():
        found_texts = [message for what, _, _, message in host.events if what == kind]
        for text in texts:
            assert any(text in found_text for found_text in found_texts), found_texts
    return host


def check_state(host: RecordingHost, base: Any, case: dict[str, Any], folder: FilePath) -> None:
    """Variables, tables and files after a case."""
    for name, value in case.get("variables_after", {}).items():
        assert value_out(host.variables[name][1]) == value
    for query, rows in case.get("database_after", {}).items():
        with closing(base.session()) as session:
            assert [[value_out(v) for v in row] for row in session.query(query).rows()] == rows, query
    for name, text in case.get("files_after", {}).items():
        path = folder / name
        assert (path.read_bytes().decode("latin-1") if path.exists() else None) == text, name
    for name, sheets in case.get("workbooks_after", {}).items():
        assert workbook_rows(folder / name) == sheets, name


def execute(
    document: dict[str, Any], case: dict[str, Any], folder: FilePath, parts: Parts = parts_of, **host_parts: Any
) -> tuple[RecordingHost, Any, bool]:
    """Run a case: the host, the connection with the database, whether the data flow failed."""
    flow, inputs, _ = build(document, case, parts)
    host = RecordingHost(folder)
    for name, value in host_parts.items():
        setattr(host, name, value)
    base = connect(host, document, case, folder)
    for name, text in {**document.get("files", {}), **case.get("files", {})}.items():
        (folder / name).write_bytes(text.encode("latin-1"))
    for name, (token, value) in {**document.get("variables", {}), **case.get("variables", {})}.items():
        spec = None if token == "object" else type_of(token)
        host.variables[name] = (spec, value if spec is None else value_in(value, spec))
    for name, spec in inputs.items():
        columns = {c: type_of(t) for c, t in spec["columns"].items()}
        host.frames[name] = frames_of(columns, spec.get("rows", []), case.get("batch", spec.get("batch", 2)))
    try:
        engine.validate_data_flow(flow, host)
        engine.run_data_flow(flow, host)
    except DataFlowFailed:
        return host, base, True
    return host, base, False


def connect(host: RecordingHost, document: dict[str, Any], case: dict[str, Any], folder: FilePath) -> Any:
    """The connection manager ``Package.ConnectionManagers[DB]`` on a new database, filled by ``database``.

    It is a SQLite file, or the empty database that ``url`` of the case names. ``managers`` are others by name: kind,
    properties and the inside of their ObjectData; ``workbooks`` are made before: file → sheet → rows.
    """
    _connect_managers(host, document, case, folder)
    for name, sheets in {**document.get("workbooks", {}), **case.get("workbooks", {})}.items():
        make_workbook(folder / name, sheets)
    statements = [*document.get("database", []), *case.get("database", [])]
    if not statements:
        return None
    from dtserve.connections.base import SqlSession
    from dtserve.connections.environment import ConnectionTarget, Environment
    from dtserve.connections.registry import create_connection
    from dtserve.package.model import ConnectionManager

    kind = document.get("connection", "OLEDB")
    text = "Data Source=.;Initial Catalog=Shop;Provider=SQLNCLI11.1;Integrated Security=SSPI;"
    model = ConnectionManager("DB", "{1}", kind, "Package.ConnectionManagers[DB]", {"ConnectionString": text})
    target = ConnectionTarget(case.get("url") or f"sqlite:///{folder / 'test.db'}", manager="DB")
    found = create_connection(model, Environment(folder=folder, temp=folder, connection_map=(target,)))
    host.connections["Package.ConnectionManagers[DB]"] = found
    session: SqlSession
    with closing(found.session()) as session:  # type: ignore[attr-defined]
        for statement in statements:
            session.execute(statement)
    return found


def _connect_managers(host: RecordingHost, document: dict[str, Any], case: dict[str, Any], folder: FilePath) -> None:
    from dtserve.connections.registry import create_connection
    from support.connections import environment, manager

    text = json.dumps({**document.get("managers", {}), **case.get("managers", {})})
    for name, value in {**document.get("with", {}), **case.get("with", {})}.items():
        text = text.replace("{" + name + "}", json.dumps(str(value))[1:-1])
    for name, spec in json.loads(text).items():
        model = manager(spec["kind"], spec.get("properties"), name=name, xml="".join(spec.get("xml", [])))
        host.connections[model.ref_id] = create_connection(model, environment(folder, temp=folder))


def make_workbook(path: FilePath, sheets: dict[str, list[list[Any]]]) -> None:
    """A workbook with these sheets."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)


def workbook_rows(path: FilePath) -> dict[str, list[list[Any]]]:
    """The sheets of a workbook."""
    import openpyxl

    book = openpyxl.load_workbook(path)
    return {sheet.title: [[value_out(v) for v in row] for row in sheet.values] for sheet in book.worksheets}


def check_rows(host: RecordingHost, output: str, wanted: dict[str, Any], ordered: bool) -> None:
    """Compare the rows of an output."""
    table = host.table(f"to {output}")
    rows = [[value_out(v) for v in row] for row in table.select(wanted["columns"]).iter_rows()] if table.width else []
    expected = wanted["rows"]
    if not ordered:
        rows, expected = sorted(rows, key=json.dumps), sorted(expected, key=json.dumps)
    assert rows == expected, f"{output}: {rows}"


def load_cases(folder: FilePath) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """(id, document, case) of every case below a folder."""
    found = []
    for path in sorted(folder.glob("*/*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        for case in document["cases"]:
            found.append((f"{path.parent.name}/{path.stem}: {case['name']}", document, case))
    return found
