"""Dump files of a running process."""

import os
import struct
import subprocess
import sys

import psutil
import pytest

from dtserve.cli.dtutil_dump import dump_process
from dtserve.cli.errors import NoSuchProcess, NotPackageProcess


@pytest.fixture
def dtexec(tmp_path):
    script = tmp_path / "dtexec"
    script.write_text("import sys, time\nprint('up', flush=True)\ntime.sleep(60)\n")
    process = subprocess.Popen([sys.executable, str(script), "/De", "swordfish"], stdout=subprocess.PIPE)
    assert process.stdout.readline().strip() == b"up"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_63_files_of_a_running_package(dtexec, tmp_path):
    mini, text = dump_process(dtexec.pid, tmp_path / "dumps")
    lines = text.read_text().splitlines()
    for wanted in ("# Date:", f"# PID: {dtexec.pid}", "# Image:", "# Operating system:", "# Processors:", "# Memory:"):
        assert any(line.startswith(wanted) for line in lines)
    assert "Loaded modules:" in lines
    assert "Log entries:" in lines
    data = mini.read_bytes()
    magic, version, streams, directory = struct.unpack_from("<4sIII", data)
    assert (magic, version, directory) == (b"MDMP", 0xA793, 32)
    for number in range(streams):
        _, size, at = struct.unpack_from("<III", data, directory + 12 * number)
        assert directory + 12 * streams <= at
        assert at + size <= len(data)
    assert b"swordfish" not in data + text.read_bytes()
    assert psutil.Process(dtexec.pid).status() != psutil.STATUS_STOPPED
    assert dump_process(dtexec.pid, tmp_path / "dumps")[0].name == "SQLDmpr0002.mdmp"


def test_other_processes_are_refused(tmp_path):
    with pytest.raises(NotPackageProcess):
        dump_process(os.getppid(), tmp_path)
    with pytest.raises(NoSuchProcess):
        dump_process(2**22 + 5, tmp_path)
    assert list(tmp_path.iterdir()) == []
