"""OData Source against a service on loopback: notations, pages, query options, errors of rows, stopping."""

from __future__ import annotations

import datetime as dt
import threading
import time
from decimal import Decimal

import pytest

from dtserve.connections.registry import create_connection
from dtserve.dataflow import engine
from dtserve.dataflow.errors import DataFlowFailed
from dtserve.errors import Canceled
from dtserve.package.model import DataFlow, Path
from support.connections import environment, manager
from support.flow_cases import read_components
from support.flows import RecordingHost, sink
from support.odata_server import odata_service

COLUMNS = {
    "Id": ("i4", ""),
    "Name": ("wstr", "length='20'"),
    "Price": ("numeric", "precision='18' scale='4'"),
    "Big": ("i8", ""),
    "When": ("dbTimeStampoffset", "scale='7'"),
    "Made": ("dbTimeStamp", ""),
    "Start": ("dbTime2", "scale='7'"),
    "Key": ("guid", ""),
    "Picture": ("image", ""),
    "On": ("bool", ""),
    "Rate": ("r8", ""),
}
ROW = {
    "Id": 1,
    "Name": "Chai",
    "Price": 18.125,
    "Big": 2**53 + 1,
    "When": "2024-01-02T03:04:05+02:00",
    "Made": "2024-01-02T03:04:05Z",
    "Start": "PT7H30M",
    "Key": "6f9619ff-8b86-d011-b42d-00cf4fc964ff",
    "Picture": "-_8=",
    "On": True,
    "Rate": "INF",
}
VALUES = (
    1,
    "Chai",
    Decimal("18.1250"),
    2**53 + 1,
    {"utc": dt.datetime(2024, 1, 2, 1, 4, 5), "offset": 120},
    dt.datetime(2024, 1, 2, 3, 4, 5),
    dt.time(7, 30),
    "{6F9619FF-8B86-D011-B42D-00CF4FC964FF}",
    b"\xfb\xff",
    True,
    float("inf"),
)
R = "Package\\T\\O"


def flow(properties, columns=("Id", "Name"), disposition="FailComponent"):
    lines = [
        f"<component refId='{R}' componentClassID='Microsoft.ManagedComponentHost' name='O' usesDispositions='true'><properties>",
        "<property name='UserComponentTypeName'>Microsoft.OData</property>",
        *(f"<property name='{k}'>{v}</property>" for k, v in properties.items()),
        f"</properties><connections><connection refId='{R}.C' connectionManagerID='CM' name='Connection'/></connections><outputs><output refId='{R}.Outputs[Out]' name='Out'><outputColumns>",
        *(
            f"<outputColumn refId='{R}.Outputs[Out].Columns[{c}]' lineageId='{R}.Outputs[Out].Columns[{c}]' name='{c}' dataType='{COLUMNS[c][0]}' {COLUMNS[c][1]} errorRowDisposition='{disposition}' truncationRowDisposition='{disposition}'/>"
            for c in columns
        ),
        f"</outputColumns></output><output refId='{R}.Outputs[Error]' name='Error' isErrorOut='true'><outputColumns>",
        f"<outputColumn refId='{R}.e.code' lineageId='{R}.e.code' name='ErrorCode' dataType='i4' specialFlags='1'/><outputColumn refId='{R}.e.column' lineageId='{R}.e.column' name='ErrorColumn' dataType='i4' specialFlags='2'/>",
        *(
            f"<outputColumn refId='{R}.e.{c}' lineageId='{R}.e.{c}' name='{c}' dataType='{COLUMNS[c][0]}' {COLUMNS[c][1]}/>"
            for c in columns
        ),
        "</outputColumns></output></outputs></component>",
    ]
    (source,) = read_components(lines, {})
    rows = sink("rows", {c: f"{R}.Outputs[Out].Columns[{c}]" for c in columns})
    bad = sink("bad", {"code": f"{R}.e.code", "column": f"{R}.e.column", **{c: f"{R}.e.{c}" for c in columns}})
    paths = (
        Path("p1", "p1", f"{R}.Outputs[Out]", rows.inputs[0].ref_id),
        Path("p2", "p2", f"{R}.Outputs[Error]", bad.inputs[0].ref_id),
    )
    return DataFlow((source, rows, bad), paths)


