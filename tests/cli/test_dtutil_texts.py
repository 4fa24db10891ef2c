"""What dtutil prints: confirmed texts are exactly those of the documentation; all of them stand in one table."""

from dtserve.cli import dtutil_texts as texts
from dtserve.stores.base import FolderEntry, PackageInfo


def test_confirmed_texts():
    assert texts.CONFIRMED == ("The operation completed successfully.",)
    assert texts.PACKAGE_EXISTS in texts.UNCONFIRMED
    assert not set(texts.CONFIRMED) & set(texts.UNCONFIRMED)


def test_banner_has_three_lines():
    name, version, end = texts.banner().split("\n")
    assert "SSIS Package Utilities" in name
    assert version.startswith("Version ")
    assert version.endswith("-bit")
    assert end == ""


def test_failures_tell_path_code_and_reason():
    assert texts.load_failure("a", "0xC0014037", "why").split("\n") == [
        'Could not load package "a" because of error 0xC0014037.',
        "Description: why",
        "Source: dtutil",
    ]
    assert "save" in texts.save_failure("a", "0x1", "why")
    assert "0x1" in texts.failure("0x1", "why")


def test_listing():
    content = [((), [FolderEntry("F", ("F",))], [PackageInfo("P", ("P",))]), (("F",), [], [])]
    assert list(texts.listing(content)) == ["Folder: \\", "  <DIR>  F", "         P", "Folder: \\F"]
