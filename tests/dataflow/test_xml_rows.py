"""Rows of XML documents by rowset."""

from __future__ import annotations

import io

import pytest

from dtserve.dataflow.component_errors import XmlNotReadable
from dtserve.dataflow.xml_rows import read_rows

DOCUMENT = b"""<?xml version='1.0'?><r xmlns:x='u' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'>
<x:Cust id='1'><Name>A</Name><Gone xsi:nil='true'/><Addr><City>R</City></Addr><Tag k='v'>t1</Tag><Tag>t2</Tag></x:Cust>
<x:Cust id='2'><Name/></x:Cust></r>"""


def rows(document, **columns):
    return list(read_rows(io.BytesIO(document), columns, "X"))


def test_attributes_children_texts_and_keys():
    assert rows(
        DOCUMENT,
        Cust=["id", "Name", "Gone", "Cust_Id", "Missing"],
        Addr=["City", "Cust_Id"],
        Tag=["text", "k", "Cust_Id"],
    ) == [
        ("Addr", ("R", "0")),
        ("Tag", ("t1", "v", "0")),
        ("Tag", ("t2", None, "0")),
        ("Cust", ("1", "A", None, "0", None)),
        ("Cust", ("2", "", None, "1", None)),
    ]


def test_a_rowset_inside_another_is_no_simple_value_of_it():
    assert rows(b"<r><a><b><c>1</c></b></a></r>", a=["b"], b=["c"]) == [("b", ("1",)), ("a", (None,))]


def test_memory_does_not_grow_with_the_document():
    class Endless(io.RawIOBase):
        def __init__(self):
            self.left = 20_000

        def readable(self):
            return True

        def read(self, size=-1):
            if self.left == 20_000:
                self.left -= 1
                return b"<r>"
            if self.left == 0:
                return b""
            self.left -= 1
            return b"</r>" if self.left == 0 else b"<a n='1'><t>" + b"x" * 200 + b"</t></a>"

    import tracemalloc

    tracemalloc.start()
    count = sum(1 for _ in read_rows(Endless(), {"a": ["n", "t"]}, "X"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 19_998
    assert peak < 2_000_000


@pytest.mark.parametrize("bad", [b"<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>", b"<a><b></a>", b"", b"plain"])
def test_documents_that_are_refused(bad):
    with pytest.raises(XmlNotReadable):
        rows(bad, a=["b"])
