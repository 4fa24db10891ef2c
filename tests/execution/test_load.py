"""Opening what a run was asked for."""

import pytest

from dtserve.errors import PackageError
from dtserve.execution.errors import PackageFileMissing
from dtserve.execution.load import open_source
from dtserve.execution.options import ExecutionOptions, PackageSource
from support.control_flow import package
from support.package_projects import write_project

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


ID = "68f76f04-81f3-4614-afbb-2e1c3be71239"


@pytest.mark.parametrize(
    ("words", "refers"),
    [
        ("@[$Project::Server]", True),
        ("{68F76F04-81F3-4614-AFBB-2E1C3BE71239}", True),
        ("{68F76F04-7E0C-4614-AFBB-2E1C3BE71239}", True),  # as parameter mappings name a parameter
        ("{68F76F04-0000-4614-AFBB-2E1C3BE71239}", False),
        ('"Shared"', True),
        ("Shared", False),
    ],
)
def test_a_package_that_refers_to_the_project_beside_it(tmp_path, words, refers) -> None:
    project = write_project(tmp_path)
    parameters = tmp_path / "Project.params"
    parameters.write_text(parameters.read_text("utf-8").replace("{A1}", f"{{{ID}}}"), "utf-8")
    file = tmp_path / "Load 1.dtsx"
    file.write_bytes(package(BODY).replace(b"</DTS:Executable>", f"<!-- {words} --></DTS:Executable>".encode(), 1))
    found = open_source(PackageSource(path=str(file)), ExecutionOptions())
    assert (found.project is not None) is refers
    (tmp_path / "Other.dtproj").write_bytes(b"<Project>another, without this package</Project>")
    assert (open_source(PackageSource(path=str(file)), ExecutionOptions()).project is not None) is refers
    (tmp_path / "Twin.dtproj").write_bytes(project.read_bytes())
    assert open_source(PackageSource(path=str(file)), ExecutionOptions()).project is None
