"""A real PostgreSQL for tests: its own cluster in a temporary folder, gone afterwards.

``initdb`` refuses root, so as root the server runs as the user ``postgres`` (Debian's).
"""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = ["PostgresServer", "postgres_server"]

USER = "dtserve"


@dataclass(frozen=True)
class PostgresServer:
    """Where the server listens; ``url`` gives a new, empty database."""

    port: int
    password: str
    binaries: Path

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://{USER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def empty(self) -> str:
        """One database for all tests, emptied each time: far cheaper than a new one."""
        import psycopg

        with psycopg.connect(self.url(), autocommit=True) as connection:
            rows = connection.execute(
                "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"
            ).fetchall()
            for (name,) in rows:
                connection.execute(f'DROP SCHEMA "{name}" CASCADE')
            connection.execute("CREATE SCHEMA public")
        return self.url()

    def new_database(self) -> str:
        import psycopg

        name = f"t{secrets.token_hex(6)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        return self.url(name)


def _binaries() -> Path:
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: float(p.parent.name))
    assert versions, "PostgreSQL is not installed"
    return versions[-1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def postgres_server(*settings: str) -> Iterator[PostgresServer]:
    """A running server, loopback only, no fsync; ``settings`` as ``name=value``."""
    binaries = _binaries()
    account = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    folder = Path(tempfile.mkdtemp(prefix="dtserve-pg-"))
    password = secrets.token_hex(12)
    secret = folder / "password"
    secret.write_text(password)
    if os.geteuid() == 0:
        shutil.chown(folder, account)
        shutil.chown(secret, account)
    data, port = folder / "data", free_port()
    identity = {"user": account, "extra_groups": []} if os.geteuid() == 0 else {}

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [str(binaries / program), *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            cwd=folder, **identity,
        )  # fmt: skip

    try:
        run(
            "initdb", "-D", str(data), "-U", USER, "--pwfile", str(secret), "-A", "scram-sha-256", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-sync",
        )  # fmt: skip
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off -c full_page_writes=off -c client_min_messages=warning"
        options += "".join(f" -c {each}" for each in settings)
        run("pg_ctl", "-D", str(data), "-w", "-t", "60", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield PostgresServer(port, password, binaries)
        finally:
            run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
