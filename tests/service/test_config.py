"""The home folder: made once, read as it is, mapped to stores."""

import os
import socket
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dtserve.service.config import home_path, is_local_server, load_home
from dtserve.service.errors import UnknownSetting
from dtserve.service.roots import DEFAULT_FILE
from dtserve.stores.errors import RootUnavailable, StoreUnavailable
from dtserve.stores.msdb.errors import NewerFormat
from support.store_packages import package


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "home"


def test_first_use(folder):
    home = load_home(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "Packages").stat().st_mode) == 0o700
    assert (folder / "Binn" / "MsDtsSrvr.ini.xml").read_text() == DEFAULT_FILE
    assert (folder / "dtserve.toml").exists()
    assert not list(folder.glob(".binn-*"))
    assert (home.problems, home.stop_executing_packages_on_shutdown) == ((), True)
    assert (home.listen_host, home.listen_port, home.max_package_bytes) == ("127.0.0.1", 8730, 268435456)
    paths = {home.state_path, home.msdb_path, home.token_path, home.versions_path, home.certificates_path, home.binn}
    assert all(path.parent == folder for path in paths)


def test_the_default_roots_work(folder):
    home = load_home(folder)
    tree = home.tree()
    tree.write(("MSDB", "P"), package())
    tree.write(("File System", "P"), package())
    assert (folder / "Packages" / "P.dtsx").read_bytes() == package()
    assert home.msdb(".").read(("P",)) == package()
    assert home.msdb_path.exists()
    assert home.packages_path == home.store_path("..\\Packages")
    home.close()


def test_a_deleted_file_stays_deleted(folder):
    load_home(folder)
    (folder / "Binn" / "MsDtsSrvr.ini.xml").unlink()
    (folder / "dtserve.toml").unlink()
    home = load_home(folder)
    assert home.problems == (("DTS_MSG_SERVER_MISSING_CONFIG", ()),)
    assert not (folder / "dtserve.toml").exists()
    assert len(home.tree().roots) == 2


def test_an_empty_setting_is_event_274(folder):
    load_home(folder)
    (folder / "dtserve.toml").write_text('service.config_file = " "')
    assert load_home(folder).problems == (("DTS_MSG_SERVER_MISSING_CONFIG_REG", ()),)
    (folder / "Binn" / "MsDtsSrvr.ini.xml").write_text("<x/>")
    assert [each for each, _ in load_home(folder).problems] == [
        "DTS_MSG_SERVER_MISSING_CONFIG_REG",
        "DTS_MSG_SERVER_BAD_CONFIG",
    ]


def test_unknown_settings_stop_the_start(folder):
    load_home(folder)
    (folder / "dtserve.toml").write_text("servcie.x = 1")
    with pytest.raises(UnknownSetting, match=r"servcie\.x"):
        load_home(folder)


def test_many_first_users_at_once(folder):
    with ThreadPoolExecutor(8) as pool:
        homes = list(pool.map(lambda _: load_home(folder), range(16)))
    assert all(home.problems == () for home in homes)
    assert sorted(os.listdir(folder)) == ["Binn", "Packages", "dtserve.toml", "versions"]


