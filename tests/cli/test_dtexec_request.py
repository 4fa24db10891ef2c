"""From a dtexec line to what is asked for."""

import pytest

from dtserve.cli.dtexec_request import Request, read_line, request_from
from dtserve.errors import UsageError
from dtserve.execution.options import Logger, Setting


def ask(*words: str) -> Request:
    return request_from(*read_line(words))


def test_checkpoints_and_limits() -> None:
    options = ask(
        "/f", "p", "/checkf", "c.xml", "/checkp", "on", "/res", "ifpossible", "/m", " -1 ", "/w", "/va"
    ).options
    assert (options.checkpoint_file, options.checkpointing, options.restart) == ("c.xml", True, "ifPossible")
    assert options.max_concurrent == -1
    assert options.warnings_as_errors
    assert options.validate_only
    bare = ask("/f", "p", "/checkp", "/res", "/checkf").options
    assert (bare.checkpoint_file, bare.checkpointing, bare.restart) == ("", True, "force")
    assert ask("/f", "p").options.checkpoint_file is None


def test_loggers_verify_and_maps() -> None:
    options = ask(
        "/f", "p", "/l", "DTS.LogProviderTextFile;c:\\log.txt", "/vlog", "v.log", "/verifyb", "1;2;3",
        "--map", "db=sqlite:///x.db", "--path-map=C:\\data=/srv/data", "--memory", "2G", "--results=/out",
    ).options  # fmt: skip
    assert options.loggers == (Logger("DTS.LogProviderTextFile", "c:\\log.txt"),)
    assert options.verbose_log
    assert options.verbose_log_file == "v.log"
    assert options.verify_build == (1, 2, 3)
    assert options.connection_map[0].manager == "db"
    assert dict(options.path_map) == {"C:\\data": "/srv/data"}
    assert options.memory_limit == 2 << 30
    assert options.results == "/out"


@pytest.mark.parametrize(("option", "value"), [("--memory", "lots"), ("--path-map", "nothing"), ("--map", "nothing")])
def test_wrong_values_of_own_options(option, value) -> None:
    with pytest.raises(Exception, match="not valid"):
        ask("/f", "p", option, value)


def test_where_the_package_is() -> None:
    request = ask("/sq", "\\F\\P", "/ser", "S", "/u", "me", "/p", "secret")
    assert (request.store, request.path, request.server, request.user) == ("sql", "\\F\\P", "S", "me")
    assert "secret" not in repr(request)
    project = ask("/proj", "a.ispac", "/pack", "b.dtsx")
    assert (project.source.project_path, project.source.package_name) == ("a.ispac", "b.dtsx")


def test_a_command_file_is_read_in_its_place(tmp_path) -> None:
    path = tmp_path / "o.txt"
    path.write_bytes('/SET "\\Package.Disable";1 /REP V --temp /tmp\n'.encode("utf-16"))
    request = ask("/f", "p", "/com", str(path), "/rep", "E")
    assert request.options.settings == (Setting("set", "\\Package.Disable", "1"),)
    assert request.reporting.letters == "E"
    assert request.options.temp == "/tmp"


def test_a_command_file_that_reads_itself_ends(tmp_path) -> None:
    path = tmp_path / "o.txt"
    path.write_text(f"/COM {path}")
    with pytest.raises(UsageError):
        ask("/com", str(path))
