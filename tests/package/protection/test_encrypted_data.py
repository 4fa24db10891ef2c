"""The EncryptedData element: the real vectors byte for byte, our own, tampered ones."""

import base64
import hashlib
import random
import re
from typing import Any

import pytest

from dtserve.errors import PackageError
from dtserve.package.errors import PackagePasswordWrong
from dtserve.package.protection.encrypted_data import ENCRYPTED_DATA, open_element, scheme_of, seal_bytes, unbase64
from dtserve.package.protection.schemes import Scheme
from dtserve.package.xml import parse_xml
from support.package_corpus import needs_vectors, vectors

PASSWORDS = ["x", "pässwörd", "密码🔑", "a" * 300, " leading"]


@needs_vectors
@pytest.mark.parametrize(
    ("name", "data", "facts"), vectors(".dtsx", ".dtsxp"), ids=lambda v: v if isinstance(v, str) else ""
)
def test_real_files_give_the_recorded_plaintext(name: str, data: bytes, facts: dict[str, Any]) -> None:
    found = [open_element(e, facts["password"]) for e in parse_xml(data, huge_text=True).iter(ENCRYPTED_DATA)]
    assert [(len(p), hashlib.sha256(p).hexdigest()) for p in found] == [
        (e["bytes"], e["sha256"]) for e in facts["plaintexts"]
    ]


@needs_vectors
@pytest.mark.parametrize(
    ("name", "data", "facts"), vectors(".dtsx", ".dtsxp"), ids=lambda v: v if isinstance(v, str) else ""
)
def test_real_plaintexts_survive_both_schemes(name: str, data: bytes, facts: dict[str, Any]) -> None:
    for element in parse_xml(data).iter(ENCRYPTED_DATA):
        plaintext = open_element(element, facts["password"])
        for scheme in Scheme:
            again = parse_xml(seal_bytes(plaintext, "pässwörd€", scheme))
            assert scheme_of(again) is scheme
            assert open_element(again, "pässwörd€") == plaintext


@pytest.mark.parametrize("password", PASSWORDS)
@pytest.mark.parametrize("scheme", Scheme)
def test_any_password(password: str, scheme: Scheme) -> None:
    sealed = parse_xml(seal_bytes("<a>é</a>".encode(), password, scheme))
    assert open_element(sealed, password) == "<a>é</a>".encode()
    for wrong in (password + "x", password.upper() + "1", "", "\0"):
        with pytest.raises(PackagePasswordWrong):
            open_element(sealed, wrong)


def test_the_shape_is_that_of_the_tools() -> None:
    sealed = seal_bytes(b"<a/>", "p", Scheme.TRIPLE_DES)
    assert re.fullmatch(
        rb'<EncryptedData Type="http://www\.w3\.org/2001/04/xmlenc#Element" Salt="[^"]{12}" IV="[^"]{12}" '
        rb'xmlns="http://www\.w3\.org/2001/04/xmlenc#"><EncryptionMethod Algorithm="[^"]+tripledes-cbc" />'
        rb"<CipherData><CipherValue>[^<]+</CipherValue></CipherData></EncryptedData>",
        sealed,
    )


@pytest.mark.parametrize(
    "change",
    [
        (rb"tripledes-cbc", b"aes128-cbc"), (rb"<CipherValue>[^<]+", b"<CipherValue>####"), (rb"<CipherValue>[^<]+", b"<CipherValue>"),
        (rb"<EncryptionMethod[^>]+>", b""), (rb' IV="[^"]+"', b' IV="AAAAAAAAAAA="'), (rb' Salt="[^"]+"', b' Salt="?"'),
    ],
)  # fmt: skip
def test_broken_elements_are_refused(change: tuple[bytes, bytes]) -> None:
    sealed = re.sub(*change, seal_bytes(b"<a>hello</a>", "p", Scheme.TRIPLE_DES))
    with pytest.raises(PackagePasswordWrong):
        open_element(parse_xml(sealed), "p")


def test_base64_without_padding() -> None:
    assert unbase64("QQ") == unbase64("QQ==") == unbase64(" Q\nQ ") == b"A"


@needs_vectors
def test_bit_flips_are_refused_or_counted(record_property: Any) -> None:
    """CBC has no MAC: a flip inside text may pass (about one block in thousands); it is counted, and shown."""
    _, data, facts = next(v for v in vectors(".dtsx") if "2012-sensitive" in v[0])
    picked = random.Random(7)
    passed = tried = 0
    for element in parse_xml(data).iter(ENCRYPTED_DATA):
        wanted = open_element(element, facts["password"])
        value = next(element.iter("{http://www.w3.org/2001/04/xmlenc#}CipherValue"))
        packed = base64.b64decode(value.text)
        for bit in picked.sample(range(len(packed) * 8), 300):
            flipped = bytearray(packed)
            flipped[bit // 8] ^= 1 << bit % 8
            value.text = base64.b64encode(bytes(flipped)).decode()
            tried += 1
            try:
                found = open_element(element, facts["password"])
                parse_xml(found)
            except PackageError:
                continue
            assert found != wanted
            passed += 1
    record_property("flips that gave another well-formed element", f"{passed} of {tried}")
    assert passed < tried * 0.2
