"""Identifiers of format 8."""

import pytest

from dtserve.package.names import COMPONENTS, EXECUTABLES, component_part, executable_part
from dtserve.package.upgrade.identifiers import (
    component_identifier,
    enumerator_identifier,
    executable_identifier,
    is_managed,
    log_provider_identifier,
)


@pytest.mark.parametrize(
    "row",
    [r for r in EXECUTABLES if r.part not in ("ActiveXScriptTask", "Exec80PackageTask")],
    ids=lambda row: row.part,
)
def test_executables_stay_what_they_are(row) -> None:
    for identifier in row.ids:
        assert executable_part(executable_identifier(identifier)) == row.part


@pytest.mark.parametrize("row", COMPONENTS, ids=lambda row: row.part)
def test_components_stay_what_they_are(row) -> None:
    for identifier in row.ids:
        class_id, user_type = component_identifier(
            "{2E42D45B-F83C-400F-8D77-61DDE6A7DF29}", f"{identifier}, Assembly", "", ""
        )
        assert component_part(class_id, user_type) == row.part
        assert component_part(component_identifier(identifier, "", "", "")[0]) == row.part


def test_examples() -> None:
    assert executable_identifier("DTS.Pipeline.1") == "Microsoft.Pipeline"
    assert executable_identifier("STOCK:SEQUENCE") == "STOCK:SEQUENCE"
    assert executable_identifier("Their.Task, Theirs") == "Their.Task, Theirs"
    assert (
        executable_identifier("Microsoft.SqlServer.Dts.Tasks.ActiveXScriptTask.ActiveXScriptTask, X")
        == "SSIS.ReplacementTask"
    )
    assert executable_identifier("Attunity.SqlServer.CDCControlTask.CdcControlTask, X") == "Attunity.CdcControlTask"
    assert component_identifier("DTSTransform.GroupDups.3", "", "", "")[0] == "Microsoft.FuzzyGrouping"
    assert component_identifier("{BF01D463-7089-41EE-8F05-0A6DC17CE633}", "Their.X, Y", "", "") == (
        "Microsoft.ManagedComponentHost",
        "Their.X, Y",
    )
    assert enumerator_identifier("DTS.ForEachFileEnumerator.2") == "Microsoft.ForEachFileEnumerator"
    assert enumerator_identifier("Theirs") == "Theirs"
    assert log_provider_identifier("DTS.LogProviderSQLServer.1") == "Microsoft.LogProviderSQLServer"
    assert log_provider_identifier("Theirs") == "Theirs"
    assert is_managed("DTS.ManagedComponentWrapper.3")
    assert not is_managed("Microsoft.Sort")
