"""Reference terms (the other properties are in the cases of the components)."""

from __future__ import annotations

import pytest

from dtserve.dataflow.english.settings import check_text_column, reference_terms
from dtserve.dataflow.lookup_errors import ReferenceColumnMissing
from dtserve.dataflow.text_errors import TermColumn
from dtserve.package.model import Component, ComponentConnection, Input
from support.flow_cases import connect
from support.flows import I4, MemorySource, RecordingHost, used, wstr

STATEMENTS = [
    "create table T (Term nvarchar(20), n int)",
    "insert into T values (' a ', 1), (null, 2), ('b', 3), ('a', 4), ('', 5)",
]


def component(tmp_path, *columns):
    reference = ComponentConnection("OleDbConnection", "Package.ConnectionManagers[DB]")
    model = Component("X", "X", "", inputs=(Input("In", "In", columns),), connections=(reference,))
    host = RecordingHost(tmp_path)
    connect(host, {"database": STATEMENTS}, {}, tmp_path)
    return MemorySource(model, host, {"In": {c.lineage_id: c.type for c in columns}})


def test_terms_are_trimmed_and_come_once(tmp_path):
    made = component(tmp_path)
    assert reference_terms(made, "T", "TERM") == ["a", "b"]
    with pytest.raises(ReferenceColumnMissing):
        reference_terms(made, "T", "nothing")


def test_the_text_column(tmp_path):
    text, number = used("a", wstr()), used("b", I4)
    made = component(tmp_path, text, number)
    assert check_text_column(made, [text]) is text
    for columns in ([], [text, text], [number]):
        with pytest.raises(TermColumn):
            check_text_column(made, columns)
