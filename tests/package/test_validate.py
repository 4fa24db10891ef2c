"""What is wrong with a package that opens."""

import pytest

from dtserve.package import PackageDocument
from dtserve.package.edit import with_protection
from dtserve.package.model import ProtectionLevel
from dtserve.package.validate import find_connection, validate
from support.package_corpus import needs_corpus, opened
from support.package_texts import sample, sample_bytes

BASE = sample_bytes(8)


@pytest.mark.parametrize("number", [2, 3, 6, 8])
def test_a_good_package_has_no_findings(number: int) -> None:
    assert validate(sample(number)) == []


@pytest.mark.parametrize(
    ("old", "new", "where", "words"),
    [
        (b'DTS:To="Package\\Steps\\Second [x].y"', b'DTS:To="Package\\Steps\\Third"', r"Package\Steps", "Third"),
        (b"&quot;a&quot; + &quot;b&quot;", b"&quot;a&quot; +", "Package", "does not parse"), (b"@[User::Count] &gt; 1", b"1 +", r"Package\Steps", "C1"),
        (b">@[User::Server]</DTS:PropertyExpression>", b">(</DTS:PropertyExpression>", "Package.ConnectionManagers[Db]", "ServerName"),
        (b"Microsoft.DerivedColumn", b"Their.Column", r"Package\Files\Flow\Derive", "Their.Column"), (b'DTS:ObjectName="Flat"', b'DTS:ObjectName="Db"', "Package", '"db"'),
        (b"Microsoft.ForEachFileEnumerator", b"Their.Enumerator", r"Package\Files", "Their.Enumerator"),
        (b'DTS:ExecutableType="Microsoft.Pipeline"', b'DTS:ExecutableType="Their.Task"', r"Package\Files\Flow", "Their.Task"),
        (b'connectionManagerID="{22222222', b'connectionManagerID="{92222222', r"Package\Files\Flow\Write", "is not found"),
        (b'lineageId="Package\\Files\\Flow\\Union.Outputs[Out].Columns[Upper]" /></inputColumns>', b'lineageId="gone" /></inputColumns>', r"Package\Files\Flow\Write.Inputs[In].Columns[Upper]", "gone"),
        (b'startId="Package\\Files\\Flow\\Read.Outputs[Out]"', b'startId="x"', r"Package\Files\Flow.Paths[Out]", "path"), (b'dataType="i4"', b'dataType="i5"', r"Package\Files\Flow", "i5"),
        (b'DTS:ObjectName="Second [x].y"', b'DTS:ObjectName="First"', r"Package\Steps", '"first"'), (b'DTS:ObjectName="File"', b'DTS:ObjectName="Count"', "Package", "User::Count"),
        (b'DTS:CreationName="OLEDB"', b'DTS:CreationName="THEIRS"', "Package.ConnectionManagers[Db]", "THEIRS"), (b"Microsoft.LogProviderTextFile", b"Their.Log", "Log", "Their.Log"),
    ],
)  # fmt: skip
def test_findings(old: bytes, new: bytes, where: str, words: str) -> None:
    assert old in BASE
    findings = validate(PackageDocument.open(BASE.replace(old, new, 1)))
    assert any(f.where == where and words in f.message for f in findings), findings


def test_loading_warnings_come_first() -> None:
    sealed = PackageDocument.open(
        with_protection(sample(8), ProtectionLevel.ENCRYPT_SENSITIVE_WITH_PASSWORD, "pw").original
    )
    assert [f.code for f in validate(sealed)] == [0xC001405F]


def test_connections_by_ref_id_guid_and_name() -> None:
    connections = sample(8).model.connections
    for reference in (
        "Package.ConnectionManagers[Db]",
        "{22222222-2222-2222-2222-222222222222}",
        "{22222222-2222-2222-2222-222222222222}:external",
        "db",
    ):
        found = find_connection(connections, reference)
        assert found is not None
        assert found.name == "Db"
    assert find_connection(connections, "x") is None


@needs_corpus
def test_findings_of_the_collection_have_reasons() -> None:
    findings = [f for _, document in opened(3) for f in validate(document)]
    assert findings
    assert {f.severity for f in findings} <= {"error", "warning"}
    assert not [f for f in findings if "does not parse" in f.message]
