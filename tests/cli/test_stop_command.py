"""dtserve stop."""

from support.cli import dtserve
from support.service import serve


def test_a_package_is_stopped(tmp_path, capsys) -> None:
    with serve(tmp_path, "--samples") as served:
        begun = dtserve(capsys, tmp_path, "run", r"\MSDB\Samples\SlowPackage", "--no-wait")[1].strip()
        served.wait_for(begun, "running")
        code, printed, _ = dtserve(capsys, tmp_path, "stop", begun)
        assert (code, printed) == (0, f"{begun}: stopping\n")
        assert served.wait_for(begun, "canceled")["exit_code"] == 3
        assert "DTSERVE_E_NOTRUNNING" in dtserve(capsys, tmp_path, "stop", begun)[2]
