"""Certificates and revocation lists that change under a running service, seen by real TLS clients."""

import os
import shutil
import signal
import socket
import ssl
import time

import httpx2 as httpx
import pytest

from dtserve.service import tls_reload
from dtserve.service.access_errors import BadCertificate
from dtserve.service.network import Tls, tls_of
from dtserve.service.settings import read_settings
from dtserve.service.tls_reload import TlsWatch
from support.certificates import Authority
from support.service import serve


class Site:
    """A service's TLS files and clients."""

    def __init__(self, folder) -> None:
        self.folder = folder
        self.authority = Authority(folder)
        self.certificate, self.key = folder / "tls.crt", folder / "tls.key"
        self.take(self.authority.issue("first"))
        self.alice = self.authority.issue("alice")
        self.bob = self.authority.issue("bob")
        self.crl = self.authority.revoke(folder / "crl.pem")

    def take(self, files) -> None:
        for made, place in zip(files, (self.certificate, self.key), strict=True):
            shutil.copy(made, f"{place}.new")
            os.replace(f"{place}.new", place)

    @property
    def options(self) -> tuple[str, ...]:
        named = {"--tls-certificate": self.certificate, "--tls-key": self.key, "--client-ca": self.authority.pem,
                 "--client-crl": self.crl}  # fmt: skip
        return tuple(str(word) for pair in named.items() for word in pair)

    def context(self, files=None) -> ssl.SSLContext:
        made = ssl.create_default_context(cafile=str(self.authority.pem))
        if files:
            made.load_cert_chain(*files)
        return made

    def subject(self, address: str) -> str:
        """The name in the certificate that the service shows."""
        host, port = address.removeprefix("https://").strip("/").split(":")
        with (
            socket.create_connection((host, int(port)), timeout=10) as plain,
            self.context().wrap_socket(plain, server_hostname="localhost") as wrapped,
        ):
            return dict(pair[0] for pair in wrapped.getpeercert()["subject"])["commonName"]

    def status(self, address: str, files=None) -> int | str:
        """The answer to a request with a client certificate, or why there is none."""
        try:
            with httpx.Client(verify=self.context(files), base_url=address, timeout=10) as client:
                return client.get("/api/session").status_code
        except httpx.TransportError as error:
            return type(error).__name__


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Site:
    return Site(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def served(site, tmp_path_factory):
    with serve(tmp_path_factory.mktemp("home"), *site.options) as served:
        yield served


def until(check, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_renewed_certificate_is_taken_on_sighup(site, served) -> None:
    assert site.subject(served.address) == "first"
    site.take(site.authority.issue("second"))
    served.process.send_signal(signal.SIGHUP)
    until(lambda: site.subject(served.address) == "second", 3)
    assert served.process.poll() is None


def test_a_renewed_certificate_is_taken_by_itself(site, served) -> None:
    site.take(site.authority.issue("third"))
    until(lambda: site.subject(served.address) == "third")
    assert served.process.poll() is None


def test_files_that_cannot_be_used_leave_the_former_in_force(site, served) -> None:
    kept = site.certificate.read_bytes()
    before = site.subject(served.address)
    site.certificate.write_text("no certificate")
    served.process.send_signal(signal.SIGHUP)
    time.sleep(0.5)
    assert site.subject(served.address) == before
    site.certificate.write_bytes(kept)
    served.process.send_signal(signal.SIGHUP)
    assert site.status(served.address, site.alice) == 403


def test_a_revoked_certificate_is_refused_also_on_open_connections(site, served) -> None:
    assert site.status(served.address) == 401
    assert (
        site.status(served.address, site.alice) == site.status(served.address, site.bob) == 403
    )  # no rights, but known
    with httpx.Client(verify=site.context(site.alice), base_url=served.address, timeout=10) as kept:
        assert kept.get("/api/session").status_code == 403
        site.authority.revoke(site.crl, site.alice[0])
        served.process.send_signal(signal.SIGHUP)
        until(lambda: site.status(served.address, site.alice) != 403, 5)
        time.sleep(0.5)
        with pytest.raises(httpx.TransportError):
            kept.get("/api/session")
    assert isinstance(site.status(served.address, site.alice), str)
    assert site.status(served.address, site.bob) == 403
    assert site.status(served.address) == 401


def test_a_list_that_has_run_out_refuses_every_certificate(site, served) -> None:
    site.authority.revoke(site.crl, hours=-1)
    until(lambda: isinstance(site.status(served.address, site.bob), str))
    assert site.status(served.address) == 401
    site.authority.revoke(site.crl)
    until(lambda: site.status(served.address, site.alice) == 403)


def test_a_list_of_somebody_else_is_none(site, tmp_path, caplog) -> None:
    foreign = Authority(tmp_path, "Foreign")
    context = Tls(site.certificate, site.key, str(site.authority.pem), str(foreign.revoke(tmp_path / "f"))).context()
    assert context.verify_flags & ssl.VERIFY_CRL_CHECK_LEAF
    run_out = foreign.revoke(tmp_path / "old", hours=-1)
    Tls(site.certificate, site.key, str(foreign.pem), str(run_out)).context()
    assert "has run out" in caplog.text


@pytest.mark.parametrize("content", ["", "text", "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"])
def test_lists_that_cannot_be_used(site, tmp_path, content) -> None:
    (tmp_path / "crl").write_text(content)
    with pytest.raises(BadCertificate, match="crl"):
        Tls(site.certificate, site.key, str(site.authority.pem), str(tmp_path / "crl")).context()


def test_a_list_needs_its_authority(site, tmp_path) -> None:
    names = {"TLS_CERTIFICATE": site.certificate, "TLS_KEY": site.key, "CLIENT_CRL": site.crl}
    settings = read_settings(tmp_path / "none", {f"DTSERVE_SERVICE_{name}": str(path) for name, path in names.items()})
    with pytest.raises(BadCertificate, match="client_ca names no authority"):
        tls_of(settings, tmp_path).context()


def test_files_are_read_when_they_change_and_once(site, tmp_path, caplog) -> None:
    for name in ("crt", "key"):
        shutil.copy(site.folder / f"tls.{name}", tmp_path)
    watch = TlsWatch(Tls(tmp_path / "tls.crt", tmp_path / "tls.key"))
    told = []
    watch.on_change = lambda: told.append(1)
    first = watch.context.current
    assert (watch.check(), watch.context.current is first) == (False, True)
    os.utime(tmp_path / "tls.crt", (1, 1))
    assert (watch.check(), watch.check(), watch.context.current is first, told) == (True, False, False, [1])
    (tmp_path / "tls.key").unlink()
    taken = watch.context.current
    assert (watch.check(), watch.check(), watch.context.current is taken, told) == (False, False, True, [1])
    assert "TLS stays as it is" in caplog.text
    assert tls_reload.CHECK_SECONDS <= 10
