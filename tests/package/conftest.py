"""A user key of the tests' own: no test touches the key of whoever runs it."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own_user_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "keys" / "user.key"
    monkeypatch.setenv("DTSERVE_KEY_FILE", str(path))
    return path
