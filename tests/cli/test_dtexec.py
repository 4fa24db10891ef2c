"""dtexec as a user calls it: output, exit codes, stops."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from dtserve.cli import dtexec
from support.control_flow import package

GOOD = '<variable name="User::n" value="1"/><task name="My Task" type="Microsoft.ExpressionTask"><ExpressionTask Expression="10 / @[User::n]"/></task>'


@pytest.fixture
def file(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("DTSERVE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SSIS_PACKAGE_DECRYPT", raising=False)
    path = tmp_path / "good.dtsx"
    path.write_bytes(package(GOOD))
    return path


def call(*words: object, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dtserve.cli.dtexec", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, **options)


def test_a_good_run_prints_head_and_tail(file) -> None:
    done = call("/F", file)
    assert done.returncode == 0, done.stdout
    lines = done.stdout.splitlines()
    assert "Execute Package Utility" in lines[0]
    assert re.fullmatch(r"Version \S+ for (32|64)-bit", lines[1])
    assert lines[2].startswith("Copyright (C) ")
    assert lines[3] == ""
    assert re.fullmatch(r"Started:  \d{1,2}:\d\d:\d\d [AP]M", lines[4])
    assert lines[5] == "DTExec: The package execution returned DTSER_SUCCESS (0)."
    assert lines[6] == lines[4]
    assert re.fullmatch(r"Finished: \d{1,2}:\d\d:\d\d [AP]M", lines[7])
    assert re.fullmatch(r"Elapsed:  \d+\.\d{3} seconds", lines[8])
    assert len(lines) == 9
    assert done.stderr == ""


def test_a_failed_run_prints_blocks_and_returns_1(file) -> None:
    done = call("/File", file, "/Set", "\\Package.Variables[User::n].Value;0", "/Rep", "EWI")
    assert done.returncode == 1
    block = re.search(
        r"Error: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d\d\n   Code: 0xC0D51511\n   Source: My Task \n   Description: .*\nEnd Error\n",
        done.stdout,
    )
    assert block is not None, done.stdout
    assert re.search(r"Info: .*\n   Code: 0x40016051\n", done.stdout)
    assert re.search(r"Warning: .*\n   Code: 0x80019002\n   Source: Pkg \n", done.stdout)
    assert "DTExec: The package execution returned DTSER_FAILURE (1).\n" in done.stdout


def main(capsys, *words: object) -> tuple[int, str]:
    code = dtexec.main([str(word) for word in words])
    return code, capsys.readouterr().out


def test_what_is_not_there_is_4_and_what_cannot_be_loaded_5(file, tmp_path, capsys) -> None:
    code, text = main(capsys, "/F", tmp_path / "none.dtsx")
    assert code == 4
    assert f'Could not load package "{tmp_path}/none.dtsx" because of error 0xC0011002.' in text
    (tmp_path / "bad.dtsx").write_text("<x>")
    assert main(capsys, "/F", tmp_path / "bad.dtsx")[0] == 5
    (tmp_path / "wmi.dtsx").write_bytes(
        package('<task name="W" type="Microsoft.WmiDataReaderTask"><WMIDRTaskData/></task>')
    )
    code, text = main(capsys, "/F", tmp_path / "wmi.dtsx")
    assert code == 5
    assert 'Task "W" (WmiDataReaderTask) is not supported' in text
    assert f'Could not load package "{tmp_path}/wmi.dtsx" because of error 0x' in text
    assert "DTSER_" not in text


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ((), "At least one of the DTS, SQL, or File options must be specified."),
        (("/nonsense",), 'Option "nonsense" is not valid.'),
        (("/F", "a", "/SQ", "b"), "cannot be used together"),
        (("/F", "a", "/Rep", "XYZ"), "letters of N, E, W, I, C, D, P, V wanted"),
        (("/F", "a", "/ISServer", "b"), "cannot be used together"),
        (("/ISServer", "b"), "/ISServer needs the SSIS catalog"),
        (("/F", "a", "--nonsense"), 'Option "--nonsense" is not valid.'),
        (("/F", "a", "/M", "many"), "a number wanted"),
        (("/F", "a", "/M", "0"), "1 or more, or -1 wanted"),
        (("/F", "a", "/M", "-2"), "1 or more, or -1 wanted"),
        (("/F", "a", "--memory", "1"), "64M or more wanted"),
        (("/F", "a", "/Set", "novalue"), "property path;value wanted"),
        (("/Com", "/no/such/file"), "cannot be read"),
        (("/Pack", "a.dtsx"), "/Project"),
    ],
)
def test_lines_that_make_no_sense_are_6(words, text, capsys) -> None:
    code, printed = main(capsys, *words)
    assert code == 6
    assert text in printed
    assert "Traceback" not in printed


def test_help_and_version(capsys) -> None:
    code, text = main(capsys, "/?")
    assert code == 0
    assert "/Conn[ection]" in text
    assert "--path-map" in text
    assert "property path" in main(capsys, "/?", "set")[1].lower() or "propertyPath" in main(capsys, "/H", "set")[1]
    assert main(capsys, "--version")[1].startswith("dtexec (dtserve) ")


def test_reporting_nothing_and_progress(file, capsys) -> None:
    code, text = main(capsys, "/F", file, "/Rep", "N", "/Set", "\\Package.Variables[User::n].Value;0")
    assert code == 1
    assert "Error:" not in text
    excluded = main(capsys, "/F", file, "/Rep", "E;OnError", "/Set", "\\Package.Variables[User::n].Value;0")[1]
    assert "Error:" not in excluded


def test_console_log_columns_and_filters(file, capsys) -> None:
    text = main(capsys, "/F", file, "/Cons", "NS;I;OnPreExecute")[1]
    assert text.count("Log:\n") == 2
    assert "     Name: OnPreExecute\n     Source Name: My Task\nEnd Log\n" in text
    whole = main(capsys, "/F", file, "/Cons")[1]
    assert re.search(
        r"     Name: PackageStart\n     Computer: .*\n     Operator: .*\n     Source Name: Pkg\n     Source GUID: \{.*\}\n     Execution GUID: \{.*\}\n     Message: ",
        whole,
    )
    assert "Log:" not in main(capsys, "/F", file, "/Cons", "NS;I;OnPreExecute", "/Cons", "E;OnPreExecute")[1]


def test_command_file_and_agent_quotes(file, tmp_path, capsys) -> None:
    options = tmp_path / "options.txt"
    options.write_text(f'/FILE "\\"{file}\\"" /REPORTING N\n/SET "\\Package.Variables[User::n].Value";0\n')
    assert main(capsys, "/Com", options)[0] == 1


def test_validate_only_and_verify(file, capsys) -> None:
    assert main(capsys, "/F", file, "/Va", "/Set", "\\Package.Variables[User::n].Value;0")[0] == 0
    code, text = main(capsys, "/F", file, "/VerifyP", "{00000000-0000-0000-0000-00000000FFFF}")
    assert code == 1
    assert "was not executed" in text


def test_passwords_warn_on_the_line_and_may_come_from_elsewhere(file, tmp_path, capsys, monkeypatch) -> None:
    assert "Warning: Using /De[crypt] <password>" in main(capsys, "/F", file, "/De", "pw")[1]
    secret = tmp_path / "secret"
    secret.write_text("pw\n")
    assert "Warning" not in main(capsys, "/F", file, "--decrypt-file", secret)[1]
    assert main(capsys, "/F", file, "--decrypt-file", tmp_path / "none")[0] == 6
    monkeypatch.setattr("getpass.getpass", lambda prompt: "typed" if prompt == "Enter decryption password: " else "")
    assert main(capsys, "/F", file, "/De")[0] == 0


def test_a_package_of_the_store_and_of_msdb(file, tmp_path, capsys) -> None:
    from dtserve.service.config import load_home

    home = load_home(tmp_path / "home")
    (home.packages_path / "Stored.dtsx").write_bytes(file.read_bytes())
    store = home.msdb()
    store.create_folder(("Sales",))
    store.write(("Sales", "Load"), file.read_bytes())
    home.close()
    assert main(capsys, "/DTS", "\\File System\\Stored")[0] == 0
    assert main(capsys, "/SQL", "\\Sales\\Load")[0] == 0
    assert main(capsys, "/SQL", "\\Sales\\Gone")[0] == 4
    assert main(capsys, "/DTS", "\\Nowhere\\X")[0] in (4, 5)
    assert main(capsys, "/SQL", "x", "/SER", "no-such-server")[0] in (1, 4, 5)


def test_ctrl_c_ends_within_two_seconds_with_exit_code_3(tmp_path) -> None:
    pid_file = tmp_path / "pid"
    script = f"echo $$ &gt; {pid_file}; sleep 60"
    path = tmp_path / "slow.dtsx"
    path.write_bytes(
        package(
            f'<task name="P" type="Microsoft.ExecuteProcess"><ExecuteProcessData Executable="sh" Arguments="-c &quot;{script}&quot;"/></task>'
        )
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "dtserve.cli.dtexec", "/F", str(path)], stdout=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 20
    while not (pid_file.exists() and pid_file.read_text().strip()):
        assert time.monotonic() < deadline, "the package did not get that far"
        time.sleep(0.02)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    text, _ = process.communicate(timeout=10)
    assert time.monotonic() - began < 2.5
    assert process.returncode == 3
    assert "DTExec: The package execution returned DTSER_CANCELED (3)." in text
    assert not psutil.pid_exists(int(pid_file.read_text()))


def test_a_stop_while_the_program_is_still_being_read_is_a_stop(tmp_path) -> None:
    path = tmp_path / "slow.dtsx"
    path.write_bytes(
        package(
            '<task name="P" type="Microsoft.ExecuteProcess"><ExecuteProcessData Executable="sleep" Arguments="9"/></task>'
        )
    )
    codes = []
    for number in range(10):
        process = subprocess.Popen(
            [sys.executable, "-m", "dtserve.cli.dtexec", "/F", str(path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        status = Path("/proc", str(process.pid), "status")
        while not int(re.search(r"SigCgt:\s*(\w+)", status.read_text())[1], 16) >> (signal.SIGTERM - 1) & 1:  # type: ignore[index]
            assert process.poll() is None
        time.sleep(number * 0.012)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT if number % 2 else signal.SIGTERM)
        text, _ = process.communicate(timeout=10)
        codes.append(process.returncode)
        assert b"Traceback" not in text
        assert b"Error" not in text
    assert codes == [3] * 10


def test_nothing_heavy_is_imported_for_an_empty_package(tmp_path) -> None:
    path = tmp_path / "empty.dtsx"
    path.write_bytes(package(""))
    code = (
        "import sys\nfrom dtserve.cli.dtexec import main\ncode = main(['/F', sys.argv[1]])\n"
        "heavy = {'polars', 'duckdb', 'pyarrow', 'sqlalchemy', 'sqlglot', 'fastapi', 'rich', 'cryptography', 'numpy'}\n"
        "print(sorted(heavy & set(sys.modules)))\nsys.exit(code)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "DTSERVE_HOME": str(tmp_path / "no-home")}
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[-1] == "[]"
