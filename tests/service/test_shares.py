"""Shares of the settings: where the password comes from, and a root over a real share."""

import pytest

from dtserve.service.config import load_home
from dtserve.service.errors import BadSetting
from dtserve.service.roots import DEFAULT_FILE
from dtserve.service.shares import open_share
from support.samba_server import PASSWORD
from support.servers import samba_server
from support.store_packages import package


def test_where_the_password_comes_from(tmp_path, monkeypatch):
    (tmp_path / "pw").write_text("from file\n")
    monkeypatch.setenv("SHARE_PASSWORD", "from environment")
    for entry, password in (
        ({"password": "plain"}, "plain"),
        ({"password_file": str(tmp_path / "pw")}, "from file"),
        ({"password_env": "SHARE_PASSWORD"}, "from environment"),
        ({}, None),
    ):
        store = open_share("S", r"\\srv\share", entry, 1)
        assert store.share._login["password"] == password
    for entry in ({"password_file": str(tmp_path / "none")}, {"password_env": "NOTHING_SET"}):
        with pytest.raises(BadSetting):
            open_share("S", r"\\srv\share", entry, 1)


def test_a_root_over_a_share(tmp_path):
    samba = samba_server()
    home = load_home(tmp_path / "home")
    ini = home.path / "Binn" / "MsDtsSrvr.ini.xml"
    ini.write_text(DEFAULT_FILE.replace(r"..\Packages", r"\\127.0.0.1\packages\root one"))
    (tmp_path / "pw").write_text(PASSWORD)
    (home.path / "dtserve.toml").write_text(
        f"[shares]\n'\\\\127.0.0.1\\packages' = {{ user = '{samba.user}', port = {samba.port}, "
        f"password_file = '{tmp_path / 'pw'}' }}\n"
    )
    home = load_home(tmp_path / "home")
    tree = home.tree()
    tree.write(("File System", "Load"), package())
    assert (samba.share / "root one" / "Load.dtsx").read_bytes() == package()
    tree.write(("File System", "Load"), package("two"), overwrite=True)
    store = tree.root(("File System",)).store()
    assert [each.why for each in store.versions(("Load",))] == ["saved", "replaced"]
    tree.close()
    home.close()


@pytest.mark.parametrize("kind", ["SmbFolder", "FileSystemFolder"])
def test_a_root_of_either_kind(tmp_path, kind):
    samba = samba_server()
    home = tmp_path / "home"
    load_home(home).close()
    (tmp_path / "pw").write_text(PASSWORD)
    (home / "dtserve.toml").write_text(
        f"[shares]\n'\\\\127.0.0.1\\packages' = {{ user = '{samba.user}', port = {samba.port}, password_file = '{tmp_path}/pw' }}\n"
    )
    place = f"\\\\127.0.0.1\\packages\\{tmp_path.name}-{kind}"
    ini = home / "Binn" / "MsDtsSrvr.ini.xml"
    root = f'<Folder xsi:type="{kind}"><Name>Files</Name><StorePath>{place}</StorePath></Folder>'
    ini.write_text(DEFAULT_FILE.replace("  </TopLevelFolders>", f"    {root}\n  </TopLevelFolders>"))
    assert PASSWORD not in ini.read_text()
    made = load_home(home)
    tree = made.tree()
    tree.write(("Files", "Load"), package())
    assert tree.read(("files", "LOAD")) == package()
    assert tree.kind_of(("Files",)) == kind
    assert (samba.share / f"{tmp_path.name}-{kind}" / "Load.dtsx").read_bytes() == package()
    tree.close()
    made.close()
