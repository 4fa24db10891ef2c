"""Entries in the operating system's log: datagrams as journald reads them, lines as syslog does, pywin32's call."""

import os
import socket
import struct
import subprocess
import sys
import types
from pathlib import Path

import pytest

from dtserve.service.errors import SystemLogUnavailable
from dtserve.service.eventlog import SERVICE_EVENTS, EventLog
from dtserve.service.settings import read_settings
from dtserve.service.state import open_state
from dtserve.service.system_log import LONGEST, Journald, NoSystemLog, Syslog, message_id, open_system_log
from dtserve.service.windows_event_log import MESSAGE_FILE, WindowsEventLog, register_source
from support.service import serve


def receiver(path):
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    bound.bind(str(path))
    bound.settimeout(10)
    return bound


def fields(datagram: bytes) -> dict[str, str]:
    """What journald makes of a datagram."""
    found = {}
    while datagram:
        line, _, rest = datagram.partition(b"\n")
        name, equals, value = line.partition(b"=")
        if not equals:
            (length,) = struct.unpack("<Q", rest[:8])
            value, datagram = rest[8 : 8 + length], rest[9 + length :]
        else:
            datagram = rest
        found[name.decode()] = value.decode()
    return found


def settings(tmp_path, **values):
    names = {f"DTSERVE_SERVICE_{key.upper()}": str(value) for key, value in values.items()}
    return read_settings(tmp_path / "none.toml", {"DTSERVE_SERVICE_SYSLOG_SOCKET": str(tmp_path / "no"), **names})


def test_journald_gets_every_field(tmp_path) -> None:
    with receiver(tmp_path / "journal") as journal:
        log = open_system_log(settings(tmp_path, journal_socket=tmp_path / "journal"))
        assert isinstance(log, Journald)
        kind = SERVICE_EVENTS["DTS_MSG_SERVER_STOPPING_PACKAGE"]
        log.write(kind, "first line\nsecond = line\nÜ")
        got = fields(journal.recv(1 << 20))
        log.write(SERVICE_EVENTS["DTS_MSG_SERVER_START_FAILED"], "x" * 10 * LONGEST)
        long = fields(journal.recv(1 << 20))
        log.close()
    assert got == {
        "MESSAGE": "first line\nsecond = line\nÜ", "MESSAGE_ID": message_id(kind.symbol), "PRIORITY": "6",
        "SYSLOG_FACILITY": "3", "SYSLOG_IDENTIFIER": "dtserve", "EVENT_ID": "336", "EVENT_SYMBOL": kind.symbol,
        "EVENT_CATEGORY": "2",
    }  # fmt: skip
    assert (long["PRIORITY"], len(long["MESSAGE"])) == ("3", LONGEST)


def test_every_kind_has_a_message_id_of_its_own() -> None:
    assert len({message_id(symbol) for symbol in SERVICE_EVENTS}) == len(SERVICE_EVENTS)


def test_a_full_or_missing_journal_holds_nothing_up(tmp_path) -> None:
    state = open_state(tmp_path / "state.sqlite")
    with receiver(tmp_path / "journal"):
        log = Journald(tmp_path / "journal")
        for _ in range(2000):  # nobody reads
            log.write(SERVICE_EVENTS["DTS_MSG_SERVER_STARTED"], "y" * 1000)
    os.unlink(tmp_path / "journal")
    own = EventLog(state, log)
    own.write("DTS_MSG_SERVER_STARTED", "1.0")
    assert [each["event_id"] for each in own.entries()] == [257]
    log.close()
    state.close()


def test_syslog_where_there_is_no_journald(tmp_path) -> None:
    with receiver(tmp_path / "log") as syslog:
        log = open_system_log(settings(tmp_path, journal_socket=tmp_path / "no", syslog_socket=tmp_path / "log"))
        assert isinstance(log, Syslog)
        log.write(SERVICE_EVENTS["DTS_MSG_SERVER_BAD_CONFIG"], "a\n\nb")
        assert syslog.recv(4096) == b"<28>dtserve: 273 a b"  # daemon, warning
    os.unlink(tmp_path / "log")
    log.write(SERVICE_EVENTS["DTS_MSG_SERVER_BAD_CONFIG"], "nobody is there any more")
    log.close()


@pytest.mark.parametrize("kind", ["journald", "syslog"])
def test_one_that_is_named_must_be_there(tmp_path, kind) -> None:
    with pytest.raises(SystemLogUnavailable, match=f"{kind}.*no such socket"):
        open_system_log(settings(tmp_path, system_log=kind, journal_socket=tmp_path / "no"))


