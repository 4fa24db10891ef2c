"""dtserve package …: each verb on files, its text, its JSON, its exit code."""

import json
from pathlib import Path

import pytest

from dtserve.cli.dtserve import main
from dtserve.package import PackageDocument
from dtserve.package.project import Project
from support.package_projects import sample_ispac
from support.package_texts import sample_bytes


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DTSERVE_KEY_FILE", str(tmp_path / "keys" / "user.key"))
    monkeypatch.setenv("PW", "pässwörd")
    monkeypatch.setenv("WRONG", "wrong")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    path = tmp_path / "Sample.dtsx"
    path.write_bytes(sample_bytes(8))
    return path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    path = tmp_path / "Sample.ispac"
    path.write_bytes(sample_ispac(folder))
    return path


def run(*words: object) -> int:
    return main(["package", *map(str, words)])


def test_info(package: Path, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("info", package) == 0
    text = capsys.readouterr().out
    assert "name: Sample" in text
    assert "protection level: 0 DontSaveSensitive" in text
    assert "ExecuteSQLTask × 2" in text
    assert run("info", package, "--json") == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["connection managers"] == [{"name": "Flat", "kind": "FLATFILE"}, {"name": "Db", "kind": "OLEDB"}]
    assert facts["signature"] == "unsigned"
    assert "s3cret" not in json.dumps(facts)
    assert run("info", project, "--json") == 0
    facts = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in facts["packages"]] == ["Load 1.dtsx", "Ünload.dtsx"]


