"""Signatures: made, found good, found broken, and the policy."""

import re
from pathlib import Path

import pytest

from dtserve.package import PackageDocument
from dtserve.package.certificates import SigningCertificate
from dtserve.package.edit import with_property, with_protection
from dtserve.package.errors import InvalidSignature, SignatureNotPresent, SignaturePolicyViolation, SigningFailed
from dtserve.package.model import ProtectionLevel
from dtserve.package.signature import SignatureState, check_signature, enforce_policy, is_signed, sign, verify_signature
from support.package_certificates import authority, leaf, store
from support.package_corpus import needs_corpus, opened
from support.package_texts import sample, sample_bytes

ROOT = authority("Root")
SIGNER = leaf("Ann", ROOT)
CERTIFICATE = SigningCertificate(*SIGNER)


@pytest.fixture
def trusted(tmp_path: Path) -> Path:
    store(tmp_path / "root.pem", ROOT)
    return tmp_path


@pytest.mark.parametrize("number", [2, 3, 6, 8])
def test_signed_packages_are_valid_and_the_rest_is_untouched(number: int, trusted: Path) -> None:
    document = sample(number)
    signed = sign(document, CERTIFICATE)
    check = check_signature(signed, trusted)
    assert (check.state, check.signer) == (SignatureState.VALID, "CN=Ann")
    assert check_signature(signed).state is SignatureState.UNTRUSTED
    assert is_signed(signed)
    assert re.sub(rb"<Signature.*</Signature>", b"", signed.original, flags=re.DOTALL) == document.original
    assert signed.model == document.model


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_encodings_and_line_ends_make_no_difference(encoding: str, trusted: Path) -> None:
    data = sample_bytes(8).decode().replace("\n", "\r\n").encode(encoding)
    signed = sign(PackageDocument.open(data), CERTIFICATE)
    assert check_signature(signed, trusted).state is SignatureState.VALID
    unix = PackageDocument.open(signed.original.decode(encoding).replace("\r\n", "\n").encode())
    assert check_signature(unix, trusted).state is SignatureState.VALID


@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_protected_packages_can_be_signed(level: int, trusted: Path) -> None:
    sealed = with_protection(sample(8), ProtectionLevel(level), "pw")
    signed = sign(sealed, CERTIFICATE)
    again = PackageDocument.open(signed.original, "pw")
    assert check_signature(again, trusted).state is SignatureState.VALID
    assert again.model.connections[1].password == "s3cret&€"


def test_signing_again_replaces_the_signature(trusted: Path) -> None:
    twice = sign(sign(sample(8), CERTIFICATE), CERTIFICATE)
    assert twice.original.count(b"<SignatureValue>") == 1
    assert check_signature(twice, trusted).state is SignatureState.VALID


def test_any_change_breaks_it(trusted: Path) -> None:
    signed = sign(sample(8), CERTIFICATE)
    assert (
        check_signature(with_property(signed, r"\Package.Properties[Description]", "x")).state is SignatureState.INVALID
    )
    for old, new in (
        (b"SELECT 1", b"SELECT 2"), (b"</DTS:Executables>", b"x</DTS:Executables>"), (b"<SignatureValue>", b"<SignatureValue>AAAA"),
        (b"<DigestValue>", b"<DigestValue>AAAA"), (b'URI=""', b'URI="#x"'), (b"enveloped-signature", b"other"), (b"rsa-sha256", b"hmac-sha1"),
        (b"<X509Certificate>", b"<X509Certificate>AAAA"), (b"xmlenc#sha256", b"xmlenc#md5"), (b"<SignedInfo>", b"<SignedInfo><Reference URI=\"\"/>"),
        (b"REC-xml-c14n-20010315", b"REC-xml-c14n-2001"), (b"X509Data", b"X509None"), (b"<SignatureMethod ", b"<Signaturemethod "),
    ):  # fmt: skip
        assert old in signed.original
        assert (
            check_signature(PackageDocument.open(signed.original.replace(old, new)), trusted).state
            is SignatureState.INVALID
        ), old


def test_another_key_does_not_fit(trusted: Path) -> None:
    signed = sign(sample(8), CERTIFICATE)
    other = sign(sample(8), SigningCertificate(*leaf("Eve", ROOT)))
    certificate = re.compile(rb"<X509Certificate>.*?</X509Certificate>", re.DOTALL)
    found = certificate.search(signed.original)
    assert found is not None
    swapped = certificate.sub(lambda _: found[0], other.original)
    assert check_signature(PackageDocument.open(swapped), trusted).state is SignatureState.INVALID


def test_verification_and_policy(trusted: Path) -> None:
    plain, signed = sample(8), sign(sample(8), CERTIFICATE)
    broken = with_property(signed, r"\Package.Properties[Description]", "x")
    with pytest.raises(SignatureNotPresent):
        verify_signature(plain)
    with pytest.raises(InvalidSignature):
        verify_signature(broken)
    assert verify_signature(signed).state is SignatureState.UNTRUSTED
    for document, folder, allowed in (
        (signed, trusted, {0, 1, 2, 3}),
        (signed, None, {0, 1}),
        (broken, trusted, {0}),
        (plain, trusted, {0, 1, 2}),
    ):
        for blocked in range(4):
            if blocked in allowed:
                assert enforce_policy(document, blocked, folder).state is not None
            else:
                with pytest.raises(SignaturePolicyViolation):
                    enforce_policy(document, blocked, folder)


def test_only_rsa_keys_sign() -> None:
    from cryptography.hazmat.primitives.asymmetric import ec

    with pytest.raises(SigningFailed, match="RSA"):
        sign(sample(8), SigningCertificate(SIGNER[0], ec.generate_private_key(ec.SECP256R1())))


@needs_corpus
def test_packages_of_the_collection_can_be_signed(trusted: Path) -> None:
    for path, document in opened(40):
        assert check_signature(document).state is SignatureState.UNSIGNED
        assert check_signature(sign(document, CERTIFICATE), trusted).state is SignatureState.VALID, path
