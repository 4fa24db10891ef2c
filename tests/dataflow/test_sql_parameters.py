"""Parameters of source statements: mapping, order, names, and values that come back."""

from __future__ import annotations

from pathlib import Path

import pytest

from dtserve.dataflow.sql_parameters import bind, count_markers, parse_parameter_mapping
from dtserve.datatypes import DT, TypeSpec
from support.flow_cases import load_cases, run_case
from support.flows import I4, RecordingHost, wstr
from support.tds_server import Answer, TdsServer
from support.tds_tokens import table

CASES = Path(__file__).parent / "cases"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('"Parameter0:Input",{A};"Parameter1:Input",{B};', [("Parameter0", "{A}", "Input"), ("Parameter1", "{B}", "Input")]),
        ('"1",{B};"0",{A};', [("0", "{A}", "Input"), ("1", "{B}", "Input")]),
        ('"@Last:Output",{A1B2-3};', [("@Last", "{A1B2-3}", "Output")]),
        ('"Parameter0:InputOutput",User::x', [("Parameter0", "User::x", "InputOutput")]),
        ('"odd:name",{A};', [("odd:name", "{A}", "Input")]),
        ("", []),
    ],
)  # fmt: skip
def test_parameter_mapping(text, found):
    assert [tuple(entry) for entry in parse_parameter_mapping(text)] == found


def test_markers_in_texts_and_comments_do_not_count():
    assert count_markers("select '?', [a?] from t /* ? */ where a = ? and b in (?, ?) -- ?") == 3


NAMED = '"@new:Input",{N};"@old:Input",{O};'


@pytest.mark.parametrize(
    ("statement", "mapping", "sent", "values"),
    [
        ("select ? , ?", '"Parameter1",{O};"Parameter0",{N};', "select ? , ?", [2, "old"]),
        ("select 1 where a = ?", NAMED, "select 1 where a = ?", [2]),
        ("exec p @old = ?, @NEW=?", NAMED, "exec p @old = ?, @NEW=?", ["old", 2]),
        ("EXEC [a b].p ?, ?", NAMED, "EXEC [a b].p @new = ?, @old = ?", [2, "old"]),
        ("exec dbo.p ?, ? OUTPUT WITH RESULT SETS ((a int))", NAMED, "exec dbo.p @new = ?, @old = ? OUTPUT WITH RESULT SETS ((a int))", [2, "old"]),
        ("exec p ?, 5, ?", NAMED, "exec p ?, 5, ?", [2, "old"]),
        ("exec ? = p ?", NAMED, "exec ? = p ?", [2, "old"]),
        ("exec p 1, ?, ?", NAMED, "exec p 1, ?, ?", [2, "old"]),
    ],
)  # fmt: skip
def test_values_go_by_position_or_by_name(tmp_path, statement, mapping, sent, values):
    host = RecordingHost(tmp_path)
    host.variables = {"{N}": (I4, 2), "{O}": (wstr(3), "old")}
    bound = bind(host, statement, parse_parameter_mapping(mapping))
    assert bound.statement == sent
    assert [each.value for each in bound.parameters] == values
    assert bound.outputs == {}


ROWS = table(("id", "name"), (I4, TypeSpec(DT.WSTR, length=10)), [(1, "a"), (2, "b")])


def changes(arguments):
    """A procedure with a parameter that goes in, one that comes out, one that does both."""
    outputs = {"@count": 2, "@note": f"{arguments['@note']}!"}
    return Answer([ROWS], outputs if arguments["@from"] == 5 else {})


def test_a_procedure_gives_rows_and_values(tmp_path):
    (tmp_path / "server").mkdir()
    double = TdsServer(tmp_path / "server", procedures={"changes": changes})
    document, case = next((d, c) for n, d, c in load_cases(CASES) if n == "oledb_source/oledb_source: a query")
    mapping = '"@count:Output",{C};"@note:InputOutput",{B};"@from:Input",{A};'
    made = {
        "url": double.url(), "database": ["create table Other (a int)"],
        "with": {**case["with"], "validate": "False", "sql": "EXEC dbo.changes ? OUTPUT, ? OUTPUT, ?", "mapping": mapping},
        "variables": {"{A}": ["i4", 5], "{B}": ["wstr(9)", "so"], "{C}": ["i4", 0]},
        "outputs": {"Out": {"columns": ["Key", "Name"], "rows": [[1, "a"], [2, "b"]]}},
        "variables_after": {"{A}": 5, "{B}": "so!", "{C}": 2},
    }  # fmt: skip
    try:
        run_case(document, {**case, **made}, tmp_path)
    finally:
        double.stop()


def test_the_same_goes_elsewhere_as_an_error(tmp_path):
    document, case = next((d, c) for n, d, c in load_cases(CASES) if n == "oledb_source/oledb_source: a query")
    made = {
        "with": {**case["with"], "validate": "False", "sql": "EXEC dbo.changes ?", "mapping": '"@count:Output",{B};'}
    }
    host = run_case(
        document, {**case, **made, "outputs": {"Out": {"columns": ["Key"]}}, "errors": ["0xC0D51303"]}, tmp_path
    )
    assert "stored procedures" in str(host.events)
