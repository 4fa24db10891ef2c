"""A PostgreSQL server of its own in a temporary folder, for as long as a test session needs it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any

BINARIES = Path("/usr/lib/postgresql")


def binary(name: str) -> str:
    """The newest installed server program of that name."""
    found = sorted(BINARIES.glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name) or name


class PostgresServer:
    """Started on a free port of loopback; ``url(database, schema)`` names a place in it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="dtserve-pg-"))
        self._user: dict[str, Any] = {}
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
            self._user = {"user": "postgres", "group": "postgres"}
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        data = self.folder / "data"
        self._run("initdb", "-D", str(data), "-U", "ssis", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C")
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        self._run("pg_ctl", "-D", str(data), "-w", "-s", "-l", str(self.folder / "log"), "-o", options, "start")

    def _run(self, name: str, *arguments: str) -> None:
        subprocess.run([binary(name), *arguments], check=True, cwd=self.folder, stdout=subprocess.DEVNULL, **self._user)

    def url(self, schema: str = "public", database: str = "postgres") -> str:
        """The SQLAlchemy URL of a database, with one schema as its search path."""
        return (
            f"postgresql+psycopg://ssis@127.0.0.1:{self.port}/{database}"
            f"?options=-csearch_path%3D{schema}&connect_timeout=10"
        )

    def fresh(self, schema: str) -> str:
        """The URL of an empty schema of that name."""
        import psycopg

        with psycopg.connect(host="127.0.0.1", port=self.port, user="ssis", dbname="postgres") as connection:
            connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
            connection.execute(f"CREATE SCHEMA {schema}")
        return self.url(schema)

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-s", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)
