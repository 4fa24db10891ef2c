"""Files that settings name, and certificates: in sealed backups, told by name where they are not in."""

import pytest

from dtserve.service.backup_secrets import NAMING, Secrets
from dtserve.service.config import load_home
from dtserve.service.home_backup import backup_home, parts_of
from dtserve.service.home_restore import restore_home
from dtserve.service.settings import SETTINGS
from dtserve.stores.backup import read_files, read_manifest, verify_backup


@pytest.fixture
def home(tmp_path):
    path = tmp_path / "one"
    load_home(path).close()
    (tmp_path / "share.password").write_text("swordfish")
    (path / "mail.password").write_text("trout")
    (path / "certificates" / "sub").mkdir(parents=True)
    (path / "certificates" / "sub" / "sign.pfx").write_bytes(b"pfx")
    (path / "dtserve.toml").write_text(
        "mail.password_file = 'mail.password'\nservice.tls_key = 'gone.pem'\n"
        f"[shares]\n'\\\\\\\\files\\\\ssis' = {{ user = 'u', password_file = '{tmp_path}/share.password' }}\n".replace(
            "\\\\", "\\"
        )
    )
    made = load_home(path)
    yield made
    made.close()


def test_every_setting_that_names_a_file_is_known():
    told = {each.name for each in SETTINGS if "file" in each.text.lower().split() or "PEM" in each.text}
    known = {*NAMING, "service.config_file"}
    assert {name for name in told if name.endswith(("_file", "_key", "_certificate", "ca", "_crl"))} <= known
    assert set(NAMING) <= {each.name for each in SETTINGS}


def test_without_a_passphrase_they_are_told_by_name(home, tmp_path):
    made = backup_home(home, tmp_path / "b")
    outside = f"the file {tmp_path}/share.password of the share \\\\files\\ssis: it stands outside the home folder"
    sealed_only = ("mail.password", "certificates/sub/sign.pfx")
    expected = (*(f"the file {name}: it goes into encrypted backups only" for name in sealed_only), outside)
    assert made.left_out == expected
    assert made.missing == (f"the file {home.path}/gone.pem of the setting service.tls_key",)
    assert "secrets" not in parts_of(made.manifest)
    assert read_manifest(tmp_path / "b").left_out == expected == verify_backup(tmp_path / "b").left_out
    assert b"trout" not in b"".join(read_files(tmp_path / "b").values())


def test_sealed_they_go_to_another_home(home, tmp_path):
    made = backup_home(home, tmp_path / "b", passphrase="pike")
    assert [each.partition(":")[0] for each in made.left_out] == [
        f"the file {tmp_path}/share.password of the share \\\\files\\ssis"
    ]
    other = tmp_path / "two"
    told = {each.path: each.action for each in restore_home(other, tmp_path / "b", passphrase="pike")}
    assert told["secrets", "mail.password"] == "created"
    assert (other / "mail.password").read_text() == "trout"
    assert (other / "mail.password").stat().st_mode & 0o777 == 0o600
    assert (other / "certificates" / "sub" / "sign.pfx").read_bytes() == b"pfx"
    (other / "mail.password").write_text("mine")
    again = restore_home(other, tmp_path / "b", passphrase="pike", parts=["secrets"])
    assert {each.action for each in again} == {"skipped", "same"}
    assert (other / "mail.password").read_text() == "mine"
    assert not (tmp_path / "two" / "share.password").exists()


@pytest.mark.parametrize(
    "name", ["../x", "state.sqlite", "/etc/passwd", "certificates/../msdb.sqlite", "gone.pem/../x", ""]
)
def test_nothing_else_is_ever_written(home, name):
    assert Secrets(home).place(f"secrets/{name}") is None
    assert list(Secrets(home).plan(f"secrets/{name}", b"x", "replace")) == []


def test_a_link_that_leads_out_of_the_home_is_left_out(home, tmp_path):
    (home.path / "mail.password").unlink()
    (home.path / "mail.password").symlink_to(tmp_path / "share.password")
    made = backup_home(home, tmp_path / "b", passphrase="pike")
    assert any("mail.password of the setting mail.password_file" in each for each in made.left_out)
    assert "secrets/mail.password" not in made.manifest.files
