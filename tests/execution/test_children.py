"""Execute Package: references, parameters, parent variables, events, processes of their own."""

from pathlib import Path

import pytest

from dtserve.controlflow.results import ExecResult
from dtserve.execution.options import ExecutionOptions
from support.control_flow import execute, package

CHILD = (
    '<parameter name="P" type="3" value="1"/><variable name="User::n" value="0"/>'
    '<task name="Inner" type="Microsoft.ExpressionTask"><ExpressionTask Expression="{0}"/></task>'
)
PARENT = (
    '<connection name="child" string="{tmp}/child.dtsx"/><variable name="User::v" value="{v}"/><variable name="User::log" type="8" value=""/>'
    '<task name="Run" type="Microsoft.ExecutePackageTask"><ExecutePackageTask>{task}</ExecutePackageTask></task>'
    '<handler event="OnError"><task name="H" type="Microsoft.ExpressionTask"><ExpressionTask '
    'Expression="@[User::log] = @[User::log] + @[System::SourceName] + &quot; &quot;"/></task></handler>'
)


def run(tmp_path: Path, child: str, task: str, v: int = 5, **child_attributes: str) -> object:
    (tmp_path / "child.dtsx").write_bytes(package(child, name="Child", **child_attributes))
    data = package(PARENT.replace("{tmp}", str(tmp_path)).replace("{v}", str(v)).replace("{task}", task))
    return execute(data, options=ExecutionOptions(folder=str(tmp_path)))


FILE = "<Connection>child</Connection>"


def test_a_child_by_file_raises_its_events_through_the_parent(tmp_path) -> None:
    outcome = run(tmp_path, CHILD.format("1/0"), FILE)
    assert outcome.result is ExecResult.FAILURE
    assert outcome.errors() == ["Inner 0xC0D51511"]
    assert outcome.variables["User::log"] == "Inner "
    assert outcome.sources("OnTaskFailed") == ["Inner", "Run"]
    assert outcome.sources("PackageEnd") == ["Child", "Pkg"]


def test_parameters_by_project_reference_to_the_file_beside(tmp_path) -> None:
    task = (
        "<UseProjectReference>True</UseProjectReference><PackageName>child.dtsx</PackageName><ParameterAssignment>"
        "<ParameterName>P</ParameterName><BindedVariableOrParameterName>User::v</BindedVariableOrParameterName></ParameterAssignment>"
    )
    good = run(tmp_path, CHILD.format("1 / (@[$Package::P] - 1)"), task, v=5)
    assert good.result is ExecResult.SUCCESS, good.errors()
    bad = run(tmp_path, CHILD.format("1 / (@[$Package::P] - 5)"), task, v=5)
    assert bad.errors() == ["Inner 0xC0D51511"]


@pytest.mark.parametrize("out", ["False", "True"])
def test_in_and_out_of_process_tell_the_same(tmp_path, out) -> None:
    outcome = run(tmp_path, CHILD.format("1/0"), FILE + f"<ExecuteOutOfProcess>{out}</ExecuteOutOfProcess>")
    assert outcome.result is ExecResult.FAILURE
    assert outcome.errors() == ["Inner 0xC0D51511"]
    assert outcome.sources("OnPreExecute")[:4] == ["Pkg", "Run", "Child", "Inner"]
    assert [event.sequence for event in outcome.events] == list(range(1, len(outcome.events) + 1))


@pytest.mark.parametrize("out", ["False", "True"])
def test_a_child_that_is_not_there_or_no_package(tmp_path, out) -> None:
    task = FILE + f"<ExecuteOutOfProcess>{out}</ExecuteOutOfProcess>"
    missing = execute(package(PARENT.replace("{tmp}", str(tmp_path)).replace("{v}", "1").replace("{task}", task)))
    assert missing.errors() == ["Run 0xC00220DE"]
    (tmp_path / "child.dtsx").write_text("<x/>")
    broken = execute(package(PARENT.replace("{tmp}", str(tmp_path)).replace("{v}", "1").replace("{task}", task)))
    assert broken.result is ExecResult.FAILURE
    assert broken.errors()[-1].startswith("Run 0x") or broken.errors()[-1].split()[1] == "0xC0011001"


