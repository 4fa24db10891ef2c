"""Ids of all versions lead to one part; nothing but third-party parts of the collection is unknown."""

import pytest

from dtserve.package import names
from support.package_corpus import needs_corpus, opened

GUIDS_2005 = {
    "{90C7770B-DE7C-435E-880E-E718C92C0573}": "FlatFileSource", "{e2568105-9550-4f71-a638-b7fe42e66930}": "RawSource",
    "{05322586-D434-4593-8BE4-8CFC766D9C8B}": "PctSampling", "{D231ABC4-4754-481B-8F7A-CD4BD8D09832}": "CopyMap",
}  # fmt: skip
TASK = "Microsoft.SqlServer.Dts.Tasks.{0}.{0}, Microsoft.SqlServer.Assembly, Version=9.0.242.0, Culture=neutral"


@pytest.mark.parametrize(("class_id", "part"), GUIDS_2005.items())
def test_components_by_guid(class_id: str, part: str) -> None:
    assert names.component_part(class_id) == part


@pytest.mark.parametrize("version", ["", ".1", ".3", ".8"])
def test_progids_of_any_version(version: str) -> None:
    assert names.component_part(f"dtstransform.lineage{version}") == "Lineage"
    assert names.executable_part(f"SSIS.Pipeline{version}") == "Pipeline"
    assert names.log_provider_part(f"DTS.LogProviderTextFile{version}") == "LogProviderTextFile"


def test_tables_have_no_id_twice() -> None:
    for table in (names.COMPONENTS, names.EXECUTABLES, names.ENUMERATORS, names.LOG_PROVIDERS, names.CONNECTION_KINDS):
        ids = [i.lower() for row in table for i in row.ids]
        assert len(ids) == len(set(ids))
        assert len({row.part for row in table}) == len(table)


@pytest.mark.parametrize("row", names.EXECUTABLES, ids=lambda row: row.part)
def test_executables_by_every_id(row: names.PartName) -> None:
    assert row.ids
    for identifier in row.ids:
        assert names.executable_part(identifier.upper()) == row.part
        assert names.executable_part(f"{identifier}, Some.Assembly, Version=11.0.0.0") == row.part


@pytest.mark.parametrize("row", names.COMPONENTS, ids=lambda row: row.part)
def test_components_by_every_id(row: names.PartName) -> None:
    for identifier in row.ids:
        assert names.component_part(identifier.lower()) == row.part
        assert names.component_part("Microsoft.ManagedComponentHost", identifier) == row.part


@pytest.mark.parametrize("host", names.MANAGED_HOSTS)
def test_managed_hosts_ask_the_user_type(host: str) -> None:
    assert (
        names.component_part(host, "Microsoft.SqlServer.Dts.Pipeline.ScriptComponentHost, X") == "ScriptComponentHost"
    )
    assert names.component_part(host, "Their.Component, Theirs") == ""


def test_unknown_guids_fall_back_on_the_words() -> None:
    unknown = "{00000000-1111-2222-3333-444444444444}"
    assert names.component_part(unknown, "", "Merge Join;Microsoft Corporation", "") == "MergeJoin"
    assert names.component_part(unknown, "", "", "Term Lookup") == "TermLookup"
    assert names.component_part(unknown) == ""
    assert names.component_part("Their.Component", "", "Sort;x") == ""


def test_tasks_by_class_name() -> None:
    for part in ("ExecuteSQLTask", "ScriptTask", "FtpTask", "WmiEventWatcherTask"):
        assert names.executable_part(TASK.format(part)) == part
    assert names.executable_part("Attunity.SqlServer.CDCControlTask.CdcControlTask, Attunity") == "CdcControlTask"
    assert names.executable_part("SSIS.ReplacementTask") == "ReplacementTask"


@pytest.mark.parametrize(
    ("creation_name", "kind", "provider"),
    [
        ("OLEDB", "OLEDB", ""), ("flatfile", "FLATFILE", ""), ("ADO.NET:SQL", "ADO.NET", "SQL"),
        ("ADO.NET:System.Data.OleDb.OleDbConnection, System.Data, Version=2.0.0.0", "ADO.NET", "OLEDB"),
        ("ADO.NET:Oracle.DataAccess.Client.OracleConnection, Oracle", "ADO.NET", "ORACLE"), ("MSOLAP100", "MSOLAP", ""),
        ("ZS-SFTP", "ZS-SFTP", ""), ("nothing", "", ""),
    ],
)  # fmt: skip
def test_connection_kinds(creation_name: str, kind: str, provider: str) -> None:
    assert names.connection_kind(creation_name) == kind
    assert names.ado_net_provider(creation_name) == provider


def test_log_providers_by_both_sets_of_class_ids() -> None:
    assert names.log_provider_part("{59B2C6A5-663F-4C20-8863-C83F9B72E2EB}") == "LogProviderTextFile"
    assert names.log_provider_part("{0A039101-ACC1-4E06-943F-279948323883}") == "LogProviderTextFile"


def test_part_ids() -> None:
    assert "Microsoft.Sort" in names.part_ids("Sort")
    assert names.part_ids("Nothing") == ()


@needs_corpus
def test_only_third_party_parts_of_the_collection_are_unknown() -> None:
    unknown: set[str] = set()
    for _, document in opened():
        unknown |= {c.creation_name for c in document.model.connections if not names.connection_kind(c.creation_name)}
        for item in document.model.walk():
            if not item.part:
                unknown.add(item.type_id)
            flow = item.data_flow
            unknown |= {c.user_type or c.class_id for c in (flow.components if flow else ()) if not c.part}
    makers = (
        "Martin.",
        "SecureFTP",
        "CozyRoc",
        "MultipleHash",
        "ZappySys",
        "NullDestination",
        "EtlWithAzure",
        "FTP_Secure",
        "Konesans",
        "Microsoft.Samples",
    )
    assert [each for each in unknown if each and not each.startswith(makers)] == []
