"""The user key where there is no Windows: made once, for its user only, bound to the package, in escrow."""

import base64
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dtserve.package.errors import UserKeyUnusable
from dtserve.package.protection.user_key import (
    MARKER,
    export_key,
    import_key,
    key_path,
    load_key,
    package_of,
    seal,
    unseal,
)

PACKAGE = "{3F2504E0-4F89-11D3-9A0C-0305E82C3301}"


def test_the_key_is_made_once_for_its_user_only(own_user_key: Path) -> None:
    assert key_path() == own_user_key
    assert load_key(create=False) is None
    key = load_key()
    assert key == load_key()
    assert key is not None
    assert stat.S_IMODE(own_user_key.stat().st_mode) == 0o600
    assert "secret" not in repr(key)
    assert base64.b64encode(key.secret).decode() not in repr(key)


def test_two_at_once_get_one_key() -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: load_key(), range(16)))
    assert len({key.id for key in keys if key}) == 1


def test_a_key_others_can_read_is_not_used(own_user_key: Path) -> None:
    load_key()
    own_user_key.chmod(0o644)
    if os.name != "posix":
        assert load_key() is not None  # modes mean nothing there; the folder's rights guard it
        return
    with pytest.raises(UserKeyUnusable, match="0600"):
        load_key()


@pytest.mark.parametrize("text", ["", "{}", '{"id": "00", "secret": "AA=="}', "[]", "nonsense"])
def test_a_damaged_key_file_is_named(own_user_key: Path, text: str) -> None:
    own_user_key.parent.mkdir(parents=True)
    own_user_key.touch(0o600)
    own_user_key.write_text(text)
    with pytest.raises(UserKeyUnusable, match="not a key file"):
        load_key()


def test_blobs_are_bound_to_key_and_package(tmp_path: Path) -> None:
    key, other = load_key(), load_key(tmp_path / "other.key")
    assert key is not None
    assert other is not None
    blob = seal(b"value", PACKAGE, key)
    assert blob.startswith(MARKER)
    assert base64.b64encode(blob).startswith(b"RFRTRVJWRT")
    assert package_of(blob) == PACKAGE
    assert unseal(blob, PACKAGE.lower(), key) == b"value"
    assert unseal(blob, PACKAGE, other) is None
    assert unseal(blob, "{00000000-0000-0000-0000-000000000001}", key) is None
    for at in range(0, len(blob), 5):
        broken = bytearray(blob)
        broken[at] ^= 1
        assert unseal(bytes(broken), PACKAGE, key) is None
    assert unseal(blob[:30], PACKAGE, key) is None
    assert unseal(seal(b"", "no guid", key), "no guid", key) == b""


def test_escrow(own_user_key: Path, tmp_path: Path) -> None:
    with pytest.raises(UserKeyUnusable, match="none yet"):
        export_key(None, "phrase")
    key = load_key()
    assert key is not None
    exported = export_key(None, "phräse")
    assert base64.b64encode(key.secret) not in exported
    with pytest.raises(UserKeyUnusable, match="passphrase"):
        import_key(exported, "other", tmp_path / "new.key")
    with pytest.raises(UserKeyUnusable):
        import_key(b"{}", "x", tmp_path / "new.key")
    assert import_key(exported, "phräse", tmp_path / "new.key") == key
    assert load_key(tmp_path / "new.key") == key
    assert import_key(exported, "phräse") == key
    load_key(tmp_path / "third.key")
    with pytest.raises(UserKeyUnusable, match="another key"):
        import_key(exported, "phräse", tmp_path / "third.key")