def run(service, tmp_path, properties=None, columns=("Id", "Name"), *, user="", disposition="FailComponent", host=None):
    host = host or RecordingHost(tmp_path)
    xml = f'<ODataConnectionManager UserName="{user}" Url="{service.url}/" ConnectionString="Retry Count=0"/>'
    connection = create_connection(manager("ODATA", xml=xml, sensitive={"Password": "pw"}), environment())
    host.connections["CM"] = connection
    made = flow(properties or {"CollectionName": "Products"}, columns, disposition)
    engine.validate_data_flow(made, host)
    engine.run_data_flow(made, host)
    return host


def numbered(count):
    return [{"Id": i, "Name": f"n{i}"} for i in range(count)]


@pytest.mark.parametrize("notation", ["v4", "v3", "verbose", "atom"])
@pytest.mark.parametrize("count", [0, 1, 5, 25])
def test_pages(tmp_path, notation, count):
    with odata_service(collections={"Products": numbered(count)}, notation=notation, page=5) as service:
        host = run(service, tmp_path)
        assert len(service.requests) == max(1, -(-count // 5))
    found = host.table("rows")
    assert found.rows() == [(i, f"n{i}") for i in range(count)] if count else found.is_empty()


@pytest.mark.parametrize("notation", ["v4", "v3", "verbose"])
def test_every_type_and_null(tmp_path, notation):
    empty = dict.fromkeys(ROW)
    with odata_service(collections={"Products": [ROW, empty]}, notation=notation) as service:
        host = run(service, tmp_path, columns=tuple(COLUMNS))
    assert host.table("rows").rows() == [VALUES, (None,) * len(VALUES)]


def test_dates_of_version_2_and_texts_of_large_numbers(tmp_path):
    row = {"Made": "/Date(1704164645000)/", "When": "/Date(1704164645000+0120)/", "Price": "1.5", "Big": "7"}
    with odata_service(collections={"Products": [row]}, notation="verbose") as service:
        host = run(service, tmp_path, columns=tuple(row))
    moment = dt.datetime(2024, 1, 2, 3, 4, 5)
    assert host.table("rows").rows() == [(moment, {"utc": moment, "offset": 120}, Decimal("1.5000"), 7)]


def test_query_options_and_paths(tmp_path):
    rows = [*numbered(3), {"Id": 3, "Name": "Köln & O'Neill"}]
    with odata_service(collections={"Products": rows, "Order Details": rows}) as service:
        query = {"CollectionName": "Products", "Query": "$filter=Name eq 'n1'&amp;$top=5"}
        assert run(service, tmp_path, query).table("rows").rows() == [(1, "n1")]
        odd = {"CollectionName": "Order Details", "Query": "?$filter=Name eq 'Köln %26 O''Neill'"}
        assert run(service, tmp_path, odd).table("rows").rows() == [(3, "Köln & O'Neill")]
        path = {"CollectionName": "Nothing", "UseResourcePath": "true", "ResourcePath": "/Products(2)"}
        assert run(service, tmp_path, path).table("rows").rows() == [(2, "n2")]
        more = {"UseResourcePath": "True", "ResourcePath": "Products?$select=Id,Name", "Query": "$top=1"}
        assert run(service, tmp_path, more).table("rows").rows() == [(0, "n0")]


@pytest.mark.parametrize(
    ("properties", "ids"),
    [
        ({"CollectionName": "Products"}, [0, 1, 2]),
        ({"CollectionName": "Products", "UseResourcePath": "false", "ResourcePath": "", "Query": ""}, [0, 1, 2]),
        ({"CollectionName": "Products", "ResourcePath": "Nothing", "DefaultStringLength": "0"}, [0, 1, 2]),
        ({"CollectionName": "Products", "Query": "$top=2", "DefaultStringLength": "4000"}, [0, 1]),
        ({"CollectionName": "", "UseResourcePath": "true", "ResourcePath": "Products(1)"}, [1]),
        ({"UseResourcePath": "true", "ResourcePath": "Products", "Query": "$top=1"}, [0]),
    ],
)
def test_values_of_properties(tmp_path, properties, ids):
    """UserComponentTypeName is that of every flow here; a default length has done its work in the designer."""
    with odata_service(collections={"Products": numbered(3)}) as service:
        assert run(service, tmp_path, properties).table("rows")["Id"].to_list() == ids


def test_basic_authentication(tmp_path):
    with odata_service(collections={"Products": numbered(1)}, user="me:pw") as service:
        assert run(service, tmp_path, user="me").table("rows").height == 1
        with pytest.raises(DataFlowFailed):
            run(service, tmp_path, user="you")


@pytest.mark.parametrize(("disposition", "rows", "bad"), [("IgnoreFailure", 3, 0), ("RedirectRow", 1, 2)])
def test_dispositions(tmp_path, disposition, rows, bad):
    data = [{"Id": 1, "Name": "a"}, {"Id": "x", "Name": "b"}, {"Id": 3, "Name": {"complex": 1}}]
    with odata_service(collections={"Products": data}) as service:
        host = run(service, tmp_path, disposition=disposition)
    assert host.table("rows").height == rows
    if bad:
        assert [r[0] for r in host.table("bad").rows()] == [-1071607676] * 2
        assert host.table("bad")["Name"].to_list() == ["b", None]
    else:
        assert host.table("rows").rows() == [(1, "a"), (None, "b"), (3, None)]


@pytest.mark.parametrize(
    ("disposition", "names"), [("IgnoreFailure", ["x" * 20]), ("RedirectRow", []), ("FailComponent", None)]
)
def test_truncations(tmp_path, disposition, names):
    with odata_service(collections={"Products": [{"Id": 1, "Name": "x" * 30}]}) as service:
        if names is None:
            host = RecordingHost(tmp_path)
            with pytest.raises(DataFlowFailed):
                run(service, tmp_path, disposition=disposition, host=host)
            assert 0xC020902A in host.codes("OnError")
            return
        host = run(service, tmp_path, disposition=disposition)
    found = host.table("rows")
    assert (found["Name"].to_list() if found.width else []) == names
    assert host.table("bad").height == 1 - len(names)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"what", 0xC0D51434),
        (b"[1]", 0xC0D51434),
        (b"<html/>", 0xC0D51434),
        (b"<!DOCTYPE a><feed xmlns='http://www.w3.org/2005/Atom'/>", 0xC0D51434),
        (b"<feed", 0xC0D51434),
        (b'{"error": {"code": "1", "message": "no such thing"}}', 0xC0D51434),
        (b'{"odata.error": {"message": {"value": "no such thing"}}}', 0xC0D51434),
        (b'{"value": [{"Id": 1}]}', 0xC0202005),
        (b'{"value": [{"Id": 1, "Name": "n"}], "@odata.nextLink": "Products"}', 0xC0D51434),
    ],
)
def test_answers_that_hold_no_rows(tmp_path, raw, code):
    with odata_service(raw={"Products": raw}) as service:
        host = RecordingHost(tmp_path)
        with pytest.raises(DataFlowFailed):
            run(service, tmp_path, host=host)
    assert host.codes("OnError")[0] == code


def test_a_collection_that_is_not_there(tmp_path):
    with odata_service() as service:
        host = RecordingHost(tmp_path)
        with pytest.raises(DataFlowFailed):
            run(service, tmp_path, host=host)
    assert host.codes("OnError")[0] == 0xC0D51309


@pytest.mark.parametrize("properties", [{"CollectionName": " "}, {"UseResourcePath": "true", "CollectionName": "x"}])
def test_a_collection_or_path_is_needed(tmp_path, properties):
    with odata_service() as service, pytest.raises(DataFlowFailed):
        run(service, tmp_path, properties)
    assert service.requests == []


def test_stopping_does_not_wait_for_the_service(tmp_path):
    with odata_service(collections={"Products": numbered(50)}, page=5, hold=threading.Event()) as service:
        host = RecordingHost(tmp_path)
        timer = threading.Timer(0.5, host.cancel.set)
        timer.start()
        start = time.monotonic()
        with pytest.raises(Canceled):
            run(service, tmp_path, host=host)
        assert time.monotonic() - start < 2
