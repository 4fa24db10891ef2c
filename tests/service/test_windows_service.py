"""Windows' Service Control Manager with a double of pywin32; the hosted service itself is real."""

import os
import subprocess
import sys
import threading
import types

import pytest

from dtserve.cli.dtserve import main
from dtserve.service import windows_service
from dtserve.service.access_errors import InsecureAddress
from dtserve.service.errors import NoServiceManager
from dtserve.service.eventlog import EventLog
from dtserve.service.state import open_state
from dtserve.service.windows_service import ACCOUNT, CLASS, Hosted, check_account, plan, python_program


class Manager:
    """A double of the Service Control Manager behind win32serviceutil's functions; not Windows."""

    def __init__(self, error) -> None:
        self.error = error
        self.called, self.services, self.options, self.state = [], {}, {}, 1

    def _known(self, name) -> None:
        if name not in self.services:
            raise self.error(1060, "OpenService", "The specified service does not exist as an installed service.")

    def InstallService(self, class_string, name, display, startType=None, userName=None, description=None) -> None:
        if name in self.services:
            raise self.error(1073, "CreateService", "The specified service already exists.")
        if userName == r"NT SERVICE\forbidden":
            raise self.error(5, "CreateService", "Access is denied.")
        self.services[name] = (class_string, startType, userName)

    def ChangeServiceConfig(
        self, class_string, name, startType=None, userName=None, displayName=None, description=None
    ) -> None:
        self.services[name] = (class_string, startType, userName)

    def SetServiceCustomOption(self, name, option, value) -> None:
        self.options[option] = value

    def GetServiceCustomOption(self, name, option, default=None):
        return self.options.get(option, default)

    def StartService(self, name) -> None:
        self._known(name)
        self.state = 4

    def StopService(self, name) -> None:
        self._known(name)
        if self.state != 4:
            raise self.error(1062, "ControlService", "The service has not been started.")
        self.state = 1

    def WaitForServiceStatus(self, name, status, seconds) -> None:
        assert self.state == status
        self.called.append((status, seconds))

    def RemoveService(self, name) -> None:
        del self.services[name]

    def QueryServiceStatus(self, name):
        self._known(name)
        return (16, self.state, 1, 0, 0, 0, 0)


class Framework:
    """A double of win32serviceutil.ServiceFramework."""

    def __init__(self, args) -> None:
        self.reported = []

    def ReportServiceStatus(self, status, waitHint=5000, win32ExitCode=0, svcExitCode=0) -> None:
        self.reported.append((status, win32ExitCode, svcExitCode))


@pytest.fixture
def pywin32(monkeypatch):
    """Modules with the names of pywin32, and an icacls that is noted instead of run."""
    errors, service = types.ModuleType("pywintypes"), types.ModuleType("win32service")
    util, log, log_util = (types.ModuleType(name) for name in ("win32serviceutil", "win32evtlog", "win32evtlogutil"))
    errors.error = type("error", (Exception,), {})
    service.SERVICE_AUTO_START, service.SERVICE_DEMAND_START, service.SERVICE_DISABLED = 2, 3, 4
    service.SERVICE_STOPPED, service.SERVICE_STOP_PENDING = 1, 3
    manager = Manager(errors.error)
    for name in dir(Manager):
        if name[0].isupper():
            setattr(util, name, getattr(manager, name))
    util.ServiceFramework = Framework
    log_util.AddSourceToRegistry = lambda name, msgDLL=None: manager.called.append((name, os.path.basename(msgDLL)))
    log_util.ReportEvent = lambda *arguments, **named: None
    log.EVENTLOG_ERROR_TYPE, log.EVENTLOG_WARNING_TYPE, log.EVENTLOG_INFORMATION_TYPE = 1, 2, 4
    for module in (errors, service, util, log, log_util):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    done = subprocess.CompletedProcess((), 0, "", "")
    monkeypatch.setattr(
        windows_service.subprocess, "run", lambda command, **how: manager.called.append(command) or done
    )
    monkeypatch.delitem(vars(windows_service), "DtserveService", raising=False)
    yield manager
    vars(windows_service).pop("DtserveService", None)


def verb(action, tmp_path, **how):
    values = {"home": tmp_path / "home", "account": ACCOUNT, "startup": "automatic", **how}
    return windows_service.carry_out(action, **values)


def test_install_start_status_stop_uninstall(pywin32, tmp_path) -> None:
    assert verb("status", tmp_path) == (1, "not installed")
    assert verb("install", tmp_path)[0] == 0
    assert pywin32.services == {"dtserve": (CLASS, 2, ACCOUNT)}
    assert pywin32.options == {"home": str(tmp_path / "home")}
    rights = next(each for each in pywin32.called if each[0] == "icacls")
    assert rights[2] == "/inheritance:r"
    assert f"{ACCOUNT}:(OI)(CI)F" in rights
    assert any(each[0] == "dtserve" for each in pywin32.called)
    assert verb("status", tmp_path) == (1, "stopped")
    verb("start", tmp_path)
    assert verb("status", tmp_path) == (0, "running")
    verb("restart", tmp_path)
    assert verb("status", tmp_path) == (0, "running")
    verb("stop", tmp_path)
    assert verb("status", tmp_path) == (1, "stopped")
    verb("uninstall", tmp_path)
    assert pywin32.services == {}


