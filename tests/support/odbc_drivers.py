"""Data sources of real ODBC drivers: unixODBC with the drivers of SQLite and PostgreSQL, by an odbc.ini of the test's own."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from support.postgres import PostgresServer

__all__ = ["SOURCES", "data_sources"]

SOURCES = ("SQLite3", "PostgreSQL Unicode")
"""The drivers, as odbcinst.ini names them."""


def data_sources(folder: Path, postgres: PostgresServer, monkeypatch: Any) -> dict[str, str]:
    """Driver → connection string of an empty database, through a DSN."""
    from sqlalchemy.engine import make_url

    place = make_url(postgres.new_database())
    keys = {
        "SQLite3": {"Database": folder / "odbc.db", "Timeout": 1000, "FKSupport": 1},
        "PostgreSQL Unicode": {
            "Servername": place.host, "Port": place.port, "Database": place.database, "Username": place.username,
            "Password": place.password or "", "UseDeclareFetch": 1, "Fetch": 100,
        },
    }  # fmt: skip
    lines = []
    names = {driver: f"t{secrets.token_hex(6)}" for driver in keys}  # unixODBC remembers what it read of a name
    for driver, parts in keys.items():
        lines += [f"[{names[driver]}]", f"Driver={driver}", *(f"{key}={value}" for key, value in parts.items())]
    (folder / "odbc.ini").write_text("\n".join(lines) + "\n", encoding="utf-8")
    monkeypatch.setenv("ODBCINI", str(folder / "odbc.ini"))
    return {driver: f"DSN={name};" for driver, name in names.items()}
