"""What dtexec takes from the home folder."""

from dtserve.cli.dtexec_request import read_line, request_from
from dtserve.cli.dtexec_store import source_from_store, with_home
from dtserve.service.config import load_home


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
