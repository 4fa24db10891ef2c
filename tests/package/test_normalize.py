"""The normal form: same meaning, same text; it opens and means the same."""

import re

import pytest

from dtserve.package import PackageDocument
from dtserve.package.diff import diff
from dtserve.package.edit import with_protection, with_version
from dtserve.package.model import ProtectionLevel
from dtserve.package.normalize import NormalizeOptions, normalize
from support.package_compare import model_differences
from support.package_corpus import needs_corpus, opened
from support.package_texts import sample, sample_bytes

VOLATILE = frozenset({"version_build", "version_guid", "last_modified_product_version"})


@pytest.mark.parametrize("number", [2, 3, 6, 8])
def test_saving_again_makes_no_difference(number: int) -> None:
    document = sample(number)
    text = normalize(document)
    assert normalize(PackageDocument.open(text)) == text
    assert normalize(with_version(document)) == text
    shuffled = re.sub(rb">\s+<", b"><", document.original.replace(b"<![CDATA[", b"<!-- x --><![CDATA["))
    assert normalize(PackageDocument.open(shuffled)) == text
    assert diff(document.model, PackageDocument.open(text).model) == []
    assert b"\r" not in text


def test_attribute_order_and_layout_make_none_either() -> None:
    data = sample_bytes(8)
    swapped = data.replace(b'\n  DTS:CreatorName="ann"', b"").replace(
        b'\n  DTS:refId="Package"', b'\n  DTS:CreatorName="ann"\n  DTS:refId="Package"'
    )
    moved = swapped.replace(b'Objects Version="8"', b'Objects Version="9"')
    assert normalize(PackageDocument.open(moved)) == normalize(PackageDocument.open(data))
    keep = NormalizeOptions(layout=True, versions=True)
    assert normalize(PackageDocument.open(moved), keep) != normalize(PackageDocument.open(data), keep)
    assert b'VersionBuild="7"' in normalize(sample(8), keep)


def test_compiled_scripts_can_be_left_out() -> None:
    script = b'<ScriptProject Name="s"><BinaryItem Name="a.dll">QUJD</BinaryItem><ProjectItem Name="ScriptMain.cs">x</ProjectItem></ScriptProject>'
    data = sample_bytes(8).replace(b"<DTS:ObjectData><SQLTask", b"<DTS:ObjectData>" + script + b"<SQLTask", 1)
    document = PackageDocument.open(data)
    assert b"QUJD" in normalize(document)
    assert b"QUJD" not in normalize(document, NormalizeOptions(binaries=False))
    assert b"ScriptMain.cs" in normalize(document, NormalizeOptions(binaries=False))


def test_secrets_of_ciphertext_packages_are_not_written_in_clear() -> None:
    for level in (3, 4):
        text = normalize(with_protection(sample(8), ProtectionLevel(level), "pw"))
        assert b"s3cret" not in text
        assert PackageDocument.open(text).protection_level == 0
    sealed = with_protection(sample(8), ProtectionLevel.ENCRYPT_SENSITIVE_WITH_PASSWORD, "pw")
    assert b"s3cret" not in normalize(sealed)
    assert b"CipherValue" in normalize(sealed)


@needs_corpus
def test_the_collection_means_the_same_in_normal_form() -> None:
    for path, document in opened(9):
        text = normalize(document)
        again = PackageDocument.open(text)
        assert normalize(again) == text, path
        found = [d for d in model_differences(document.model, again.model, VOLATILE) if "ThreadHint" not in d[0]]
        assert found == [], path
