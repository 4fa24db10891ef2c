"""Certificates in folders: found by thumbprint, usable for code signing, trusted through their issuers."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dtserve.package.certificates import chain_is_trusted, find_certificate, load_certificates, thumbprint
from dtserve.package.errors import CertificateHashInvalid, CertificateNotFound, SigningFailed
from support.package_certificates import authority, leaf, store


@pytest.mark.parametrize("kind", ["pem", "pfx"])
def test_a_certificate_is_found_by_its_thumbprint(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    root = authority("Root")
    signer = leaf("Signer", root)
    monkeypatch.setenv("DTSERVE_CERTIFICATE_PASSWORD", "pfx pässword")
    store(tmp_path / f"signer.{kind}", signer, "pfx pässword")
    (tmp_path / "other.pem").write_text("no certificate")
    wanted = thumbprint(signer[0])
    spaced = " ".join(wanted[i : i + 2].lower() for i in range(0, 40, 2))
    assert find_certificate(spaced, tmp_path).certificate == signer[0]
    with pytest.raises(CertificateNotFound):
        find_certificate("0" * 40, tmp_path)
    with pytest.raises(CertificateNotFound):
        find_certificate("0" * 40, tmp_path / "none")
    with pytest.raises(CertificateHashInvalid):
        find_certificate("xyz", tmp_path)


def test_certificates_that_may_not_sign(tmp_path: Path) -> None:
    root = authority("Root")
    for name, signer in (("server", leaf("Server", root, code_signing=False)), ("old", leaf("Old", root, days=-1))):
        store(tmp_path / f"{name}.pem", signer)
        with pytest.raises(SigningFailed):
            find_certificate(thumbprint(signer[0]), tmp_path)


def test_trust_goes_through_issuers(tmp_path: Path) -> None:
    root, other = authority("Root"), authority("Other")
    middle = authority("Middle", root)
    signer = leaf("Signer", middle)
    assert chain_is_trusted(signer[0], [middle[0]], [root[0]])
    assert chain_is_trusted(signer[0], [], [signer[0]])
    assert chain_is_trusted(signer[0], [], [middle[0]])
    assert not chain_is_trusted(signer[0], [], [root[0]])
    assert not chain_is_trusted(signer[0], [middle[0]], [other[0]])
    assert not chain_is_trusted(leaf("Fake", signer)[0], [signer[0]], [signer[0], root[0]])
    assert not chain_is_trusted(signer[0], [middle[0]], [root[0]], datetime.now(UTC) + timedelta(days=4000))
    store(tmp_path / "root.pem", root)
    assert root[0] in load_certificates(tmp_path)
    assert load_certificates(None) == []
