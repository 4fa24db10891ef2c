"""Loopback without, other addresses only with TLS; self-signed certificates."""

import socket
import ssl
import stat
import threading

import pytest

from dtserve.service.access_errors import BadCertificate, InsecureAddress
from dtserve.service.network import Tls, fingerprint, is_loopback, self_signed, tls_of
from dtserve.service.settings import read_settings


def settings(tmp_path, **values):
    return read_settings(
        tmp_path / "none.toml", {f"DTSERVE_SERVICE_{key.upper()}": value for key, value in values.items()}
    )


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True), ("0.0.0.0", False),
     ("::", False), ("10.0.0.1", False), ("prod01", False)],
)  # fmt: skip
def test_loopback(host, expected) -> None:
    assert is_loopback(host) is expected


def test_open_addresses_need_tls_or_a_word(tmp_path) -> None:
    assert tls_of(settings(tmp_path), tmp_path) is None
    with pytest.raises(InsecureAddress, match=r"0\.0\.0\.0"):
        tls_of(settings(tmp_path, listen_host="0.0.0.0"), tmp_path)
    assert tls_of(settings(tmp_path, listen_host="0.0.0.0"), tmp_path, insecure=True) is None
    made = tls_of(settings(tmp_path, listen_host="10.0.0.1"), tmp_path, self_sign=True)
    assert made is not None
    own = tls_of(
        settings(tmp_path, listen_host="10.0.0.1", tls_certificate=str(made.certificate), tls_key=str(made.key)),
        tmp_path,
    )
    assert own == Tls(made.certificate, made.key)


def test_a_self_signed_certificate_is_made_once_and_works(tmp_path) -> None:
    certificate, key = self_signed(tmp_path / "tls", "0.0.0.0")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    first = certificate.read_bytes()
    assert self_signed(tmp_path / "tls", "0.0.0.0") == (certificate, key)
    assert certificate.read_bytes() == first
    assert len(fingerprint(certificate)) == 95
    listener = socket.create_server(("127.0.0.1", 0))
    server = Tls(certificate, key).context()

    def answer() -> None:
        channel, _ = listener.accept()
        with server.wrap_socket(channel, server_side=True) as wrapped:
            wrapped.sendall(b"hello")

    thread = threading.Thread(target=answer)
    thread.start()
    client = ssl.create_default_context(cafile=str(certificate))
    with (
        socket.create_connection(listener.getsockname()) as plain,
        client.wrap_socket(plain, server_hostname="localhost") as wrapped,
    ):
        assert wrapped.recv(5) == b"hello"
        assert wrapped.version() in ("TLSv1.2", "TLSv1.3")
    thread.join()
    listener.close()


def test_certificates_that_cannot_be_used(tmp_path) -> None:
    certificate, key = self_signed(tmp_path / "a", "localhost")
    _, other = self_signed(tmp_path / "b", "localhost")
    (tmp_path / "text").write_text("nothing")
    for wrong in (
        Tls(tmp_path / "absent", key), Tls(certificate, other), Tls(tmp_path / "text", key),
        Tls(certificate, key, str(tmp_path / "absent")),
    ):  # fmt: skip
        with pytest.raises(BadCertificate):
            wrong.context()
