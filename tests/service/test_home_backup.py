"""A whole home goes into a backup and comes out in another one, or nothing does."""

import json
import os

import pytest
import sqlalchemy as sa

from dtserve.service import schema
from dtserve.service.config import load_home
from dtserve.service.home_backup import KEY_LEFT_OUT, PARTS, backup_home, parts_of
from dtserve.service.home_restore import restore_home
from dtserve.service.sealed import Seal
from dtserve.service.state import open_state
from dtserve.stores.backup import read_files, verify_backup
from dtserve.stores.errors import BackupCorrupt, BackupKeyWrong, BadManifest
from support.servers import postgres_server
from support.store_packages import package

CONFIGURED = b"""<DTS:Configurations><DTS:Configuration DTS:ConfigurationString="%s" DTS:ConfigurationType="1"
 DTS:ObjectName="a" /><DTS:Configuration DTS:ConfigurationString="WHERE" DTS:ConfigurationType="5" DTS:ObjectName="b" />
 <DTS:Configuration DTS:ConfigurationString="/none/gone.dtsConfig" DTS:ConfigurationType="1" DTS:ObjectName="c" />
</DTS:Configurations>"""
CONFIGURATION = b"<?xml version='1.0'?><DTSConfiguration><DTSConfigurationHeading /></DTSConfiguration>"


def configured(name, path):
    return package(name).replace(b"<DTS:Variables />", CONFIGURED % str(path).encode())


@pytest.fixture
def home(tmp_path, monkeypatch):
    path = tmp_path / "one"
    load_home(path).close()
    settings = f"[versions]\nkeep = 7\n[paths]\n'X:\\etl' = '{tmp_path}/etl'\n"
    (path / "dtserve.toml").write_text(settings)
    ini = path / "Binn" / "MsDtsSrvr.ini.xml"
    more = '<Folder xsi:type="FileSystemFolder"><Name>More</Name><StorePath>..\\More</StorePath></Folder>'
    ini.write_text(ini.read_text().replace("  </TopLevelFolders>", f"    {more}\n  </TopLevelFolders>"))
    (tmp_path / "etl").mkdir()
    (tmp_path / "etl" / "load.dtsConfig").write_bytes(CONFIGURATION)
    (tmp_path / "etl" / "named by a variable.xml").write_bytes(CONFIGURATION + b"<!-- -->")
    monkeypatch.setenv("WHERE", str(tmp_path / "etl" / "named by a variable.xml"))
    made = load_home(path)
    tree = made.tree()
    tree.create_folder(("MSDB", "A"))
    tree.write(("MSDB", "A", "P"), package("P"))
    tree.write(("MSDB", "A", "P"), configured("P", r"X:\etl\load.dtsConfig"), overwrite=True)
    tree.write(("More", "Q"), package("Q"))
    tree.write(("More", "Gone"), package("Gone"))
    tree.delete(("More", "Gone"))
    tree.write_attachment(("More", "Q.dtsConfig"), b"<x/>")
    tree.add_role(("MSDB",), "night shift")
    tree.set_roles(("MSDB", "A", "P"), "night shift", "")
    state = open_state(made.state_path)
    with state.write() as connection:
        row = {"namekey": "eve", "name": "Eve", "password_hash": "$argon2id$x", "disabled": False, "created": 1.0}
        connection.execute(schema.metadata.tables["accounts"].insert().values(row))
    state.close()
    yield made
    made.close()


def accounts(home):
    state = open_state(home.state_path)
    with state.read() as connection:
        found = connection.execute(sa.select(schema.metadata.tables["accounts"].c.name)).scalars().all()
    state.close()
    return found


