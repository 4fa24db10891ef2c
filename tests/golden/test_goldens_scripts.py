"""Real packages whose Script Tasks run: their known results, and how many scripts of the collection can run at all."""

from collections import Counter
from pathlib import Path

import pytest

from dtserve.connections.environment import ConnectionTarget
from dtserve.controlflow.tasks.script_survey import ScriptSurvey
from dtserve.execution.options import ExecutionOptions, Setting
from dtserve.package import PackageDocument
from dtserve.package.script_project import read_script_project
from support.control_flow import execute
from support.golden import FILES, Target, assert_succeeded, dtexec, needs_collection

pytestmark = needs_collection
PRODUCTS = FILES / "johnwelch__ssisUnit/docs/Product Sample Package and Test_ProductSample.zip.unzipped"
WIDGETS = [
    ("WidgetA", "AAAAAAAAAA", 12, "49.99"), ("WidgetB", "BBBBBBBBBB", 10, "59.99"),
    ("WidgetC", "CCCCCCCCCC", 8, "69.99"), ("WidgetD", "DDDDDDDDDD", 6, "79.99"),
    ("WidgetE", "EEEEEEEEEE", 4, "89.99"), ("WidgetF", "FFFFFFFFFF", 2, "99.99"),
]  # fmt: skip


LATE = ("Load Products", "Truncate Destination", "Copy File To Staging Area", "Delete File From Staging Area")
"""Table and staged copy are made by the package: who needs them is validated when they are there."""


def delayed(task: str) -> list[str]:
    return ["/SET", rf'"\Package\{task}.Properties[DelayValidation]";True']


@pytest.mark.parametrize("there", [True, False])
def test_18_a_script_of_2005_looks_for_the_file(tmp_path: Path, target: Target, there: bool) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "staging").mkdir()
    if there:
        (tmp_path / "source" / "ProductList.csv").write_bytes((PRODUCTS / "ProductList.csv").read_bytes())
    done = dtexec(
        PRODUCTS / "Product.dtsx",
        *("--path-map", rf"C:\Projects\SSISUnit\UTssisUnit={tmp_path}/source"),
        *("--path-map", rf"C:\temp={tmp_path}/staging"),
        *("--map", f"Destination={target.url}"),
        *(word for task in LATE for word in delayed(task)),
        *("/REPORTING", "V"),
    )
    assert_succeeded(done)
    assert list((tmp_path / "staging").iterdir()) == []
    if not there:  # the constraint @fileExists keeps the copy and all that follows from running
        assert "Copy File To Staging Area" not in done.stdout
        return
    rows = target.rows("SELECT ProductName, SKU, UnitsPerPackage, ListPrice FROM Product ORDER BY ProductName")
    assert [(name, sku, int(units), f"{price:.2f}") for name, sku, units, price in rows] == WIDGETS
    assert '"OLE DB Destination" wrote 6 rows' in done.stdout


def test_18_the_row_count_reaches_its_variable(tmp_path: Path, target: Target) -> None:
    (tmp_path / "staging").mkdir()
    options = ExecutionOptions(
        path_map={r"C:\Projects\SSISUnit\UTssisUnit": str(PRODUCTS), r"C:\temp": str(tmp_path / "staging")},
        connection_map=(ConnectionTarget(url=target.url, manager="Destination"),),
        settings=tuple(Setting("set", rf"\Package\{task}.Properties[DelayValidation]", "True") for task in LATE),
    )
    outcome = execute((PRODUCTS / "Product.dtsx").read_bytes(), options=options)
    assert outcome.result.name == "SUCCESS", outcome.events
    assert outcome.variables["User::sourceRows"] == 6
    assert outcome.variables["User::fileExists"] is True
    assert target.rows("SELECT COUNT(*) FROM Product") == [(6,)]
    assert not (tmp_path / "staging" / "ProductList.csv").exists()


def test_most_scripts_of_the_collection_run() -> None:
    """Each script is compiled, or its compiled part resolved, as when its package is loaded."""
    found: Counter[str] = Counter()
    with ScriptSurvey() as survey:
        for path in sorted(FILES.rglob("*.dtsx")):
            data = path.read_bytes()
            if b"ScriptProject" not in data:
                continue
            for executable in PackageDocument.open(data).model.walk():
                if executable.part == "ScriptTask" and not read_script_project(executable.object_data).empty:
                    found[survey.obstacle(executable.object_data, path.parent)] += 1
    assert found.pop("") >= 100
    assert found == {
        "assemblies WinSCPnet": 7,
        "assemblies Newtonsoft.Json": 2,
        "assemblies Microsoft.SqlServer.ConnectionInfo, Microsoft.SqlServer.Smo, Microsoft.SqlServer.SmoExtended": 1,
        "assemblies Microsoft.SqlServer.DTSRuntimeWrap": 1,
        "assemblies System.Web.Extensions": 1,
        "types that the compiler does not find, or newer syntax": 4,  # they build packages with SSIS's object model
    }