def test_validate(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("validate", package) == 0
    assert capsys.readouterr().out == "0 findings.\n"
    package.write_bytes(sample_bytes(8).replace(b"Microsoft.DerivedColumn", b"Their.Column"))
    assert run("validate", package, "--json") == 1
    (finding,) = json.loads(capsys.readouterr().out)
    assert (finding["severity"], finding["code"]) == ("error", "0xC0010026")


def test_diff(package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "Other.dtsx"
    other.write_bytes(sample_bytes(8).replace(b"SELECT 1", b"SELECT 9"))
    assert run("diff", package, package) == 0
    assert capsys.readouterr().out == ""
    assert run("diff", package, other) == 1
    assert (
        capsys.readouterr().out
        == "Execute SQL Task *First* in Sequence Container *Steps*: SqlStatementSource SELECT 1 → SELECT 9\n"
    )
    assert run("diff", package, other, "--json") == 1
    assert json.loads(capsys.readouterr().out)[0]["after"] == "SELECT 9"


def test_normalize(package: Path, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run("normalize", package, "--check") == 1
    assert run("normalize", package) == 0
    text = capsysbinary.readouterr().out
    assert run("normalize", package, "--in-place") == 0
    assert package.read_bytes() == text
    assert run("normalize", package, "--check") == 0
    assert (
        run("normalize", package, "-o", tmp_path / "kept.dtsx", "--keep-layout", "--keep-versions", "--drop-binaries")
        == 0
    )
    assert (tmp_path / "kept.dtsx").exists()


def test_upgrade(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = tmp_path / "old.dtsx", tmp_path / "new.dtsx"
    old.write_bytes(sample_bytes(2))
    assert run("upgrade", old, "-o", new) == 0
    assert "Package format 2 → 8." in capsys.readouterr().out
    assert PackageDocument.open(new.read_bytes()).format_version == 8
    assert run("upgrade", new, "--in-place", "--json") == 0
    assert json.loads(capsys.readouterr().out) == ["The package is of format 8 already."]


@pytest.mark.parametrize("level", ["1", "encrypt-sensitive-with-password", "3", "4"])
def test_protect_and_unprotect(package: Path, tmp_path: Path, level: str, capsys: pytest.CaptureFixture[str]) -> None:
    sealed = tmp_path / "sealed.dtsx"
    assert run("protect", package, "--level", level, "--new-password-env", "PW", "--scheme", "3des", "-o", sealed) == 0
    assert b"s3cret" not in sealed.read_bytes()
    assert PackageDocument.open(sealed.read_bytes(), "pässwörd").model.connections[1].password == "s3cret&€"
    assert run("unprotect", sealed, "--password-env", "PW", "-o", tmp_path / "bare.dtsx") == 0
    assert PackageDocument.open((tmp_path / "bare.dtsx").read_bytes()).protection_level == 0
    if level == "3":
        assert run("info", sealed, "--password-env", "WRONG") == 5
        assert "0xC0014037" in capsys.readouterr().err


def test_values_given_again(package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("protect", package, "--level", "2", "--new-password-env", "PW", "--in-place") == 0
    assert run("protect", package, "--level", "3", "--new-password-env", "PW", "--in-place") == 5
    assert r"\Package.Connections[Db].Properties[Password]" in capsys.readouterr().err
    values = tmp_path / "values.json"
    values.write_text(json.dumps({r"\Package.Connections[Db].Properties[Password]": "again"}))
    assert run("protect", package, "--level", "3", "--new-password-env", "PW", "--values", values, "--in-place") == 0
    assert PackageDocument.open(package.read_bytes(), "pässwörd").model.connections[1].password == "again"


def test_projects_are_protected_whole(project: Path, tmp_path: Path) -> None:
    sealed = tmp_path / "sealed.ispac"
    assert run("protect", project, "--level", "2", "--new-password-env", "PW", "-o", sealed) == 0
    assert Project.open(sealed, "pässwörd").parameters[1].value == "p4rameter"
    assert run("info", sealed, "--password-env", "WRONG") == 5
    assert run("unprotect", sealed, "--password-env", "PW", "--in-place") == 0
    assert Project.open(sealed).protection_level == 0


def test_a_project_folder_is_never_overwritten(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "project" / "Sample.dtproj"
    before = source.read_bytes()
    assert run("protect", source, "--level", "0", "--in-place") == 6
    assert ".ispac" in capsys.readouterr().err
    assert source.read_bytes() == before
    assert run("protect", source, "--level", "0", "-o", tmp_path / "new.ispac") == 0
    assert Project.open(tmp_path / "new.ispac").protection_level == 0


def test_params(project: Path, package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("params", project) == 0
    text = capsys.readouterr().out
    assert "Project: Server = here" in text
    assert "Project: Key = (hidden) sensitive" in text
    assert "p4rameter" not in text
    assert run("params", package, "--json") == 0
    assert json.loads(capsys.readouterr().out) == []


def test_extract_scripts(package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    task = (
        b'<DTS:Executable DTS:refId="Package\\S" DTS:ExecutableType="Microsoft.ScriptTask" DTS:ObjectName="S"><DTS:ObjectData><ScriptProject Language="CSharp">'
        b'<ProjectItem Name="..\\..\\ScriptMain.cs">class \xc3\xa9 {}</ProjectItem></ScriptProject></DTS:ObjectData></DTS:Executable>'
    )  # fmt: skip
    package.write_bytes(sample_bytes(8).replace(b"<DTS:Executables>", b"<DTS:Executables>" + task, 1))
    assert run("extract-scripts", package, "--to", tmp_path / "out", "--json") == 0
    (entry,) = json.loads(capsys.readouterr().out)
    assert entry["file"] == str(tmp_path / "out" / "S" / "ScriptMain.cs")
    assert (tmp_path / "out" / "S" / "ScriptMain.cs").read_text("utf-8") == "class é {}"


def test_missing_files_and_senseless_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("info", tmp_path / "none.dtsx") == 4
    assert run("info", tmp_path / "none.dtsx", "--password-env", "NOT_SET_ANYWHERE") == 6
    assert "NOT_SET_ANYWHERE" in capsys.readouterr().err
    assert run("protect", tmp_path / "x", "--level", "9", "--in-place") == 6
    assert run("nonsense") == 6
