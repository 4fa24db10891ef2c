"""Every level, from every format, and back: nothing is lost, nothing stands in clear that must not."""

import re

import pytest

from dtserve.package import PackageDocument
from dtserve.package.edit import with_protection
from dtserve.package.errors import PackagePasswordEmpty, PackagePasswordWrong, ProtectFailed, ServerStorageDisallowed
from dtserve.package.model import ProtectionLevel
from dtserve.package.protection.schemes import Scheme
from dtserve.package.protection.sealing import drop_secrets, fill_values, outer_xml
from dtserve.package.source import SourceMap
from dtserve.package.xml import parse_xml
from support.package_texts import sample, sample_bytes

SECRET = "s3cret&€"
PARAMETER = (
    b'<DTS:PackageParameters><DTS:PackageParameter DTS:CreationName="" DTS:DataType="8" DTS:DTSID="{1}" DTS:ObjectName="Key" DTS:Sensitive="True">'
    b'<DTS:Property DTS:DataType="8" DTS:Name="ParameterValue">p4ram</DTS:Property></DTS:PackageParameter></DTS:PackageParameters>'
)


def with_parameter(number: int = 8) -> PackageDocument:
    data = sample_bytes(number)
    return (
        PackageDocument.open(data.replace(b"  <DTS:Variables>", PARAMETER + b"<DTS:Variables>", 1))
        if number >= 6
        else PackageDocument.open(data)
    )


def secrets(document: PackageDocument) -> list[str | None]:
    return [document.model.connections[1].sensitive.get("Password"), *(p.value for p in document.model.parameters)]


@pytest.mark.parametrize("number", [2, 3, 6, 8])
@pytest.mark.parametrize("scheme", Scheme)
@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_there_and_back(number: int, scheme: Scheme, level: int) -> None:
    document = with_parameter(number)
    sealed = with_protection(document, ProtectionLevel(level), "pässwörd🔑", scheme=scheme)
    assert b"s3cret" not in sealed.original
    assert b"p4ram" not in sealed.original
    again = PackageDocument.open(sealed.original, "pässwörd🔑")
    assert (again.protection_level, again.warnings) == (level, ())
    assert secrets(again) == secrets(document)
    if level in (2, 3):
        assert again.scheme is scheme
    back = with_protection(again, ProtectionLevel.SERVER_STORAGE, allow_server_storage=True)
    assert secrets(back) == secrets(document)
    assert back.model.executables == document.model.executables


@pytest.mark.parametrize("number", [2, 3, 6, 8])
def test_level_zero_keeps_the_elements_and_nothing_in_them(number: int) -> None:
    bare = with_protection(with_parameter(number), ProtectionLevel.DONT_SAVE_SENSITIVE)
    assert b"s3cret" not in bare.original
    assert b"p4ram" not in bare.original
    assert b'Sensitive="1"' in bare.original
    assert not any(secrets(bare))


def test_only_the_secret_and_the_level_change() -> None:
    document = sample(8)
    sealed = with_protection(document, ProtectionLevel.ENCRYPT_SENSITIVE_WITH_PASSWORD, "pw")
    pattern = re.compile(rb"<EncryptedData.*?</EncryptedData>", re.DOTALL)
    stored = re.search(rb"<DTS:Password.*?</DTS:Password>", document.original, re.DOTALL)
    assert stored is not None
    plain = pattern.sub(lambda _: stored[0], sealed.original).replace(
        b'DTS:ProtectionLevel="2"', b'DTS:ProtectionLevel="0"'
    )
    assert plain == document.original


def test_unchanged_secrets_keep_their_ciphertext() -> None:
    sealed = with_protection(sample(8), ProtectionLevel.ENCRYPT_SENSITIVE_WITH_PASSWORD, "pw")
    again = with_protection(sealed, ProtectionLevel.ENCRYPT_SENSITIVE_WITH_PASSWORD, "pw")
    assert again.original == sealed.original
    other = with_protection(sealed, ProtectionLevel.ENCRYPT_SENSITIVE_WITH_PASSWORD, "other")
    assert other.original != sealed.original
    with pytest.raises(PackagePasswordEmpty):
        with_protection(sample(8), ProtectionLevel.ENCRYPT_SENSITIVE_WITH_PASSWORD)


