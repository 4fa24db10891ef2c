"""Archives built, taken apart and re-protected."""

import io
import zipfile
from pathlib import Path

import pytest

from dtserve.package.errors import PackagePasswordEmpty, PackagePasswordWrong, ProjectInvalid, ProtectFailed
from dtserve.package.model import ProtectionLevel
from dtserve.package.project import Project
from dtserve.package.project_build import build_ispac, project_parts, protect_project, unpack
from dtserve.package.protection import Scheme
from support.package_corpus import CORPUS, needs_corpus
from support.package_projects import sample_ispac, write_project

SECRETS = ("conn3ction", "p4rameter", "s3cret")


def secrets(project: Project) -> tuple[str | None, ...]:
    return (
        project.connections[0].sensitive["Password"], project.parameters[1].value, project.document("Load 1").model.connections[1].sensitive["Password"],
    )  # fmt: skip


def test_the_archive_is_what_visual_studio_builds(tmp_path: Path) -> None:
    data = sample_ispac(tmp_path)
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.namelist() == [
        "Load%201.dtsx",
        "%C3%9Cnload.dtsx",
        "Shared.conmgr",
        "Project.params",
        "@Project.manifest",
        "[Content_Types].xml",
    ]
    for name in archive.namelist()[:-1]:
        part = archive.read(name)
        assert not part.startswith(b"\xef\xbb\xbf")
        assert b"\n" not in part.replace(b"\r\n", b"")
    assert archive.read("@Project.manifest").startswith(b"<SSIS:Project ")
    assert archive.read("[Content_Types].xml").startswith(b"\xef\xbb\xbf<?xml")
    assert build_ispac(Project.open(tmp_path)) == data


def test_there_and_back_through_a_folder(tmp_path: Path) -> None:
    data = sample_ispac(tmp_path)
    target = tmp_path / "out"
    written = unpack(Project.open(data), target)
    assert sorted(p.name for p in written) == [
        "Load 1.dtsx",
        "Project.params",
        "Sample.dtproj",
        "Shared.conmgr",
        "Ünload.dtsx",
    ]
    assert build_ispac(Project.open(target)) == data
    with pytest.raises(ProjectInvalid, match="already"):
        unpack(Project.open(data), target)
    unpack(Project.open(data), target, overwrite=True)


@pytest.mark.parametrize("scheme", Scheme)
@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_protection_of_a_whole_project(tmp_path: Path, level: int, scheme: Scheme) -> None:
    project = Project.open(sample_ispac(tmp_path))
    wanted = secrets(project)
    data = build_ispac(protect_project(project, ProtectionLevel(level), "pässwörd", scheme))
    archive = zipfile.ZipFile(io.BytesIO(data))
    for name in archive.namelist():
        assert not any(secret.encode() in archive.read(name) for secret in SECRETS), name
    again = Project.open(data, "pässwörd")
    assert (again.protection_level, secrets(again)) == (level, wanted)
    assert again.document("Load 1").protection_level == level
    assert again.manifest.packages[0].properties["ProtectionLevel"] == str(level)
    if level in (2, 3):
        with pytest.raises(PackagePasswordWrong):
            Project.open(data, "wrong")
    back = protect_project(again, ProtectionLevel.SERVER_STORAGE)
    assert secrets(back) == wanted
    assert "PasswordVerifier" not in back.manifest.properties
    bare = protect_project(again, ProtectionLevel.DONT_SAVE_SENSITIVE)
    assert not any(secrets(bare))


def test_what_is_refused(tmp_path: Path) -> None:
    project = Project.open(sample_ispac(tmp_path))
    with pytest.raises(PackagePasswordEmpty):
        protect_project(project, ProtectionLevel.ENCRYPT_ALL_WITH_PASSWORD)
    other = write_project(tmp_path)
    other.write_bytes(other.read_bytes().replace(b"ServerStorage", b"DontSaveSensitive"))
    with pytest.raises(ProjectInvalid, match="protection level 5"):
        project_parts(Project.open(other))
    other.write_text("<Project><DTSPackages/></Project>")
    with pytest.raises(ProjectInvalid, match="package deployment model"):
        project_parts(Project.open(other))


@needs_corpus
def test_the_archives_of_the_collection_are_rebuilt_part_by_part() -> None:
    same = 0
    for path in sorted(CORPUS.rglob("*.ispac"))[::2]:
        original = zipfile.ZipFile(path)
        rebuilt = zipfile.ZipFile(io.BytesIO(build_ispac(Project.open(path))))
        assert set(rebuilt.namelist()) - set(original.namelist()) <= {"Project.params"}
        for name in original.namelist():
            if name != "[Content_Types].xml":
                assert rebuilt.read(name) == original.read(name), (path, name)
        same += 1
    assert same >= 35


@needs_corpus
def test_foreign_user_keys_are_not_lost_in_silence() -> None:
    refused = 0
    for path in sorted(CORPUS.rglob("*.ispac")):
        project = Project.open(path)
        try:
            protect_project(project, ProtectionLevel.ENCRYPT_SENSITIVE_WITH_PASSWORD, "pw")
        except ProtectFailed:
            refused += 1
    assert refused >= 2
