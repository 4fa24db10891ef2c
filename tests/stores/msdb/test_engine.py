"""Opening databases: durable SQLite, servers that do not answer, writers that wait."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from functools import partial

import pytest
import sqlalchemy as sa

from dtserve.errors import DtserveError
from dtserve.stores import Database, MsdbStore
from dtserve.stores.errors import StoreUnavailable
from dtserve.stores.msdb.engine import sqlite_url
from dtserve.stores.msdb.schema import folders

ROUNDS = int(os.environ.get("DTSERVE_KILL_ROUNDS", "3"))


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


@pytest.mark.parametrize("url", ["no url", "", "postgresql+psycopg://u:swordfish@host:port/msdb"])
def test_what_is_no_url_is_told_without_it(url):
    with pytest.raises(StoreUnavailable, match="URL cannot be read") as caught:
        Database(url, name="PROD")
    assert "PROD" in caught.value.message
    assert "swordfish" not in caught.value.describe()


def test_a_file_that_is_no_database(tmp_path):
    (tmp_path / "m.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreUnavailable, match="not a database"), Database(sqlite_url(tmp_path / "m.sqlite")).begin():
        pass


def test_many_threads_share_one_database(tmp_path):
    store = MsdbStore("M", Database(sqlite_url(tmp_path / "m.sqlite")))
    errors = []

    def work(number):
        try:
            for turn in range(5):
                store.write((f"P{number} {turn}",), b"%d" % number)
                assert store.read((f"P{number} {turn}",)) == b"%d" % number
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(store.list(())[1]) == 150
    store.close()


def test_a_damaged_file_is_told_as_such_by_every_call(tmp_path):
    path = tmp_path / "m.sqlite"
    store = MsdbStore("M", Database(sqlite_url(path)))
    for number in range(12):
        store.write((f"P{number}",), b"%d" % number * 9000)
    store.close()
    whole, chance, told = path.read_bytes(), random.Random(7), Counter()
    for round_number in range(60):
        damaged = bytearray(whole)
        if round_number % 2:
            page = chance.randrange(len(whole) // 4096) * 4096
            damaged[page : page + 4096] = chance.randbytes(4096)
        else:
            for place in (chance.randrange(len(whole)) for _ in range(100)):
                damaged[place] ^= 1 << chance.randrange(8)
        for each in tmp_path.iterdir():
            each.unlink()
        path.write_bytes(damaged)
        store = MsdbStore("M", Database(sqlite_url(path)))
        for call in (
            partial(store.list, ()),
            partial(store.read, ("P3",)),
            partial(store.write, ("P3",), b"x", overwrite=True),
            partial(store.write, ("New",), b"x" * 20_000),
            partial(store.delete, ("P5",)),
            partial(store.create_folder, ("F",)),
            store.role_names,
        ):
            try:
                call()
                told["done"] += 1
            except DtserveError as error:  # and nothing else
                told[type(error)] += 1
        store.close()
    assert told["done"] > 20
    assert told[StoreUnavailable] > 20


WRITER = """
import sys
from dtserve.stores import Database, MsdbStore
store = MsdbStore("M", Database(sys.argv[1]))
number = int(sys.argv[2])
while True:
    number += 1
    store.write(("P",), b"%012d" % number * 2000, overwrite=True)
    sys.stdout.write("%d\\n" % number)
    sys.stdout.flush()
"""


def test_kill_leaves_the_last_confirmed_package_or_a_later_one(tmp_path):
    url = sqlite_url(tmp_path / "m.sqlite")
    confirmed = 0
    for round_number in range(ROUNDS):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, url, str(confirmed)], stdout=subprocess.PIPE, text=True
        )
        process.stdout.readline()
        time.sleep(0.01 * (round_number % 5))
        process.send_signal(signal.SIGKILL)
        told = [int(line) for line in process.communicate()[0].split()]
        store = MsdbStore("M", Database(url))
        data = store.read(("P",))
        store.close()
        number = int(data[:12])
        assert data == b"%012d" % number * 2000
        assert number >= max(told, default=confirmed)
        confirmed = number


FULL = """
import resource, signal, sys
from dtserve.stores import Database, MsdbStore
from dtserve.stores.errors import WriteFailed
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = MsdbStore("M", Database(sys.argv[1]))
store.write(("P",), b"old")
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
try:
    store.write(("P",), b"n" * 2_000_000, overwrite=True)
except WriteFailed as error:
    print(error.hresult)
print(store.read(("P",)) == b"old")
"""


def test_a_file_that_cannot_grow_leaves_the_old_package(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", FULL, sqlite_url(tmp_path / "m.sqlite")], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["0xC0D51707", "True"]


def test_processes_that_start_at_once_make_the_tables_once(tmp_path):
    script = (
        "import sys; from dtserve.stores import Database, MsdbStore\n"
        "s = MsdbStore('M', Database(sys.argv[1])); s.write((sys.argv[2],), b'x'); print(len(s.list(())[1]))"
    )
    url = sqlite_url(tmp_path / "m.sqlite")
    processes = [
        subprocess.Popen([sys.executable, "-c", script, url, f"P{number}"], stdout=subprocess.PIPE, text=True)
        for number in range(4)
    ]
    assert [process.wait() for process in processes] == [0] * 4
    for process in processes:
        process.stdout.close()
    store = MsdbStore("M", Database(url))
    assert len(store.list(())[1]) == 4
    store.close()
