"""A running dtexec tells the service of its machine, so that it is listed under Running Packages.

``POST /local/executions`` when a run begins and ``/local/executions/{id}/finished`` at its end go to
the Unix socket in the home folder, from a thread of their own. Nothing here delays or fails a
run: without the socket nothing happens at all, and a service that does not answer is left alone.
"""

from __future__ import annotations

import os
import stat
import sys
import threading
from collections.abc import Mapping
from typing import Any

__all__ = ["Registration", "home_folder"]

SOCKET_NAME = os.path.join("run", "service.sock")
ANSWER_SECONDS = 0.5
FINISH_SECONDS = 0.3
"""How long the end of a run may wait for the service to take it in."""


def home_folder(given: str = "") -> str:
    """Where the service's home would be: as given, ``$DTSERVE_HOME``, or the user's data folder."""
    if given or os.environ.get("DTSERVE_HOME"):
        return os.path.expanduser(given or os.environ["DTSERVE_HOME"])
    return os.path.join(os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share"), "dtserve")


class Registration:
    """One run as the service knows it; :meth:`begin` makes one, :meth:`finish` ends it."""

    def __init__(self, path: str, execution_id: str, told: Mapping[str, Any]) -> None:
        self.path = path
        self.id = execution_id.strip("{}")
        self._told = {"id": self.id, **told}
        self._state = ""
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._tell, name="registration", daemon=True)

    @classmethod
    def begin(cls, home: str, execution_id: str, **told: Any) -> Registration | None:
        """Tell of a run: ``package``, ``package_id``, ``path``, ``user``, ``started``. None where no service listens."""
        path = os.path.join(home_folder(home), SOCKET_NAME)
        try:
            if not sys.platform.startswith("linux") or not stat.S_ISSOCK(os.stat(path).st_mode):
                return None
        except OSError:
            return None
        made = cls(path, execution_id, {"pid": os.getpid(), **told})
        made._thread.start()
        return made

    def finish(self, state: str) -> None:
        """Tell how it ended: ``succeeded``, ``failed`` or ``canceled``."""
        self._state = state
        self._ended.set()
        self._thread.join(FINISH_SECONDS)

    def _tell(self) -> None:
        try:
            if _post(self.path, "/local/executions", self._told):
                self._ended.wait()
                _post(self.path, f"/local/executions/{self.id}/finished", {"state": self._state})
        except (OSError, ValueError):
            return


def _post(path: str, target: str, body: Mapping[str, Any]) -> bool:
    """Send one request over the socket; whether the service took it."""
    import json
    import socket

    data = json.dumps(body).encode()
    head = (
        f"POST {target} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(data)}\r\nConnection: close\r\n\r\n"
    )
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(ANSWER_SECONDS)
        connection.connect(path)
        connection.sendall(head.encode() + data)
        answer = connection.recv(64).split(b" ", 2)
    return len(answer) > 1 and answer[1].startswith(b"2")
