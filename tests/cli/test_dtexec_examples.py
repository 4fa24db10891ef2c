"""The worked examples of the reference (DTEXEC §3, §6, §10, §15), read as lines and run where they can be."""

import re
import shlex

import pytest

from dtserve.cli import dtexec
from dtserve.cli.dtexec_console import ConsoleLog
from dtserve.cli.dtexec_request import Request, read_line, request_from
from dtserve.cli.quoting import split_line
from dtserve.controlflow.events import Event
from dtserve.errors import UsageError
from dtserve.execution.options import Logger, Setting
from support.control_flow import package


def ask(line: str) -> Request:
    return request_from(*read_line(split_line(line)))


def in_both_prefixes(line: str) -> list[str]:
    """The line as written, with ``-`` for ``/``, and with its options in capitals."""
    dashed = re.sub(r"(^| )/(?=[A-Za-z])", r"\1-", line)
    upper = re.sub(r"(^| )(/[A-Za-z]+)", lambda found: found[1] + found[2].upper(), line)
    return [line, dashed, upper]


EXAMPLES = {
    "/sq pkgOne /ser productionServer": lambda r: (r.store, r.path, r.server, r.user) == ("sql", "pkgOne", "productionServer", ""),
    r'/dts "\File System\MyPackage"': lambda r: (r.store, r.path) == ("dts", "\\File System\\MyPackage"),
    "/sq pkgOne /ser productionServer /va": lambda r: r.options.validate_only,
    r'/f "c:\pkgOne.dtsx"': lambda r: r.source.path == "c:\\pkgOne.dtsx",
    r'/f "c:\pkgOne.dtsx" /l "DTS.LogProviderTextFile;c:\log.txt"': lambda r: r.options.loggers == (Logger("DTS.LogProviderTextFile", "c:\\log.txt"),),
    "/sq pkgOne /verifyv {c200e360-38c5-11c5-11ce-ae62-08002b2b79ef}": lambda r: r.options.verify_version_id == "{c200e360-38c5-11c5-11ce-ae62-08002b2b79ef}",
    r'/f "c:\pkgOne.dtsx" /conf "c:\pkgOneConfig.cfg"': lambda r: r.options.settings == (Setting("configuration", "c:\\pkgOneConfig.cfg"),),
    r"/f mypackage.dtsx /set \package.variables[myvariable].Value;myvalue": lambda r: r.options.settings == (Setting("set", "\\package.variables[myvariable].Value", "myvalue"),),
    r"/Project c:\project.ispac /Package Package1.dtsx /SET \Package.Variables[$Package::Parameter];1 /SET \Package.Variables[$Project::Parameter];1": lambda r: (
        r.source.project_path == "c:\\project.ispac" and r.source.package_name == "Package1.dtsx"
        and [s.target for s in r.options.settings] == ["\\Package.Variables[$Package::Parameter]", "\\Package.Variables[$Project::Parameter]"]
    ),
    r'/DTS "\MSDB\DBSnapshots" /SERVER localhost /MAXCONCURRENT " -1 "': lambda r: (r.path, r.server, r.options.max_concurrent) == ("\\MSDB\\DBSnapshots", "localhost", -1),
    r'/FILE "C:\x\09_ParallelDemo.dtsx" /CHECKPOINTING OFF /REPORTING E': lambda r: (r.options.checkpointing, r.reporting.letters) == (False, "E"),
    '/Rep N /F "x.dtsx" /Decrypt "pw"': lambda r: (r.reporting.letters, r.options.password, r.password_on_line) == ("N", "pw", True),
    r'/SQL "\"\Maintenance Plans\Nightly\"" /SERVER "\"SQL01\"" /CHECKPOINTING OFF': lambda r: (r.path, r.server) == ("\\Maintenance Plans\\Nightly", "SQL01"),
    r'/F p.dtsx /MAXCONCURRENT " -1 " /CHECKPOINTING OFF /REPORTING V /CONSOLELOG NCOSGXMT': lambda r: r.console_log.entries == (("NCOSGXMT", frozenset()),),
    '/F p.dtsx /Par "$Package::ConfigFile=value"': lambda r: r.options.settings == (Setting("parameter", "$Package::ConfigFile", "value"),),
    '/F p.dtsx /Par "Parameter(Int32)";21': lambda r: r.options.settings == (Setting("parameter", "$Package::Parameter", "21"),),
    '/F p.dtsx /Conn "A";"Data Source=x;Initial Catalog=y;"': lambda r: r.options.settings == (Setting("connection", "A", "Data Source=x;Initial Catalog=y;"),),
    '/F p.dtsx /Conn "A";"Data Source=x;";"{5}";"Data Source=y;"': lambda r: [(s.target, s.value) for s in r.options.settings] == [("A", "Data Source=x;"), ("{5}", "Data Source=y;")],
    "/F p.dtsx /CheckF /CheckP /Res": lambda r: (r.options.checkpoint_file, r.options.checkpointing, r.options.restart) == ("", True, "force"),
    "/F p.dtsx /VerifyB 1;2;3 /W /Su /X86 /Ca agent": lambda r: (r.options.verify_build, r.options.warnings_as_errors, r.sums) == ((1, 2, 3), True, True),
    "/F p.dtsx /VLog /VerifyP {1} /VerifyS": lambda r: (r.options.verbose_log, r.options.verbose_log_file, r.options.verify_package_id, r.options.verify_signed) == (True, "", "{1}", True),
    "/F p.dtsx /Rep EWI;OnPreExecute;{6}": lambda r: (r.reporting.letters, r.reporting.excluded) == ("EWI", frozenset(("onpreexecute", "{6}"))),
    "/F a.dtsx /F b.dtsx /Rep V /Rep E": lambda r: (r.source.path, r.reporting.letters) == ("b.dtsx", "E"),
    r"/F p.dtsx /SET $Sensitive::\Package.Connections[A].Properties[Password];pw": lambda r: r.options.settings[0].sensitive and r.options.settings[0].target == "\\Package.Connections[A].Properties[Password]",
    "/F p.dtsx /Dump 0xC020801C;0xC0202009 /DumpOnErr": lambda r: r.dumps,
}  # fmt: skip


