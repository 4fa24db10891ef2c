"""Packages that Execute Package tasks name by server."""

import pytest

from dtserve.controlflow.results import ExecResult
from dtserve.errors import PackageNotFound
from dtserve.execution.options import ExecutionOptions
from dtserve.execution.server_packages import server_reader
from dtserve.stores.msdb.engine import Database, sqlite_url
from dtserve.stores.msdb.store import MsdbStore
from support.control_flow import execute, package


def msdb(path) -> str:
    url = sqlite_url(path)
    database = Database(url)
    store = MsdbStore("MSDB", database)
    store.create_folder(("F",))
    child = '<task name="Inner" type="Microsoft.ExpressionTask"><ExpressionTask Expression="1"/></task>'
    store.write(("F", "Child"), package(child, name="Child"))
    database.dispose()
    return url


def test_a_child_in_msdb_runs(tmp_path) -> None:
    body = (
        '<connection name="srv" kind="OLEDB" string="Data Source=(local);Provider=SQLNCLI11;"/>'
        '<task name="Run" type="Microsoft.ExecutePackageTask"><ExecutePackageTask><Connection>srv</Connection>'
        "<PackageName>\\F\\Child</PackageName></ExecutePackageTask></task>"
    )
    outcome = execute(package(body), options=ExecutionOptions(msdb={".": msdb(tmp_path / "m.db")}))
    assert outcome.result is ExecResult.SUCCESS, outcome.errors()
    assert "Inner" in outcome.sources("OnPreExecute")


def test_servers_by_name_and_what_is_missing(tmp_path) -> None:
    read = server_reader({"Prod\\One": msdb(tmp_path / "m.db")})
    assert b"Child" in read("\\F\\Child", "Data Source=PROD\\one;")
    for path, server in (("\\F\\Child", "other"), ("\\F\\Gone", "prod\\one"), ("\\F\\Child", ".")):
        with pytest.raises(PackageNotFound):
            read(path, f"Data Source={server};")
