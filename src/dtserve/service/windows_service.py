"""The service under Windows' Service Control Manager, through pywin32's ``win32serviceutil``.

It has not been run on Windows: it is written against pywin32's interface and tested with a double of it;
what it does with the service itself (:class:`Hosted`) is tested for real.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dtserve.errors import DtserveError
from dtserve.service.errors import NoServiceManager

if TYPE_CHECKING:
    from dtserve.service.hub import Hub

__all__ = ["ACCOUNT", "DISPLAY_NAME", "NAME", "Hosted", "carry_out", "check_account", "plan", "python_program"]

NAME = "dtserve"
DISPLAY_NAME = "dtserve"
DESCRIPTION = "Stores, runs and watches packages of SQL Server Integration Services."
ACCOUNT = rf"NT SERVICE\{NAME}"
"""The virtual account that Windows keeps for the service: no password, and no rights but those it is given."""
CLASS = f"{__name__}.DtserveService"
HOME_OPTION = "home"
START_TYPES = {
    "automatic": "SERVICE_AUTO_START", "manual": "SERVICE_DEMAND_START", "disabled": "SERVICE_DISABLED",
}  # fmt: skip
WAIT_SECONDS = 60
EXISTS, NOT_INSTALLED, SPECIFIC_ERROR = 1073, 1060, 1066
"""ERROR_SERVICE_EXISTS, ERROR_SERVICE_DOES_NOT_EXIST, ERROR_SERVICE_SPECIFIC_ERROR."""
STATES = {
    1: "stopped", 2: "starting", 3: "stopping", 4: "running", 5: "continuing", 6: "pausing", 7: "paused",
}  # fmt: skip
STOPPED, RUNNING = 1, 4


def check_account(name: str) -> str:
    """An account that needs no password; NoServiceManager for any other: a password on a command line is none."""
    folded = name.casefold()
    if folded.startswith((r"nt service" + "\\", r"nt authority" + "\\")) or folded.endswith("$"):
        return name
    raise NoServiceManager(
        detail=f'"{name}" needs a password; use {ACCOUNT}, a group managed service account (DOMAIN\\name$), '
        "or set the account in the Services console afterwards"
    )


def protection(home: Path, account: str) -> tuple[str, ...]:
    """The command that leaves the home folder to the service, the system and administrators alone."""
    grants = (f"{account}:(OI)(CI)F", "*S-1-5-18:(OI)(CI)F", "*S-1-5-32-544:(OI)(CI)F")
    return ("icacls", str(home), "/inheritance:r", *(word for each in grants for word in ("/grant:r", each)))


def plan(action: str, home: Path, account: str, startup: str) -> list[str]:
    """What an action does, for ``--print``."""
    install = [
        f"CreateService {NAME}: {CLASS}, {START_TYPES[startup]}, account {account}",
        f"home folder: {home}",
        subprocess.list2cmdline(protection(home, account)),
        f"source {NAME} in the Windows Event Log",
    ]
    others = {"uninstall": f"DeleteService {NAME}", "start": f"StartService {NAME}", "stop": f"ControlService {NAME} stop",
              "restart": f"ControlService {NAME} stop, StartService {NAME}", "status": f"QueryServiceStatus {NAME}"}  # fmt: skip
    return install if action == "install" else [others[action]]


def carry_out(action: str, *, home: Path, account: str, startup: str) -> tuple[int, str]:
    """Do it; exit code and what to tell: ``status`` has 0 when the service runs, 1 otherwise. NoServiceManager."""
    try:
        import pywintypes
        import win32serviceutil
    except ImportError:
        raise NoServiceManager(detail="pywin32 is not installed: pip install dtserve[windows]") from None
    try:
        if action == "status":
            return _status(win32serviceutil)
        if action == "install":
            _install(win32serviceutil, home, account, startup)
        else:
            _control(win32serviceutil, action)
    except pywintypes.error as error:
        raise NoServiceManager(detail=f"{error.args[1]}: {error.args[2]}") from None
    return 0, f"The service {NAME}: {action} done."


def _install(util: Any, home: Path, account: str, startup: str) -> None:
    import pywintypes
    import win32service

    from dtserve.service.windows_event_log import register_source

    facts = {"startType": getattr(win32service, START_TYPES[startup]), "userName": account, "description": DESCRIPTION}
    try:
        util.InstallService(CLASS, NAME, DISPLAY_NAME, **facts)
    except pywintypes.error as error:
        if error.args[0] != EXISTS:
            raise
        util.ChangeServiceConfig(CLASS, NAME, displayName=DISPLAY_NAME, **facts)
    util.SetServiceCustomOption(NAME, HOME_OPTION, str(home))
    home.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(protection(home, account), capture_output=True, text=True, check=False)
    if done.returncode:
        util.RemoveService(NAME)
        raise NoServiceManager(detail=f"icacls: {(done.stderr or done.stdout).strip()}")
    register_source()


def _control(util: Any, action: str) -> None:
    import pywintypes

    if action in ("stop", "restart", "uninstall"):
        try:
            util.StopService(NAME)
            util.WaitForServiceStatus(NAME, STOPPED, WAIT_SECONDS)
        except pywintypes.error:
            if action != "uninstall":  # which is also for one that does not run
                raise
    if action in ("start", "restart"):
        util.StartService(NAME)
        util.WaitForServiceStatus(NAME, RUNNING, WAIT_SECONDS)
    if action == "uninstall":
        util.RemoveService(NAME)


def _status(util: Any) -> tuple[int, str]:
    import pywintypes

    try:
        state = util.QueryServiceStatus(NAME)[1]
    except pywintypes.error as error:
        if error.args[0] != NOT_INSTALLED:
            raise
        return 1, "not installed"
    return 0 if state == RUNNING else 1, STATES.get(state, str(state))


def python_program() -> str:
    """The python that runs workers: what hosts a service on Windows is another program, which knows no ``-m``."""
    if Path(sys.executable).stem.casefold().startswith("python") and "service" not in sys.executable.casefold():
        return sys.executable
    places = (Path(sys.prefix) / "Scripts" / "python.exe", Path(sys.prefix) / "python.exe")
    return str(next((each for each in places if each.exists()), sys.executable))


class Hosted:
    """The service in a thread of another program: :meth:`run` serves until :meth:`stop`, whichever comes first."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._stop: Callable[[], None] | None = None
        self._stopped = False
        self.ready = threading.Event()

    def run(self) -> int:
        """Serve as the settings say; the errors of :func:`dtserve.service.server.serve`."""
        from dtserve.service.config import load_home
        from dtserve.service.network import tls_of
        from dtserve.service.server import serve

        home = load_home(self._home)
        tls = tls_of(home.settings, home.path)
        return serve(home, home.tree(), _announce, tls=tls, on_ready=self._ready)

    def stop(self) -> None:
        """End it, from any thread, also before it is ready."""
        with self._lock:
            self._stopped = True
            if self._stop is not None:
                self._stop()

    def _ready(self, stop: Callable[[], None]) -> None:
        with self._lock:
            self._stop = stop
            if self._stopped:
                stop()
        self.ready.set()


