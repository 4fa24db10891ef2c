"""What a worker is given for stored, filed and sent packages."""

import io
import zipfile
from dataclasses import replace

import pytest

from dtserve.errors import PackageNotFound
from dtserve.execution.options import ExecutionOptions, Setting
from dtserve.service.errors import FileNotAllowed, RequestInvalid
from dtserve.service.launching import Launcher
from dtserve.service.run_request import RunRequest
from support.service import PACKAGE, SAMPLES, open_service


@pytest.fixture
def launcher(tmp_path, monkeypatch):
    monkeypatch.setenv("DTSERVE_EXECUTION_ALLOWED_FOLDERS", str(tmp_path / "drop"))
    (tmp_path / "drop").mkdir()
    with open_service(tmp_path / "home") as (hub, _):
        hub.tree.create_folder(("MSDB", "Finance"))
        hub.tree.create_folder(("File System", "Finance"))
        for root in ("MSDB", "File System"):
            hub.tree.write((root, "Finance", "Load"), PACKAGE)
        yield Launcher(hub.home, hub.tree)


def test_a_package_of_msdb_knows_where_its_children_stand(launcher) -> None:
    request = RunRequest(package=r"\MSDB\Finance\Load.dtsx")
    source, options = launcher.job(request, "id-1")
    assert (source.data, source.display_path) == (PACKAGE, r"\MSDB\Finance\Load")
    assert (options.store_server, options.store_folder, options.execution_id) == (".", "Finance", "id-1")
    assert options.folder == str(launcher.home.work_path)
    assert launcher.describe(request)["package_name"] == "Load"


def test_a_package_of_a_folder_runs_in_it(launcher) -> None:
    source, options = launcher.job(RunRequest(package=r"\File System\Finance\Load"), "x")
    assert options.folder == source.folder == str(launcher.home.packages_path / "Finance")
    assert options.store_server == ""


def test_a_package_that_is_not_there(launcher) -> None:
    with pytest.raises(PackageNotFound):
        launcher.describe(RunRequest(package=r"\MSDB\Finance\Other"))


@pytest.mark.parametrize("path", ["drop/../home/dtserve.toml", "/etc/passwd", "drop2/x.dtsx"])
def test_files_elsewhere(launcher, tmp_path, path) -> None:
    with pytest.raises(FileNotAllowed):
        launcher.job(RunRequest(file=str(tmp_path / path)), "x")


def test_a_link_out_of_the_folder_is_elsewhere(launcher, tmp_path) -> None:
    (tmp_path / "drop" / "link.dtsx").symlink_to("/etc/passwd")
    with pytest.raises(FileNotAllowed):
        launcher.describe(RunRequest(file=str(tmp_path / "drop" / "link.dtsx")))


def test_files_and_projects(launcher, tmp_path) -> None:
    place = tmp_path / "drop" / "Mine.dtsx"
    assert launcher.job(RunRequest(file=str(place)), "x")[0].path == str(place)
    project = tmp_path / "drop" / "P.ispac"
    source, _ = launcher.job(RunRequest(file=str(project), package_name="A.dtsx"), "x")
    assert (source.project_path, source.package_name) == (str(project), "A.dtsx")
    with pytest.raises(RequestInvalid, match="package_name"):
        launcher.job(RunRequest(file=str(project)), "x")


def test_what_was_sent(launcher) -> None:
    source, options = launcher.job(RunRequest(content=PACKAGE, package_name="Sent"), "x")
    assert (source.data, source.display_path, options.folder) == (PACKAGE, "Sent", str(launcher.home.work_path))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("A.dtsx", PACKAGE)
    source, _ = launcher.job(RunRequest(content=archive.getvalue(), package_name="A.dtsx"), "x")
    assert (source.project_data, source.package_name) == (archive.getvalue(), "A.dtsx")
    with pytest.raises(RequestInvalid):
        launcher.job(RunRequest(content=archive.getvalue()), "x")
    with pytest.raises(RequestInvalid):
        launcher.describe(RunRequest())


def test_command_files_come_first(launcher, tmp_path) -> None:
    read: list[list[str]] = []

    def reader(paths) -> ExecutionOptions:
        read.append(list(paths))
        return ExecutionOptions(settings=(Setting("set", "a", "1"),), max_concurrent=2, warnings_as_errors=True)

    mine = ExecutionOptions(settings=(Setting("set", "b", "2"),), max_concurrent=5)
    file = tmp_path / "drop" / "options.txt"
    request = RunRequest(content=PACKAGE, options=mine, command_files=(str(file),))
    _, options = Launcher(launcher.home, launcher.tree, reader).job(request, "x")
    assert read == [[str(file)]]
    assert [each.target for each in options.settings] == ["a", "b"]
    assert (options.max_concurrent, options.warnings_as_errors) == (5, True)
    with pytest.raises(RequestInvalid, match="command files"):
        launcher.job(request, "x")
    with pytest.raises(FileNotAllowed):
        Launcher(launcher.home, launcher.tree, reader).job(replace(request, command_files=("/etc/passwd",)), "x")


def test_only_declared_parameters_that_are_not_sensitive_are_public(launcher) -> None:
    settings = (Setting("parameter", "$Package::Steps", "1"),)
    slow = RunRequest(package=r"\MSDB\Finance\Load", options=ExecutionOptions(settings=settings))
    assert launcher.public_parameters(slow) == frozenset()
    sent = RunRequest(content=b"not a package", options=ExecutionOptions(settings=settings))
    assert launcher.public_parameters(sent) == frozenset()
    content = (SAMPLES / "SlowPackage.dtsx").read_bytes()
    plain = RunRequest(content=content, options=ExecutionOptions(settings=settings))
    assert launcher.public_parameters(plain) == {"$package::steps", "$package::size"}
    hidden = RunRequest(
        content=content.replace(b'DTS:ObjectName="Steps"', b'DTS:ObjectName="Steps" DTS:Sensitive="True"'),
        options=ExecutionOptions(settings=settings),
    )
    assert launcher.public_parameters(hidden) == {"$package::size"}
