"""Statements, parameters and result columns of components."""

from __future__ import annotations

import datetime as dt

import pytest

from dtserve.connections.base import ResultColumn
from dtserve.dataflow import sql
from dtserve.dataflow.component_errors import ColumnNotInSource, IncorrectConnectionType
from dtserve.dataflow.components.multicast import Multicast
from dtserve.dataflow.errors import BadProperty, NoConnection
from dtserve.datatypes import DT, TypeSpec
from dtserve.package.model import Component, ComponentConnection
from support.flows import I4, RecordingHost, props, wstr


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        ("T", "T"), ("[dbo].[T]", "[dbo].[T]"), ('"dbo"."T"', '"dbo"."T"'), ("dbo.Order Details", "[dbo].[Order Details]"),
        ("#tmp", "#tmp"), ("dbo.[Order Details]", "dbo.[Order Details]"), ("Shop..T", "Shop..T"), ('dbo."a.b"', 'dbo."a.b"'),
        ("my server.dbo.[a.b c]", "[my server].[dbo].[a.b c]"), ("Order-Lines", "[Order-Lines]"), ("", ""), ("a'; drop table x", "[a'; drop table x]"),
    ],
)  # fmt: skip
def test_table_names(name, quoted):
    assert sql.quoted_table(name) == quoted


def test_result_columns_are_found_by_name():
    found = [ResultColumn("ID", I4), ResultColumn("Name", I4), ResultColumn("name", I4)]
    assert sql.match_columns("C", found, ["name", "id", "Name"]) == [2, 0, 1]
    with pytest.raises(ColumnNotInSource, match='"gone"'):
        sql.match_columns("C", found, ["gone"])


def test_offsets_become_aware_moments():
    spec = TypeSpec(DT.DBTIMESTAMPOFFSET)
    value = sql.parameter_value({"utc": dt.datetime(2024, 1, 1, 12), "offset": 60}, spec)
    assert value.isoformat() == "2024-01-01T13:00:00+01:00"
    assert sql.parameter_value({"utc": None, "offset": None}, spec) is None
    assert sql.parameter_value(None, spec) is None
    assert sql.parameter_value(5, I4) == 5


def test_connections(tmp_path):
    host = RecordingHost(tmp_path)

    class Plain:
        name, kind = "P", "FILE"

    host.connections["ref"] = Plain()
    model = Component("M", "M", "", connections=(ComponentConnection("Other", "ref"),))
    component = Multicast(model, host, {})
    assert sql.connection_of(component, "OleDbConnection") is host.connections["ref"]
    with pytest.raises(IncorrectConnectionType):
        sql.acquire(component)
    for nothing in ((), (ComponentConnection("OleDbConnection", ""),)):
        with pytest.raises(NoConnection):
            sql.connection_of(Multicast(Component("M", "M", "", connections=nothing), host, {}), "OleDbConnection")


def test_texts_of_variables(tmp_path):
    host = RecordingHost(tmp_path)
    host.variables["User::t"] = (wstr(), None)
    assert sql.variable_text(host, "C", props({"V": " User::t "}), "V") == ""
    with pytest.raises(BadProperty):
        sql.variable_text(host, "C", props({}), "V")
