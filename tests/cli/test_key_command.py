"""dtserve key …: show, export for escrow, import."""

import stat
from pathlib import Path

import pytest

from dtserve.cli.dtserve import main
from dtserve.package.protection.user_key import load_key


def test_show_export_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DTSERVE_KEY_FILE", str(tmp_path / "user.key"))
    monkeypatch.setenv("PHRASE", "lang und geheim")
    monkeypatch.setenv("OTHER", "x")
    target = tmp_path / "escrow.json"
    assert main(["key", "show"]) == 0
    assert "no key yet" in capsys.readouterr().out
    assert main(["key", "export", "-o", str(target), "--passphrase-env", "PHRASE"]) == 5
    key = load_key()
    assert key is not None
    assert main(["key", "export", "-o", str(target), "--passphrase-env", "PHRASE"]) == 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert main(["key", "export", "-o", str(target)]) == 6
    (tmp_path / "user.key").unlink()
    assert main(["key", "import", str(target), "--passphrase-env", "OTHER"]) == 5
    assert main(["key", "import", str(target), "--passphrase-env", "PHRASE"]) == 0
    assert key.id.hex() in capsys.readouterr().out
    assert load_key(create=False) == key