def test_none(tmp_path) -> None:
    with receiver(tmp_path / "journal") as journal:
        journal.setblocking(False)
        for log in (
            open_system_log(settings(tmp_path, system_log="none", journal_socket=tmp_path / "journal")),
            open_system_log(settings(tmp_path, journal_socket=tmp_path / "no")),
        ):
            assert isinstance(log, NoSystemLog)
            log.write(SERVICE_EVENTS["DTS_MSG_SERVER_STARTED"], "text")
        with pytest.raises(BlockingIOError):
            journal.recv(10)


def double_of_pywin32(monkeypatch, reported, failing=False):
    """Not Windows: modules with the names and signatures of pywin32 that note how they are called."""
    types_ = types.ModuleType("pywintypes")
    types_.error = type("error", (Exception,), {})
    log = types.ModuleType("win32evtlog")
    log.EVENTLOG_ERROR_TYPE, log.EVENTLOG_WARNING_TYPE, log.EVENTLOG_INFORMATION_TYPE = 1, 2, 4
    util = types.ModuleType("win32evtlogutil")

    def report(appName, eventID, eventCategory=0, eventType=1, strings=None, data=None, sid=None) -> None:
        reported.append((appName, eventID, eventCategory, eventType, strings))
        if failing:
            raise types_.error(1502, "ReportEvent", "The event log file is full.")

    util.ReportEvent = report
    util.AddSourceToRegistry = lambda appName, msgDLL=None, eventLogType="Application": reported.append(
        (appName, msgDLL, eventLogType)
    )
    for module in (types_, log, util):
        monkeypatch.setitem(sys.modules, module.__name__, module)


def test_the_windows_event_log_with_a_double(monkeypatch, tmp_path) -> None:
    reported = []
    double_of_pywin32(monkeypatch, reported)
    log = open_system_log(settings(tmp_path, system_log="windows"))
    assert isinstance(log, WindowsEventLog)
    log.write(SERVICE_EVENTS["DTS_MSG_SERVER_STARTED"], "started")
    log.write(SERVICE_EVENTS["DTS_MSG_ACCESS_DENIED"], "z" * 100_000)
    assert reported[0] == ("dtserve", 257, 1, 4, ["started"])
    assert (reported[1][1], reported[1][3], len(reported[1][4][0])) == (10016, 2, 31_839)
    register_source()
    assert reported[2][1].endswith(MESSAGE_FILE)


def test_a_full_windows_event_log_holds_nothing_up(monkeypatch) -> None:
    reported: list[tuple] = []
    double_of_pywin32(monkeypatch, reported, failing=True)
    WindowsEventLog().write(SERVICE_EVENTS["DTS_MSG_SERVER_STARTED"], "started")
    assert [event for _, event, *_ in reported] == [257]  # it was tried, and not again


def test_without_pywin32(tmp_path) -> None:
    with pytest.raises(SystemLogUnavailable, match=r"dtserve\[windows\]"):
        open_system_log(settings(tmp_path, system_log="windows"))


def refused(home, port) -> str:
    done = subprocess.run(
        [Path(sys.executable).parent / "dtserve", "serve", "--port", port],
        env={**os.environ, "DTSERVE_HOME": str(home)}, capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip
    assert done.returncode == 1
    return done.stderr


def test_a_service_tells_its_start_its_stop_and_why_it_does_not_start(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("DTSERVE_SERVICE_JOURNAL_SOCKET", str(tmp_path / "journal"))
    with receiver(tmp_path / "journal") as journal:
        with serve(tmp_path / "home") as served:
            port = served.address.rsplit(":", 1)[1].strip("/")
            assert "DTSERVE_E_ALREADYRUNNING" in refused(tmp_path / "home", "0")
            assert "cannot be opened" in refused(tmp_path / "two", port)
        journal.setblocking(False)
        got = []
        while True:
            try:
                got.append(fields(journal.recv(1 << 20)))
            except BlockingIOError:
                break
    assert [each["EVENT_ID"] for each in got] == ["256", "257", "260", "260", "258", "259"]
    assert f":{port} cannot be opened" in got[3]["MESSAGE"]
    state = open_state(tmp_path / "two" / "state.sqlite")
    assert [each["event_id"] for each in EventLog(state).entries()] == [260]
    state.close()
