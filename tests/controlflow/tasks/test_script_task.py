"""Script Tasks run for real: variables, connections, events, results, files and databases of scripts."""

import threading
import time
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import psutil
import pytest

from dtserve.connections.environment import ConnectionTarget
from dtserve.controlflow.cancel import CancelSwitch
from dtserve.execution.options import ExecutionOptions
from support.control_flow import Outcome, execute, package
from support.scripts import OLD, compiled, script_task, source


def run(
    body: str, variables: str = "", *, tmp: Path | None = None, more: str = "", path_map=(), **task: str
) -> Outcome:
    """One Script Task over package variables."""
    usings, members = task.pop("usings", ""), task.pop("members", "")
    data = package(variables + script_task("Script", source(body, usings, members), **task) + more)
    options = ExecutionOptions(folder=str(tmp or "."), path_map=dict(path_map), debug=True)
    return execute(data, options=options)


def messages(outcome: Outcome, kind: str = "OnError") -> list[str]:
    return [event.message for event in outcome.events if event.kind == kind]


def assert_good(outcome: Outcome) -> None:
    assert outcome.result.name == "SUCCESS", (messages(outcome), outcome.error)


TYPES = [
    # type, stored, C# type, new value in C#, what the variable then holds
    ("2", "-7", "short", "(short)12", 12),
    ("3", "-7", "int", "before + 8", 1),
    ("4", "1.5", "float", "before * 2", 3.0),
    ("5", "0.1", "double", "before + 0.2", 0.30000000000000004),
    ("7", "3/5/2014 1:02:03 PM", "DateTime", "before.AddDays(1.5)", datetime(2014, 3, 7, 1, 2, 3)),
    ("8", "Grüße €", "string", 'before + "\\n\\"x\\""', 'Grüße €\n"x"'),
    ("11", "-1", "bool", "!before", False),
    ("14", "12.340", "decimal", "before * 2m", Decimal("24.680")),
    ("16", "-8", "sbyte", "(sbyte)(before + 1)", -7),
    ("17", "200", "byte", "(byte)(before + 1)", 201),
    ("18", "65", "char", "(char)(before + 1)", 66),
    ("19", "4000000000", "uint", "before + 1", 4000000001),
    ("20", "9000000000000000000", "long", "before + 1", 9000000000000000001),
    ("21", "18000000000000000000", "ulong", "before + 1", 18000000000000000001),
]


@pytest.mark.parametrize(("vt", "stored", "kind", "new", "wanted"), TYPES, ids=[row[2] for row in TYPES])
def test_variables_of_every_type_are_read_and_written(
    vt: str, stored: str, kind: str, new: str, wanted: object
) -> None:
    body = f'var before = ({kind})Dts.Variables["User::v"].Value; Dts.Variables["v"].Value = {new};'
    outcome = run(body, f'<variable name="v" type="{vt}" value="{stored}"/>', write="User::v")
    assert_good(outcome)
    assert outcome.variables["User::v"] == wanted


LINES = [
    ('Dts.Variables["n"].Value = 5L;', 0xC001F009, "differs from the current variable type"),
    ('Dts.Variables["n"].Value = null;', 0xC001F009, "NULL"),
    ('Dts.Variables["r"].Value = 5;', 0xC0D51A20, "locked for reading"),
    ('Dts.Variables["other"].Value = 5;', 0xC0010009, "cannot be found in a collection"),
    ('object x = Dts.Connections["no such"].ConnectionString;', 0xC001000E, 'connection "no such" is not found'),
    ("Variables v = null; Dts.VariableDispenser.LockOneForWrite(\"missing\", ref v);", 0xC0014055, "missing"),
    ("Variables v = null; Dts.VariableDispenser.LockOneForWrite(\"n\", ref v);", 0xC001404D, "Deadlock"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "code", "text"), LINES, ids=[row[0][:60] for row in LINES])
