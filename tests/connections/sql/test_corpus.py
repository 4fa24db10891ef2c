"""Every statement of real packages is translated or refused by a coded error; nothing else happens."""

import os
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.connections.environment import Environment
from dtserve.connections.errors import NotTranslatable
from dtserve.connections.registry import create_connection
from dtserve.connections.sql.translate import Translator
from dtserve.connections.sql.tsql_batch import Refused, Run, parse_batch
from dtserve.connections.sql.tsql_functions import FUNCTIONS
from dtserve.connections.sql.tsql_tokens import split_go
from dtserve.errors import DtserveError
from dtserve.package.document import PackageDocument
from support.connections import FakeCatalog

SHARED = Path(os.environ.get("DTSERVE_SHARED", Path(__file__).resolve().parents[4] / "shared"))
CORPUS = SHARED / "corpus" / "files"
needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of packages is not here")
SQL_PARTS = ("OLEDBSource", "OLEDBCommand", "Lookup", "DataReaderSourceAdapter", "OLEDBDestination", "SCD")


def packages():
    for path in sorted(CORPUS.rglob("*.dtsx")):
        try:
            yield PackageDocument.open(path.read_bytes()).model
        except DtserveError:
            continue


def statements(model):
    for executable in model.walk():
        if executable.part == "ExecuteSQLTask" and executable.object_data is not None:
            kind = next((v for k, v in executable.object_data.attrib.items() if k.endswith("SqlStmtSourceType")), "")
            for name, value in executable.object_data.attrib.items():
                if name.endswith("SqlStatementSource") and kind in ("", "DirectInput"):
                    yield value
        if executable.part == "Pipeline" and executable.data_flow is not None:
            for component in executable.data_flow.components:
                command = component.properties.get("SqlCommand")
                if component.part in SQL_PARTS and command is not None and command.value:
                    yield command.value


@pytest.fixture(scope="module")
def models():
    return list(packages())


@needs_corpus
def test_statements_of_real_packages(models):
    seen = sorted({text for model in models for text in statements(model)})
    count = Counter()
    for family in ("sqlite", "postgres", "mysql"):
        translator = Translator(family, "tsql", FakeCatalog(family))
        for text in seen:
            try:
                for batch in split_go(text):
                    for node in parse_batch(batch):
                        if isinstance(node, Refused):
                            raise NotTranslatable(dialect=family, reason=node.reason, statement=node.text)
                        if isinstance(node, Run):
                            translator.statements(node.text)
                count[family, "translated"] += 1
            except NotTranslatable as error:
                kind = "procedure" if "procedure" in error.facts["reason"] else "refused"
                count[family, kind] += 1
    for family in ("sqlite", "postgres", "mysql"):
        assert count[family, "translated"] > 350, count
        assert count[family, "refused"] < 25, count


QUERYING = ("OLEDBSource", "DataReaderSourceAdapter", "SSISODBCSrc", "Lookup", "OLEDBCommand")


@needs_corpus
@pytest.mark.parametrize("family", ["sqlite", "postgres", "mysql"])
def test_queries_of_real_sources_and_lookups_are_translated_unless_they_call_procedures(models, family):
    seen = {
        command.value
        for model in models
        for executable in model.walk()
        if executable.data_flow is not None
        for component in executable.data_flow.components
        if component.part in QUERYING and (command := component.properties.get("SqlCommand")) and command.value.strip()
        if (mode := component.properties.get("AccessMode")) is None or mode.value == "2"  # others have a stale one
    }
    translator = Translator(family, "tsql", FakeCatalog(family))
    refused = []
    for text in seen:
        try:
            for node in (node for batch in split_go(text) for node in parse_batch(batch)):
                if isinstance(node, Refused):
                    raise NotTranslatable(dialect=family, reason=node.reason, statement=node.text)
                if isinstance(node, Run):
                    translator.statements(node.text)
        except NotTranslatable as error:
            refused.append(error.facts["reason"])
    assert len(seen) > 150
    assert [reason for reason in refused if "stored procedures" not in reason] == []
    assert len(refused) < len(seen) / 5


@needs_corpus
def test_managers_of_real_packages(models):
    count = Counter()
    for model in models:
        for stored in model.connections:
            found = create_connection(stored, Environment())
            shown = repr(found) + str(found.properties)
            assert all(value not in shown for value in stored.sensitive.values() if value and len(value) > 5)
            if hasattr(type(found), "format"):
                assert found.format.columns or not stored.xml.findall(".//{*}FlatFileColumn")
            count[type(found).__name__] += 1
    assert count["OleDbManager"] > 300
    assert count["FlatFileManager"] > 200


