"""Answers of OData services: pages, next links, notations, URLs (the whole way in components/test_odata_source)."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.dataflow.component_errors import ODataNotReadable
from dtserve.dataflow.odata_rows import feed_url, read_page, texts_of
from dtserve.datatypes import DT, TypeSpec

URL = "http://h/svc/T"


def page(document):
    return read_page(json.dumps(document).encode(), URL, "O")


@pytest.mark.parametrize(
    ("service", "path", "query", "url"),
    [
        ("http://h/svc/", "T", "", "http://h/svc/T"),
        ("http://h/svc", "/T(1)/Lines", "$top=5", "http://h/svc/T(1)/Lines?$top=5"),
        ("http://h/svc", "T?$top=1", "&$skip=2", "http://h/svc/T?$top=1&$skip=2"),
        ("http://h/svc", "T", "?$filter=Name eq 'a%20b#c'", "http://h/svc/T?$filter=Name%20eq%20'a%20b%23c'"),
        ("http://h/svc", "T", "$filter=contains(N,'50%')", "http://h/svc/T?$filter=contains(N,'50%25')"),
    ],
)
def test_urls(service, path, query, url):
    assert feed_url(service, path, query) == url


@pytest.mark.parametrize(
    ("document", "rows", "following"),
    [
        ({"value": []}, [], ""),
        ({"value": [1, "a"]}, [{"value": "1"}, {"value": "a"}], ""),
        ({"@odata.context": "x", "value": "a"}, [{"@odata.context": "x", "value": "a"}], ""),
        ({"value": [], "@odata.nextLink": "T?$skiptoken=1"}, [], "http://h/svc/T?$skiptoken=1"),
        ({"value": [], "@odata.nextLink": "http://other/x"}, [], "http://other/x"),
        ({"@odata.context": "http://h/v4/$metadata#T", "value": [], "@odata.nextLink": "a/T"}, [], "http://h/v4/a/T"),
        ({"d": [{"a": None}]}, [{"a": None}], ""),
        ({"d": {"results": [{"a": True}], "__next": "http://h/n"}}, [{"a": True}], "http://h/n"),
        ({"d": {"a": "b"}}, [{"a": "b"}], ""),
    ],
)
def test_pages(document, rows, following):
    found = page(document)
    assert (found.rows, found.next_url) == (rows, following)


def test_faults_are_told():
    with pytest.raises(ODataNotReadable, match="no such thing"):
        page({"error": {"message": "no such thing"}})
    with pytest.raises(ODataNotReadable, match="reports an error"):
        page({"error": {}})


def test_values_that_are_not_simple():
    texts, odd = texts_of(["a", None, True, {"b": 1}, [1]], TypeSpec(DT.WSTR, length=10))
    assert (texts.to_list(), odd) == (["a", None, "true", None, None], [3, 4])


def test_dates_beyond_the_calendar_stay_texts():
    texts, _ = texts_of(["/Date(99999999999999999)/", "/Date(x)/", "/Date(0-0130)/"], TypeSpec(DT.DBTIMESTAMP))
    assert texts.to_list() == ["/Date(99999999999999999)/", "/Date(x)/", "1969-12-31T21:50:00-02:10"]


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=60).map(lambda t: ("{" + t + "}").encode()))
def test_any_answer_is_read_or_refused(body):
    try:
        found = read_page(body, URL, "O")
    except ODataNotReadable:
        return
    assert all(isinstance(row, dict) for row in found.rows)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.dictionaries(st.text(min_size=1, max_size=5), st.none() | st.booleans() | st.text(max_size=5))))
def test_rows_survive(rows):
    assert page({"value": rows}).rows == rows
