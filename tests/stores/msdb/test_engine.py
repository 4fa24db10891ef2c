"""Opening databases: durable SQLite, servers that do not answer, writers that wait."""

import threading

import pytest
import sqlalchemy as sa

from dtserve.stores import Database
from dtserve.stores.errors import StoreUnavailable
from dtserve.stores.msdb.engine import sqlite_url
from dtserve.stores.msdb.schema import folders


def test_sqlite_is_durable(tmp_path):
    database = Database(sqlite_url(tmp_path / "new folder" / "m.sqlite"))
    with database.begin() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    database.dispose()


def test_a_transaction_is_undone_as_a_whole(tmp_path):
    database = Database(sqlite_url(tmp_path / "m.sqlite"))

    def broken():
        with database.begin() as connection:
            connection.execute(sa.delete(folders))
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        broken()
    with database.begin(write=False) as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(folders)).scalar() == 4
    database.dispose()


def test_writers_wait_for_each_other(tmp_path):
    url = sqlite_url(tmp_path / "m.sqlite")
    errors = []

    def work():
        database = Database(url)
        try:
            for _ in range(10):
                with database.begin() as connection:
                    number = connection.execute(sa.select(sa.func.max(folders.c.foldername))).scalar()
                    connection.execute(sa.update(folders).values(namekey=folders.c.folderid))
                    assert number is not None
        except Exception as error:
            errors.append(error)
        finally:
            database.dispose()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://u:swordfish@127.0.0.1:1/msdb?connect_timeout=2",
        "sqlite:////proc/nothing/m.sqlite",
        "nosuch://u:swordfish@host/msdb",
    ],
)
def test_what_cannot_be_opened_says_where_without_the_password(url):
    database = Database(url)
    with pytest.raises(StoreUnavailable) as caught, database.begin():
        pass
    assert "swordfish" not in caught.value.describe()


def test_a_file_that_is_no_database(tmp_path):
    (tmp_path / "m.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreUnavailable, match="not a database"), Database(sqlite_url(tmp_path / "m.sqlite")).begin():
        pass