def test_what_the_package_refuses_is_an_exception_of_ssis(body: str, code: int, text: str) -> None:
    caught = f'try {{ {body} }} catch (DtsRuntimeException e) {{ Dts.Variables["m"].Value = e.ErrorCode + " " + e.Message; }}'
    variables = '<variable name="n" value="1"/><variable name="r" value="1"/><variable name="other"/><variable name="m" type="8"/>'
    outcome = run(caught, variables, read="r", write="User::n, m")
    assert_good(outcome)
    number, _, message = outcome.variables["User::m"].partition(" ")
    assert int(number) & 0xFFFFFFFF == code
    assert text in message


def test_what_is_known_of_a_variable() -> None:
    body = """var v = Dts.Variables["User::n"];
    Dts.Variables["m"].Value = v.Name + "|" + v.Namespace + "|" + v.QualifiedName + "|" + v.DataType + "|" + v.ReadOnly
      + "|" + Dts.Variables.Contains("User::n") + Dts.Variables.Contains("x") + "|" + Dts.Variables.Count
      + "|" + Dts.Variables["System::PackageName"].Value + "|" + Dts.Variables["$Package::p"].Value;
    foreach (Variable each in Dts.Variables) Dts.Variables["m"].Value += "," + each.Name;"""
    variables = '<parameter name="p" value="given"/><variable name="n" value="1"/><variable name="m" type="8"/>'
    outcome = run(body, variables, read="User::n,System::PackageName,$Package::p", write="m")
    assert_good(outcome)
    found = outcome.variables["User::m"]
    assert found.startswith("n|User|User::n|Int32|False|TrueFalse|4|Pkg|given")
    assert sorted(found.split(",")[1:]) == ["PackageName", "m", "n", "p"]


def test_a_variable_locked_by_the_script_is_written_and_unlocked() -> None:
    body = """Variables vars = null; Dts.VariableDispenser.LockOneForWrite("User::n", ref vars);
    vars["n"].Value = 42; vars.Unlock();
    Dts.VariableDispenser.LockForRead("n"); Dts.VariableDispenser.LockForWrite("User::m");
    Dts.VariableDispenser.GetVariables(ref vars); vars["m"].Value = "n is " + vars["User::n"].Value;
    if (!Dts.VariableDispenser.Contains("n") || Dts.VariableDispenser.Contains("zz")) throw new Exception("Contains");"""
    outcome = run(body, '<variable name="n" value="1"/><variable name="m" type="8"/>')
    assert_good(outcome)
    assert outcome.variables["User::m"] == "n is 42"


def test_a_variable_with_an_expression_is_worked_out_each_time_it_is_read() -> None:
    variables = '<variable name="n" value="1"/><variable name="m" type="8"/><variable name="e" value="0" Expression="@[User::n] * 10" EvaluateAsExpression="True"/>'
    body = 'Dts.Variables["n"].Value = 7; Dts.Variables["m"].Value = Dts.Variables["e"].Value.ToString();'
    outcome = run(body, variables, read="e", write="n,m")
    assert_good(outcome)
    assert outcome.variables["User::m"] == "70"


def test_a_variable_of_the_lists_that_is_not_there() -> None:
    outcome = run("", read="User::gone")
    assert outcome.result.name == "FAILURE"
    assert outcome.errors() == ["Script 0xC0014054"]


# --- results and events -----------------------------------------------------------------------------


def test_a_failure_result() -> None:
    outcome = run("Dts.TaskResult = (int)ScriptResults.Failure; return;")
    assert outcome.result.name == "FAILURE"
    assert outcome.errors() == ["Script 0x00000006"]
    assert messages(outcome) == ["The script returned a failure result."]


def test_an_exception() -> None:
    outcome = run('throw new InvalidOperationException("no \\u20ac today");')
    assert outcome.result.name == "FAILURE"
    assert outcome.errors() == ["Script 0x00000001"]
    assert messages(outcome)[0].startswith(
        "Exception has been thrown by the target of an invocation. System.InvalidOperationException: no € today (at ST_test.ScriptMain.Main"
    )


