"""Differences in the words of SSIS."""

import json

import pytest

from dtserve.package import PackageDocument
from dtserve.package.diff import Change, diff, diff_documents, to_json, to_text
from dtserve.package.edit import with_new_id, with_property, with_protection, with_version
from dtserve.package.model import ProtectionLevel
from support.package_corpus import needs_corpus, opened
from support.package_texts import sample, sample_bytes


def lines(old: bytes, new: bytes) -> list[str]:
    return to_text(diff(PackageDocument.open(old).model, PackageDocument.open(new).model)).splitlines()


BASE = sample_bytes(8)


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        (b'DTS:MaxErrorCount="3"', b"", "Execute SQL Task *First* in Sequence Container *Steps*: MaximumErrorCount 3 → 1"),
        (b'DTS:TransactionOption="2"', b'DTS:TransactionOption="0"', "Execute SQL Task *First* in Sequence Container *Steps*: TransactionOption Required → NotSupported"),
        (b"SELECT 1", b"SELECT 7", "Execute SQL Task *First* in Sequence Container *Steps*: SqlStatementSource SELECT 1 → SELECT 7"),
        (b'DTS:DataType="3">5<', b'DTS:DataType="3">6<', "Variable *User::Count*: Value 5 → 6"),
        (b"Initial Catalog=tempdb", b"Initial Catalog=x", "Connection manager *Db*: ConnectionString Data Source=.;User ID=sa;Initial Catalog=tempdb; → Data Source=.;User ID=sa;Initial Catalog=x;"),
        (b'DTS:MaximumWidth="50"', b'DTS:MaximumWidth="60"', "Connection manager *Flat*: column Name ColumnDelimiter=_x000D__x000A_, ColumnType=Delimited, DataType=130, MaximumWidth=50, TextQualified=True → ColumnDelimiter=_x000D__x000A_, ColumnType=Delimited, DataType=130, MaximumWidth=60, TextQualified=True"),
        (b'DTS:Value="1" /></DTS:PrecedenceConstraints>', b'DTS:Value="2" /></DTS:PrecedenceConstraints>', "Constraint *First → Second [x].y* in Sequence Container *Steps*: Value Failure → Completion"),
        (b'FileSpec="*.csv"', b'FileSpec="*.txt"', "Foreach Loop Container *Files*: Enumerator.FEFEProperty#2.FileSpec *.csv → *.txt"),
        (b">[dbo].[T]<", b">[dbo].[U]<", "OLE DB Destination *Write* in Data Flow Task *Flow*: OpenRowset [dbo].[T] → [dbo].[U]"),
        (b'errorRowDisposition="RedirectRow"', b'errorRowDisposition="FailComponent"', "Column *Name* of Out in Flat File Source *Read*: ErrorDisposition RedirectRow → FailComponent"),
        (b"2,7,OnError,12,OnTaskFailed", b"1,7,OnError", "Package: Logged events OnError, OnTaskFailed → OnError"),
        (b">@[User::Server]<", b">@[User::File]<", "Connection manager *Db*: Expression [ServerName] @[User::Server] → @[User::File]"),
    ],
)  # fmt: skip
def test_one_change_one_line(before: bytes, after: bytes, wanted: str) -> None:
    assert before in BASE
    assert lines(BASE, BASE.replace(before, after, 1)) == [wanted]


def test_numbers_of_components_have_names() -> None:
    lookup = BASE.replace(b"Microsoft.OLEDBDestination", b"Microsoft.Lookup").replace(
        b'<property dataType="System.String" name="OpenRowset">[dbo].[T]</property>',
        b'<property dataType="System.Int32" name="CacheType">0</property>',
    )
    changed = lookup.replace(b'name="CacheType">0', b'name="CacheType">1')
    assert lines(lookup, changed) == ["Lookup *Write* in Data Flow Task *Flow*: CacheType Full → Partial"]


def test_renames_are_seen_by_id() -> None:
    renamed = BASE.replace(b'DTS:ObjectName="Steps"', b'DTS:ObjectName="Stages"').replace(
        b"Package\\Steps", b"Package\\Stages"
    )
    assert lines(BASE, renamed) == ["Sequence Container *Stages*: Name Steps → Stages"]


def test_added_and_removed_parts_are_one_line() -> None:
    start, end = (
        BASE.index(b'    <DTS:Executable DTS:refId="Package\\Files"'),
        BASE.index(b"  </DTS:Executables>\n  <DTS:EventHandlers>"),
    )
    smaller = BASE[:start] + BASE[end:]
    assert lines(BASE, smaller) == ["- Foreach Loop Container *Files* removed"]
    assert lines(smaller, BASE) == ["+ Foreach Loop Container *Files* added"]


def test_long_texts_show_their_changed_lines() -> None:
    old, new = BASE.replace(b"SELECT 1", b"a&#xA;b&#xA;c"), BASE.replace(b"SELECT 1", b"a&#xA;B&#xA;c")
    assert lines(old, new) == [
        "Execute SQL Task *First* in Sequence Container *Steps*: SqlStatementSource changed",
        "    @@ -1,3 +1,3 @@",
        "     a",
        "    -b",
        "    +B",
        "     c",
    ]


def test_ids_and_layout_only_when_asked() -> None:
    document = sample(8)
    copied = with_version(with_new_id(document))
    assert diff_documents(document, copied) == []
    assert {c.property for c in diff_documents(document, copied, ids=True)} == {"ID", "VersionID", "VersionBuild"}
    moved = PackageDocument.open(BASE.replace(b'Objects Version="8"', b'Objects Version="9"'))
    assert diff_documents(document, moved) == []
    assert to_text(diff_documents(document, moved, layout=True)) == "Package: layout changed"


def test_secrets_never_show() -> None:
    document = sample(8)
    changed = with_property(document, r"\Package.Connections[Db].Properties[Password]", "n3w")
    text = to_text(diff_documents(document, changed))
    assert text.startswith("Connection manager *Db*: Password (secret ")
    assert "s3cret" not in text
    assert "n3w" not in text
    sealed = with_protection(document, ProtectionLevel.ENCRYPT_ALL_WITH_PASSWORD, "pw")
    assert (
        to_text(diff_documents(document, sealed))
        == "Package: ProtectionLevel DontSaveSensitive → EncryptAllWithPassword"
    )


def test_json() -> None:
    found = json.loads(to_json([Change("changed", "Variable", "Variable *a*", "Package", "Value", "1", "2")]))
    assert found == [
        {
            "action": "changed",
            "kind": "Variable",
            "object": "Variable *a*",
            "where": "Package",
            "property": "Value",
            "before": "1",
            "after": "2",
        }
    ]


@pytest.mark.parametrize("number", [2, 3, 6])
def test_formats_do_not_differ(number: int) -> None:
    assert diff(sample(8).model, sample(number).model) == []


@needs_corpus
def test_no_package_of_the_collection_differs_from_itself() -> None:
    for path, document in opened(6):
        assert diff(document.model, PackageDocument.open(document.original).model) == [], path
        edited = with_property(document, r"\Package.Properties[MaximumErrorCount]", "77")
        assert [c.property for c in diff_documents(document, edited)] == ["MaximumErrorCount"]
