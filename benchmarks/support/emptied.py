"""Empties the target of a load and becomes the command after it: ``emptied.py <create> <command …>``.

The target is the ``--map`` of the command: a table ``t_dtserve`` in PostgreSQL or a new file of SQLite.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> None:
    create, *command = sys.argv[1:]
    url = next(word for word in command if word.startswith("Target=")).partition("=")[2]
    if url.startswith("sqlite:///"):
        import sqlite3

        path = Path(url.removeprefix("sqlite:///"))
        path.unlink(missing_ok=True)
        with sqlite3.connect(path) as connection:
            connection.execute(create.format("rows"))
        connection.close()
    else:
        import psycopg

        with psycopg.connect(url) as connection:
            connection.execute("truncate t_dtserve")
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
