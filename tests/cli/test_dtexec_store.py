"""What dtexec takes from the home folder."""

from dataclasses import replace

from dtserve.cli.dtexec_request import read_line, request_from
from dtserve.cli.dtexec_store import source_from_store, with_home
from dtserve.execution.run import run
from dtserve.package import PackageDocument
from dtserve.service.config import load_home
from support.service import SAMPLES


def home_with(tmp_path, monkeypatch, toml: str):
    monkeypatch.setenv("DTSERVE_HOME", str(tmp_path / "home"))
    home = load_home()
    (home.path / "dtserve.toml").write_text(toml)
    return home


def test_maps_of_the_home_follow_those_of_the_line(tmp_path, monkeypatch) -> None:
    home_with(
        tmp_path,
        monkeypatch,
        '[paths]\n"C:\\\\a" = "/home"\n"C:\\\\b" = "/home-b"\n[connections]\ndb = "sqlite:///home.db"\n',
    )
    options = with_home(
        request_from(*read_line(["/f", "x", "--path-map", "C:\\a=/line", "--map", "db=sqlite:///line.db"]))
    )
    assert dict(options.path_map) == {"C:\\a": "/line", "C:\\b": "/home-b"}
    assert [target.url for target in options.connection_map] == ["sqlite:///line.db", "sqlite:///home.db"]
    assert "." in options.msdb


def test_a_run_of_a_file_makes_no_home(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("DTSERVE_HOME", str(tmp_path / "home"))
    request = request_from(*read_line(["/f", "x"]))
    assert with_home(request) == request.options
    assert not (tmp_path / "home").exists()


def test_a_stored_package_gets_its_folder(tmp_path, monkeypatch) -> None:
    home = home_with(tmp_path, monkeypatch, "")
    (home.packages_path / "P.dtsx").write_bytes(b"bytes")
    source, _ = source_from_store(request_from(*read_line(["/dts", "\\File System\\P"])))
    assert source.data == b"bytes"
    assert source.folder == str(home.packages_path)


def test_a_registry_entry_comes_from_the_file_that_stands_for_the_registry(tmp_path, monkeypatch) -> None:
    home_with(tmp_path, monkeypatch, '[execution]\nregistry_file = "user.reg"\n')
    registry = 'Windows Registry Editor Version 5.00\n\n[HKEY_CURRENT_USER\\Sales\\Load]\n"Value"="complete or not"\n'
    (tmp_path / "home" / "user.reg").write_text(registry, encoding="utf-8")
    text = (SAMPLES / "CountMonths.dtsx").read_text(encoding="utf-8")
    configured = text.replace(
        "<DTS:Variables>",
        '<DTS:Configurations><DTS:Configuration DTS:ConfigurationType="3" DTS:ConfigurationString="Sales\\Load" '
        'DTS:ConfigurationVariable="\\Package.Properties[Description]" DTS:ObjectName="R" DTS:DTSID="{0}" />'
        "</DTS:Configurations><DTS:Variables>",
        1,
    ).replace('DTS:DTSID="{F7007F7F', 'DTS:EnableConfig="True"\n  DTS:DTSID="{F7007F7F', 1)
    (tmp_path / "p.dtsx").write_text(configured, encoding="utf-8", newline="")
    request = request_from(*read_line(["/f", str(tmp_path / "p.dtsx"), "/validate"]))
    options = with_home(request)
    assert options.registry_file == str(tmp_path / "home" / "user.reg")
    events = []
    document = PackageDocument.open((tmp_path / "p.dtsx").read_bytes())
    run(document, replace(options, folder=str(tmp_path)), events.append)
    assert not [e for e in events if e.code & 0xFFFFFFFF in (0x80012015, 0x80012025, 0x80012026)]
    missing = []
    run(document, replace(options, registry_file="", folder=str(tmp_path)), missing.append)
    assert [e for e in missing if e.kind == "OnWarning"]
