"""Settings, loggers and console logs of a dtexec line."""

import pytest

from dtserve.cli.dtexec_request import Request, read_line, request_from
from dtserve.cli.dtexec_settings import console_log_of, loggers_of, settings_of
from dtserve.cli.errors import InvalidArgument
from dtserve.errors import UsageError
from dtserve.execution.options import Logger, Setting


def ask(*words: str) -> Request:
    return request_from(*read_line(words))


def test_settings_keep_their_order_and_their_quotes() -> None:
    request = ask(
        "/f", "p.dtsx", "/set", "\\Package.Variables[User::a].Value;1;2", "/conf", "c.dtsConfig",
        "/conn", 'A;"Data Source=x;Initial Catalog=y;";B;plain', "-set", "$Sensitive::\\Package.Disable;\"with \"\"quote\"\"\"",
    )  # fmt: skip
    assert request.options.settings == (
        Setting("set", "\\Package.Variables[User::a].Value", "1;2"),
        Setting("configuration", "c.dtsConfig"),
        Setting("connection", "A", "Data Source=x;Initial Catalog=y;"),
        Setting("connection", "B", "plain"),
        Setting("set", "\\Package.Disable", 'with "quote"', True),
    )


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("P(Int32);5", "$Package::P", "5"),
        ("$Project::Q;a b", "$Project::Q", "a b"),
        ("$Package::ConfigFile=value", "$Package::ConfigFile", "value"),
    ],
)
def test_parameters(text, name, value) -> None:
    assert ask("/f", "p", "/par", text).options.settings == (Setting("parameter", name, value),)


@pytest.mark.parametrize("text", ["CM.x.ServerName;1", "$ServerOption::SYNCHRONIZED(Boolean);True", ";1"])
def test_parameters_of_the_catalog_are_refused(text) -> None:
    with pytest.raises(UsageError):
        ask("/f", "p", "/par", text)


def test_a_line_without_them_has_none() -> None:
    line, _ = read_line(["/f", "p"])
    assert settings_of(line) == ()
    assert loggers_of(line) == ()


def test_loggers_with_and_without_a_configuration() -> None:
    line, _ = read_line(["/f", "p", "/l", "DTS.LogProviderTextFile;c:\\log.txt", "/l", "{0A039101}"])
    assert loggers_of(line) == (Logger("DTS.LogProviderTextFile", "c:\\log.txt"), Logger("{0A039101}", ""))


def test_console_logs_add_up() -> None:
    line, _ = read_line(["/f", "p", "/cons", "NM;I;OnError", "/cons", "E;OnWarning"])
    log = console_log_of(line)
    assert log.included == {"onerror"}
    assert log.excluded == {"onwarning"}
    assert log.entries == (("NM", frozenset({"onerror"})), ("NCOSGXMT", frozenset()))


def test_console_logs_need_a_list_before_names() -> None:
    line, _ = read_line(["/f", "p", "/cons", "NM;OnError"])
    with pytest.raises(InvalidArgument, match="I or E wanted"):
        console_log_of(line)