@pytest.mark.parametrize("line", EXAMPLES)
def test_lines_of_the_reference_in_both_prefixes(line) -> None:
    for each in in_both_prefixes(line):
        assert EXAMPLES[line](ask(each)), each


@pytest.mark.parametrize(
    "line",
    [
        r'/ISSERVER "\SSISDB\folderB\Project17\Package.dtsx" /SERVER "." /Envreference 2 /Par "$Project::ProjectParameter(Int32)";1',
        r'/Server localhost /ISServer "\SSISDB\C\C\C.dtsx" /Env 1 /Par $ServerOption::LOGGING_LEVEL(Int32);1',
        "/f a.dtsx /sq b",
        "/f a.dtsx /U me",
        "/sq a /P secret",
        "/f a.dtsx /Rep EV",
        "/f a.dtsx /Set",
    ],
)
def test_lines_that_are_refused(line, capsys) -> None:
    with pytest.raises(UsageError):
        ask(line)
    assert dtexec.main(split_line(line)) == 6
    assert "secret" not in capsys.readouterr().out


def test_the_line_of_a_unix_shell() -> None:
    words = shlex.split(r'/F MyPackage.dtsx /CONN "MyConnection"\;"\"MyConnectionString\""')
    request = request_from(*read_line(words))
    assert request.options.settings == (Setting("connection", "MyConnection", "MyConnectionString"),)


A, B = Event("A", "s"), Event("B", "s")


@pytest.mark.parametrize(
    ("line", "a", "b"),
    [
        ("/CONSOLELOG", "NCOSGXMT", "NCOSGXMT"),
        ("/CONSOLELOG NM", "NM", "NM"),
        ("/CONSOLELOG I;A", "NCOSGXMT", ""),
        ("/CONSOLELOG NM;I;A", "NM", ""),
        ("/CONSOLELOG I;A;B", "NCOSGXMT", "NCOSGXMT"),
        ("/CONSOLELOG I;A /CONSOLELOG I;B", "NCOSGXMT", "NCOSGXMT"),
        ("/CONSOLELOG NM;I;A /CONSOLELOG", "NCOSGXMT", ""),
        ("/CONSOLELOG E;A", "", "NCOSGXMT"),
        ("/CONSOLELOG E;A /CONSOLELOG I;A", "", ""),
    ],
)
def test_console_logs_of_the_reference(line, a, b) -> None:
    log = ask(f"/F p.dtsx {line}").console_log
    assert isinstance(log, ConsoleLog)
    assert (log.columns_for(A), log.columns_for(B)) == (a, b)


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setenv("DTSERVE_HOME", str(tmp_path / "home"))
    path = tmp_path / "p.dtsx"
    task = '<task name="T" type="Microsoft.ExpressionTask"><ExpressionTask Expression="10 / @[User::n]"/></task>'
    path.write_bytes(package('<variable name="User::n" value="1"/>' + task))
    return path


N = "\\Package.Variables[User::n].Value"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["/SET", f"{N};0"], 1),
        (["/SET", f"{N};0", "/SET", f"{N};2"], 0),
        (["-set", f'"{N}";0'], 1),
        (["/SET", f"{N};two"], 1),
        (["/SET", "Package.Variables[n].Value;0"], 1),
        (["/VA", "/SET", f"{N};0"], 0),
        (["/VERIFYB", "9"], 1),
        (["/RES", "deny", "/SET", "\\Package.Properties[Disable];true", "/SET", f"{N};0"], 0),
    ],
)
def test_runs_end_as_told(file, words, code, capsys) -> None:
    assert dtexec.main(["/F", str(file), *words, "/REP", "E"]) == code, capsys.readouterr().out


def test_options_of_a_command_file_stand_where_it_is_met(file, tmp_path, capsys) -> None:
    (tmp_path / "o.txt").write_text(f'/SET "{N}";0\n')
    before = ["/F", str(file), "/COM", str(tmp_path / "o.txt"), "/SET", f"{N};1", "/REP", "N"]
    after = ["/F", str(file), "/SET", f"{N};1", "/COM", str(tmp_path / "o.txt"), "/REP", "N"]
    assert [dtexec.main(before), dtexec.main(after)] == [0, 1]
    assert "DTSER_FAILURE (1)" in capsys.readouterr().out


def test_a_setting_that_does_not_fit_is_told_without_its_value(file, capsys) -> None:
    line = ["/F", str(file), "/SET", "\\Package.Variables[User::nope].Value;hunter2"]
    assert dtexec.main(line) == 1
    text = capsys.readouterr().out
    assert "Could not set \\Package.Variables[User::nope].Value to the value given." in text
    assert "hunter2" not in text
    assert "DTExec: The package execution returned DTSER_FAILURE (1)." in text
