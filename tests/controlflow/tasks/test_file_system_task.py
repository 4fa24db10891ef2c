"""What the File System Task must never do; its operations stand in ``cases/file_system_task.xml``."""

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from dtserve.controlflow.results import ExecResult
from dtserve.controlflow.tasks import file_system_task
from support.control_flow import execute, package


@pytest.mark.parametrize("operation", ["DeleteDirectory", "DeleteDirectoryContent"])
@pytest.mark.parametrize("path", ["D:\\", "/", "C:\\etc\\.."])
def test_the_root_is_never_deleted(monkeypatch, operation: str, path: str) -> None:
    """A drive that no path map names is the root of this machine."""
    tried: list[object] = []
    refusing = SimpleNamespace(rmtree=tried.append, unlink=tried.append, scandir=lambda p: tried.append(p) or [])
    monkeypatch.setattr(file_system_task, "shutil", refusing)
    monkeypatch.setattr(file_system_task, "os", refusing)
    outcome = execute(
        package(
            f'<variable name="User::p" type="8" value="{path}"/>'
            f'<task name="T" type="Microsoft.FileSystemTask"><FileSystemData TaskOperationType="{operation}"'
            ' TaskSourcePath="User::p" TaskIsSourceVariable="True"/></task>'
        )
    )
    assert outcome.result is ExecResult.FAILURE
    assert outcome.errors()[0] == "T 0xC002915B"
    assert tried == []


def moved(folder: Path, monkeypatch: pytest.MonkeyPatch, copy: Callable[[Path, Path], object]) -> list[str]:
    """Move a file over another of another volume; the errors."""
    rename = os.replace

    def across(source: Path, target: Path) -> None:
        if Path(source).name == "from.txt":
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        rename(source, target)

    monkeypatch.setattr(file_system_task.os, "replace", across)
    monkeypatch.setattr(file_system_task.shutil, "copy2", copy)
    (folder / "from.txt").write_text("new")
    (folder / "to.txt").write_text("old")
    variables = "".join(f'<variable name="User::{n}" type="8" value="{folder / n}.txt"/>' for n in ("from", "to"))
    task = (
        '<task name="T" type="Microsoft.FileSystemTask"><FileSystemData TaskOperationType="RenameFile"'
        ' TaskSourcePath="User::from" TaskIsSourceVariable="True" TaskDestinationPath="User::to"'
        ' TaskIsDestinationVariable="True" TaskOverwriteDestFile="True"/></task>'
    )
    return execute(package(variables + task)).errors()


def test_a_file_from_another_volume_takes_its_place_when_it_is_whole(tmp_path, monkeypatch) -> None:
    assert moved(tmp_path, monkeypatch, shutil.copy2) == []
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("to.txt", "new")]


def test_a_copy_that_fails_leaves_both_files_as_they_were(tmp_path, monkeypatch) -> None:
    def full(source: Path, target: Path) -> None:
        Path(target).write_text("ne")
        raise OSError(errno.ENOSPC, "No space left on device")

    assert moved(tmp_path, monkeypatch, full) == ["T 0xC002F304"]
    assert {each.name: each.read_text() for each in tmp_path.iterdir()} == {"from.txt": "new", "to.txt": "old"}
