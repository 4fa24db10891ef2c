"""dtserve serve: what it prints, where the token goes, and where it listens."""

import os
import pty
import signal
import ssl
import stat
import subprocess
import sys
from pathlib import Path

import httpx2 as httpx

from support.service import serve


def test_the_token_is_kept_in_a_private_file_and_in_no_log(tmp_path) -> None:
    with serve(tmp_path) as first:
        path = tmp_path / "administrator.token"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert str(path) in first.printed
        assert first.token not in first.printed
        with first.client as client:
            assert client.get("/api/session").json()["user"] == "administrator"
    with serve(tmp_path) as second, second.client as client:
        assert client.get("/api/session").status_code == 200


def test_a_terminal_is_shown_the_token_once(tmp_path) -> None:
    def printed() -> str:
        ours, theirs = pty.openpty()
        command = [Path(sys.executable).parent / "dtserve", "serve", "--port", "0"]
        process = subprocess.Popen(command, env={**os.environ, "DTSERVE_HOME": str(tmp_path)}, stdout=theirs)
        os.close(theirs)
        text = b""
        while b"Ctrl-C" not in text:
            text += os.read(ours, 4096)
        process.send_signal(signal.SIGINT)
        process.wait(30)
        os.close(ours)
        return text.decode()

    first, second = printed(), printed()
    token = (tmp_path / "administrator.token").read_text().strip()
    assert (first.count(token), second.count(token)) == (1, 0)


def test_an_open_address_needs_tls_or_a_word(tmp_path) -> None:
    command = [Path(sys.executable).parent / "dtserve", "serve", "--port", "0", "--host", "0.0.0.0"]
    environment = {**os.environ, "DTSERVE_HOME": str(tmp_path)}
    refused = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=30)
    assert refused.returncode != 0
    assert "DTSERVE_E_INSECUREADDRESS" in refused.stderr
    with serve(tmp_path, "--host", "0.0.0.0", "--insecure") as served:
        assert "WARNING: without TLS" in served.printed
    with serve(tmp_path, "--host", "0.0.0.0", "--self-signed") as served:
        assert served.address.startswith("https://0.0.0.0:")
        assert "Fingerprint of the certificate (SHA-256): " in served.printed
        url = served.address.replace("0.0.0.0", "127.0.0.1")
        context = ssl.create_default_context(cafile=tmp_path / "tls" / "self-signed.pem")
        with httpx.Client(verify=context, trust_env=False) as client:
            assert client.get(f"{url}api/health").json()["status"] == "ok"


def test_command_files_of_the_server(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("DTSERVE_EXECUTION_ALLOWED_FOLDERS", str(tmp_path / "drop"))
    (tmp_path / "drop").mkdir()
    (tmp_path / "drop" / "few.txt").write_text('/PAR "Steps(Int32)";1 /WARNASERROR')
    with serve(tmp_path / "home", "--samples") as served, served.client as client:
        body = {"package": r"\MSDB\Samples\SlowPackage", "command_files": [str(tmp_path / "drop" / "few.txt")]}
        begun = client.post("/api/executions", json=body).json()
        found = served.wait_for(begun["id"], "succeeded", "failed")
        assert (found["state"], found["ended"] - found["started"] < 10) == ("succeeded", True)
        body["command_files"] = [str(tmp_path / "drop" / "none.txt")]
        broken = client.post("/api/executions", json=body).json()
        assert "none.txt" in served.wait_for(broken["id"], "failed")["reason"]
