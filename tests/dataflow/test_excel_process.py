"""Large workbooks are read by a process that a stop kills."""

from __future__ import annotations

import os
import time

import openpyxl
import pytest

from dtserve.dataflow import excel, excel_process
from dtserve.dataflow.component_errors import RowsetNotOpened
from dtserve.dataflow.excel import read_here, read_rowset
from dtserve.dataflow.file_errors import FileCannotOpenRead
from dtserve.errors import Canceled


@pytest.fixture
def book(tmp_path, monkeypatch):
    made = openpyxl.Workbook()
    for row in (["n", "t", "b"], [1, "x", True], [2.5, "y" * 300, None]):
        made.active.append(row)
    made.save(tmp_path / "b.xlsx")
    monkeypatch.setattr(excel, "LARGE", 100)
    return tmp_path / "b.xlsx"


def test_it_gives_the_same(book):
    here, elsewhere = (
        read_here(book, "Sheet$", header=True, imex=0),
        read_rowset(book, "Sheet$", header=True, imex=0, stop=lambda: False),
    )
    assert elsewhere[0] == here[0]
    assert elsewhere[1].equals(here[1])
    assert elsewhere[1].schema == here[1].schema


def test_its_errors(book, tmp_path):
    with pytest.raises(RowsetNotOpened):
        read_rowset(book, "z$", header=True, imex=0, stop=lambda: False)
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(b"x" * 1000)
    with pytest.raises(FileCannotOpenRead, match=r"no workbook|bad"):
        read_rowset(bad, "z$", header=True, imex=0, stop=lambda: False)


def sleeper(tmp_path, monkeypatch, lines):
    """A program that stands in for the one that reads."""
    program = tmp_path / "reads"
    program.write_text("#!/bin/sh\n" + lines)
    program.chmod(0o755)
    monkeypatch.setattr(excel_process.sys, "executable", str(program))
    return program


def test_a_stop_kills_it(book, tmp_path, monkeypatch):
    pid = tmp_path / "pid"
    sleeper(tmp_path, monkeypatch, f"echo $$ > {pid}\nexec sleep 60\n")
    started = time.monotonic()
    with pytest.raises(Canceled):
        read_rowset(book, "Sheet$", header=True, imex=0, stop=lambda: pid.exists() and bool(pid.read_text()))
    assert time.monotonic() - started < 5
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


@pytest.mark.parametrize("lines", ["exit 3\n", "echo no json\n", "kill -9 $$\n"])
def test_it_dies(book, tmp_path, monkeypatch, lines):
    monkeypatch.setattr(excel_process, "GRACE_SECONDS", 0.1)
    sleeper(tmp_path, monkeypatch, lines)
    with pytest.raises(FileCannotOpenRead, match="ended with"):
        read_rowset(book, "Sheet$", header=True, imex=0, stop=lambda: False)


def test_a_signal_to_the_group_comes_before_the_stop(book, tmp_path, monkeypatch):
    sleeper(tmp_path, monkeypatch, "kill -9 $$\n")
    asked = []

    def stop():
        asked.append(1)
        return len(asked) > 6

    with pytest.raises(Canceled):
        read_rowset(book, "Sheet$", header=True, imex=0, stop=stop)
