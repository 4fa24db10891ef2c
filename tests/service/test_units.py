"""What is installed: checked by systemd's own verifier where there is one, and as a property list."""

import plistlib
import shlex
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest

from dtserve.service.units import NAME, STARTUP, installation

HOME = Path("/var/lib/my dtserve%1")


def unit(startup: str = "automatic"):
    return installation("linux", home=HOME, user="etl", startup=startup, program=("/opt/dt serve/bin/dtserve",))


def test_the_unit_runs_as_its_own_user_and_is_hardened(tmp_path) -> None:
    found = unit()
    parser = ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str
    parser.read_string(found.content)
    service = parser["Service"]
    assert service["User"] == "etl"
    words = shlex.split(service["ExecStart"].replace("%%", "%"))
    assert words == ["/opt/dt serve/bin/dtserve", "serve", "--home", str(HOME)]
    for name in ("NoNewPrivileges", "PrivateDevices", "ProtectKernelModules", "RestrictSUIDSGID", "LockPersonality"):
        assert service[name] == "yes"
    assert (service["CapabilityBoundingSet"], service["UMask"], service["Restart"]) == ("", "0077", "on-failure")


def test_systemd_takes_the_unit(tmp_path) -> None:
    found = installation("linux", home=tmp_path, user="root", program=("/bin/sh",))
    file = tmp_path / "dtserve.service"
    file.write_text(found.content)
    verifier = shutil.which("systemd-analyze")
    if verifier is None:
        assert found.content.count("[Service]") == 1
        return
    answer = subprocess.run([verifier, "verify", str(file)], capture_output=True, text=True, check=False)
    assert "dtserve.service:" not in answer.stderr, answer.stderr


def test_systemd_counts_little_exposure(tmp_path) -> None:
    file = tmp_path / "dtserve.service"
    file.write_text(unit().content)
    verifier = shutil.which("systemd-analyze")
    if verifier is None:
        assert "SystemCallFilter=@system-service" in file.read_text()
        return
    command = [verifier, "security", "--offline=yes", "--threshold=25", "--no-pager", str(file)]
    answer = subprocess.run(
        command, capture_output=True, text=True, check=False
    )  # 2.1 of 10 where the user is not known
    assert answer.returncode == 0, answer.stdout[-300:] + answer.stderr


@pytest.mark.parametrize(("startup", "verb"), [("automatic", "enable"), ("manual", "disable"), ("disabled", "mask")])
def test_start_up_types(startup, verb) -> None:
    assert ("systemctl", verb, NAME) in unit(startup).install
    assert startup in STARTUP


def test_the_launchd_job() -> None:
    found = installation("darwin", home=HOME, user="etl", startup="manual", program=("/opt/<dt>/dtserve",))
    job = plistlib.loads(found.content.encode())
    assert job["ProgramArguments"] == ["/opt/<dt>/dtserve", "serve", "--home", str(HOME)]
    assert (job["UserName"], job["RunAtLoad"], job["Disabled"], job["Umask"]) == ("etl", False, False, 0o77)
    assert job["KeepAlive"] == {"SuccessfulExit": False}
