"""Opening packages: bytes kept, what is no package refused by name, the whole collection opens."""

import subprocess
import sys

import pytest

from dtserve.errors import DtserveError
from dtserve.package import FORMATS, PackageDocument
from dtserve.package.errors import CannotLoadFromNode, InvalidVersionNumber
from dtserve.package.model import ProtectionLevel
from support.package_corpus import needs_corpus, package_files
from support.package_texts import sample, sample_bytes

HEAD = '<DTS:Executable xmlns:DTS="www.microsoft.com/SqlServer/Dts">'


@pytest.mark.parametrize("number", [2, 3, 6, 8])
def test_original_bytes_are_kept(number: int) -> None:
    data = sample_bytes(number)
    document = PackageDocument.open(data)
    assert document.original is data
    assert document.format_version == number
    assert document.warnings == ()


def test_a_missing_protection_level_means_user_key() -> None:
    assert sample(8, 1).protection_level is ProtectionLevel.ENCRYPT_SENSITIVE_WITH_USER_KEY
    assert sample(8, 0).protection_level is ProtectionLevel.DONT_SAVE_SENSITIVE


@pytest.mark.parametrize("number", ["1", "4", "7", "9", "", "-8", "8.0", "٨"])
def test_unknown_formats_are_refused(number: str) -> None:
    text = f'{HEAD}<DTS:Property DTS:Name="PackageFormatVersion">{number}</DTS:Property></DTS:Executable>'
    with pytest.raises(InvalidVersionNumber):
        PackageDocument.open(text.encode())


def test_format_five_reads_like_three() -> None:
    data = sample_bytes(3).replace(b'PackageFormatVersion">3<', b'PackageFormatVersion">5<')
    assert PackageDocument.open(data).model.executables == sample(3).model.executables
    assert 5 in FORMATS


def test_what_is_no_package_names_its_root() -> None:
    with pytest.raises(CannotLoadFromNode, match='"Objects"'):
        PackageDocument.open(b"<Objects/>")
    with pytest.raises(CannotLoadFromNode, match="PackageFormatVersion"):
        PackageDocument.open(f"{HEAD}</DTS:Executable>".encode())


def test_utf16_packages_open() -> None:
    data = sample_bytes(8).decode().encode("utf-16")
    assert PackageDocument.open(data).model == sample(8).model


def test_importing_the_room_is_light() -> None:
    code = "import sys, dtserve.package; print(sorted(m for m in sys.modules if m in " \
        "('polars','cryptography','duckdb','sqlalchemy','rich','zipfile','platformdirs')))"  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@needs_corpus
def test_every_package_of_the_collection_opens_or_says_why_not() -> None:
    refused: dict[str, str] = {}
    for path in package_files():
        data = path.read_bytes()
        try:
            document = PackageDocument.open(data)
            names = [e.name for e in document.model.walk()]
            flows = [e.data_flow for e in document.model.walk()]
        except DtserveError as error:
            refused[path.name] = error.symbol
            continue
        assert document.original == data
        assert len(names) == len(flows)
    assert refused == {
        "Package 221.dtsx": "DTS_E_PACKAGEPASSWORD",
        "security_test_pass_is_banana.dtsx": "DTS_E_PACKAGEPASSWORD",
    }