def test_events_reach_the_package_and_its_handlers() -> None:
    body = """bool again = true;
    Dts.Events.FireInformation(7, "Sub", "told", "", 0, ref again);
    Dts.Events.FireWarning(8, "Sub", "warned", "", 0);
    Dts.Events.FireProgress("half", 50, 0, 0, "Sub", ref again);
    Dts.Log("logged", 3, new byte[] { 1 });
    Console.WriteLine("printed {0}", 1.5);
    var answer = MessageBox.Show("really?", "Title", MessageBoxButtons.YesNo);
    Dts.Variables["m"].Value = answer.ToString();
    Dts.ExecutionValue = 12;"""
    variables = '<variable name="m" type="8"/><variable name="h" type="8"/>'
    handler = f'<handler event="OnWarning">{script_task("Told", source(HANDLED), read="System::ErrorDescription", write="h")}</handler>'
    outcome = run(body, variables, write="m", more=handler)
    assert_good(outcome)
    own = [
        (e.kind, e.code, e.message, e.subcomponent, e.percent)
        for e in outcome.events
        if e.source == "Script" and e.message
    ]
    assert own == [
        ("OnInformation", 7, "told", "Sub", -1),
        ("OnWarning", 8, "warned", "Sub", -1),
        ("OnProgress", 0, "half", "Sub", 50),
        ("ScriptTaskLogEntry", 0, "logged", "", -1),
        ("OnInformation", 0x40D51A01, "printed 1.5", "", -1),
        ("OnInformation", 0x40D51A02, "Title: really?", "", -1),
    ]
    assert outcome.variables["User::m"] == "Yes"
    assert outcome.variables["User::h"] == "handled warned"


HANDLED = 'Dts.Variables["h"].Value = "handled " + Dts.Variables["System::ErrorDescription"].Value;'


def test_an_error_event_fails_the_task_at_its_end() -> None:
    body = 'Dts.Events.FireError(-999, "Sub", "bad", "", 0); Dts.Variables["m"].Value = "went on";'
    outcome = run(body, '<variable name="m" type="8"/>', write="m")
    assert outcome.result.name == "FAILURE"
    assert outcome.errors() == ["Script 0xFFFFFC19"]
    assert outcome.variables["User::m"] == "went on"


# --- objects ----------------------------------------------------------------------------------------


def test_objects_go_from_script_to_script_and_loop() -> None:
    first = """var table = new DataTable("T"); table.Columns.Add("n", typeof(int)); table.Columns.Add("s", typeof(string));
    table.Rows.Add(1, "a"); table.Rows.Add(2, DBNull.Value);
    Dts.Variables["t"].Value = table;
    Dts.Variables["l"].Value = new System.Collections.Generic.List<string> { "x", "y" };
    Dts.Variables["o"].Value = new Uri("http://example.org/a");"""
    second = """var t = (DataTable)Dts.Variables["t"].Value; var l = (System.Collections.Generic.List<string>)Dts.Variables["l"].Value;
    Dts.Variables["m"].Value = t.TableName + t.Rows.Count + l[1] + ((Uri)Dts.Variables["o"].Value).Host;"""
    loops = f"""<foreach name="Rows" enumerator="ForEachADOEnumerator"><enumerator><FEEADO EnumType="EnumerateRowsInFirstTable" VarName="User::t"/></enumerator>
      <map variable="User::n" index="0"/>{script_task("Add", source('Dts.Variables["sum"].Value = (int)Dts.Variables["sum"].Value + (int)Dts.Variables["n"].Value;'), read="n", write="sum")}</foreach>
      <foreach name="Items" enumerator="ForEachFromVarEnumerator"><enumerator><FEEFVE VariableName="User::l"/></enumerator>
      <map variable="User::s" index="0"/>{script_task("Append", source('Dts.Variables["all"].Value += (string)Dts.Variables["s"].Value;'), read="s", write="all")}</foreach>"""
    variables = "".join(f'<variable name="{name}" type="13"/>' for name in "tlo")
    variables += '<variable name="m" type="8"/><variable name="s" type="8"/><variable name="all" type="8"/><variable name="n"/><variable name="sum"/>'
    data = package(
        variables + script_task("First", source(first), write="t,l,o") + script_task("Second", source(second), read="t,l,o", write="m")
        + loops + '<constraint from="First" to="Second"/><constraint from="Second" to="Rows"/><constraint from="Rows" to="Items"/>'
    )  # fmt: skip
    outcome = execute(data)
    assert_good(outcome)
    assert outcome.variables["User::m"] == "T2yexample.org"
    assert outcome.variables["User::sum"] == 3
    assert outcome.variables["User::all"] == "xy"
    assert list(outcome.variables["User::t"].rows()) == [(1, "a"), (2, None)]


