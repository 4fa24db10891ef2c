"""Digital signatures of packages: enveloped XML-DSig in the package's root.

The signature covers the whole document but itself, canonicalised by C14N 1.0. The package's
namespaces are relative URIs, which libxml2's C14N refuses; so they get a scheme for the time of
canonicalisation, one that keeps their place in the order of attributes. Packages that are all
ciphertext carry the signature inside. UNVERIFIED against packages signed by Microsoft's tools
(none is public): whether they were signed with white space between elements or without it, so
both are accepted (:data:`_FORMS`). Source: DTEXEC §4 (VerifySigned), SERVICE §8 (policy).
"""

from __future__ import annotations

import base64
import enum
import hashlib
import hmac
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from dtserve.package.certificates import SigningCertificate, chain_is_trusted, find_certificate, load_certificates
from dtserve.package.document import PackageDocument
from dtserve.package.errors import (
    InvalidSignature,
    SignatureNotPresent,
    SignaturePolicyViolation,
    SigningFailed,
    UntrustedSignature,
)
from dtserve.package.model import ProtectionLevel
from dtserve.package.protection.schemes import Scheme
from dtserve.package.protection.sealing import SealOptions, seal
from dtserve.package.source import Encoding, SourceMap, TextEdit
from dtserve.package.xml import parse_xml, to_utf8

__all__ = [
    "SignatureCheck", "SignatureState", "check_signature", "enforce_policy", "find_certificate", "is_signed", "sign",
    "verify_signature",
]  # fmt: skip

_DSIG = "http://www.w3.org/2000/09/xmldsig#"
_N = f"{{{_DSIG}}}"
_C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
_ENVELOPED = f"{_DSIG}enveloped-signature"
_DIGESTS = {
    f"{_DSIG}sha1": "sha1",
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}
_METHODS = {
    f"{_DSIG}rsa-sha1": ("rsa", "SHA1"),
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256": ("rsa", "SHA256"),
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384": ("rsa", "SHA384"),
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512": ("rsa", "SHA512"),
}
_FORMS = ("as it stands", "without white space between elements")
_SCHEME = b"x-relative:"
_WHOLE = (ProtectionLevel.ENCRYPT_ALL_WITH_PASSWORD, ProtectionLevel.ENCRYPT_ALL_WITH_USER_KEY)
_XMLNS = re.compile(rb"""(\sxmlns(?::[^\s=]+)?\s*=\s*["'])(?=[^"':]+["'])""")


class SignatureState(enum.IntEnum):
    """The states BlockedSignatureStates speaks of."""

    VALID = 0
    INVALID = 1
    UNTRUSTED = 2
    UNSIGNED = 3


@dataclass(frozen=True, slots=True)
class SignatureCheck:
    """What a check found; ``signer`` is the subject of the certificate."""

    state: SignatureState
    signer: str = ""
    thumbprint: str = ""


def _signed_text(document: PackageDocument) -> bytes:
    """The text that carries the signature: the file, or the plaintext of one that is all ciphertext."""
    return document.clear if document.protection_level in _WHOLE else to_utf8(document.original)


def _signature(root: Any) -> Any:
    return next(root.iterchildren(f"{_N}Signature"), None)


def is_signed(document: PackageDocument) -> bool:
    """Whether the package carries a signature, good or bad."""
    return _signature(document.root) is not None


def _canonical(text: bytes, *, signed_info: bool = False, strip: bool = False) -> bytes:
    """C14N 1.0 of the document without its signature, or of the SignedInfo in its place."""
    absolute = _XMLNS.sub(rb"\1" + _SCHEME, text)
    root = parse_xml(absolute)
    signature = _signature(root)
    if signed_info:
        found: bytes = etree.tostring(
            signature.find(f"{_N}SignedInfo"), method="c14n", with_comments=False, with_tail=False
        )
        return found.replace(b'="' + _SCHEME, b'="')
    if signature is not None:
        before = signature.getprevious()
        tail = signature.tail or ""
        if before is not None:
            before.tail = (before.tail or "") + tail
        else:
            root.text = (root.text or "") + tail
        root.remove(signature)
    if strip:
        _strip_spaces(root)
    whole: bytes = etree.tostring(root.getroottree(), method="c14n", with_comments=False)
    return whole.replace(b'="' + _SCHEME, b'="')


