"""What the File System Task must never do; its operations stand in ``cases/file_system_task.xml``."""

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
