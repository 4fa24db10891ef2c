"""Who is at the other end: users of the local socket, client certificates; no header can pretend either."""

import itertools
import os
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx2 as httpx
import pytest

from dtserve.client import Address, Client, ConnectFailed
from dtserve.service.access_errors import SocketUnavailable
from dtserve.service.config import load_home
from dtserve.service.local_administration import LocalAdministration
from dtserve.service.peers import open_local_socket
from support.certificates import Authority
from support.service import serve


def test_the_kernel_tells_who_calls(tmp_path) -> None:
    home = tmp_path / ("long" * 20) / ("path" * 10)
    with serve(home):
        path = home / "run" / "service.sock"
        assert stat.S_IMODE(path.stat().st_mode) == 0o666
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o711
        with Client(Address.local(path)) as client:
            session = client.session()
            assert (session.kind, session.user[:3]) == ("operating system", "os:")
            assert "administrator" in session.roles
            assert [each.name for each in client.list().folders] == ["MSDB", "File System"]
    assert not path.exists()


def test_other_users_have_what_they_were_granted(tmp_path) -> None:
    os.chmod(tmp_path, 0o711)
    for folder in itertools.takewhile(lambda each: each != Path(tempfile.gettempdir()), tmp_path.parents):
        os.chmod(folder, 0o711)
    environment = {"DTSERVE_SERVICE_SOCKET": str(tmp_path / "open" / "dtserve.sock")}
    script = (
        "import os, socket, sys\n"
        "if os.geteuid() == 0: os.setgid(65534); os.setuid(65534)\n"
        "s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])\n"
        "s.sendall(b'GET /api/session HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n')\n"
        "data = b''\n"
        "while part := s.recv(65536): data += part\n"
        "print(data.decode())\n"
    )

    def call() -> str:
        command = [sys.executable, "-c", script, environment["DTSERVE_SERVICE_SOCKET"]]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        with serve(tmp_path / "home"):
            if os.geteuid() != 0:  # only root can call as somebody else; whoever runs the service is administrator
                assert '"administrator"' in call()
                return
            assert "403 Forbidden" in call()
            with LocalAdministration(load_home(tmp_path / "home")) as local:
                local.grant("os:nobody", "activate")
                local.grant("osgroup:nogroup", "db_ssisoperator")
            answer = call()
            assert "200 OK" in answer
            assert '"user":"os:nobody"' in answer
            assert "db_ssisoperator" in answer


def test_client_certificates(tmp_path) -> None:
    (tmp_path / "foreign").mkdir()
    authority, foreign = Authority(tmp_path), Authority(tmp_path / "foreign", "Foreign")
    certificate, key = authority.issue("server")
    alice, alice_key = authority.issue("alice")
    mallory, mallory_key = foreign.issue("alice")
    options = ("--tls-certificate", certificate, "--tls-key", key, "--client-ca", authority.pem)
    with serve(tmp_path / "home", *map(str, options)) as served:
        assert served.address.startswith("https://")
        with LocalAdministration(load_home(tmp_path / "home")) as local:
            for role in ("activate", "access", "db_ssisltduser"):
                local.grant("cert:CN=alice,O=Example", role)
        trust = {"authority": str(authority.pem)}
        with Client(Address(served.address.rstrip("/"), **trust, certificate=str(alice), key=str(alice_key))) as client:
            assert client.session().user == "cert:CN=alice,O=Example"
            client.create_folder(r"\MSDB\Mine")
        with (
            Client(
                Address(served.address.rstrip("/"), **trust, certificate=str(mallory), key=str(mallory_key))
            ) as client,
            pytest.raises(ConnectFailed),
        ):
            client.session()
        context = Address(served.address, **trust, certificate=str(alice), key=str(alice_key)).context()
        with httpx.Client(verify=context, base_url=served.address, trust_env=False) as browser:
            answer = browser.get("/api/session")
            assert answer.headers["strict-transport-security"]
            assert browser.post("/api/folders", json={"path": r"\MSDB\Forged"}).status_code == 403
        with httpx.Client(verify=Address("", **trust).context(), base_url=served.address, trust_env=False) as nobody:
            assert nobody.get("/api/session").status_code == 401
            forged = {"X-SSL-Client-S-DN": "CN=alice,O=Example", "X-Client-Cert": "CN=alice"}
            assert nobody.get("/api/session", headers=forged).status_code == 401
            signed_in = nobody.post("/api/session", json={"token": served.token})
            assert "secure" in signed_in.headers["set-cookie"].lower()


def test_a_socket_that_cannot_be_opened(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SocketUnavailable):
        open_local_socket(tmp_path / "file" / "service.sock")
    first = open_local_socket(tmp_path / "run" / "service.sock")
    second = open_local_socket(tmp_path / "run" / "service.sock")  # what a killed service left is replaced
    for each in (first, second):
        assert each.family == socket.AF_UNIX
        each.close()
