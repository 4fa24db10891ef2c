"""Paths and names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dtserve.stores.errors import InvalidName, PathWithoutPackage
from dtserve.stores.names import (
    addressable,
    check_file_name,
    check_msdb_name,
    check_share_name,
    format_path,
    name_key,
    parse_package_path,
    parse_path,
    printable,
    strip_extension,
)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("", ()),
        ("\\", ()),
        ("a", ("a",)),
        (r"\MSDB\folder\pkg", ("MSDB", "folder", "pkg")),
        ("MSDB/folder/pkg", ("MSDB", "folder", "pkg")),
        (r"a\/b\\c", ("a", "b", "c")),
    ],
)
def test_both_separators(text, path):
    assert parse_path(text) == path


@given(st.lists(st.text(st.characters(exclude_characters="/\\"), min_size=1), max_size=5).map(tuple))
def test_paths_round_trip(path):
    assert parse_path(format_path(path)) == path


@pytest.mark.parametrize("text", ["", "\\", "folder\\", "folder/"])
def test_a_path_that_names_no_package(text):
    with pytest.raises(PathWithoutPackage) as caught:
        parse_package_path(text)
    assert caught.value.hresult == "0xC0014048"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "0xC0D51712"),
        ("x" * 129, "0xC0010006"),
        (" x", "0xC001F204"),
        ("x ", "0xC001F205"),
        *((f"a{char}b", "0xC001F202") for char in "/\\:[].=\n"),
    ],
)
def test_names_that_msdb_refuses(name, code):
    with pytest.raises(InvalidName) as caught:
        check_msdb_name(name)
    assert caught.value.hresult == code


@pytest.mark.parametrize("name", [*(f"a{char}b" for char in '/\\:*?"<>|\0\x1f\ud800'), ".", "..", "a."])
def test_names_that_files_cannot_have(name):
    with pytest.raises(InvalidName) as caught:
        check_file_name(name)
    assert caught.value.hresult == "0xC001F209"
    caught.value.message.encode("utf-8")


def test_names_that_files_may_have():
    for name in ("a.b", "a[1]", "a=b", "01. Load", "x" * 128, "Ünï", "名", "-a", "~a"):
        check_file_name(name)


@given(st.text(max_size=20))
def test_keys_are_the_same_for_every_case(name):
    assert name_key(name_key(name)) == name_key(name) or not name.isascii()
    assert name_key(name.lower()) == name_key(name) or not name.isascii()


def test_keys():
    assert name_key("Ünï") == name_key("üNÏ") == name_key("u\u0308NI\u0308")
    assert name_key("a") != name_key("b")


def test_extensions():
    assert strip_extension("a.DTSX") == "a"
    assert strip_extension(".dtsx") == ".dtsx"
    assert strip_extension("a.dtsx.bak") == "a.dtsx.bak"


def test_addressable_and_printable():
    assert addressable("a b")
    assert not addressable("a\\b")
    assert not addressable("a\udcff")
    assert printable("a b")
    assert not printable("a\0b")


@pytest.mark.parametrize("name", ["CON", "aux", "Nul.backup", "com1", "LPT9", "COM¹", "PRN ", "a?"])
def test_names_that_shares_refuse(name):
    with pytest.raises(InvalidName):
        check_share_name(name)


@pytest.mark.parametrize("name", ["CONTACT", "aux files", "COM10", "my nul", "LPT"])
def test_names_that_only_look_like_devices(name):
    check_share_name(name)
    check_file_name("CON")