# --- connections and files --------------------------------------------------------------------------


def test_connection_managers(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "Data.txt").write_text("hello")
    body = r"""var c = Dts.Connections["File"];
    var path = c.AcquireConnection(null).ToString();
    Dts.Variables["m"].Value = File.ReadAllText(path) + "|" + c.ConnectionString + "|" + c.CreationName + "|" + c.Name
      + "|" + Dts.Connections.Contains("file") + Dts.Connections.Count + "|" + c.Properties["FileUsageType"].GetValue(c);
    c.ConnectionString = @"C:\x\in\other.txt";
    Dts.Variables["n"].Value = Dts.Connections[0].ConnectionString;"""
    variables = r'<connection name="File" kind="FILE" string="C:\x\in\data.txt" FileUsageType="1"/><variable name="m" type="8"/><variable name="n" type="8"/>'
    outcome = run(body, variables, write="m,n", tmp=tmp_path, path_map={"C:\\x": str(tmp_path)})
    assert_good(outcome)
    assert outcome.variables["User::m"] == r"hello|C:\x\in\data.txt|FILE|File|True1|1"
    assert outcome.variables["User::n"] == r"C:\x\in\other.txt"


def test_paths_of_windows_in_the_script_follow_the_path_map(tmp_path: Path) -> None:
    (tmp_path / "In").mkdir()
    (tmp_path / "In" / "b.txt").write_text("two\r\nlines\r\n")
    (tmp_path / "In" / "A.TXT").write_text("x")
    body = r"""var folder = @"C:\data\in";
    var files = Directory.GetFiles(folder, "*.txt");
    var first = new FileInfo(files[0]);
    using (var writer = new StreamWriter(folder + @"\out.csv")) { writer.WriteLine("one"); writer.WriteLine("two"); }
    using (var reader = new StreamReader(Path.Combine(folder, "b.txt"))) reader.ReadLine();
    File.Copy(@"c:\DATA\IN\b.txt", @"C:\data\copy.txt", true);
    Directory.CreateDirectory(@"C:\data\new\deep");
    new FileInfo(@"C:\data\copy.txt").MoveTo(@"C:\data\new\moved.txt");
    Dts.Variables["m"].Value = string.Join(";", files) + "|" + first.Name + "|" + first.FullName + "|" + first.DirectoryName + "|" + first.Length
      + "|" + Path.GetFileNameWithoutExtension(files[1]) + "|" + Path.GetExtension(files[1]) + "|" + Path.GetDirectoryName(folder)
      + "|" + File.ReadAllLines(files[1]).Length + "|" + File.Exists(@"C:\data\none") + "|" + new DirectoryInfo(folder).GetFiles("*.csv")[0].Name
      + "|" + Environment.NewLine.Length;"""
    outcome = run(body, '<variable name="m" type="8"/>', write="m", tmp=tmp_path, path_map={"C:\\Data": str(tmp_path)})
    assert_good(outcome)
    assert outcome.variables["User::m"] == (
        r"C:\data\in\A.TXT;C:\data\in\b.txt|A.TXT|C:\data\in\A.TXT|C:\data\in|1|b|.txt|C:\data|2|False|out.csv|2"
    )
    assert (tmp_path / "In" / "out.csv").read_bytes() == b"one\r\ntwo\r\n"
    assert (tmp_path / "new" / "moved.txt").read_bytes() == b"two\r\nlines\r\n"
    assert (tmp_path / "new" / "deep").is_dir()


