"""A Samba server of its own in a temporary folder, with one share."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

PASSWORD = "Sw0rdfish-1"
CONFIGURATION = """
[global]
  server role = standalone server
  interfaces = 127.0.0.1/8
  bind interfaces only = yes
  smb ports = {port}
  passdb backend = tdbsam
  private dir = {folder}/private
  state directory = {folder}/state
  cache directory = {folder}/cache
  lock directory = {folder}/lock
  pid directory = {folder}/pid
  ncalrpc dir = {folder}/ncalrpc
  log file = {folder}/log
  load printers = no
  disable spoolss = yes
  map to guest = never
  server min protocol = SMB2_10

[packages]
  path = {folder}/share
  read only = no
  valid users = {user}
"""


class SambaServer:
    """Started on a free port of loopback; ``share`` is the share's folder on this machine."""

    def __init__(self, before_start: Callable[[], None] | None = None) -> None:
        """``before_start`` is called in the server's process before it becomes the server."""
        self.folder = Path(tempfile.mkdtemp(prefix="dtserve-smb-"))
        self.user = pwd.getpwuid(os.geteuid()).pw_name
        self.share = self.folder / "share"
        for name in ("share", "private", "state", "cache", "lock", "pid", "ncalrpc"):
            (self.folder / name).mkdir()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        config = self.folder / "smb.conf"
        config.write_text(CONFIGURATION.format(port=self.port, folder=self.folder, user=self.user))
        subprocess.run(
            ["smbpasswd", "-c", str(config), "-s", "-a", self.user],
            input=f"{PASSWORD}\n{PASSWORD}\n".encode(), check=True, capture_output=True,
        )  # fmt: skip
        smbd = shutil.which("smbd") or "/usr/sbin/smbd"
        # smbd ends its whole process group with itself, so it gets one of its own
        self._process = subprocess.Popen(
            [smbd, "-F", "--no-process-group", "-s", str(config)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            preexec_fn=before_start,
        )  # fmt: skip
        self._wait()

    def _wait(self) -> None:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise RuntimeError((self.folder / "log").read_text())

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        self._process.terminate()
        self._process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)
