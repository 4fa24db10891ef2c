"""DPAPI blobs are recognised everywhere and opened nowhere but on Windows."""

import json
import re
import sys

import pytest

from dtserve.package.protection.dpapi import available, parse_blob, protect, text, unprotect
from dtserve.package.protection.encrypted_data import unbase64
from support.package_corpus import VECTORS, needs_vectors


@needs_vectors
def test_the_header_of_a_real_blob() -> None:
    name = "packt-cookbook/2016-sensitiveuserkey-dpapi.Chapter08.dtproj"
    expected = json.loads((VECTORS / "expected.json").read_text())[name]["dpapi"][0]
    found = re.search(r"AQAAANCMnd8BFdERjHoAwE/Cl\+sB[^<]+", (VECTORS / name).read_text("utf-8-sig"))
    assert found is not None
    raw = unbase64(found[0])
    blob = parse_blob(raw)
    assert blob is not None
    assert blob.master_key == expected["master_key"]
    assert (blob.flags, blob.description) == (expected["flags"], expected["description"])
    assert (hex(blob.cipher), blob.cipher_bits) == (expected["cipher"], expected["cipher_bits"])
    assert (hex(blob.hash), blob.hash_bits) == (expected["hash"], expected["hash_bits"])
    assert (blob.salt_length, blob.data_length, len(raw)) == (
        expected["salt_len"],
        expected["data_len"],
        expected["total"],
    )
    for cut in range(0, len(raw) - 90, 7):
        assert parse_blob(raw[:cut]) is None or cut > 60


def test_other_bytes_are_no_blob() -> None:
    assert parse_blob(b"") is None
    assert parse_blob(bytes(100)) is None


def test_only_windows_opens_and_makes_blobs() -> None:
    assert available() is (sys.platform == "win32")
    assert unprotect(b"x") is None
    assert (protect(b"x", "DTS") is None) is not available()


@pytest.mark.parametrize(
    ("value", "shown"), [("a€".encode("utf-16-le") + b"\0\0", "a€"), (b"<a>\xc3\xa9</a>", "<a>é</a>"), (b"abc", "abc")]
)
def test_text_inside_a_blob(value: bytes, shown: str) -> None:
    assert text(value) == shown