WORDS = [
    "SELECT",
    "INSERT",
    "INTO",
    "UPDATE",
    "DELETE",
    "MERGE",
    "FROM",
    "WHERE",
    "SET",
    "VALUES",
    "(",
    ")",
    ",",
    ";",
    ".",
    "=",
    "+",
    "-",
    "*",
    "/",
    "<",
    ">",
    "'x'",
    "N'y'",
    "5",
    "1.5",
    "NULL",
    "a",
    "b",
    "[c]",
    "T",
    "dbo",
    "@v",
    "?",
    "TOP",
    "ORDER",
    "BY",
    "GROUP",
    "HAVING",
    "JOIN",
    "ON",
    "AS",
    "CASE",
    "WHEN",
    "THEN",
    "ELSE",
    "END",
    "IF",
    "BEGIN",
    "DECLARE",
    "int",
    "CREATE",
    "TABLE",
    "DROP",
    "ALTER",
    "ADD",
    "WITH",
    "OVER",
    "EXISTS",
    "IN",
    "BETWEEN",
    "AND",
    "OR",
    "NOT",
    "LIKE",
    "ISNULL",
    "CAST",
    "CONVERT",
    "GETDATE()",
    "DATEADD",
    "day",
    "UNION",
    "ALL",
    "DISTINCT",
    "INDEX",
    "VIEW",
    "TRUNCATE",
    "OUTPUT",
    "inserted",
]


LEAVES = st.sampled_from(
    ["a", "b", "T.c", "[d]", "1", "2.5", "'x'", "N'20240101'", "NULL", "?", "@v", "GETDATE()", "0xFF", "-1", "nothere"]
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/%"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(st.sampled_from(sorted(FUNCTIONS)), st.lists(inner, max_size=3)).map(
            lambda t: f"{t[0]}({', '.join(t[1])})"
        ),
        st.tuples(
            inner,
            st.sampled_from(
                ["int", "varchar(5)", "datetime", "date", "decimal(9,2)", "bit", "uniqueidentifier", "varbinary(4)"]
            ),
        ).map(lambda t: f"CAST({t[0]} AS {t[1]})"),
        st.tuples(inner, inner, inner).map(lambda t: f"CASE WHEN {t[0]} = {t[1]} THEN {t[2]} END"),
        st.tuples(st.sampled_from(["year", "day", "mi"]), inner, inner).map(
            lambda t: f"DATEADD({t[0]}, {t[1]}, {t[2]})"
        ),
        inner.map(lambda t: f"(SELECT MAX({t}) FROM T)"),
    ),
    max_leaves=6,
)
STATEMENTS = st.one_of(
    TREES.map(lambda e: f"SELECT {e} AS x FROM T"),
    st.tuples(TREES, st.sampled_from(["=", "<", "LIKE", "IN"]), TREES).map(
        lambda t: f"SELECT 1 FROM T WHERE {t[0]} {t[1]} ({t[2]})"
    ),
    TREES.map(lambda e: f"INSERT INTO T (a, c) SELECT {e}, {e} FROM T"),
    TREES.map(lambda e: f"INSERT INTO T (b, d) VALUES ({e}, {e})"),
    TREES.map(lambda e: f"UPDATE t SET a = {e}, c = {e} FROM T t JOIN T u ON u.a = {e}"),
    TREES.map(lambda e: f"SELECT a, COUNT(*) FROM T GROUP BY a HAVING MAX({e}) > 1 ORDER BY {e}"),
    st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join),
)


@pytest.mark.parametrize("family", ["sqlite", "postgres", "mysql"])
@settings(max_examples=300, deadline=None)
@given(text=STATEMENTS)
def test_any_statement_is_translated_or_refused(family, text):
    translator = Translator(
        family,
        "tsql",
        FakeCatalog(family, {"T": {"a": "int", "b": "nvarchar(9)", "c": "datetime", "d": "decimal(9,2)"}}),
    )
    for node in parse_batch(text):
        if isinstance(node, Run):
            try:
                found = translator.statements(node.text)
            except NotTranslatable:
                continue
            assert all(statement.text for statement in found)