def _strip_spaces(root: Any) -> None:
    for element in root.iter("*"):
        if len(element) and element.text and not element.text.strip():
            element.text = None
        if element.tail and not element.tail.strip():
            element.tail = None


# --- checking -------------------------------------------------------------------------------


def check_signature(document: PackageDocument, trusted: Path | None = None) -> SignatureCheck:
    """The state of a package's signature; ``trusted`` is the folder of trusted certificates."""
    text = _signed_text(document)
    signature = _signature(parse_xml(text))
    if signature is None:
        return SignatureCheck(SignatureState.UNSIGNED)
    certificates = _certificates(signature)
    if not certificates or not _content_fits(text, signature) or not _key_fits(text, signature, certificates[0]):
        return SignatureCheck(SignatureState.INVALID)
    from dtserve.package.certificates import thumbprint

    signer, print_ = certificates[0].subject.rfc4514_string(), thumbprint(certificates[0])
    known = chain_is_trusted(certificates[0], certificates[1:], load_certificates(trusted))
    return SignatureCheck(SignatureState.VALID if known else SignatureState.UNTRUSTED, signer, print_)


def _certificates(signature: Any) -> list[Any]:
    from cryptography import x509

    found = []
    for stored in signature.iterfind(f"{_N}KeyInfo/{_N}X509Data/{_N}X509Certificate"):
        try:
            found.append(x509.load_der_x509_certificate(_decode(stored.text)))
        except ValueError:
            return []
    return found


def _content_fits(text: bytes, signature: Any) -> bool:
    """One reference to the whole document, enveloped, with a digest that fits."""
    references = signature.findall(f"{_N}SignedInfo/{_N}Reference")
    if len(references) != 1 or references[0].get("URI") != "":
        return False
    transforms = {each.get("Algorithm") for each in references[0].iterfind(f"{_N}Transforms/{_N}Transform")}
    method = references[0].find(f"{_N}DigestMethod")
    digest = _DIGESTS.get(method.get("Algorithm") or "") if method is not None else None
    stored = references[0].findtext(f"{_N}DigestValue") or ""
    if digest is None or _ENVELOPED not in transforms or not transforms <= {_ENVELOPED, _C14N}:
        return False
    wanted = _decode(stored)
    return any(
        hmac.compare_digest(hashlib.new(digest, _canonical(text, strip=form == _FORMS[1])).digest(), wanted)
        for form in _FORMS
    )


def _key_fits(text: bytes, signature: Any, certificate: Any) -> bool:
    from cryptography.exceptions import InvalidSignature as WrongSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    info = signature.find(f"{_N}SignedInfo")
    method = _METHODS.get(_algorithm(info, "SignatureMethod"))
    canonicalisation = _algorithm(info, "CanonicalizationMethod")
    key = certificate.public_key()
    if method is None or canonicalisation != _C14N or not isinstance(key, rsa.RSAPublicKey):
        return False
    value = _decode(signature.findtext(f"{_N}SignatureValue"))
    try:
        key.verify(value, _canonical(text, signed_info=True), padding.PKCS1v15(), getattr(hashes, method[1])())
    except WrongSignature:
        return False
    return True


def _algorithm(info: Any, name: str) -> str:
    found = info.find(f"{_N}{name}")
    return "" if found is None else found.get("Algorithm") or ""


def _decode(text: str | None) -> bytes:
    """Base64 text; what is none gives nothing, which no digest and no signature equals."""
    try:
        return base64.b64decode("".join((text or "").split()), validate=True)
    except ValueError:
        return b""


