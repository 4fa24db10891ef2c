"""Facts of packages that nobody opened."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.package.document import PackageDocument
from dtserve.stores.facts import PackageFacts, content_hash, package_facts
from support.store_packages import package

OLD = b"""<?xml version="1.0"?><DTS:Executable xmlns:DTS="www.microsoft.com/SqlServer/Dts" DTS:ExecutableType="MSDTS.Package.1">
<DTS:Property DTS:Name="PackageFormatVersion">2</DTS:Property>
<DTS:Property DTS:Name="CreationDate" DTS:DataType="7">9/18/2006 3:40:38 PM</DTS:Property>
<DTS:Property DTS:Name="ProtectionLevel">0</DTS:Property><DTS:Property DTS:Name="VersionMajor">3</DTS:Property>
<DTS:Executable><DTS:Property DTS:Name="ObjectName">inner</DTS:Property></DTS:Executable>
<DTS:Property DTS:Name="ObjectName">Old</DTS:Property>
<DTS:Property DTS:Name="DTSID">{11111111-2222-3333-4444-555555555555}</DTS:Property></DTS:Executable>"""


def test_a_package_of_today():
    facts = package_facts(package(level=2))
    assert facts.readable
    assert (facts.name, facts.description, facts.format_version) == ("Load", 'Loads "it"', 8)
    assert facts.package_id == "{0F6A5D1E-3B0C-4B8A-9C57-2B1D8B7A4E10}"
    assert (facts.version_major, facts.version_minor, facts.version_build) == (1, 0, 7)
    assert (facts.protection_level, facts.encrypted, facts.package_type) == (2, False, 5)
    assert facts.created is not None
    assert facts.created.isoformat() == "2020-09-18T15:40:38"


def test_a_package_of_2005():
    facts = package_facts(OLD)
    assert (facts.name, facts.format_version, facts.version_major, facts.protection_level) == ("Old", 2, 3, 0)
    assert facts.package_id == "{11111111-2222-3333-4444-555555555555}"


def test_an_encrypted_package():
    data = b'<?xml version="1.0"?><EncryptedData xmlns="http://www.w3.org/2001/04/xmlenc#" Salt="a" IV="b"/>'
    assert package_facts(data) == PackageFacts(readable=True, protection_level=3, encrypted=True)


@pytest.mark.parametrize(
    "data",
    [b"", b"\0\0", b"<a/>", b"<!DOCTYPE a><a/>", b"<?xml version='1.0'?><!DOCTYPE DTS:Executable []>" + OLD[21:]],
)
def test_what_is_no_package_has_no_facts(data):
    assert package_facts(data) == PackageFacts()


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 600))
def test_damaged_packages_never_raise(noise, at):
    assert isinstance(package_facts(OLD[:at] + noise + OLD[at:]), PackageFacts)


def test_hash():
    assert content_hash(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


SHARED = Path(os.environ.get("DTSERVE_SHARED", Path(__file__).resolve().parents[2].parent / "shared")) / "corpus"


@pytest.mark.skipif(not SHARED.exists(), reason="../shared is not there")
def test_facts_agree_with_the_opened_package():
    files = sorted((SHARED / "files").rglob("*.dtsx"))
    assert len(files) > 500
    for path in files[::12]:
        data = path.read_bytes()
        facts = package_facts(data)
        if facts.encrypted:
            continue
        model = PackageDocument.open(data).model
        assert (facts.name, facts.package_id) == (model.name, model.dtsid), path
        assert facts.protection_level == model.protection_level
        assert facts.format_version == model.format_version
        assert facts.version_build == model.version_build