def test_a_connection_that_only_windows_has_is_refused_by_name() -> None:
    body = 'Dts.Connections["Db"].AcquireConnection(null);'
    outcome = run(
        body, '<connection name="Db" kind="OLEDB" string="Data Source=x;Initial Catalog=y;Provider=SQLNCLI11.1;"/>'
    )
    assert outcome.errors() == ["Script 0x00000001"]
    assert 'Connection manager "Db" (OLEDB) cannot be given to a script' in messages(outcome)[0]


# --- what runs --------------------------------------------------------------------------------------


def test_a_script_that_does_not_compile_is_refused_with_file_line_and_message() -> None:
    outcome = run("int x = Unknown.Thing;")
    assert outcome.error.code == 0xC0D51A05
    assert "by mcs: ScriptMain.cs, line 14: CS0103" in outcome.error.message
    assert "Unknown" in outcome.error.message


def test_assemblies_that_are_not_here_are_named(tmp_path: Path) -> None:
    text = source("", usings="using WinSCP;")
    outcome = execute(package(script_task("S", text, references="System WinSCPnet")))
    assert outcome.error.code == 0xC0D51A05
    assert "WinSCP" in outcome.error.message


def test_an_assembly_beside_the_package_is_used(tmp_path: Path) -> None:
    library = compiled(
        "namespace Own { public class Tool { public static int Twice(int n) { return 2 * n; } } }",
        tmp_path,
        "Own.Tools",
    )
    (tmp_path / "Own.Tools.dll").write_bytes(library)
    text = source('Dts.Variables["n"].Value = Own.Tool.Twice(21);')
    data = package('<variable name="n"/>' + script_task("S", text, write="n", references="Own.Tools"))
    outcome = execute(data, options=ExecutionOptions(folder=str(tmp_path)))
    assert_good(outcome)
    assert outcome.variables["User::n"] == 42


def test_an_empty_script_fails_validation_as_in_ssis() -> None:
    outcome = execute(
        package('<task name="S" type="Microsoft.ScriptTask"><ScriptProject Name="x" Language="CSharp"/></task>')
    )
    assert outcome.result.name == "FAILURE"
    assert outcome.errors()[0] == "S 0xC0D51A06"


def test_visual_basic_without_compiled_part_is_refused() -> None:
    outcome = execute(package(script_task("S", "Public Class ScriptMain", language="VisualBasic")))
    assert outcome.error.code == 0xC0D51A02
    assert "VisualBasic" in outcome.error.message


def test_the_compiled_part_runs_where_the_source_is_not_compiled(tmp_path: Path) -> None:
    binary = compiled(source('Dts.Variables["n"].Value = 5; File.WriteAllText(@"C:\\out\\x.txt", "b");'), tmp_path)
    for language, text in (("CSharp", "public class Newer { ~~ }"), ("VisualBasic", "Public Class ScriptMain")):
        data = package('<variable name="n"/>' + script_task("S", text, write="n", language=language, binary=binary))
        options = ExecutionOptions(folder=str(tmp_path), path_map={"C:\\out": str(tmp_path)})
        outcome = execute(data, options=options)
        assert_good(outcome)
        assert outcome.variables["User::n"] == 5
        assert (tmp_path / "x.txt").read_text() == "b"
        (tmp_path / "x.txt").unlink()


def test_a_script_of_sql_server_2005(tmp_path: Path) -> None:
    body = 'Variables v = null; Dts.VariableDispenser.LockOneForWrite("n", ref v); v["n"].Value = 9; v.Unlock(); Dts.TaskResult = 0;'
    binary = compiled(OLD.format(body=body), tmp_path)
    task = script_task(
        "S", "Public Class ScriptMain", language="Microsoft Visual Basic .NET", entry_point="ScriptMain", binary=binary
    )
    outcome = execute(package('<variable name="n"/>' + task))
    assert_good(outcome)
    assert outcome.variables["User::n"] == 9