def verify_signature(document: PackageDocument, trusted: Path | None = None) -> SignatureCheck:
    """Demand a signature that fits (``/VERIFYSIGNED``); an untrusted signer is told by the result.

    Raises SignatureNotPresent, InvalidSignature.
    """
    check = check_signature(document, trusted)
    if check.state is SignatureState.UNSIGNED:
        raise SignatureNotPresent
    if check.state is SignatureState.INVALID:
        raise InvalidSignature
    return check


def enforce_policy(document: PackageDocument, blocked_states: int, trusted: Path | None = None) -> SignatureCheck:
    """Apply a BlockedSignatureStates value: 0 nothing, 1 invalid, 2 also untrusted, 3 also unsigned are refused.

    Raises SignaturePolicyViolation.
    """
    check = check_signature(document, trusted)
    if check.state is not SignatureState.VALID and check.state <= blocked_states:
        causes: dict[SignatureState, Exception] = {
            SignatureState.INVALID: InvalidSignature(),
            SignatureState.UNTRUSTED: UntrustedSignature(signer=check.signer),
            SignatureState.UNSIGNED: SignatureNotPresent(),
        }
        raise SignaturePolicyViolation(detail=str(causes[check.state]))
    return check


# --- signing --------------------------------------------------------------------------------


def sign(document: PackageDocument, certificate: SigningCertificate) -> PackageDocument:
    """The package with a new signature (RSA with SHA-256) in place of any it had; raises SigningFailed."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    if not isinstance(certificate.key, rsa.RSAPrivateKey):
        raise SigningFailed(detail="the certificate's key is not an RSA key.")
    text = _without_signature(_signed_text(document))
    digest = base64.b64encode(hashlib.sha256(_canonical(text)).digest()).decode("ascii")
    unsigned = _insert(text, _element(digest, "", certificate))
    value = certificate.key.sign(_canonical(unsigned, signed_info=True), padding.PKCS1v15(), hashes.SHA256())
    signed = _insert(text, _element(digest, base64.b64encode(value).decode("ascii"), certificate))
    if document.protection_level in _WHOLE:
        options = SealOptions(document.protection_level, document.password, document.scheme or Scheme.AES)
        return PackageDocument.open(seal(signed, options, Encoding(b"\xef\xbb\xbf", "utf-8")), document.password)
    return PackageDocument.open(Encoding.of(document.original).apply(signed), document.password)


def _without_signature(text: bytes) -> bytes:
    root = parse_xml(text)
    source = SourceMap(text, root)
    edit = TextEdit(source)
    for each in root.iterchildren(f"{_N}Signature"):
        edit.replace_element(each, b"")
    return edit.apply()


def _insert(text: bytes, element: bytes) -> bytes:
    """The document with an element as the last child of its root, right before the end tag."""
    root = parse_xml(text)
    source = SourceMap(text, root)
    at = source.span(root).close_start
    return text[:at] + element + text[at:]


def _element(digest: str, value: str, certificate: SigningCertificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding as CertificateEncoding

    stored = "".join(
        f"<X509Certificate>{base64.b64encode(each.public_bytes(CertificateEncoding.DER)).decode('ascii')}</X509Certificate>"
        for each in (certificate.certificate, *certificate.chain)
    )
    return (
        f'<Signature xmlns="{_DSIG}"><SignedInfo><CanonicalizationMethod Algorithm="{_C14N}" />'
        '<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256" />'
        f'<Reference URI=""><Transforms><Transform Algorithm="{_ENVELOPED}" /></Transforms>'
        '<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256" />'
        f"<DigestValue>{digest}</DigestValue></Reference></SignedInfo>"
        f"<SignatureValue>{value}</SignatureValue><KeyInfo><X509Data>{stored}</X509Data></KeyInfo></Signature>"
    ).encode("ascii")
