"""A real MariaDB for tests: its own data folder, loopback only, gone afterwards."""

import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.postgres import free_port

__all__ = ["MariaServer", "mariadb_server"]

START_SECONDS = 60


@dataclass(frozen=True)
class MariaServer:
    """Where the server listens."""

    port: int
    password: str

    def url(self, database: str) -> str:
        return f"mysql://dtserve:{self.password}@127.0.0.1:{self.port}/{database}"

    def connect(self):
        import pymysql

        return pymysql.connect(host="127.0.0.1", port=self.port, user="dtserve", password=self.password)

    def empty(self) -> str:
        """One database for all tests, emptied each time."""
        connection = self.connect()
        with connection.cursor() as cursor:
            cursor.execute("DROP DATABASE IF EXISTS dtserve")
            cursor.execute("CREATE DATABASE dtserve CHARACTER SET utf8mb4")
        connection.close()
        return self.url("dtserve")

    def new_database(self) -> str:
        name = f"t{secrets.token_hex(6)}"
        connection = self.connect()
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        connection.close()
        return self.url(name)


@contextmanager
def mariadb_server() -> Iterator[MariaServer]:
    """A running server."""
    daemon = shutil.which("mariadbd") or "/usr/sbin/mariadbd"
    folder = Path(tempfile.mkdtemp(prefix="dtserve-my-"))
    account = "mysql" if os.geteuid() == 0 else None
    identity = {"user": account, "extra_groups": []} if account else {}
    if account:
        shutil.chown(folder, account)
    password, port = secrets.token_hex(12), free_port()
    first = folder / "init.sql"
    first.write_text(f"CREATE USER dtserve@'%' IDENTIFIED BY '{password}';\nGRANT ALL ON *.* TO dtserve@'%';\n")
    first.chmod(0o644)
    subprocess.run(
        ["mariadb-install-db", "--no-defaults", f"--datadir={folder}/data", "--skip-test-db", "--auth-root-authentication-method=normal"],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=folder, **identity,
    )  # fmt: skip
    server = subprocess.Popen(
        [
            daemon, "--no-defaults", f"--datadir={folder}/data", f"--port={port}", "--bind-address=127.0.0.1",
            f"--socket={folder}/s", f"--pid-file={folder}/pid", f"--init-file={first}", "--skip-name-resolve",
            "--innodb-flush-log-at-trx-commit=0", "--skip-log-bin", "--innodb-buffer-pool-size=64M",
        ],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, **identity,
    )  # fmt: skip
    found = MariaServer(port, password)
    try:
        _wait(found, server)
        yield found
    finally:
        server.terminate()
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(found: MariaServer, server: subprocess.Popen[bytes]) -> None:
    import pymysql

    end = time.monotonic() + START_SECONDS
    while True:
        try:
            found.connect().close()
            return
        except pymysql.err.OperationalError:
            assert server.poll() is None, "MariaDB did not start"
            assert time.monotonic() < end, "MariaDB did not answer in time"
            time.sleep(0.1)
