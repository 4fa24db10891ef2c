"""References to types in real assemblies of the compiler."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.scripts.redirection import REDIRECTED, redirected, type_references
from support.scripts import compiled, source

HOME = "Microsoft.SqlServer.Dts.Tasks.ScriptTask"


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    body = 'File.Exists("a"); Path.Combine("a", "b"); new StringWriter(); new System.Data.SqlClient.SqlConnection();'
    return compiled(source(body), tmp_path_factory.mktemp("redirection"))


def test_references_are_read(assembly: bytes) -> None:
    found = {(row.namespace, row.name) for row in type_references(assembly)}
    assert {("System.IO", "File"), ("System.IO", "StringWriter"), ("System.Data.SqlClient", "SqlConnection")} <= found
    assert (HOME, "VSTARTScriptObjectModelBase") in found


def test_only_what_the_host_stands_in_for_changes(assembly: bytes) -> None:
    before, after = type_references(assembly), type_references(redirected(assembly))
    home = next(row.scope for row in before if row.namespace == HOME)
    for old, new in zip(before, after, strict=True):
        if (old.namespace, old.name) in REDIRECTED:
            assert (new.namespace, new.name, new.scope) == (HOME, old.name, home)
        else:
            assert new == old
    assert len(redirected(assembly)) == len(assembly)
    assert redirected(redirected(assembly)) == redirected(assembly)


@pytest.mark.parametrize("data", [b"", b"MZ", b"MZ" + bytes(200), b"no assembly at all" * 10])
def test_what_is_no_assembly_stays(data: bytes) -> None:
    assert redirected(data) == data


def test_tables_that_promise_more_rows_than_there_are(assembly: bytes) -> None:
    damaged = bytearray(assembly)
    rows = type_references(assembly)
    place = assembly.index(len(rows).to_bytes(4, "little"), assembly.index(b"#Strings"))
    damaged[place : place + 4] = b"\xff\xff\xff\x7f"
    assert redirected(bytes(damaged)) == damaged


def test_metadata_without_names(assembly: bytes) -> None:
    damaged = assembly.replace(b"#Strings", b"#Stringz")
    assert redirected(damaged) == damaged


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_damaged_assemblies_do_no_harm(assembly: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(assembly) - 1))
    length = data.draw(st.integers(0, len(assembly)))
    damaged = bytearray(assembly[:length] if data.draw(st.booleans()) else assembly)
    if place < len(damaged):
        damaged[place] ^= data.draw(st.integers(1, 255))
    assert len(redirected(bytes(damaged))) == len(damaged)
