"""Edits change what they name and no other byte."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.package import PackageDocument
from dtserve.package.edit import (
    new_guid,
    resave,
    with_name,
    with_new_id,
    with_properties,
    with_property,
    with_protection,
    with_version,
)
from dtserve.package.errors import PackagePasswordEmpty, PathReadOnly
from dtserve.package.model import ProtectionLevel
from support.package_corpus import needs_corpus, needs_vectors, opened, vectors
from support.package_texts import sample, sample_bytes


def changed_part(before: bytes, after: bytes) -> tuple[bytes, bytes]:
    """What lies between the equal beginnings and ends of two texts."""
    start = next(
        (i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after))
    )
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return before[start : len(before) - end], after[start : len(after) - end]


@pytest.mark.parametrize("number", [2, 3, 6, 8])
def test_one_property_one_place(number: int) -> None:
    document = sample(number)
    for path, value, field in (
        (r"\Package.Properties[Description]", 'a "b" <c> & ü', "description"), (r"\Package.Properties[MaximumErrorCount]", "7", "max_error_count"),
        (r"\Package.Properties[Disable]", "True", "disabled"), (r"\Package.Properties[VersionComments]", "x", "version_comments"),
    ):  # fmt: skip
        edited = with_property(document, path, value)
        old, new = changed_part(document.original, edited.original)
        assert len(old) < 10
        assert len(new) < 90
        assert str(getattr(edited.model, field)) == value
        assert edited.model.executables == document.model.executables


@pytest.mark.parametrize("number", [2, 3, 6, 8])
@pytest.mark.parametrize(
    ("path", "value", "found"),
    [
        (r"\Package.Variables[User::File].Value", " x\r\ny ", lambda p: p.variables[1].value), (r"\Package.Variables[User::Count].Value", "77", lambda p: p.variables[0].value),
        (r"\Package\Steps\First.Properties[SqlStatementSource]", "SELECT\t'é' <\n2", lambda p: p.executables[0].executables[0].object_data.get("{www.microsoft.com/sqlserver/dts/tasks/sqltask}SqlStatementSource")),
        (r"\Package\Files\Flow.Properties[[Write].[OpenRowset]]", "[a].[b&c]", lambda p: p.executables[1].executables[0].data_flow.components[3].properties["OpenRowset"].value),
        (r"\Package\Files.ForEachEnumerator.Properties[Directory]", "D:\\x", lambda p: p.executables[1].enumerator_xml.find(".//FEFEProperty[@Folder]").get("Folder")),
        (r"\Package.Connections[Flat].Properties[ConnectionString]", "D:\\b.csv", lambda p: p.connections[0].properties["ConnectionString"]),
        (r"\Package.Connections[Db].Properties[InitialCatalog]", "other", lambda p: p.connections[1].properties["ConnectionString"].split("Initial Catalog=")[1].rstrip(";")),
        (r"\Package.Connections[Db].Properties[Password]", "n€w", lambda p: p.connections[1].password),
        (r"\Package.Connections[Db].Properties[RetainSameConnection]", "False", lambda p: p.connections[1].properties.get("Retain", "False")),
        (r"\Package.LogProviders[Log].Properties[ConfigString]", "Db", lambda p: p.log_providers[0].config_string),
        (r"\Package.Configurations[Conf].Properties[ConfigurationString]", "z", lambda p: p.configurations[0].string),
        (r"\Package\Steps.PrecedenceConstraints[C1].Properties[Expression]", "1 < 2", lambda p: p.executables[0].constraints[0].expression),
        (r"\Package\Steps\First.Properties[Description]", "d", lambda p: p.executables[0].executables[0].description),
    ],
)  # fmt: skip
def test_properties_of_every_kind_of_object(number: int, path: str, value: str, found) -> None:
    document = sample(number)
    edited = with_property(document, path, value)
    assert found(edited.model) == value
    old, new = changed_part(document.original, edited.original)
    assert len(old) < 120
    assert len(new) < 140


def test_several_at_once_in_order() -> None:
    edited = with_properties(
        sample(8),
        {
            r"\Package.Connections[Db].Properties[ServerName]": "s",
            r"\Package.Connections[Db].Properties[InitialCatalog]": "d",
        },
    )
    assert edited.model.connections[1].properties["ConnectionString"] == "Data Source=s;User ID=sa;Initial Catalog=d;"


def test_a_password_is_added_where_there_was_none() -> None:
    data = sample_bytes(8)
    start, end = data.index(b"<DTS:Password"), data.index(b"</DTS:Password>") + len(b"</DTS:Password>")
    document = PackageDocument.open(data[:start] + data[end:])
    assert document.model.connections[1].password == ""
    assert (
        with_property(document, r"\Package.Connections[Db].Properties[Password]", "p<").model.connections[1].password
        == "p<"
    )


@pytest.mark.parametrize("number", [2, 3, 6, 8])
def test_new_id_name_and_version(number: int) -> None:
    document = sample(number)
    copied = with_new_id(document)
    assert copied.model.dtsid != document.model.dtsid
    assert len(changed_part(document.original, copied.original)[1]) <= 38
    assert with_new_id(document, "{X}").model.dtsid == "{X}"
    assert with_name(document, "Néw").model.name == "Néw"
    saved = with_version(document, major=3)
    assert (saved.model.version_major, saved.model.version_build) == (3, 8)
    assert saved.model.version_guid != document.model.version_guid
    assert with_version(document, minor=4, build=100).model.version_build == 100
    assert len(new_guid()) == 38


def test_names_of_parts_are_not_edited() -> None:
    with pytest.raises(PathReadOnly):
        with_property(sample(8), r"\Package\Steps.Properties[Name]", "x")


@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_protected_packages_stay_protected(level: int) -> None:
    sealed = with_protection(sample(8), ProtectionLevel(level), "pw")
    edited = with_property(sealed, r"\Package.Properties[Description]", "x")
    assert (edited.protection_level, edited.model.description) == (level, "x")
    assert b"s3cret" not in edited.original
    assert PackageDocument.open(edited.original, "pw").model.connections[1].password == "s3cret&€"
    if level in (1, 2):
        assert len(changed_part(sealed.original, edited.original)[1]) < 60
    renewed = with_new_id(sealed)
    assert PackageDocument.open(renewed.original, "pw").model.connections[1].password == "s3cret&€"
    secret = with_property(sealed, r"\Package.Connections[Db].Properties[Password]", "other")
    assert b"other" not in secret.original
    assert PackageDocument.open(secret.original, "pw").model.connections[1].password == "other"


def test_without_the_password_only_secrets_cannot_be_set() -> None:
    sealed = PackageDocument.open(
        with_protection(sample(8), ProtectionLevel.ENCRYPT_SENSITIVE_WITH_PASSWORD, "pw").original
    )
    assert with_property(sealed, r"\Package.Properties[Description]", "x").unreadable == sealed.unreadable
    with pytest.raises(PackagePasswordEmpty):
        with_property(sealed, r"\Package.Connections[Db].Properties[Password]", "p")


def test_resave_keeps_protection() -> None:
    sealed = with_protection(sample(8), ProtectionLevel.ENCRYPT_ALL_WITH_PASSWORD, "pw")
    assert resave(sealed, sealed.clear).model == sealed.model


TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff")
    | st.sampled_from("\r\n\t"),
    max_size=40,
)


@given(TEXT, st.sampled_from([2, 3, 6, 8]))
@settings(max_examples=40, deadline=None)
def test_any_text_goes_in_and_comes_out(text: str, number: int) -> None:
    paths = (
        r"\Package.Properties[Description]",
        r"\Package.Variables[User::File].Value",
        r"\Package.Connections[Db].Properties[Password]",
    )
    model = with_properties(sample(number), dict.fromkeys(paths, text)).model
    assert (model.description, model.variables[1].value, model.connections[1].password) == (text, text, text)


@given(
    TEXT,
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12),
    st.sampled_from([2, 3]),
    st.sampled_from([3, 8]),
)
@settings(max_examples=30, deadline=None)
def test_any_secret_survives_any_password(secret: str, password: str, level: int, number: int) -> None:
    document = with_property(sample(number), r"\Package.Connections[Db].Properties[Password]", secret)
    sealed = with_protection(document, ProtectionLevel(level), password)
    assert PackageDocument.open(sealed.original, password).model.connections[1].password == secret


@needs_vectors
def test_an_edit_leaves_real_ciphertext_alone() -> None:
    _, data, facts = next(v for v in vectors("Package221.dtsx") if "2012-sensitive" in v[0])
    document = PackageDocument.open(data, facts["password"])
    edited = with_property(document, r"\Package.Properties[Description]", "x")
    assert (
        changed_part(data, edited.original) == (b"", b'escription="x"\r\n  DTS:D')
        or len(changed_part(data, edited.original)[1]) < 40
    )


@needs_corpus
def test_the_collection_is_edited_in_one_place() -> None:
    for path, document in opened(9):
        edited = with_property(document, r"\Package.Properties[MaximumErrorCount]", "77")
        old, new = changed_part(document.original, edited.original)
        assert len(old) <= 4, path
        assert len(new) < 60, path
        assert edited.model.max_error_count == 77
        for connection in document.model.connections[:1]:
            again = with_property(
                document, f"\\Package.Connections[{connection.name}].Properties[ConnectionString]", "Data Source=neu;"
            )
            assert again.model.connections[0].properties["ConnectionString"] == "Data Source=neu;"
