"""Opening what a run was asked for."""

import pytest

from dtserve.errors import PackageError
from dtserve.execution.errors import PackageFileMissing
from dtserve.execution.load import open_source
from dtserve.execution.options import ExecutionOptions, PackageSource
from support.control_flow import package

BODY = '<task name="T" type="Microsoft.ExpressionTask"><ExpressionTask Expression="1"/></task>'


def test_by_path_here_or_as_on_windows(tmp_path) -> None:
    (tmp_path / "Sub").mkdir()
    (tmp_path / "Sub" / "A.dtsx").write_bytes(package(BODY, name="A"))
    here = open_source(PackageSource(path=str(tmp_path / "Sub" / "A.dtsx")), ExecutionOptions())
    mapped = open_source(
        PackageSource(path="D:\\etl\\sub\\a.dtsx"), ExecutionOptions(path_map={"D:\\etl": str(tmp_path)})
    )
    assert here.document.model.name == mapped.document.model.name == "A"
    assert here.folder == mapped.folder == tmp_path / "Sub"


def test_by_bytes_with_a_folder(tmp_path) -> None:
    found = open_source(PackageSource(data=package(BODY), folder=str(tmp_path)), ExecutionOptions())
    assert found.folder == tmp_path
    assert found.project is None


def test_missing_and_broken_files(tmp_path) -> None:
    with pytest.raises(PackageFileMissing):
        open_source(PackageSource(path=str(tmp_path / "no.dtsx")), ExecutionOptions())
    with pytest.raises(PackageFileMissing):
        open_source(PackageSource(path=str(tmp_path)), ExecutionOptions())
    (tmp_path / "bad.dtsx").write_text("nothing")
    with pytest.raises(PackageError):
        open_source(PackageSource(path=str(tmp_path / "bad.dtsx")), ExecutionOptions())