def test_a_second_install_changes_the_first(pywin32, tmp_path) -> None:
    verb("install", tmp_path)
    verb("install", tmp_path, startup="disabled", account=r"CORP\etl$")
    assert pywin32.services == {"dtserve": (CLASS, 4, r"CORP\etl$")}


def test_what_windows_refuses_is_told(pywin32, tmp_path) -> None:
    with pytest.raises(NoServiceManager, match=r"CreateService: Access is denied\."):
        verb("install", tmp_path, account=r"NT SERVICE\forbidden")
    with pytest.raises(NoServiceManager, match="does not exist as an installed service"):
        verb("start", tmp_path)
    verb("install", tmp_path)
    with pytest.raises(NoServiceManager, match="has not been started"):
        verb("stop", tmp_path)


def test_a_home_that_cannot_be_protected_is_not_installed(pywin32, tmp_path, monkeypatch) -> None:
    failed = subprocess.CompletedProcess((), 5, "", "Access is denied.\n")
    monkeypatch.setattr(windows_service.subprocess, "run", lambda command, **how: failed)
    with pytest.raises(NoServiceManager, match=r"icacls: Access is denied\."):
        verb("install", tmp_path)
    assert pywin32.services == {}


def test_accounts_without_a_password() -> None:
    for name in (ACCOUNT, r"NT AUTHORITY\LocalService", r"CORP\etl$"):
        assert check_account(name) == name
    with pytest.raises(NoServiceManager, match="needs a password"):
        check_account(r"CORP\alice")


def test_without_pywin32(tmp_path) -> None:
    with pytest.raises(NoServiceManager, match=r"dtserve\[windows\]"):
        verb("status", tmp_path)


def test_the_command_line_on_windows(pywin32, monkeypatch, tmp_path, capsys) -> None:
    monkeypatch.setattr("dtserve.cli.service_command.sys.platform", "win32")
    assert main(["service", "install", "--print"]) == 0
    shown = capsys.readouterr().out
    assert all(word in shown for word in (CLASS, "SERVICE_AUTO_START", ACCOUNT, "icacls", "ProgramData"))
    assert main(["service", "install", "--home", str(tmp_path / "home")]) == 0
    assert main(["service", "start"]) == 0
    assert main(["service", "status"]) == 0
    assert "running" in capsys.readouterr().out
    assert main(["service", "install", "--user", "alice"]) == 1
    assert "needs a password" in capsys.readouterr().err


@pytest.mark.parametrize("action", ["uninstall", "start", "stop", "restart", "status"])
def test_every_action_can_be_shown(action, tmp_path) -> None:
    assert "dtserve" in plan(action, tmp_path, ACCOUNT, "manual")[0]


def test_the_class_serves_and_stops(pywin32, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("DTSERVE_SERVICE_LISTEN_PORT", "0")
    pywin32.options["home"] = str(tmp_path / "home")
    found = windows_service.DtserveService(["dtserve"])
    assert (found._svc_name_, windows_service.DtserveService) == ("dtserve", type(found))
    thread = threading.Thread(target=found.SvcDoRun)
    thread.start()
    assert found.hosted.ready.wait(30)
    found.SvcShutdown()
    thread.join(30)
    assert not thread.is_alive()
    assert found.reported == [(3, 0, 0)]
    state = open_state(tmp_path / "home" / "state.sqlite")
    assert [each["event_id"] for each in EventLog(state).entries()] == [259, 258, 257, 256]
    state.close()


def test_a_start_that_fails_has_an_exit_code(pywin32, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("DTSERVE_SERVICE_LISTEN_HOST", "0.0.0.0")
    pywin32.options["home"] = str(tmp_path / "home")
    found = windows_service.DtserveService(["dtserve"])
    found.SvcDoRun()
    assert found.reported == [(1, 1066, InsecureAddress.code)]


def test_a_stop_before_the_start_holds(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("DTSERVE_SERVICE_LISTEN_PORT", "0")
    hosted = Hosted(tmp_path)
    hosted.stop()
    thread = threading.Thread(target=hosted.run)
    thread.start()
    thread.join(30)
    assert not thread.is_alive()


def test_workers_do_not_run_in_the_host_of_the_service(tmp_path, monkeypatch) -> None:
    assert python_program() == sys.executable
    (tmp_path / "Scripts").mkdir()
    (tmp_path / "Scripts" / "python.exe").touch()
    monkeypatch.setattr(sys, "executable", "/opt/pythonservice.exe")
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert python_program() == str(tmp_path / "Scripts" / "python.exe")
    with pytest.raises(AttributeError):
        windows_service.Nothing  # noqa: B018