def test_the_level_one_form_is_that_of_the_tools() -> None:
    sealed = with_protection(with_parameter(), ProtectionLevel.ENCRYPT_SENSITIVE_WITH_USER_KEY)
    assert b"DTS:ProtectionLevel" not in sealed.original
    assert re.search(
        rb'<DTS:Password\s+DTS:Name="Password"\s+Sensitive="1"\s+Encrypted="1">RFRTRVJWRT[\w+/]+</DTS:Password>',
        sealed.original,
    )
    assert re.search(
        rb'ParameterValue"><DTS:Property DTS:DataType="8" Encrypted="1" DTS:Name="ParameterValue">RFRT', sealed.original
    )


def test_another_user_cannot_read_it(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    sealed = with_protection(with_parameter(), ProtectionLevel.ENCRYPT_SENSITIVE_WITH_USER_KEY)
    monkeypatch.setenv("DTSERVE_KEY_FILE", str(tmp_path / "other.key"))
    other = PackageDocument.open(sealed.original)
    assert secrets(other) == [None, None]
    assert len(other.warnings) == 2
    with pytest.raises(ProtectFailed, match="Key"):
        with_protection(other, ProtectionLevel.ENCRYPT_SENSITIVE_WITH_PASSWORD, "pw")
    values = dict.fromkeys(other.unreadable, "again")
    given = with_protection(other, ProtectionLevel.ENCRYPT_ALL_WITH_PASSWORD, "pw", values=values)
    assert secrets(given) == ["again", "again"]
    assert secrets(with_protection(other, ProtectionLevel.DONT_SAVE_SENSITIVE)) == ["", ""]


def test_values_given_again_for_lost_passwords() -> None:
    sealed = with_protection(with_parameter(), ProtectionLevel.ENCRYPT_SENSITIVE_WITH_PASSWORD, "lost")
    document = PackageDocument.open(sealed.original)
    given = with_protection(
        document,
        ProtectionLevel.ENCRYPT_SENSITIVE_WITH_PASSWORD,
        "new",
        values=dict.fromkeys(document.unreadable, "né<w"),
    )
    assert secrets(PackageDocument.open(given.original, "new")) == ["né<w", "né<w"]
    assert not any(secrets(with_protection(document, ProtectionLevel.DONT_SAVE_SENSITIVE)))


def test_server_storage_is_for_msdb_only() -> None:
    with pytest.raises(ServerStorageDisallowed):
        with_protection(sample(8), ProtectionLevel.SERVER_STORAGE)
    stored = with_protection(sample(8), ProtectionLevel.SERVER_STORAGE, allow_server_storage=True)
    assert stored.model.connections[1].password == SECRET


def test_a_package_copied_under_another_id_does_not_open() -> None:
    sealed = with_protection(sample(8), ProtectionLevel.ENCRYPT_SENSITIVE_WITH_USER_KEY)
    copied = sealed.original.replace(
        b'DTS:DTSID="{AAAAAAAA-0000-0000-0000-000000000000}"', b'DTS:DTSID="{BBBBBBBB-0000-0000-0000-000000000000}"'
    )
    assert PackageDocument.open(copied).model.connections[1].sensitive == {"Password": None}


def test_level_three_is_one_element_with_bom() -> None:
    sealed = with_protection(sample(3), ProtectionLevel.ENCRYPT_ALL_WITH_PASSWORD, "pw")
    assert sealed.original.startswith(b'\xef\xbb\xbf<?xml version="1.0"?><EncryptedData ')
    assert b"aes256" in sealed.original
    with pytest.raises(PackagePasswordWrong):
        PackageDocument.open(sealed.original)


def test_large_packages_survive_level_three() -> None:
    data = sample_bytes(8).replace(b'"SELECT 1"', b'"' + b"SELECT 1; " * 900_000 + b'"', 1)
    document = PackageDocument.open(data)
    sealed = with_protection(document, ProtectionLevel.ENCRYPT_ALL_WITH_PASSWORD, "pw")
    assert len(sealed.original) > 11_000_000
    assert PackageDocument.open(sealed.original, "pw").model == sealed.model


def test_parts() -> None:
    clear = sample(8).clear
    assert b"s3cret" not in drop_secrets(clear)
    assert fill_values(clear, {}) == clear
    root = parse_xml(b'<a xmlns="u" xmlns:p="v" xmlns:q="w"><b p:c="1"/></a>')
    assert outer_xml(b'<b p:c="1"/>', root[0]) == b'<b xmlns="u" xmlns:p="v" p:c="1"/>'
    assert SourceMap(clear, parse_xml(clear)).newline == "\n"
