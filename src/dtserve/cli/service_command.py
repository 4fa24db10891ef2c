"""``dtserve service``: the service as the operating system's own (SERVICE §1)."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dtserve.service.units import Installation

__all__ = ["add_arguments", "run"]

DEFAULT_HOME = Path("/var/lib/dtserve")
WINDOWS_HOME = Path(r"C:\ProgramData\dtserve")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    from dtserve.service.units import NAME, STARTUP
    from dtserve.service.windows_service import ACCOUNT

    parser.add_argument("action", choices=("install", "uninstall", "start", "stop", "restart", "status"))
    home, user = (WINDOWS_HOME, ACCOUNT) if sys.platform == "win32" else (DEFAULT_HOME, NAME)
    parser.add_argument("--home", type=Path, default=home, help=f"home folder (default: {home})")
    parser.add_argument("--user", default=user, help=f"the service's own user, made when absent (default: {user})")
    parser.add_argument(
        "--startup", choices=STARTUP, default="automatic", help="start-up type, as in the Services console"
    )
    parser.add_argument("--print", action="store_true", help="only show what would be written and called")


def run(arguments: argparse.Namespace) -> int:
    """Carry out the action; ``status`` exits with 0 when the service runs, 1 otherwise."""
    from dtserve.service.units import installation

    if sys.platform == "win32":
        return _run_windows(arguments)
    program = _program()
    home = arguments.home.absolute()
    found = installation(sys.platform, home=home, user=arguments.user, startup=arguments.startup, program=program)
    commands = {
        "install": (*_preparations(found), *found.install),
        "uninstall": found.uninstall,
        "start": found.start,
        "stop": found.stop,
        "restart": (*found.stop, *found.start),
        "status": (found.status,),
    }[arguments.action]
    if arguments.print:
        if arguments.action == "install":
            print(f"# {found.path}\n{found.content}")
        print("\n".join(shlex.join(each) for each in commands))
        return 0
    return _carry_out(arguments.action, found, commands)


def _run_windows(arguments: argparse.Namespace) -> int:
    from dtserve.service.windows_service import carry_out, check_account, plan

    home, account = arguments.home.absolute(), check_account(arguments.user)
    if arguments.print:
        print("\n".join(plan(arguments.action, home, account, arguments.startup)))
        return 0
    code, text = carry_out(arguments.action, home=home, account=account, startup=arguments.startup)
    print(text)
    if arguments.action == "status":
        print(_system_log(home))
    return code


def _program() -> tuple[str, ...]:
    """The command line that runs dtserve: the script beside this Python, else the module."""
    script = Path(sys.executable).parent / "dtserve"
    return (str(script),) if script.exists() else (sys.executable, "-m", "dtserve.cli.dtserve")


def _preparations(found: Installation) -> Iterable[tuple[str, ...]]:
    """The user and the home folder, where they are missing."""
    if sys.platform == "linux" and not _user_exists(found.user):
        yield ("useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", found.user)
    yield ("install", "-d", "-m", "0700", "-o", found.user, str(found.home))


def _system_log(home: Path) -> str:
    """Where entries of the event log also go, as far as this user may read the settings."""
    from dtserve.errors import DtserveError
    from dtserve.service.settings import read_settings
    from dtserve.service.system_log import open_system_log

    try:
        log = open_system_log(read_settings(home / "dtserve.toml"))
    except (DtserveError, PermissionError) as error:
        return f"Entries of the event log: {error.message if isinstance(error, DtserveError) else error}"
    log.close()
    return f"Entries of the event log also go to {log.place}."


def _user_exists(name: str) -> bool:
    import pwd

    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _carry_out(action: str, found: Installation, commands: Sequence[tuple[str, ...]]) -> int:
    from dtserve.service.errors import NoServiceManager
    from dtserve.stores.durable import write_file

    manager = found.status[0]
    if shutil.which(manager) is None:
        raise NoServiceManager(detail=f"there is no {manager} on this machine")
    if action not in ("status",) and os.geteuid() != 0:
        raise NoServiceManager(detail="that takes the rights of root")
    if action == "install":
        write_file(found.path, found.content.encode("utf-8"), mode=0o644)
    for command in commands:
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        if action == "status":
            print(answer.stdout.strip() or answer.stderr.strip())
            print(_system_log(found.home))
            return 0 if answer.returncode == 0 else 1
        if answer.returncode:
            words = (answer.stderr or answer.stdout).strip().splitlines()
            raise NoServiceManager(detail=f"{shlex.join(command)}: {words[-1] if words else answer.returncode}")
    if action == "uninstall":
        found.path.unlink(missing_ok=True)
    print(f"The service {found.path.stem}: {action} done.")
    return 0
