"""How the operating system starts the service: a systemd unit or a launchd job (SERVICE §1).

Each is text and a list of commands, made here and carried out by ``dtserve service``. The start-up types
are those of the Services console: automatic, manual, disabled.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

__all__ = ["NAME", "STARTUP", "Installation", "installation"]

NAME = "dtserve"
STARTUP = ("automatic", "manual", "disabled")
Command = tuple[str, ...]


@dataclass(frozen=True)
class Installation:
    """What is written where, and the commands of each verb."""

    path: Path
    content: str
    install: tuple[Command, ...]
    uninstall: tuple[Command, ...]
    start: tuple[Command, ...]
    stop: tuple[Command, ...]
    status: Command
    user: str
    home: Path


def installation(
    platform: str, *, home: Path, user: str = NAME, startup: str = "automatic", program: Sequence[str] = ()
) -> Installation:
    """That of ``sys.platform``; ``program`` is dtserve's command line without its verb.

    Windows has none: :mod:`dtserve.service.windows_service` talks to its Service Control Manager.
    """
    program = tuple(program) or (sys.executable, "-m", "dtserve.cli.dtserve")
    if platform == "darwin":
        return _launchd(home, user, startup, program)
    return _systemd(home, user, startup, program)


def _systemd(home: Path, user: str, startup: str, program: Sequence[str]) -> Installation:
    path = Path("/etc/systemd/system") / f"{NAME}.service"
    enable = {"automatic": "enable", "manual": "disable", "disabled": "mask"}[startup]
    command = " ".join(_quoted(each) for each in (*program, "serve", "--home", str(home)))
    content = f"""[Unit]
Description=dtserve, packages of SQL Server Integration Services
After=network-online.target
Wants=network-online.target

[Service]
Type=exec
User={user}
ExecStart={command}
ExecReload=/bin/kill -HUP $MAINPID
KillSignal=SIGTERM
KillMode=mixed
TimeoutStopSec=infinity
Restart=on-failure
RestartSec=2
UMask=0077
ReadWritePaths={_quoted(str(home))}
NoNewPrivileges=yes
CapabilityBoundingSet=
PrivateDevices=yes
PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectSystem=full
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
RemoveIPC=yes

[Install]
WantedBy=multi-user.target
"""
    systemctl = "systemctl"
    return Installation(
        path,
        content,
        install=((systemctl, "daemon-reload"), (systemctl, "unmask", NAME), (systemctl, enable, NAME)),
        uninstall=((systemctl, "disable", "--now", NAME),),
        start=((systemctl, "start", NAME),),
        stop=((systemctl, "stop", NAME),),
        status=(systemctl, "is-active", NAME),
        user=user,
        home=home,
    )


def _launchd(home: Path, user: str, startup: str, program: Sequence[str]) -> Installation:
    label = f"org.{NAME}.service"
    path = Path("/Library/LaunchDaemons") / f"{label}.plist"
    words = "".join(f"\n    <string>{escape(each)}</string>" for each in (*program, "serve", "--home", str(home)))
    content = f"""<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0">
<dict>
  <key>Label</key><string>{label}</string>
  <key>ProgramArguments</key>
  <array>{words}
  </array>
  <key>UserName</key><string>{escape(user)}</string>
  <key>Umask</key><integer>63</integer>
  <key>RunAtLoad</key><{"true" if startup == "automatic" else "false"}/>
  <key>Disabled</key><{"true" if startup == "disabled" else "false"}/>
  <key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>
  <key>StandardErrorPath</key><string>{escape(str(home / "service.log"))}</string>
</dict>
</plist>
"""
    target = f"system/{label}"
    return Installation(
        path,
        content,
        install=(("launchctl", "bootstrap", "system", str(path)),),
        uninstall=(("launchctl", "bootout", target),),
        start=(("launchctl", "kickstart", target),),
        stop=(("launchctl", "kill", "SIGTERM", target),),
        status=("launchctl", "print", target),
        user=user,
        home=home,
    )


def _quoted(word: str) -> str:
    """A word as systemd reads it; ``%`` and ``$`` are its own."""
    word = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{word}"' if any(char in word for char in " \t'\"\\;") else word
