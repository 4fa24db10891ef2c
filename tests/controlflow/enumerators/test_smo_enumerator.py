"""The SMO enumerator on SQL Server: what each collection asks the catalog (over a test double of the driver)."""

import sys

import pytest

from dtserve.connections.environment import ConnectionTarget
from dtserve.controlflow.enumerators.smo_collections import COLLECTIONS
from dtserve.controlflow.enumerators.smo_enumerator import UrnStep, parse_urn
from dtserve.execution.options import ExecutionOptions
from support.control_flow import execute, package
from support.scripted_sql_server import URL, scripted_driver

PLACES = {
    "Server": "Server[@Name='S']",
    "JobServer": "Server[@Name='S']/JobServer",
    "Database": "Server[@Name='S']/Database[@Name='my]db']",
    "Table": "Server[@Name='S']/Database[@Name='my]db']/Table[@Name='it''s' and @Schema='sales']",
    "View": "Server[@Name='S']/Database[@Name='my]db']/View[@Name='it''s' and @Schema='sales']",
    "StoredProcedure": "Server[@Name='S']/Database[@Name='my]db']/StoredProcedure[@Name='it''s' and @Schema='sales']",
}


@pytest.mark.parametrize("key", sorted(COLLECTIONS), ids=["/".join(key) for key in sorted(COLLECTIONS)])
def test_every_collection(key, monkeypatch) -> None:
    driver = scripted_driver({"": [["one", None], ["two", "dbo"]]})
    monkeypatch.setitem(sys.modules, "pytds", driver)
    urn = f"RuntimeServer[@Connection='db']/{PLACES[key[0]]}/SMOEnumObj[@Name='{key[1]}']/SMOEnumType[@Name='URNs']"
    body = (
        '<connection name="db" kind="OLEDB" string="Data Source=.;"/><variable name="User::u" type="8" value=""/>'
        '<variable name="User::all" type="8" value=""/><foreach name="L" enumerator="ForEachSMOEnumerator">'
        f'<enumerator><FEESMO EnumURN="{urn}"/></enumerator><map variable="User::u" index="0"/>'
        '<task name="T" type="Microsoft.ExpressionTask"><ExpressionTask Expression="@[User::all] = @[User::all] + '
        '&quot;|&quot; + @[User::u]"/></task></foreach>'
    )
    options = ExecutionOptions(connection_map=(ConnectionTarget(URL, manager="db"),))
    outcome = execute(package(body), options=options)
    assert outcome.result.name == "SUCCESS", outcome.errors()
    element = COLLECTIONS[key].element
    base = PLACES[key[0]]
    assert outcome.variables["User::all"] == (
        f"|{base}/{element}[@Name='one']|{base}/{element}[@Name='two' and @Schema='dbo']"
    )
    ((sent, _),) = driver.sent()
    assert "{" not in sent
    if key[0] == "Database":
        assert "[my]]db].sys." in sent
    if key[0] in ("Table", "View", "StoredProcedure"):
        assert "OBJECT_ID(N'[my]]db].[sales].[it''s]')" in sent


def test_urns_there_and_back() -> None:
    urn = "Server[@Name='a/b']/Database[@Name='it''s']/Table[@Name='x]y' and @Schema='dbo']/Column"
    steps = parse_urn(urn)
    assert [step.name for step in steps] == ["Server", "Database", "Table", "Column"]
    assert steps[2].attributes == {"Name": "x]y", "Schema": "dbo"}
    assert "/".join(step.text() for step in steps) == urn
    assert UrnStep("Server", {}).text() == "Server"
    with pytest.raises(ValueError, match=r"\[nothing"):
        parse_urn("[nothing")