def test_another_entry_point() -> None:
    members = 'public void Begin() { Dts.Variables["n"].Value = 3; }'
    outcome = run("throw new Exception();", '<variable name="n"/>', write="n", members=members, entry_point="Begin")
    assert_good(outcome)
    assert outcome.variables["User::n"] == 3


def test_the_host_ending_early_is_an_error() -> None:
    outcome = run("Environment.Exit(7);")
    assert outcome.result.name == "FAILURE"
    assert outcome.errors() == ["Script 0xC0D51A08"]
    assert "Exit code 7" in messages(outcome)[0]


def test_a_stop_ends_the_script_and_what_it_started() -> None:
    body = """var p = System.Diagnostics.Process.Start("sleep", "61"); Dts.Events.FireWarning(p.Id, "", "started", "", 0);
    System.Threading.Thread.Sleep(60000);"""
    switch = CancelSwitch()
    found: list[int] = []

    def stop() -> None:
        for _ in range(200):
            time.sleep(0.05)
            if found := [p.pid for p in psutil.Process().children(recursive=True) if p.name() == "sleep"]:
                break
        children.extend(found)
        began.append(time.monotonic())
        switch.cancel()

    children: list[int] = found
    began: list[float] = []
    thread = threading.Thread(target=stop)
    thread.start()
    outcome = execute(package(script_task("S", source(body))), cancel=switch)
    thread.join()
    assert outcome.result.name == "CANCELED"
    assert outcome.errors() == []
    assert time.monotonic() - began[0] < 2
    assert children
    assert not any(psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE for pid in children)


# --- databases --------------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", ["SqlClient.Sql", "OleDb.OleDb"])
def test_a_database_of_the_connection_map(tmp_path: Path, provider: str) -> None:
    space, _, prefix = provider.partition(".")
    body = f"""using (var c = ({prefix}Connection)Dts.Connections["Db"].AcquireConnection(Dts.Transaction))
    {{
        new {prefix}Command("CREATE TABLE T (n INT, s NVARCHAR(20))", c).ExecuteNonQuery();
        var insert = c.CreateCommand(); insert.CommandText = "INSERT INTO T VALUES (@n, @s)";
        insert.Parameters.AddWithValue("@n", 1); insert.Parameters.AddWithValue("@s", "one"); insert.ExecuteNonQuery();
        insert.Parameters["@n"].Value = 2; insert.Parameters["@s"].Value = DBNull.Value;
        Dts.Variables["m"].Value = insert.ExecuteNonQuery() + "|";
        using (var r = new {prefix}Command("SELECT n, s FROM T ORDER BY n", c).ExecuteReader())
            while (r.Read()) Dts.Variables["m"].Value += r.GetInt32(0) + (r.IsDBNull(1) ? "-" : r["s"].ToString()) + "|";
        Dts.Variables["m"].Value += new {prefix}Command("SELECT COUNT(*) FROM T", c).ExecuteScalar() + "|";
        var table = new DataTable(); new {prefix}DataAdapter("SELECT * FROM T", c).Fill(table);
        Dts.Variables["m"].Value += table.Rows.Count + "|";
        try {{ new {prefix}Command("SELECT nothing FROM nowhere", c).ExecuteScalar(); }}
        catch (System.Data.Common.DbException e) {{ Dts.Variables["m"].Value += e.Message.Contains("nowhere") + e.GetType().Name; }}
    }}
    using (var own = new {prefix}Connection("Data Source=server;Initial Catalog=Own;Integrated Security=SSPI;Provider=SQLNCLI11"))
    {{
        own.Open();
        var t = own.BeginTransaction();
        new {prefix}Command("DELETE FROM T", own, t).ExecuteNonQuery();
        t.Rollback();
        Dts.Variables["n"].Value = Convert.ToInt32(new {prefix}Command("SELECT COUNT(*) FROM T", own).ExecuteScalar());
    }}"""
    body = body.replace("@n", "?").replace("@s", "?") if prefix == "OleDb" else body
    if prefix == "OleDb":
        body = body.replace('Parameters["?"].Value = 2', "Parameters[0].Value = 2").replace(
            'Parameters["?"].Value = DBNull', "Parameters[1].Value = DBNull"
        )
    kind = f"ADO.NET:System.Data.{space}.{prefix}Connection, System.Data, Version=4.0.0.0"
    variables = (
        f'<connection name="Db" kind="{kind}" string="Data Source=server;Initial Catalog=Db;Provider=SQLNCLI11"/>'
    )
    variables += '<variable name="m" type="8"/><variable name="n"/>'
    data = package(variables + script_task("S", source(body, usings=f"using System.Data.{space};"), write="m,n"))
    url = f"sqlite:///{tmp_path / 'd.db'}"
    targets = (ConnectionTarget(url=url, manager="Db"), ConnectionTarget(url=url, server="server", database="Own"))
    outcome = execute(data, options=ExecutionOptions(connection_map=targets, folder=str(tmp_path), debug=True))
    assert_good(outcome)
    assert outcome.variables["User::m"] == f"1|1one|2-|2|2|True{prefix}Exception"
    assert outcome.variables["User::n"] == 2


