"""Projects from folders, .dtproj files, archives and bytes; parameters and connections for each package."""

from pathlib import Path

import pytest

from dtserve.package.errors import PackagePasswordWrong, ProjectInvalid, ProjectPartMissing
from dtserve.package.model import ProtectionLevel
from dtserve.package.project import Project
from support.package_corpus import CORPUS, needs_corpus, needs_vectors, vectors
from support.package_projects import PROJECT_ID, sample_ispac, write_project


def test_ways_to_open(tmp_path: Path) -> None:
    archive = sample_ispac(tmp_path)
    (tmp_path / "x.ispac").write_bytes(archive)
    for source in (
        tmp_path,
        tmp_path / "Sample.dtproj",
        str(tmp_path / "Sample.dtproj"),
        tmp_path / "x.ispac",
        archive,
    ):
        project = Project.open(source)
        assert (project.name, project.manifest.id, project.protection_level) == (
            "Sample",
            PROJECT_ID,
            ProtectionLevel.SERVER_STORAGE,
        )
        assert list(project.packages) == ["Load 1.dtsx", "Ünload.dtsx"]
        assert project.document("load 1").model.name == "Sample"
        assert project.document("ÜNLOAD.dtsx").format_version == 8
        assert [(p.name, p.value) for p in project.parameters] == [("Server", "here"), ("Key", "p4rameter")]
        assert project.connections[0].password == "conn3ction"


def test_a_package_sees_the_connections_of_its_project(tmp_path: Path) -> None:
    package = Project.open(write_project(tmp_path)).package("Load 1")
    assert [c.name for c in package.connections] == ["Flat", "Db", "Shared"]
    assert package.connections[2].ref_id == "Project.ConnectionManagers[Shared]"


def test_a_configuration_sets_parameters_and_connections(tmp_path: Path) -> None:
    project = Project.open(write_project(tmp_path), configuration="Test")
    assert project.parameters[0].value == "there"
    assert project.connections[0].properties["ConnectionString"] == "Data Source=other;"
    with pytest.raises(ProjectInvalid, match="None"):
        Project.open(tmp_path, configuration="None")


def test_missing_parts_are_named_when_they_are_needed(tmp_path: Path) -> None:
    write_project(tmp_path)
    (tmp_path / "Ünload.dtsx").unlink()
    project = Project.open(tmp_path)
    assert project.document("Load 1").model.name == "Sample"
    with pytest.raises(ProjectPartMissing, match="Ünload"):
        project.document("Ünload")
    with pytest.raises(ProjectPartMissing):
        project.document("nothing")
    with pytest.raises(KeyError):
        project.packages["nothing"]
    with pytest.raises(ProjectPartMissing):
        Project.open(tmp_path / "none.ispac")
    (tmp_path / "Other.dtproj").write_text("<Project/>")
    with pytest.raises(ProjectInvalid, match="2 project files"):
        Project.open(tmp_path)


def test_names_do_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / "secret.dtsx").write_text("x")
    project = write_project(inner)
    project.write_bytes(project.read_bytes().replace(b"Load 1.dtsx", b"../secret.dtsx"))
    with pytest.raises(ProjectPartMissing):
        Project.open(project).packages["../secret.dtsx"]


@needs_vectors
def test_the_verifier_tells_a_wrong_password_apart() -> None:
    for name, data, facts in vectors(".dtproj"):
        assert Project.open(data, facts["password"]).name == "SampleSSISProject"
        with pytest.raises(PackagePasswordWrong):
            Project.open(data, "wrong")
        if "sensitive" in name:
            assert all(w.code == 0xC001405F for w in Project.open(data).warnings)


@needs_corpus
def test_every_archive_of_the_collection_opens() -> None:
    empty = 0
    for path in CORPUS.rglob("*.ispac"):
        project = Project.open(path)
        empty += not project.packages
        for name in project.packages:
            assert project.package(name).format_version in (5, 6, 8)
        assert isinstance(project.parameters, tuple)
    assert empty == 1


def test_connection_managers_whose_file_is_absent_are_left_out_and_told(tmp_path: Path) -> None:
    project = Project.open(write_project(tmp_path))
    assert [each.name for each in project.connections] == ["Shared"]
    assert project.absent_connections == ()
    (tmp_path / "Shared.conmgr").unlink()
    project = Project.open(tmp_path)
    assert project.connections == ()
    assert project.absent_connections == ("Shared.conmgr",)
    assert project.package("Load 1.dtsx").name