def test_what_is_in_a_backup(home, tmp_path):
    made = backup_home(home, tmp_path / "b")
    assert parts_of(made.manifest) == [part for part in PARTS if part != "secrets"]
    assert made.missing == ("the configuration file /none/gone.dtsConfig of MSDB\\A\\P",)
    verify_backup(tmp_path / "b")
    files = read_files(tmp_path / "b")
    assert b"keep = 7" in files["settings/dtserve.toml"]
    assert b"More" in files["settings/MsDtsSrvr.ini.xml"]
    places = json.loads(files["configurations/index.json"])
    assert sorted(os.path.basename(path) for path in places.values()) == ["load.dtsConfig", "named by a variable.xml"]
    assert {files[name] for name in places} == {CONFIGURATION, CONFIGURATION + b"<!-- -->"}
    assert b"argon2id" in files["identities/accounts.json"]
    only = backup_home(home, tmp_path / "c", parts=["packages"], folders=[("More",)])
    assert parts_of(only.manifest) == ["packages"]
    assert [each.path for each in only.manifest.packages] == [("More", "Q")]


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_to_another_home(home, tmp_path, database):
    backup_home(home, tmp_path / "b", passphrase="swordfish")
    for name in ("load.dtsConfig", "named by a variable.xml"):
        (tmp_path / "etl" / name).unlink()
    target = tmp_path / "two"
    load_home(target).close()
    if database == "postgresql":
        url = postgres_server().fresh("home_backup")
        (target / "dtserve.toml").write_text(f"[msdb]\nurl = '{url}'\n[paths]\n'X:\\etl' = '{tmp_path}/etl'\n")
    planned = restore_home(target, tmp_path / "b", passphrase="swordfish", parts=PARTS[:-1], dry_run=True)
    assert {each.action for each in planned} <= {"created", "skipped"}
    assert not (tmp_path / "etl" / "load.dtsConfig").exists()
    told = restore_home(target, tmp_path / "b", passphrase="swordfish")
    assert "failed" not in {each.action for each in told}
    other = load_home(target)
    tree = other.tree()
    assert [root.name for root in tree.roots] == ["MSDB", "File System", "More"]
    assert tree.read(("MSDB", "A", "P")) == home.tree().read(("MSDB", "A", "P"))
    assert tree.roles(("MSDB", "A", "P")) == ("night shift", "")
    assert tree.read_attachment(("More", "Q.dtsConfig")) == b"<x/>"
    assert (tmp_path / "etl" / "load.dtsConfig").read_bytes() == CONFIGURATION
    assert accounts(other) == ["Eve"]
    history = other.msdb().versions(("A", "P"))
    assert [each.why for each in history] == ["saved", "replaced"]
    assert other.msdb().read_version(("A", "P"), 1) == package("P")
    store = tree.root(("More",)).store()
    assert store.read_version(("Gone",), 1) == package("Gone")
    assert other.settings.number("versions.keep") == (7 if database == "sqlite" else 20)
    other.close()
    again = {each.action for each in restore_home(target, tmp_path / "b", passphrase="swordfish")}
    assert again <= {"same", "created", "skipped"}


def test_all_or_nothing(home, tmp_path):
    backup_home(home, tmp_path / "b")
    (tmp_path / "etl" / "load.dtsConfig").unlink()
    target = tmp_path / "two"
    other = load_home(target)
    other.tree().create_folder(("MSDB", "A"))
    other.tree().write(("MSDB", "A", "P"), b"another")
    settings = (target / "dtserve.toml").read_bytes()
    told = restore_home(target, tmp_path / "b", parts=["settings", "identities", "versions", "packages"])
    assert "failed" not in {each.action for each in told}
    for path in (target / "dtserve.toml", target / "Binn" / "MsDtsSrvr.ini.xml"):
        assert path.read_bytes() == (home.path / path.relative_to(target)).read_bytes()
    third = tmp_path / "three"
    other = load_home(third)
    (third / "Packages").rmdir()
    (third / "More").write_text("a file where a root should be")
    told = restore_home(third, tmp_path / "b")
    assert {each.action for each in told} == {"failed", "undone"}
    assert (third / "dtserve.toml").read_bytes() == settings
    assert accounts(other) == []
    assert not (tmp_path / "etl" / "load.dtsConfig").exists()
    assert other.msdb().versions(("A", "P")) == []
    assert not other.tree().exists(("MSDB", "A", "P"))
    other.close()


def test_the_key_goes_into_encrypted_backups_only(home, tmp_path):
    key = Seal(home.seal_path).close(b"x") and home.seal_path.read_bytes()
    plain = backup_home(home, tmp_path / "b")
    assert "identities/service.key" not in plain.manifest.files
    assert plain.left_out == (KEY_LEFT_OUT,)
    sealed = backup_home(home, tmp_path / "c", passphrase="swordfish")
    assert sealed.left_out == ()
    assert read_files(tmp_path / "c", passphrase="swordfish")["identities/service.key"] == key
    assert backup_home(home, tmp_path / "d", parts=["settings"]).left_out == ()


@pytest.mark.parametrize(("passphrase", "bits"), [(None, 200), ("swordfish", 3)])
def test_any_flipped_bit_is_found(home, tmp_path, passphrase, bits):
    Seal(home.seal_path).close(b"x")
    backup_home(home, tmp_path / "b", passphrase=passphrase)
    data = (tmp_path / "b").read_bytes()
    for number in range(bits):
        damaged = bytearray(data)
        damaged[number * len(data) // bits] ^= 1 << (number % 8)
        (tmp_path / "damaged").write_bytes(damaged)
        with pytest.raises((BackupCorrupt, BadManifest, BackupKeyWrong)):
            verify_backup(tmp_path / "damaged", passphrase=passphrase)
