"""XML Source over documents made here."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from dtserve.dataflow import engine
from dtserve.dataflow.errors import DataFlowFailed
from dtserve.package.model import Column, Component, Output
from support.flow_cases import type_of
from support.flows import I4, RecordingHost, flow, props, sink, wstr

ORDERS = """<?xml version="1.0" encoding="utf-16"?>
<orders xmlns="urn:o" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <order id="1"><customer>Ann</customer><at>2024-05-06T07:08:09Z</at><sum>12.50</sum>
    <line><sku>a</sku><n>2</n></line><line><sku>b</sku><n>x</n></line></order>
  <order id="2"><customer/><at xsi:nil="true"/><sum></sum><paid>true</paid><line><sku>c</sku><n>3</n></line></order>
</orders>
"""


def outputs(rowset, columns, disposition="FailComponent"):
    made = tuple(
        Column(
            f"X.{rowset}.{c}",
            f"X.{rowset}.{c}",
            c,
            type_of(t),
            number=at,
            error_disposition=disposition,
            truncation_disposition=disposition,
        )
        for at, (c, t) in enumerate(columns.items(), start=1)
    )
    errors = tuple(Column(f"E.{rowset}.{c}", f"E.{rowset}.{c}", c, type_of("nText")) for c in columns)
    errors += (
        Column(f"E.{rowset}.code", f"E.{rowset}.code", "ErrorCode", I4, special_flags=1),
        Column(f"E.{rowset}.col", f"E.{rowset}.col", "ErrorColumn", I4, special_flags=2),
    )
    owner = props({"RowsetID": rowset})
    return (
        Output(f"X.{rowset}", rowset, made, properties=owner),
        Output(f"E.{rowset}", f"{rowset} Error", errors, is_error_out=True, properties=owner),
    )


ORDER = {
    "id": "ui2", "customer": "wstr(10)", "at": "dbTimeStamp", "sum": "decimal(2)", "paid": "bool", "order_Id": "ui8",
}  # fmt: skip
LINE = {"order_Id": "ui8", "sku": "wstr(5)", "n": "i4"}


def run(tmp_path, *, document=ORDERS, mode=2, disposition="RedirectRow", data="", **more):
    host = RecordingHost(tmp_path)
    host.variables["User::x"] = (wstr(), document)
    parts = [*outputs("order", ORDER), *outputs("line", LINE, disposition)]
    properties = {"AccessMode": mode, "XMLData": data, "XMLDataVariable": "User::x", "XMLSchemaDefinition": "gone.xsd"}
    xml = Component("X", "X", "", "XmlSourceAdapter", properties=props(properties | more), outputs=tuple(parts))
    made = flow(
        xml,
        sink("Orders", {c: f"X.order.{c}" for c in ORDER}),
        sink("Lines", {c: f"X.line.{c}" for c in LINE}),
        sink("Bad", {"sku": "E.line.sku", "n": "E.line.n", "code": "E.line.code", "col": "E.line.col"}),
        paths=[("X.order", "Orders.In"), ("X.line", "Lines.In"), ("E.line", "Bad.In")],
    )
    engine.run_data_flow(made, host)
    return host


def check(host):
    assert host.table("Orders").rows() == [
        (1, "Ann", dt.datetime(2024, 5, 6, 7, 8, 9), Decimal("12.50"), None, 0),
        (2, "", None, None, True, 1),
    ]
    assert host.table("Lines").rows() == [(0, "a", 2), (1, "c", 3)]
    assert host.table("Bad").rows() == [("b", "x", -1071607676, 3)]


def test_rowsets_keys_and_types_from_a_variable(tmp_path):
    check(run(tmp_path))


def test_from_a_file(tmp_path):
    (tmp_path / "o.xml").write_text(ORDERS.replace("utf-16", "utf-8"), encoding="utf-8")
    check(run(tmp_path, mode=0, data="C:\\in\\o.xml"))
    check(run(tmp_path, mode=1, document="C:\\in\\o.xml"))


def test_many_rows_in_buffers(tmp_path, monkeypatch):
    monkeypatch.setattr("dtserve.dataflow.components.xml_source.ROWS", 100)
    rows = "".join(f"<order id='{i}'><line><sku>{i % 9}</sku><n>{i}</n></line></order>" for i in range(1050))
    host = run(tmp_path, document=f"<orders>{rows}</orders>")
    assert host.table("Orders")["id"].to_list() == list(range(1050))
    assert host.table("Lines")["n"].to_list() == list(range(1050))
    assert host.table("Lines")["order_Id"].to_list() == list(range(1050))


def test_an_inline_schema_is_no_row(tmp_path):
    schema = "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'><xs:element name='order'/></xs:schema>"
    host = run(tmp_path, document=f"<orders>{schema}<order id='5'/></orders>", UseInlineSchema=True)
    assert host.table("Orders")["id"].to_list() == [5]


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"disposition": "FailComponent"}, 0xC0209029),
        ({"document": "<orders><order>"}, 0xC02092AF),
        ({"document": "<!DOCTYPE o [<!ENTITY e 'x'>]><orders><order id='1'/></orders>"}, 0xC02092AF),
        ({"mode": 0}, 0xC0D51404),
        ({"mode": 1, "document": "gone.xml"}, 0xC0209090),
        ({"mode": 3}, 0xC0D51404),
    ],
)
def test_what_fails(tmp_path, settings, code):
    with pytest.raises(DataFlowFailed) as caught:
        run(tmp_path, **settings)
    assert caught.value.error.code == code


@pytest.mark.parametrize(("document", "ids"), [("<orders/>", []), ("<orders><order id='7'/></orders>", [7])])
def test_few_rows(tmp_path, document, ids):
    found = run(tmp_path, document=document).table("Orders")
    assert (found["id"].to_list() if found.width else []) == ids


def test_errors_and_truncations_ignored(tmp_path):
    document = "<orders><order id='1'><line><sku>toolong</sku><n>x</n></line></order></orders>"
    host = run(tmp_path, document=document, disposition="IgnoreFailure")
    assert host.table("Lines").rows() == [(0, "toolo", None)]


def test_truncations_redirected_or_failing(tmp_path):
    document = "<orders><order id='1'><line><sku>toolong</sku><n>1</n></line></order></orders>"
    host = run(tmp_path, document=document)
    assert host.table("Bad").rows() == [("toolong", "1", -1071628257, 2)]
    assert host.table("Lines").is_empty()
    with pytest.raises(DataFlowFailed) as caught:
        run(tmp_path, document=document, disposition="FailComponent")
    assert caught.value.error.code == 0xC020902A
