"""Configurations in SSIS's order (CONFIG_LOGGING §1.3)."""

import sqlite3
from contextlib import closing

from dtserve.connections.environment import ConnectionTarget
from dtserve.controlflow.results import ExecResult
from dtserve.execution.options import ExecutionOptions, Setting
from support.control_flow import execute, package

NS = 'xmlns:DTS="www.microsoft.com/SqlServer/Dts"'
READ = '<task name="T" type="Microsoft.ExpressionTask"><ExpressionTask Expression="@[User::r] = @[User::v]"/></task>'


def entry(kind: int, text: str, target: str = "", name: str = "cfg") -> str:
    return (
        f'<DTS:Configuration DTS:ConfigurationType="{kind}" DTS:ConfigurationString="{text}" DTS:ConfigurationVariable="{target}" '
        f'DTS:ObjectName="{name}" DTS:DTSID="{{DDDDDDDD-0000-0000-0000-{abs(hash(name)) % 10**12:012d}}}" DTS:CreationName=""/>'
    )


def configured(entries: str, more: str = "", **attributes: str) -> bytes:
    raw = f"<raw {NS}><DTS:Configurations>{entries}</DTS:Configurations></raw>"
    variables = '<variable name="User::v" type="8" value="design"/><variable name="User::r" type="8" value=""/>'
    return package(more + raw + variables + READ, **{"EnableConfig": "True", **attributes})


V = "\\Package.Variables[User::v].Properties[Value]"


def file(path, value: str, target: str = V) -> None:
    path.write_text(
        f'<DTSConfiguration><Configuration ConfiguredType="Property" Path="{target}" ValueType="String">'
        f"<ConfiguredValue>{value}</ConfiguredValue></Configuration></DTSConfiguration>"
    )


def value(data: bytes, *settings: Setting, **options: object) -> str:
    outcome = execute(data, settings=settings, options=ExecutionOptions(**options))
    assert outcome.result is ExecResult.SUCCESS, outcome.errors()
    return outcome.variables["User::r"]


def test_a_file_sets_a_variable_and_beats_set_and_configfile(tmp_path) -> None:
    file(tmp_path / "a.dtsConfig", "file")
    file(tmp_path / "b.dtsConfig", "command line")
    data = configured(entry(1, f"{tmp_path}/a.dtsConfig"))
    assert value(data) == "file"
    assert value(data, Setting("set", V, "set")) == "file"
    assert value(data, Setting("configuration", f"{tmp_path}/b.dtsConfig")) == "file"
    assert value(configured(""), Setting("configuration", f"{tmp_path}/b.dtsConfig")) == "command line"


def test_set_may_move_a_configuration_elsewhere(tmp_path) -> None:
    file(tmp_path / "a.dtsConfig", "first")
    file(tmp_path / "b.dtsConfig", "second")
    moved = Setting("set", "\\Package.Configurations[cfg].Properties[ConfigurationString]", f"{tmp_path}/b.dtsConfig")
    assert value(configured(entry(1, f"{tmp_path}/a.dtsConfig")), moved) == "second"


def test_environment_variables_direct_and_indirect(tmp_path) -> None:
    file(tmp_path / "a.dtsConfig", "by file")
    environment = {"DTS_V": "from env", "DTS_FILE": f"{tmp_path}/a.dtsConfig"}
    assert value(configured(entry(2, "DTS_V", V)), environment=environment) == "from env"
    assert value(configured(entry(5, "DTS_FILE")), environment=environment) == "by file"


def test_the_last_entry_wins_and_a_missing_one_is_a_warning_told_twice(tmp_path) -> None:
    environment = {"DTS_A": "a", "DTS_B": "b"}
    data = configured(entry(2, "DTS_A", V, "one") + entry(2, "DTS_B", V, "two") + entry(2, "DTS_GONE", V, "three"))
    outcome = execute(data, options=ExecutionOptions(environment=environment))
    assert outcome.variables["User::r"] == "b"
    assert outcome.warnings() == ["Pkg 0x80019003", "Pkg 0x80012059"] * 2
    assert outcome.events[-1].kind == "PackageEnd"


def test_a_sql_server_table_in_a_mapped_database(tmp_path) -> None:
    with closing(sqlite3.connect(tmp_path / "c.db")) as connection:
        connection.executescript(
            'CREATE TABLE "SSIS Configurations"(ConfigurationFilter TEXT, ConfiguredValue TEXT, PackagePath TEXT, ConfiguredValueType TEXT);'
            f"INSERT INTO \"SSIS Configurations\" VALUES ('mine', 'table', '{V}', 'String'), ('other', 'no', '{V}', 'String');"
        )
    text = "&quot;db&quot;;&quot;[dbo].[SSIS Configurations]&quot;;&quot;mine&quot;;"
    data = configured(
        entry(7, text),
        '<connection name="db" kind="OLEDB" string="Data Source=.;Initial Catalog=x;Provider=SQLNCLI11;"/>',
    )
    target = ConnectionTarget(f"sqlite:///{tmp_path}/c.db", manager="db")
    assert value(data, connection_map=(target,)) == "table"


def test_registry_entries_come_from_a_reg_file(tmp_path) -> None:
    (tmp_path / "r.reg").write_text('[HKEY_CURRENT_USER\\SSIS\\My]\n"Value"="registry"\n')
    assert value(configured(entry(3, "SSIS\\My", V)), registry_file=f"{tmp_path}/r.reg") == "registry"


def test_nothing_is_applied_unless_enabled(tmp_path) -> None:
    file(tmp_path / "a.dtsConfig", "file")
    assert value(configured(entry(1, f"{tmp_path}/a.dtsConfig"), EnableConfig="False")) == "design"


def test_warnings_may_be_suppressed_and_failures_are_listed() -> None:
    more = '<variable name="User::f" type="8" value=""/><task name="F" type="Microsoft.ExpressionTask"><ExpressionTask Expression="@[User::f] = @[System::FailedConfigurations]"/></task>'
    outcome = execute(
        configured(entry(1, "/no/such.dtsConfig", name="bad"), more, SuppressConfigurationWarnings="True")
    )
    assert outcome.warnings() == []
    assert outcome.variables["User::f"] == "bad"
