"""The host process: its requests, its calls and its end."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from dtserve.connections.environment import Environment
from dtserve.errors import Canceled, InternalError
from dtserve.scripts.errors import ScriptHostEnded
from dtserve.scripts.preparation import ScriptSurroundings
from dtserve.scripts.process import ScriptHost
from dtserve.scripts.redirection import redirected
from support.scripts import compiled, source


def end(process: subprocess.Popen[Any]) -> None:
    process.kill()


@pytest.fixture
def host(tmp_path: Path) -> Iterator[ScriptHost]:
    found = ScriptSurroundings.of(Environment(temp=tmp_path, variables=dict(os.environ)))
    started = ScriptHost(found.tools, found.host, dict(os.environ), subprocess.Popen, end)
    yield started
    started.close()
    assert started.process.poll() is not None


def request(folder: Path, body: str, members: str = "") -> dict[str, Any]:
    place = folder / "script.dll"
    place.write_bytes(redirected(compiled(source(body, members=members), folder)))
    paths = {"map": [], "folder": str(folder)}
    return {"assembly": str(place), "folders": [], "class": "ScriptMain", "method": "Main", "lock": 1, "variables": [], "culture": 1033, "paths": paths}  # fmt: skip


def nothing(operation: str, facts: Mapping[str, Any]) -> None:
    return None


def test_a_script_makes_calls_and_ends(host: ScriptHost, tmp_path: Path) -> None:
    calls = []

    def serve(operation: str, facts: Mapping[str, Any]) -> Mapping[str, Any]:
        calls.append((operation, facts.get("text")))
        return {"value": False}

    body = 'Console.WriteLine("a\\u20acb"); Dts.Events.FireWarning(1, "s", "t\\n", "", 0); Dts.ExecutionValue = 5L;'
    done = host.run("run", request(tmp_path, body), serve, lambda: None)
    assert calls == [("print", "a€b"), ("event", "t\n")]
    assert (done["result"], done["value"]) == (0, {"t": "i8", "v": "5"})


def test_errors_of_the_run_are_exceptions_of_the_script(host: ScriptHost, tmp_path: Path) -> None:
    def serve(operation: str, facts: Mapping[str, Any]) -> None:
        raise InternalError(detail="x")

    done = host.run("run", request(tmp_path, 'Dts.Events.FireError(1, "", "", "", 0);'), serve, lambda: None)
    assert done["exception"] == "Microsoft.SqlServer.Dts.Runtime.DtsRuntimeException"


def test_the_culture_is_that_of_the_package(host: ScriptHost, tmp_path: Path) -> None:
    asked = request(tmp_path, "Dts.ExecutionValue = (1.5).ToString() + new DateTime(2014, 3, 5).ToString();")
    assert host.run("run", asked, nothing, lambda: None)["value"]["v"] == "1.53/5/2014 12:00:00 AM"
    german = host.run("run", {**asked, "culture": 1031}, nothing, lambda: None)["value"]["v"]
    assert german == "1,505.03.2014 00:00:00"


def test_a_check_names_what_is_missing(host: ScriptHost, tmp_path: Path) -> None:
    library = tmp_path / "lib" / "Own.dll"
    library.parent.mkdir()
    library.write_bytes(compiled("public class Own { public static int N; }", tmp_path, "Own"))
    (tmp_path / "good.dll").write_bytes(compiled(source(""), tmp_path))
    assert host.check(tmp_path / "good.dll", ()) == {"missing": [], "members": []}
    (tmp_path / "bad.dll").write_bytes(b"MZ no assembly")
    assert host.check(tmp_path / "bad.dll", ())["members"]
    surroundings = ScriptSurroundings.of(Environment(temp=tmp_path, variables=dict(os.environ)))
    (tmp_path / "user.cs").write_text("class A { int n = Own.N; }")
    surroundings.tools.compile(tmp_path / "user.dll", [tmp_path / "user.cs"], ["-target:library", f"-r:{library}"])
    assert host.check(tmp_path / "user.dll", ()) == {"missing": ["Own"], "members": []}
    assert host.check(tmp_path / "user.dll", (str(library.parent),)) == {"missing": [], "members": []}
    library.write_bytes(compiled("public class Own { public static long N; }", tmp_path, "Own"))


def test_a_script_that_is_not_to_go_on_is_aborted_and_the_host_goes_on(host: ScriptHost, tmp_path: Path) -> None:
    def look() -> None:
        raise Canceled

    asked = request(tmp_path, "System.Threading.Thread.Sleep(60000);")
    with pytest.raises(Canceled):
        host.run("run", asked, nothing, look)
    assert not host.ended
    assert host.run("run", request(tmp_path, ""), nothing, lambda: None)["result"] == 0


def test_a_host_that_ends_is_told_with_its_last_words(host: ScriptHost, tmp_path: Path) -> None:
    with pytest.raises(ScriptHostEnded, match="Exit code 3"):
        host.run("run", request(tmp_path, "Environment.Exit(3);"), nothing, lambda: None)
    with pytest.raises(ScriptHostEnded):
        host.run("run", request(tmp_path, ""), nothing, lambda: None)
    assert host.ended


def test_what_children_of_a_script_print_disturbs_nothing(host: ScriptHost, tmp_path: Path) -> None:
    body = 'var s = new System.Diagnostics.ProcessStartInfo("echo", "{}") { UseShellExecute = false }; System.Diagnostics.Process.Start(s).WaitForExit();'
    assert host.run("run", request(tmp_path, body), nothing, lambda: None)["result"] == 0


def test_each_execution_begins_with_fresh_statics(host: ScriptHost, tmp_path: Path) -> None:
    asked = request(tmp_path, "Dts.ExecutionValue = ++count;", "static int count;")
    assert [host.run("run", asked, nothing, lambda: None)["value"]["v"] for _ in range(2)] == ["1", "1"]


def test_a_call_that_breaks_is_answered(host: ScriptHost, tmp_path: Path) -> None:
    def serve(operation: str, facts: Mapping[str, Any]) -> None:
        raise KeyError("lock")

    done = host.run("run", request(tmp_path, 'Dts.Events.FireWarning(1, "s", "t", "", 0);'), serve, lambda: None)
    assert done["text"] == "Internal error in event of a script: KeyError: 'lock'"


def test_the_rest_of_a_line_is_printed(host: ScriptHost, tmp_path: Path) -> None:
    printed = []
    body = 'Console.WriteLine("one"); Console.Write("two");'
    host.run("run", request(tmp_path, body), lambda _, facts: printed.append(facts["text"]), lambda: None)
    assert printed == ["one", "two"]


@pytest.mark.parametrize(
    ("span", "kind"),
    [("new TimeSpan(1, 2, 3)", "time"), ("TimeSpan.FromDays(2)", "object"), ("TimeSpan.FromHours(-1)", "object")],
)
def test_spans_of_time_that_are_no_time_of_day_stay_objects(host: ScriptHost, tmp_path: Path, span, kind) -> None:
    done = host.run("run", request(tmp_path, f"Dts.ExecutionValue = {span};"), nothing, lambda: None)
    assert done["value"]["t"] == kind


@pytest.mark.parametrize("line", ["no message", "[]", '{"op": "done"}'])
def test_a_line_that_is_no_message_leaves_nobody_waiting(tmp_path: Path, line: str) -> None:
    found = ScriptSurroundings.of(Environment(temp=tmp_path, variables=dict(os.environ)))

    def launch(command: list[str], **how: Any) -> subprocess.Popen[bytes]:
        return subprocess.Popen(["sh", "-c", f"echo '{line}' >&{command[-1]}; exec sleep 60"], **how)

    broken = ScriptHost(found.tools, found.host, dict(os.environ), launch, end)
    with pytest.raises(ScriptHostEnded):
        broken.run("run", {}, nothing, lambda: None)
    broken.kill()
    broken.close()