def test_where_the_home_is(monkeypatch, tmp_path):
    assert home_path(tmp_path) == tmp_path
    monkeypatch.setenv("DTSERVE_HOME", str(tmp_path / "x"))
    assert home_path() == tmp_path / "x"
    monkeypatch.delenv("DTSERVE_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert home_path().name == "dtserve"


@pytest.mark.parametrize(
    "name",
    [
        ".",
        "",
        "(local)",
        "LOCALHOST",
        "127.0.0.1",
        "tcp:localhost",
        "TCP:.,1433",
        "lpc:(local)",
        "np:\\\\.\\pipe\\sql\\query",
        ".\\MSSQLSERVER",
        socket.gethostname(),
    ],
)
def test_names_of_this_machine(name):
    assert is_local_server(name)


@pytest.mark.parametrize(
    "name", ["SRV", ".\\INST", "localhost\\SQLEXPRESS", "10.0.0.1", ".,14330", "np:\\\\.\\pipe\\MSSQL$A\\sql\\query"]
)
def test_other_servers(name):
    assert not is_local_server(name)


def test_servers_of_the_settings(folder, tmp_path):
    load_home(folder)
    text = f"[servers]\n'SRV\\INST' = 'sqlite:///{tmp_path}/other.sqlite'\n"
    (folder / "dtserve.toml").write_text(text)
    home = load_home(folder)
    home.msdb("srv\\inst").write(("P",), b"x")
    assert home.msdb("TCP:srv\\INST").exists(("P",))
    assert home.msdb("\\\\SRV\\pipe\\MSSQL$INST\\sql\\query").exists(("P",))
    assert (tmp_path / "other.sqlite").exists()
    assert not home.msdb().exists(("P",))
    assert home.msdb("SRV\\INST", user="joe").write(("Q",), b"x").owner == "joe"
    with pytest.raises(StoreUnavailable, match="Login Timeout"):
        home.msdb("SRV")


def test_a_root_of_an_unknown_server_does_not_disturb_the_others(folder):
    load_home(folder)
    ini = folder / "Binn" / "MsDtsSrvr.ini.xml"
    ini.write_text(DEFAULT_FILE.replace("<ServerName>.<", "<ServerName>GONE<"))
    tree = load_home(folder).tree()
    tree.write(("File System", "P"), b"x")
    with pytest.raises(RootUnavailable):
        tree.list(("MSDB",))
    assert [each.name for each in tree.list(())[0]] == ["MSDB", "File System"]


def test_a_store_path_that_is_a_share_is_never_taken_for_a_folder_of_this_machine(folder, tmp_path):
    home = load_home(folder)
    ini = folder / "Binn" / "MsDtsSrvr.ini.xml"
    ini.write_text(DEFAULT_FILE.replace("..\\Packages", "\\\\nohost.invalid\\etl\\in"))
    with pytest.raises(RootUnavailable, match=r"nohost\.invalid"):
        load_home(folder).tree().list(("File System",))
    (folder / "dtserve.toml").write_text(f"[paths]\n'\\\\nohost.invalid\\etl' = '{tmp_path}'\n")
    home = load_home(folder)
    home.tree().write(("File System", "P"), b"x")
    assert (tmp_path / "in" / "P.dtsx").read_bytes() == b"x"


def test_maps(folder):
    load_home(folder)
    (folder / "dtserve.toml").write_text(
        "[connections]\n'Sales DW' = 'sqlite:////data/s.db'\n[[connection]]\nserver = 'A'\ndatabase = '*'\n"
        "url = 'sqlite:////data/a.db'\n[paths]\n'D:\\SSIS' = '/srv/ssis'\n"
    )
    home = load_home(folder)
    assert [each.manager for each in home.connection_map] == ["Sales DW", ""]
    environment = home.environment()
    assert environment.map_path("d:\\ssis\\a.csv") == Path("/srv/ssis/a.csv")
    assert home.store_path("D:\\SSIS\\Packages") == Path("/srv/ssis/Packages")
    assert home.store_path("..\\..\\elsewhere") == folder.parent / "elsewhere"
    assert home.store_path("/opt/packages") == Path("/opt/packages")


def test_a_server_of_an_older_version_takes_older_packages_only(folder, tmp_path):
    load_home(folder)
    (folder / "dtserve.toml").write_text(
        f"[servers]\nOLD = {{ url = 'sqlite:///{tmp_path}/old.sqlite', version = '2008' }}\n"
    )
    store = load_home(folder).msdb("OLD")
    store.write(("Three",), package(version=3))
    with pytest.raises(NewerFormat) as caught:
        store.write(("Eight",), package(version=8))
    assert caught.value.hresult == "0xC001401C"
    assert not store.exists(("Eight",))


def test_a_real_sql_server(folder, monkeypatch):
    load_home(folder)
    (folder / "dtserve.toml").write_text("versions.keep = 0\n[servers]\nPROD = 'mssql://ssis:pw@prod:1433/msdb'\n")
    home = load_home(folder)
    assert home.msdb("prod").database.place == "mssql://prod:1433/msdb"
    home.msdb("PROD", user="joe", password="p@w")
    assert "mssql://joe:p%40w@prod:1433/msdb" in home._databases
    named = home.msdb("mi.example.net,3342", user="u", password="pw")
    assert named.database.place == "mssql://mi.example.net:3342/msdb"
    home.close()
