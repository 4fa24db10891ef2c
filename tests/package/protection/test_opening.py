"""Opening protected packages: levels 1 to 4, what stays unreadable, what is refused."""

import base64
import random
from typing import Any

import pytest

from dtserve.package import PackageDocument
from dtserve.package.edit import with_protection
from dtserve.package.errors import DecryptPackageUserKey, LimitExceeded, PackagePasswordWrong
from dtserve.package.model import ProtectionLevel
from dtserve.package.protection import Scheme
from dtserve.package.protection.opening import canonical, package_id
from dtserve.package.source import SourceMap
from dtserve.package.xml import parse_xml
from support.package_corpus import needs_corpus, needs_vectors, opened, vectors
from support.package_texts import sample, sample_bytes

DPAPI = "AQAAANCMnd8BFdERjHoAwE/Cl+sBAAAA" + base64.b64encode(bytes(200)).decode()


@needs_vectors
@pytest.mark.parametrize(
    ("name", "data", "facts"), vectors(".dtsx", ".dtsxp", ".designer"), ids=lambda v: v if isinstance(v, str) else ""
)
def test_real_packages_open_with_their_password(name: str, data: bytes, facts: dict[str, Any]) -> None:
    document = PackageDocument.open(data, facts["password"])
    left = 2 if name.endswith(".designer") else 0  # values of a user key, in a file that was not saved again
    assert [w.code for w in document.warnings] == [0xC0016016] * left
    assert len(document.unreadable) == left
    assert document.scheme is (Scheme.AES if "aes" in name else Scheme.TRIPLE_DES)
    assert document.model.name
    if "2012-sensitive" in name:
        assert document.model.connections[1].password == "db-01"
        assert [p.value for p in document.model.parameters if p.sensitive] == ["2"]


@needs_vectors
@pytest.mark.parametrize(
    ("name", "data", "facts"), vectors(".dtsx", ".dtsxp", ".designer"), ids=lambda v: v if isinstance(v, str) else ""
)
@pytest.mark.parametrize("password", ["wrong", "", None, "SSIS123", "Banana", "ssis123\0"])
def test_a_wrong_password_gives_one_code(name: str, data: bytes, facts: dict[str, Any], password: str | None) -> None:
    if "sensitive" in name:
        document = PackageDocument.open(data, password)
        assert {w.code for w in document.warnings} == {0xC001405F}
        assert all(w.severity == "error" for w in document.warnings)
        assert document.unreadable == (
            r"\Package.Connections[source].Properties[Password]", r"\Package.Variables[$Package::Parameterwere]",
        )  # fmt: skip
        assert document.model.connections[1].sensitive == {"Password": None}
    else:
        with pytest.raises(PackagePasswordWrong):
            PackageDocument.open(data, password)


def level_one(value: str = DPAPI) -> bytes:
    return (
        sample_bytes(8, 1)
        .replace(b'Sensitive="1">s3cret&amp;', f'Sensitive="1"\n            Encrypted="1">{value}'.encode())
        .replace("€</DTS:Password>".encode(), b"</DTS:Password>")
    )


def test_level_one_of_another_user_opens_blank_with_a_warning_each() -> None:
    document = PackageDocument.open(level_one())
    (warning,) = document.warnings
    assert (warning.code, warning.severity) == (0xC0016016, "warning")
    assert r"\Package.Connections[Db].Properties[Password]" in warning.message
    assert document.model.connections[1].sensitive == {"Password": None}
    assert next(document.root.iter("{*}Password")).text is None
    assert DPAPI.encode() in document.original


def test_blobs_that_are_none_stay_unreadable() -> None:
    for text in ("", "????", "QUJD", "RFRTRVJWRTE", "RFRTRVJWRTE" + "A" * 80):
        assert PackageDocument.open(level_one(text)).unreadable == (r"\Package.Connections[Db].Properties[Password]",)


def test_level_four_of_another_user_is_refused_by_name() -> None:
    data = f'<DTS:Executable xmlns:DTS="www.microsoft.com/SqlServer/Dts" DTS:ProtectionLevel="4" Encrypted="1">{DPAPI}</DTS:Executable>'
    with pytest.raises(DecryptPackageUserKey) as caught:
        PackageDocument.open(data.encode())
    assert caught.value.code == 0xC0014060


@pytest.mark.parametrize("scheme", Scheme)
@pytest.mark.parametrize("number", [2, 3, 6, 8])
def test_flips_and_cuts_of_a_whole_package_are_refused(number: int, scheme: Scheme) -> None:
    sealed = with_protection(sample(number), ProtectionLevel.ENCRYPT_ALL_WITH_PASSWORD, "pw", scheme=scheme)
    start = sealed.original.index(b"<CipherValue>") + 13
    end = sealed.original.index(b"</CipherValue>")
    packed = base64.b64decode(sealed.original[start:end])
    picked = random.Random(number)
    changed = 0
    for bit in picked.sample(range(len(packed) * 8), 120):
        flipped = bytearray(packed)
        flipped[bit // 8] ^= 1 << bit % 8
        try:
            again = PackageDocument.open(
                sealed.original[:start] + base64.b64encode(flipped) + sealed.original[end:], "pw"
            )
        except PackagePasswordWrong:
            continue
        assert again.clear != sealed.clear
        changed += 1
    assert changed <= 3
    for cut in (1, 16, 333):
        with pytest.raises(PackagePasswordWrong):
            PackageDocument.open(
                sealed.original[:start] + base64.b64encode(packed[:-cut]) + sealed.original[end:], "pw"
            )


def test_many_encrypted_values_are_an_attack() -> None:
    sealed = b'<EncryptedData xmlns="http://www.w3.org/2001/04/xmlenc#"/>' * 1_100
    with pytest.raises(LimitExceeded, match="encrypted values"):
        PackageDocument.open(sample_bytes(8).replace(b"<DTS:Executables>", sealed + b"<DTS:Executables>", 1), "pw")


def test_plaintext_that_may_not_stand_there_is_refused() -> None:
    from dtserve.package.protection.encrypted_data import seal_bytes

    for plaintext in (b"<DTS:Executable/>", b"<x/>", b'<x Sensitive="1" Encrypted="1"/>', b"<!DOCTYPE a><a/>", b"<a"):
        sealed = seal_bytes(plaintext, "pw", Scheme.AES)
        data = sample_bytes(8, 2).replace(b"<DTS:Password", sealed + b"<DTS:Password", 1)
        document = PackageDocument.open(data, "pw")
        assert [w.code for w in document.warnings] == [0xC001405F]


def test_canonical_drops_inherited_namespaces_only() -> None:
    document = sample(8)
    password = next(document.root.iter("{*}Password"))
    raw = b'<DTS:Password xmlns:DTS="www.microsoft.com/SqlServer/Dts" xmlns:x="y" DTS:Name="P">v</DTS:Password>'
    assert canonical(raw, password) == b'<DTS:Password xmlns:x="y" DTS:Name="P">v</DTS:Password>'
    assert SourceMap(document.clear, document.root).outer(password).startswith(b"<DTS:Password")


@pytest.mark.parametrize("number", [3, 8])
def test_package_id(number: int) -> None:
    assert package_id(parse_xml(sample_bytes(number))) == "{AAAAAAAA-0000-0000-0000-000000000000}"


@needs_corpus
def test_level_one_packages_of_the_collection_keep_their_blobs() -> None:
    seen = 0
    for path, document in opened():
        for warning in document.warnings:
            assert warning.code in (0xC0016016, 0xC001405F), path
            seen += 1
        assert len(document.warnings) == len(document.unreadable)
    assert seen > 40
