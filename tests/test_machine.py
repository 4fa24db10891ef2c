"""The machine's facts agree with the standard library's."""

import getpass
import platform
import re
import stat
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from dtserve import machine


def test_guids_are_random_and_of_version_4() -> None:
    made = {machine.new_guid() for _ in range(200)}
    assert len(made) == 200
    for guid in made:
        assert re.fullmatch(r"\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}", guid)
        assert (uuid.UUID(guid).version, uuid.UUID(guid).variant) == (4, uuid.RFC_4122)


def test_names_are_those_of_the_standard_library() -> None:
    assert machine.computer_name() == platform.node()
    assert machine.user_name() == getpass.getuser()
    assert machine.operator_name() == f"{platform.node()}\\{getpass.getuser()}"


def test_a_user_without_environment(monkeypatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    assert machine.user_name() == getpass.getuser()


def test_temporary_folders_are_private_and_go_with_what_is_in_them(tmp_path) -> None:
    with machine.temporary_folder(str(tmp_path)) as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        (folder / "a").mkdir()
        (folder / "a" / "b").write_text("x")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError, match="stop"), machine.temporary_folder(str(tmp_path)):
        raise ValueError("stop")
    assert list(tmp_path.iterdir()) == []


HOLDER = """
import sys, time
from dtserve.machine import temporary_folder
with temporary_folder(sys.argv[1]) as folder:
    (folder / "rows.arrow").write_bytes(b"rows")
    print(folder, flush=True)
    time.sleep(60)
"""


def test_the_next_run_removes_what_a_killed_one_has_left(tmp_path) -> None:
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    left = Path(process.stdout.readline().strip())
    with machine.temporary_folder(str(tmp_path)) as folder:
        assert {left, folder} <= set(tmp_path.iterdir())  # a living process keeps its own
    process.kill()
    process.wait()
    process.stdout.close()
    assert (left / "rows.arrow").exists()
    others = [tmp_path / "dtserve-of-another-kind", tmp_path / "dtserve-0123456789abcdef"]
    for other in others:
        other.mkdir()
    with machine.temporary_folder(str(tmp_path)) as folder:
        assert sorted(tmp_path.iterdir()) == sorted([*others, folder])
