"""Checkpoints: what is saved, what runs again, what is refused (CONTROL_FLOW §9)."""

import os
from pathlib import Path

import pytest
from lxml import etree

from dtserve.controlflow.checkpoints import read_checkpoint
from dtserve.controlflow.errors import CheckpointUnreadable
from dtserve.controlflow.results import ExecResult
from support.control_flow import D, execute, package

TASK = '<task name="{0}" type="Microsoft.ExpressionTask" FailPackageOnFailure="True"><ExpressionTask Expression="{1}"/></task>'


def checked(path: object, body: str, *, usage: str = "1", **more: str) -> bytes:
    return package(body, SaveCheckpoints="True", CheckpointUsage=usage, CheckpointFileName=str(path), **more)


def three(divisor: str) -> str:
    return (
        '<variable name="User::n" value="0"/><variable name="User::o" type="13"/>'
        f'<variable name="User::div" value="{divisor}"/><variable name="User::s" type="8" value="a"/>'
        + TASK.format("A", "@[User::n] = @[User::n] + 1")
        + TASK.format("B", "@[User::s] = &quot;b&lt;&quot;")
        + TASK.format("C", "@[User::n] = @[User::n] + 10 / @[User::div]")
        + '<constraint from="A" to="B"/><constraint from="B" to="C"/>'
    )


def test_a_failed_run_continues_where_it_failed(tmp_path) -> None:
    path = tmp_path / "check.xml"
    data = checked(path, three("0"))
    first = execute(data)
    assert first.result is ExecResult.FAILURE
    assert [f"0x{event.code:08X}" for event in first.events if event.code in (0x40016045, 0x40016047)] == [
        "0x40016045", "0x40016047", "0x40016047",
    ]  # fmt: skip
    root = etree.fromstring(path.read_bytes())
    assert root.tag == f"{D}Checkpoint"
    assert [c.get(f"{D}PrecedenceMap") for c in root.iterchildren(f"{D}Container")] == ["", "Y"]
    kept = read_checkpoint(path).variables
    assert sorted(name for each in kept.values() for name, _, _ in each) == ["User::div", "User::n", "User::s"]
    mended = data.replace(b'10 / @[User::div]"', b'10 / 5"')
    second = execute(mended)
    assert second.result is ExecResult.SUCCESS, second.errors()
    assert second.sources("OnPreExecute") == ["Pkg", "C"]
    assert second.variables["User::n"] == 3
    assert second.variables["User::s"] == "b<"
    assert not path.exists()


def test_loops_run_again_and_their_inside_is_not_recorded(tmp_path) -> None:
    path = tmp_path / "check.xml"
    body = (
        '<variable name="User::i" value="0"/><for name="L" init="@i=0" eval="@i &lt; 2" assign="@i = @i + 1">'
        + TASK.format("In", "1") + "</for>" + '<sequence name="S">' + TASK.format("Inner", "1") + "</sequence>"
        + TASK.format("Bad", "1/0") + '<constraint from="L" to="S"/><constraint from="S" to="Bad"/>'
    )  # fmt: skip
    execute(checked(path, body))
    assert len(read_checkpoint(path).results) == 2
    again = execute(checked(path, body, usage="0"))
    assert again.errors() == ["Pkg 0xC001604A"], "another package's file is not overwritten"


def test_children_of_a_transaction_are_not_recorded(tmp_path) -> None:
    path = tmp_path / "check.xml"
    body = (
        '<sequence name="S" TransactionOption="2">' + TASK.format("In", "1") + "</sequence>" + TASK.format("Bad", "1/0")
        + '<constraint from="S" to="Bad"/>'
    )  # fmt: skip
    execute(checked(path, body))
    assert len(read_checkpoint(path).results) == 1


def test_always_needs_a_file(tmp_path) -> None:
    missing = execute(checked(tmp_path / "none.xml", TASK.format("A", "1"), usage="2"))
    assert missing.errors() == ["Pkg 0xC001F082", "Pkg 0xC001F083"]
    unnamed = execute(package(TASK.format("A", "1"), SaveCheckpoints="True", CheckpointUsage="2"))
    assert unnamed.errors() == ["Pkg 0xC001F081"]


def test_another_packages_file_and_broken_files_are_refused(tmp_path) -> None:
    path = tmp_path / "check.xml"
    execute(checked(path, three("0")))
    assert execute(checked(path, three("0"))).errors() == ["Pkg 0xC0016049"]
    path.write_text("<!DOCTYPE x><x/>")
    assert execute(checked(path, three("0"))).errors() == ["Pkg 0xC001F082", "Pkg 0xC001F083"]


def test_not_with_a_transaction_over_the_package(tmp_path) -> None:
    outcome = execute(checked(tmp_path / "c.xml", TASK.format("A", "1"), usage="1", TransactionOption="2"))
    assert outcome.errors() == ["Pkg 0xC0014104"]


def test_a_task_without_fail_package_warns(tmp_path) -> None:
    body = '<task name="A" type="Microsoft.ExpressionTask"><ExpressionTask Expression="1/0"/></task>'
    assert "A 0x80014058" in execute(checked(tmp_path / "c.xml", body)).warnings()


def test_a_damaged_number_is_told(tmp_path) -> None:
    path = tmp_path / "check.xml"
    data = checked(path, three("0"), usage="2")
    execute(data.replace(b'CheckpointUsage="2"', b'CheckpointUsage="0"'))
    path.write_bytes(path.read_bytes().replace(b'Result="0"', b'Result="x"', 1))
    assert "Pkg 0xC0D5FFFF" not in execute(data).errors()
    with pytest.raises(CheckpointUnreadable):
        read_checkpoint(path)


def test_a_file_that_cannot_be_replaced_or_removed_is_told_and_leaves_nothing(tmp_path, monkeypatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    path, remove = tmp_path / "check.xml", Path.unlink
    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", refuse)
        assert "A 0xC001F080" in execute(checked(path, three("5"))).errors()
    assert list(tmp_path.iterdir()) == []
    with monkeypatch.context() as patched:
        patched.setattr(
            Path, "unlink", lambda self, missing_ok=False: refuse() if self == path else remove(self, missing_ok)
        )
        outcome = execute(checked(path, three("5")))
    assert outcome.errors() == ["Pkg 0xC001F080"]
    assert outcome.sources("PackageEnd") == ["Pkg"]
