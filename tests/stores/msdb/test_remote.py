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
            "Server={srv,1433};Database={msdb};Encrypt={yes};UID={ann};PWD={swordfish};TrustServerCertificate={yes}",
            True,
        )
    ]


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("mssql://srv/msdb", "Trusted_Connection={yes}"),
        ("mssql://srv/msdb?Authentication=ActiveDirectoryMSI", "Authentication={ActiveDirectoryMSI}"),
        ("mssql://srv%5CSQL2019/msdb", "Server={srv\\SQL2019};Database={msdb};Encrypt={yes};Trusted_Connection={yes}"),
    ],
)
def test_logins_without_a_password(monkeypatch, url, wanted):
    seen = []

    class Driver:
        @staticmethod
        def connect(text, autocommit):
            seen.append(text)
            raise OSError("nobody there")

    monkeypatch.setitem(sys.modules, "mssql_python", Driver)
    remote = RemoteDatabase(f"{url}{'&' if '?' in url else '?'}driver=mssql-python")
    with pytest.raises(StoreUnavailable):
        MsdbStore("MSDB", remote).exists(("P",))
    assert wanted in seen[0]
    assert "UID" not in seen[0]


@pytest.mark.parametrize(
    ("version", "newest"),
    [("9.0.5000", 2), ("10.50.6000", 3), ("11.0.7001", 6), ("13.0.4001", 8), ("17.0.1", 8), ("?", 8)],
)
def test_older_servers_refuse_later_formats(database, version, newest):
    """SERVICE §9: packages go to a server of their own version or a later one."""
    login = Caller("sa", sysadmin=True)
    remote = RemoteDatabase("mssql://srv/msdb", connect=lambda: FakeConnection(database, login, version))
    made = MsdbStore("MSDB", remote)
    for number in (2, 3, 6, 8):
        data = package("P", version=number)
        if number <= newest:
            made.write(("P",), data, overwrite=True)
            continue
        with pytest.raises(errors.NewerFormat) as caught:
            made.write(("P",), data, overwrite=True)
        assert caught.value.hresult == "0xC001401C"
    assert made.read(("P",)) == package("P", version=min(newest, 8))


def test_a_store_of_sql_server_2005(database):
    """Its procedures are sp_dts_*; packages come out as they are."""
    login = Caller("sa", sysadmin=True)
    behind = MsdbStore("behind", database)
    behind.create_folder(("Old",))
    data = package("Load", version=2)
    behind.write(("Old", "Load"), data)
    made = []

    def connect():
        made.append(FakeConnection(database, login, "9.0.5000"))
        return made[-1]

    remote = MsdbStore("MSDB", RemoteDatabase("mssql://srv2005/msdb", connect=connect))
    assert remote.read(("Old", "Load")) == data
    assert [info.name for info in remote.list(("Old",))[1]] == ["Load"]
    remote.create_folder(("New",))
    remote.write(("New", "Load"), data)
    assert behind.read(("New", "Load")) == data
    calls = {call for connection in made for call in connection.calls if call.startswith("sp_")}
    assert calls >= {"sp_dts_getpackage", "sp_dts_putpackage", "sp_dts_addfolder", "sp_dts_listpackages"}
    assert not any(call.startswith("sp_ssis_") for call in calls)


def test_roles_of_a_server(database):
    remote = store(database)
    assert remote.role_names() == ["db_ssisadmin", "db_ssisltduser", "db_ssisoperator"]
    remote.add_role((), "new")
    assert "new" not in remote.role_names()


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
