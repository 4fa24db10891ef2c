"""msdb of a SQL Server, through a double that knows its procedures; the conformance suite runs over it too."""

import sys

import pytest

from dtserve.stores import Caller, Database, MsdbStore
from dtserve.stores.errors import StoreUnavailable
from dtserve.stores.msdb import errors
from dtserve.stores.msdb.engine import sqlite_url
from dtserve.stores.msdb.remote import RemoteDatabase, remote_url
from support.fake_sql_server import FakeConnection, ServerError
from support.store_packages import package

URL = "mssql://ann:swordfish@srv:1433/msdb"
LIMITED = Caller("lisa", frozenset({"db_ssisltduser"}))
OPERATOR = Caller("otto", frozenset({"db_ssisoperator"}))


@pytest.fixture
def database(tmp_path):
    made = Database(sqlite_url(tmp_path / "m.sqlite"))
    yield made
    made.dispose()


def store(database, login=Caller("sa", sysadmin=True)):  # noqa: B008
    return MsdbStore("MSDB", RemoteDatabase(URL, connect=lambda: FakeConnection(database, login)))


def test_the_server_decides(database):
    store(database).write(("P",), package())
    lisa, otto = store(database, LIMITED), store(database, OPERATOR)
    with pytest.raises(errors.LoadFromSqlServerFailed) as caught:
        lisa.read(("P",))
    assert (caught.value.native, caught.value.denied) == (14586, True)
    assert otto.read(("P",)) == package()
    assert otto.info(("P",)).read_role == ""
    with pytest.raises(errors.SaveToSqlServerFailed) as caught:
        otto.write(("Q",), package())
    assert caught.value.native == 14307
    with pytest.raises(errors.SqlFolderExists):
        lisa.create_folder(("Maintenance Plans",))


def test_all_parameters_arrive(database):
    store(database).write(("Load",), package())
    direct = MsdbStore("MSDB", database).info(("Load",))
    through = store(database).info(("Load",))
    for name in ("name", "package_id", "version_id", "description", "size", "created", "version_build"):
        assert getattr(direct, name) == getattr(through, name), name
    assert direct.package_type == 5


def test_moving_keeps_the_roles_and_the_package_is_never_gone(database):
    made = store(database)
    made.write(("P",), package())
    made.set_roles(("P",), "db_ssisoperator", "")
    made.move(("P",), ("p",))
    assert [each.name for each in made.list(())[1]] == ["p"]
    made.move(("p",), ("Q",))
    assert made.roles(("Q",)) == ("db_ssisoperator", "")


@pytest.mark.parametrize(
    ("server", "user", "url"),
    [
        ("srv", "u", "mssql://u:p%3Bw@srv/msdb"),
        (
            "tcp:mi.public.dns.database.windows.net,3342",
            "u",
            "mssql://u:p%3Bw@mi.public.dns.database.windows.net:3342/msdb",
        ),
        ("srv\\inst", "DOM\\u", "mssql://DOM%5Cu:p%3Bw@srv%5Cinst/msdb"),
    ],
)
def test_servers_as_dtutil_names_them(server, user, url):
    assert remote_url(server, user, "p;w") == url
    assert "p%3Bw" not in RemoteDatabase(url, connect=lambda: None).place


def test_what_the_driver_is_given(monkeypatch):
    seen = {}

    class Pytds:
        @staticmethod
        def connect(*arguments, **options):
            seen.update(options, arguments=arguments)
            raise OSError("refused")

    monkeypatch.setitem(sys.modules, "pytds", Pytds)
    made = MsdbStore("M", RemoteDatabase("mssql://DOM%5Cu:p%3Bw@srv%5Cinst:1444/msdb?cafile=/ca.pem&validate_host=0"))
    with pytest.raises(StoreUnavailable, match=r"Login Timeout Expired\. refused"):
        made.list(())
    assert seen["arguments"] == ("srv\\inst", "msdb", "DOM\\u", "p;w")
    assert (seen["port"], seen["cafile"], seen["validate_host"], seen["autocommit"]) == (1444, "/ca.pem", False, True)


def test_the_other_driver(monkeypatch):
    seen = []

    class Driver:
        @staticmethod
        def connect(text, autocommit):
            seen.append((text, autocommit))
            raise RuntimeError("no")

    monkeypatch.setitem(sys.modules, "mssql_python", Driver)
    made = MsdbStore("M", RemoteDatabase(f"{URL}?driver=mssql-python&TrustServerCertificate=yes"))
    with pytest.raises(StoreUnavailable) as caught:
        made.list(())
    assert "swordfish" not in caught.value.describe()
    assert seen == [
        (
            "Server={srv,1433};Database={msdb};UID={ann};Encrypt={yes};PWD={swordfish};TrustServerCertificate={yes}",
            True,
        )
    ]


def test_without_a_driver(monkeypatch):
    for name in ("pytds", "mssql_python"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(StoreUnavailable, match=r"dtserve\[databases\]"):
        RemoteDatabase(URL)


def test_errors_without_a_number_are_known_by_their_text(database):
    class Plain(FakeConnection):
        def cursor(self):
            cursor = super().cursor()
            run = cursor.execute

            def execute(sql, parameters):
                try:
                    run(sql, parameters)
                except ServerError as error:
                    raise RuntimeError(f"[SQL Server]{error.text}") from None

            cursor.execute = execute
            return cursor

    made = MsdbStore("M", RemoteDatabase(URL, connect=lambda: Plain(database, OPERATOR)))
    with pytest.raises(errors.CreateFolderFailed) as caught:
        made.create_folder(("F",))
    assert caught.value.native == 229


def test_a_connection_that_breaks(database):
    class Broken(FakeConnection):
        def cursor(self):
            cursor = super().cursor()
            cursor.execute = lambda *_: (_ for _ in ()).throw(OSError("connection reset"))
            return cursor

    made = MsdbStore("M", RemoteDatabase(URL, connect=lambda: Broken(database, LIMITED)))
    with pytest.raises(StoreUnavailable, match="connection reset"):
        made.read(("P",))
    made.close()


def test_nobody_listens():
    made = MsdbStore("M", RemoteDatabase("mssql://u:swordfish@127.0.0.1:1/msdb?login_timeout=1"))
    with pytest.raises(StoreUnavailable) as caught:
        made.list(())
    assert "swordfish" not in caught.value.describe()
