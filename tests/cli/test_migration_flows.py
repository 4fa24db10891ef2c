"""The deployment flows of the documentation, line for line: over Samba and two msdbs (AZURE §7)."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from dtserve.cli.dtserve import main as dtserve
from dtserve.package.document import PackageDocument
from dtserve.service.config import load_home
from dtserve.stores import Database, MsdbStore
from support.cmd_shell import run_script
from support.samba_server import PASSWORD
from support.servers import postgres_server, samba_server
from support.store_packages import package

INSTANCE = "mi.public.dns.database.windows.net,3342"
NAMES = ("Load A", "Load B", "100% (x)&y")
FOLDERS = (("Finance",), ("Finance", "Q 1"))


@pytest.fixture
def share():
    """A folder of the share, by its place on the server."""
    return Path(tempfile.mkdtemp(prefix="flow-", dir=samba_server().share))


@pytest.fixture
def home(tmp_path, monkeypatch, share):
    """Z: is connected with the share as by net use, and the managed instance's msdb is in PostgreSQL."""
    monkeypatch.setenv("DTSERVE_HOME", str(tmp_path / "home"))
    load_home().close()
    samba = samba_server()
    (tmp_path / "share.password").write_text(PASSWORD)
    url = postgres_server().fresh("managed_instance")
    (tmp_path / "home" / "dtserve.toml").write_text(
        f"[shares]\n'\\\\127.0.0.1\\packages' = {{ user = '{samba.user}', port = {samba.port}, "
        f"password_file = '{tmp_path}/share.password' }}\n"
        f"[paths]\n'Z:' = '\\\\127.0.0.1\\packages\\{share.name}'\n"
        f"[servers]\n'{INSTANCE}' = '{url}'\n"
    )
    (tmp_path / "packages").mkdir()
    monkeypatch.chdir(tmp_path / "packages")
    made = load_home()
    yield made
    made.close()


@pytest.fixture
def instance(home):
    made = MsdbStore("MI", Database(home.settings.maps["servers"][INSTANCE]))
    yield made
    made.close()


def stored(name):
    return package(name.replace("&", "&amp;"), secret="swordfish")


def fill(home):
    store = home.msdb()
    for folder in FOLDERS:
        store.create_folder(folder)
        for name in NAMES:
            store.write((*folder, name), stored(name))


def opens(data, name):
    assert b"swordfish" not in data
    document = PackageDocument.open(data, "pwd")
    assert int(document.protection_level) == 2
    assert document.model.name == name
    assert b"swordfish" in document.clear


def test_files_to_a_share(home, share):
    """As documented: cmdkey and net use are the settings; then the loop."""
    for name in ("A", "B"):
        Path(f"{name}.dtsx").write_bytes(package(name, secret="swordfish"))
    Path("other.txt").touch()
    done = run_script(r"for %f in (*.dtsx) do dtutil.exe /FILE %f /ENCRYPT FILE;Z:\%f;2;pwd")
    assert [code for _, code in done] == [0, 0]
    assert sorted(os.listdir(share)) == ["A.dtsx", "B.dtsx"]
    for name in ("A", "B"):
        opens((share / f"{name}.dtsx").read_bytes(), name)


def test_msdb_to_the_msdb_of_a_managed_instance(home, instance):
    """The line that the documentation's query writes for each package, with a login in it."""
    store = home.msdb()
    store.create_folder(("Finance",))
    for name in ("Load", "Check"):
        store.write(("Finance", name), package(name, secret="swordfish"))
    instance.create_folder(("Finance",))
    lines = [
        rf"dtutil /SQL Finance\{name} /ENCRYPT SQL;Finance\{name};2;pwd /DestServer {INSTANCE} /DestUser ssis /DestPassword p"
        for name in ("Load", "Check")
    ]
    done = run_script("\n".join(lines))
    assert [code for _, code in done] == [0, 0]
    for name in ("Load", "Check"):
        opens(instance.read(("Finance", name)), name)
        assert instance.info(("Finance", name)).owner == "ssis"


def test_msdb_to_files(home, share):
    home.msdb().create_folder(("Finance",))
    home.msdb().write(("Finance", "Load"), package("Load", secret="swordfish"))
    (share / "Finance").mkdir()
    done = run_script(r"dtutil /SQL Finance\Load /ENCRYPT FILE;Z:\Finance\Load.dtsx;2;pwd")
    assert [code for _, code in done] == [0]
    opens((share / "Finance" / "Load.dtsx").read_bytes(), "Load")


def generated(capsys, *words):
    assert dtserve(["packages", "script", *words]) == 0
    return capsys.readouterr().out


VARIABLES = {"DTUTIL_PACKAGE_PASSWORD": "pwd", "DTUTIL_DEST_PASSWORD": "p"}


def test_generated_for_cmd_from_msdb_to_msdb(home, instance, capsys):
    fill(home)
    login = ["--dest-server", INSTANCE, "--dest-user", "ssis"]
    text = generated(capsys, "sql:", "SQL", "--level", "2", *login)
    done = run_script(text, variables=VARIABLES)
    assert {code for _, code in done} == {0}
    for folder in FOLDERS:
        for name in NAMES:
            opens(instance.read((*folder, name)), name)
    assert instance.info(("Finance", "Load A")).owner == "ssis"
    again = run_script(text, variables=VARIABLES)
    assert {code for _, code in again} == {0}
    assert len(again) == len(NAMES) * len(FOLDERS)


def test_generated_for_cmd_from_msdb_to_the_share(home, share, capsys):
    fill(home)
    text = generated(capsys, "sql:Finance", r"FILE;Z:\Copy", "--level", "2")

    def make(path):
        (share / path.removeprefix("Z:\\").replace("\\", "/")).mkdir(parents=True)

    done = run_script(text, variables=VARIABLES, make_folder=make)
    assert {code for _, code in done} == {0}
    for name in NAMES:
        opens((share / "Copy" / f"{name}.dtsx").read_bytes(), name)
        opens((share / "Copy" / "Q 1" / f"{name}.dtsx").read_bytes(), name)


@pytest.mark.parametrize("target", ["DTS;File System\\In", "SQL;In", "FILE;{folder}/out"])
def test_generated_for_a_unix_shell(home, tmp_path, capsys, target):
    """Run by sh itself, with dtutil on the path."""
    fill(home)
    text = generated(capsys, r"\MSDB\Finance", target.format(folder=tmp_path), "--shell", "sh")
    tool = tmp_path / "bin" / "dtutil"
    tool.parent.mkdir()
    root = Path(__file__).parents[2] / "src"
    start = "import sys; from dtserve.cli.dtutil import main; sys.exit(main())"
    tool.write_text(f"#!/bin/sh\nPYTHONPATH={root} exec {sys.executable} -c '{start}' \"$@\"\n")
    tool.chmod(0o755)
    script = tmp_path / "move.sh"
    script.write_text(text)
    path = f"{tool.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-e", str(script)], env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for below in ((), ("Q 1",)):
        for name in NAMES:
            if target.startswith("FILE"):
                found = tmp_path.joinpath("out", *below, f"{name}.dtsx").read_bytes()
            else:
                store = home.msdb() if target.startswith("SQL") else home.tree().root(("File System",)).store()
                found = store.read(("In", *below, name))
            assert found == stored(name)
