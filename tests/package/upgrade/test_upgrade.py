"""The upgrade to format 8 means the same, reports what changed, and knows no way back."""

import pytest

from dtserve.package import PackageDocument
from dtserve.package.edit import with_protection
from dtserve.package.errors import DowngradeRefused
from dtserve.package.model import ProtectionLevel
from dtserve.package.upgrade import upgrade
from support.package_compare import model_differences
from support.package_corpus import needs_corpus, opened
from support.package_texts import sample, sample_bytes


@pytest.mark.parametrize("number", [2, 3, 6])
def test_the_sample_means_the_same(number: int) -> None:
    report = upgrade(sample(number))
    assert report.document.format_version == 8
    assert report.changes[0] == f"Package format {number} → 8."
    differences = [
        d
        for d in model_differences(
            sample(8).model, report.document.model, frozenset({"format_version", "number", "version"})
        )
        if not d[0].endswith(".reference")
    ]
    assert differences == []
    assert b"IDREF" not in report.document.original
    assert upgrade(report.document).changes == ()


def test_the_children_stand_in_the_order_of_format_8() -> None:
    root = upgrade(sample(3)).document.root
    assert [child.tag.rpartition("}")[2] for child in root] == [
        "Property", "ConnectionManagers", "Configurations", "LogProviders", "Variables", "LoggingOptions", "Executables", "EventHandlers",
    ]  # fmt: skip
    task = root.find(".//{*}Executables/{*}Executable/{*}Executables/{*}Executable")
    assert [child.tag.rpartition("}")[2] for child in task] == ["Variables", "LoggingOptions", "ObjectData"]


def test_format_six_changes_names_only() -> None:
    before, after = sample_bytes(6), upgrade(sample(6)).document.original
    old, new = before.split(b"\n"), after.split(b"\n")
    assert len(old) == len(new)
    changed = [b for a, b in zip(old, new, strict=True) if a != b]
    assert all(b"Microsoft." in line or b">8<" in line for line in changed)


@pytest.mark.parametrize("target", [2, 3, 6, 7, 9])
def test_no_other_target(target: int) -> None:
    with pytest.raises(DowngradeRefused):
        upgrade(sample(8), target)


@pytest.mark.parametrize("level", [1, 2, 3])
def test_protection_survives(level: int) -> None:
    sealed = with_protection(sample(3), ProtectionLevel(level), "pw")
    upgraded = upgrade(sealed).document
    assert (upgraded.format_version, upgraded.protection_level) == (8, level)
    assert b"s3cret" not in upgraded.original
    assert PackageDocument.open(upgraded.original, "pw").model.connections[1].password == "s3cret&€"


def test_providers_follow_when_wanted() -> None:
    data = sample_bytes(3).replace(b"Data Source=.;", b"Data Source=.;Provider=SQLNCLI.1;")
    document = PackageDocument.open(data)
    report = upgrade(document)
    assert "Provider=SQLNCLI11.1;" in report.document.model.connections[1].properties["ConnectionString"]
    assert any("provider" in change for change in report.changes)
    assert (
        "SQLNCLI.1"
        in upgrade(document, update_providers=False).document.model.connections[1].properties["ConnectionString"]
    )


def test_removed_tasks_and_old_scripts_are_reported() -> None:
    data = sample_bytes(3).replace(b"ExecuteSQLTask", b"ActiveXScriptTask")
    report = upgrade(PackageDocument.open(data))
    assert sum("does not exist any more" in change for change in report.changes) == 2
    assert report.document.model.executables[0].executables[0].part == "ReplacementTask"


@needs_corpus
def test_old_packages_of_the_collection_mean_the_same() -> None:
    ignored = frozenset(
        {"format_version", "type_id", "creation_name", "enumerator_id", "class_id", "user_type", "number", "version"}
    )
    counts: dict[int, int] = {}
    for path, document in opened():
        if document.format_version == 8 or (document.format_version == 6 and len(path.name) % 4):
            continue
        upgraded = upgrade(document, update_providers=False).document
        found = [
            d for d in model_differences(document.model, upgraded.model, ignored) if not d[0].endswith(".reference")
        ]
        assert [d for d in found if "Lookup No Match" not in str(d)] == [], path
        counts[document.format_version] = counts.get(document.format_version, 0) + 1
    assert counts[2] >= 6
    assert counts[3] >= 15
    assert counts[5] == 4