def test_a_package_that_runs_itself_ends(tmp_path) -> None:
    body = f'<connection name="me" string="{tmp_path}/me.dtsx"/><task name="Again" type="Microsoft.ExecutePackageTask"><ExecutePackageTask><Connection>me</Connection></ExecutePackageTask></task>'
    (tmp_path / "me.dtsx").write_bytes(package(body))
    outcome = execute((tmp_path / "me.dtsx").read_bytes())
    assert outcome.errors()[0] == "Again 0xC0D51505"


def test_server_packages_come_from_the_callers_store(tmp_path) -> None:
    body = (
        '<connection name="srv" kind="OLEDB" string="Data Source=S;Provider=SQLNCLI11;"/><task name="Run" type="Microsoft.ExecutePackageTask">'
        "<ExecutePackageTask><Connection>srv</Connection><PackageName>\\Folder\\Child</PackageName></ExecutePackageTask></task>"
    )
    asked = []

    def read(path: str, connection: str) -> bytes:
        asked.append((path, "S" in connection))
        return package(CHILD.format("1"), name="Child")

    outcome = execute(package(body), read_store=read)
    assert outcome.result is ExecResult.SUCCESS, outcome.errors()
    assert asked == [("\\Folder\\Child", True)]
    assert execute(package(body)).errors() == ["Run 0xC00220DE"]


def test_what_is_missing_is_told_in_validation(tmp_path) -> None:
    def errors(task: str, more: str = "") -> list[str]:
        body = (
            more
            + f'<task name="R" type="Microsoft.ExecutePackageTask"><ExecutePackageTask>{task}</ExecutePackageTask></task>'
        )
        return execute(package(body)).errors()[:1]

    assert errors("<UseProjectReference>True</UseProjectReference>") == ["R 0xC00220DF"]
    assert errors("") == ["R 0xC00220E0"]
    assert errors("<Connection>m</Connection>", '<connection name="m" kind="SMTP" string="SmtpServer=x;"/>') == [
        "R 0xC00220E2"
    ]


PARENT_VARIABLE = """<raw xmlns:DTS="www.microsoft.com/SqlServer/Dts"><DTS:Configurations><DTS:Configuration DTS:ConfigurationType="0"
 DTS:ConfigurationString="User::v" DTS:ConfigurationVariable="\\Package.Variables[User::n].Properties[Value]" DTS:ObjectName="fromParent"
 DTS:DTSID="{CCCCCCCC-0000-0000-0000-00000000000C}" DTS:CreationName=""/></DTS:Configurations></raw>"""


def test_a_child_reads_the_variables_of_its_parent(tmp_path) -> None:
    outcome = run(tmp_path, PARENT_VARIABLE + CHILD.format("1 / (@[User::n] - 5)"), FILE, v=5, EnableConfig="True")
    assert outcome.errors() == ["Inner 0xC0D51511"]
    alone = execute((tmp_path / "child.dtsx").read_bytes())
    assert "Child 0x8001201A" in alone.warnings()
    assert alone.result is ExecResult.SUCCESS


def test_a_child_whose_process_is_killed_says_so(tmp_path) -> None:
    child = (
        '<task name="Kill" type="Microsoft.ExecuteProcess"><ExecuteProcessData Executable="sh" '
        'Arguments="-c &quot;kill -9 $PPID&quot;"/></task>'
    )
    outcome = run(tmp_path, child, FILE + "<ExecuteOutOfProcess>True</ExecuteOutOfProcess>")
    assert outcome.result is ExecResult.FAILURE
    assert outcome.errors() == ["Run 0xC0D51603"]