def result_set(kind: str, statement: str) -> str:
    """An Execute SQL Task that puts a full result set into User::rs."""
    return (
        f'<connection name="db" kind="{kind}" string="Provider=SQLNCLI11.1;Data Source=.;Initial Catalog=x;"/><variable name="rs" type="13"/>'
        '<task name="Query" type="Microsoft.ExecuteSQLTask"><SQLTask:SqlTaskData xmlns:SQLTask="www.microsoft.com/sqlserver/dts/tasks/sqltask"'
        f' SQLTask:Connection="db" SQLTask:ResultType="ResultSetType_Rowset" SQLTask:SqlStatementSource="{statement}">'
        '<SQLTask:ResultBinding SQLTask:ResultName="0" SQLTask:DtsVariableName="User::rs"/></SQLTask:SqlTaskData></task>'
    )


FILL = """var t = new DataTable(); new System.Data.OleDb.OleDbDataAdapter().Fill(t, Dts.Variables["rs"].Value);"""
CAST = """var t = ((DataSet)Dts.Variables["rs"].Value).Tables[0];"""
ADO_NET = "ADO.NET:System.Data.SqlClient.SqlConnection, System.Data, Version=4.0.0.0"


@pytest.mark.parametrize(("kind", "taken"), [("OLEDB", FILL), (ADO_NET, CAST)], ids=["OLE DB", "ADO.NET"])
def test_a_full_result_set_is_read_as_in_ssis(tmp_path: Path, kind: str, taken: str) -> None:
    body = (
        taken
        + """foreach (DataRow r in t.Rows) Dts.Variables["m"].Value += t.Columns[1].ColumnName + r[0] + (r.IsNull("b") ? "-" : (string)r["b"]) + ";";
    Dts.Variables["again"].Value = Dts.Variables["rs"].Value;"""
    )
    statement = "SELECT 1 AS a, 'x' AS b UNION ALL SELECT 2, NULL ORDER BY 1"
    variables = result_set(kind, statement) + '<variable name="m" type="8"/><variable name="again" type="13"/>'
    data = package(
        variables + script_task("S", source(body), read="rs", write="m,again") + '<constraint from="Query" to="S"/>'
    )
    targets = (ConnectionTarget(url=f"sqlite:///{tmp_path / 'd.db'}", manager="db"),)
    outcome = execute(data, options=ExecutionOptions(connection_map=targets, folder=str(tmp_path), debug=True))
    assert_good(outcome)
    assert outcome.variables["User::m"] == "b1x;b2-;"
    again = outcome.variables["User::again"]
    table = again.tables[0] if kind != "OLEDB" else again
    assert [row[0] for row in table.rows()] == [1, 2]