def _announce(hub: Hub, address: str, token: str | None) -> None:
    """Nobody reads what a service prints: the administrator's token stands in its file."""


def _service_class() -> Any:
    import win32service
    import win32serviceutil

    class DtserveService(win32serviceutil.ServiceFramework):
        """What the Service Control Manager starts and stops."""

        _svc_name_ = NAME
        _svc_display_name_ = DISPLAY_NAME
        _svc_description_ = DESCRIPTION

        def __init__(self, args: Sequence[str]) -> None:
            super().__init__(args)
            home = win32serviceutil.GetServiceCustomOption(NAME, HOME_OPTION) or os.environ.get("DTSERVE_HOME", "")
            self.hosted = Hosted(Path(home))

        def SvcDoRun(self) -> None:
            """Serve until the manager says stop."""
            sys.executable = python_program()
            try:
                self.hosted.run()
            except DtserveError as error:  # event 260 tells it
                self.ReportServiceStatus(
                    win32service.SERVICE_STOPPED, win32ExitCode=SPECIFIC_ERROR, svcExitCode=error.code
                )

        def SvcStop(self) -> None:
            """Stop as ``dtserve serve`` does on Ctrl-C."""
            self.ReportServiceStatus(win32service.SERVICE_STOP_PENDING, waitHint=WAIT_SECONDS * 1000)
            self.hosted.stop()

        def SvcShutdown(self) -> None:
            """The machine goes down."""
            self.SvcStop()

    return DtserveService


def __getattr__(name: str) -> Any:
    """``DtserveService``, which needs pywin32, is made when the Service Control Manager's host asks for it."""
    if name != "DtserveService":
        raise AttributeError(name)
    made = _service_class()
    globals()[name] = made
    return made
