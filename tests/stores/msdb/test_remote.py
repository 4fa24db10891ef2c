"""msdb of a SQL Server, through doubles: one that knows its procedures, and one behind the wire for the real drivers.

The conformance suite runs over both, too.
"""

import sys
import uuid
from datetime import UTC, datetime

import pytest

from dtserve.cli.dtutil import main as dtutil
from dtserve.errors import DtserveError
from dtserve.service.config import load_home
from dtserve.stores import Caller, Database, MsdbStore
from dtserve.stores.errors import StoreUnavailable
from dtserve.stores.msdb import errors
from dtserve.stores.msdb.engine import sqlite_url
from dtserve.stores.msdb.remote import RemoteDatabase, remote_url
from support.fake_sql_server import FakeConnection, ServerError
from support.msdb_server import DRIVERS, msdb_url
from support.servers import msdb_server
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


@pytest.mark.parametrize("url", ["mssql://u:swordfish@host:99999/msdb", "mssql://u:swordfish@[::1/msdb"])
def test_what_is_no_url_is_told_without_it(url):
    with pytest.raises(StoreUnavailable, match="URL cannot be read") as caught:
        RemoteDatabase(url, connect=lambda: None)
    assert "swordfish" not in caught.value.describe()


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


# through the drivers


def behind(driver, user="sa"):
    return MsdbStore("MSDB", RemoteDatabase(msdb_url(msdb_server(), driver, user)))


@pytest.fixture
def place(driver):
    """A folder of its own."""
    name = f"{driver} {uuid.uuid4().hex[:8]}"
    behind(driver).create_folder((name,))
    return name


@pytest.mark.parametrize("driver", DRIVERS)
class TestDrivers:
    def test_any_bytes_and_sizes(self, driver, place):
        made = behind(driver)
        for size in (0, 1, 256, 8000, 8001, 200_000):
            data = bytes(range(256)) * (size // 256 + 1)
            made.write((place, f"P{size}"), data[:size])
            assert made.read((place, f"P{size}")) == data[:size]
            assert made.info((place, f"P{size}")).size == size

    def test_a_package_of_many_megabytes(self, driver, place):
        made = behind(driver)
        data = package() + b" " * 20_000_000
        made.write((place, "Big"), data)
        assert made.read((place, "Big")) == data

    def test_all_parameters_arrive(self, driver, place):
        made = behind(driver)
        made.write((place, "Gr\u00f6\u00dfe \u540d"), package())
        found = made.info((place, "Gr\u00f6\u00dfe \u540d"))
        (listed,) = made.list((place,))[1]
        assert found.name == listed.name == "Gr\u00f6\u00dfe \u540d"
        assert (found.package_id, found.version_id) == (
            "{0F6A5D1E-3B0C-4B8A-9C57-2B1D8B7A4E10}",
            "{3A0D2C8F-6C5B-4F1E-9D70-6E1C0B7F2A33}",
        )
        assert (found.description, found.version_major, found.version_build) == ('Loads "it"', 1, 7)
        assert datetime.fromtimestamp(found.created, UTC) == datetime(2020, 9, 18, 15, 40, 38, tzinfo=UTC)

    def test_the_numbers_and_words_of_the_server(self, driver, place):
        made = behind(driver)
        made.write((place, "P"), package())
        with pytest.raises(errors.LoadFromSqlServerFailed) as caught:
            behind(driver, "lisa").read((place, "P"))
        assert (caught.value.native, caught.value.denied) == (14586, True)
        with pytest.raises(errors.SaveToSqlServerFailed) as caught:
            behind(driver, "otto").write((place, "Q"), package())
        assert caught.value.native == 14307
        assert "(Access to Integration Services package 'Q' is denied.)" in caught.value.message
        with pytest.raises(errors.SqlFolderExists) as caught:
            made.create_folder((place,))
        assert "(Cannot insert duplicate key row" in caught.value.message
        with pytest.raises(errors.SqlFolderNotEmpty):
            made.delete_folder((place,))
        behind(driver, "lisa").write((place, "Own"), package())
        assert behind(driver, "otto").read((place, "Own")) == package()

    def test_roles_and_no_roles(self, driver, place):
        made = behind(driver)
        made.write((place, "P"), package())
        made.set_roles((place, "P"), "db_ssisoperator", "")
        assert made.roles((place, "P")) == ("db_ssisoperator", "")
        assert "db_ssisadmin" in made.role_names((place,))
        with pytest.raises(DtserveError, match="The role 'none' does not exist"):
            made.set_roles((place, "P"), "none", "")

    def test_a_login_that_is_refused(self, driver):
        wrong = msdb_url(msdb_server(), driver).replace("p%3Bw", "other")
        with pytest.raises(StoreUnavailable) as caught:
            MsdbStore("MSDB", RemoteDatabase(wrong)).list(())
        assert "Login failed for user 'sa'." in caught.value.message
        assert "other" not in caught.value.describe()

    def test_dtutil(self, driver, place, tmp_path, monkeypatch, capsys):
        """A line for each thing that it does on a server."""
        monkeypatch.setenv("DTSERVE_HOME", str(tmp_path / "home"))
        monkeypatch.chdir(tmp_path)
        load_home().close()
        (tmp_path / "home" / "dtserve.toml").write_text(f"[servers]\nPROD = '{msdb_url(msdb_server(), driver)}'\n")
        (tmp_path / "a.dtsx").write_bytes(package("a", secret="swordfish"))
        source, goal = ["/SOURCESERVER", "PROD"], ["/DESTSERVER", "PROD"]
        lines = [
            (0, "/FCREATE", f"SQL;{place};In", *source),
            (1, "/FCREATE", f"SQL;{place};In", *source),
            (0, "/FEXISTS", f"SQL;{place}\\In", *source),
            (0, "/FILE", "a.dtsx", "/COPY", f"SQL;{place}\\In\\a", *goal),
            (0, "/FILE", "a.dtsx", "/COPY", f"SQL;{place}\\In\\a", "/QUIET", *goal),
            (0, "/SQL", f"{place}\\In\\a", *source, "/EXISTS"),
            (1, "/FDELETE", f"SQL;{place};In", *source),
            (0, "/SQL", f"{place}\\In\\a", *source, "/ENCRYPT", f"SQL;{place}\\b;2;pwd", *goal),
            (0, "/SQL", f"{place}\\b", *source, "/DECRYPT", "pwd", "/COPY", "SQL;here"),
            (0, "/SQL", f"{place}\\b", *source, "/I", "/DECRYPT", "pwd"),
            (0, "/SQL", f"{place}\\In\\a", *source, "/MOVE", "FILE;moved.dtsx"),
            (4, "/SQL", f"{place}\\In\\a", *source, "/DELETE"),
            (0, "/FRENAME", f"SQL;{place};In;Out", *source),
            (0, "/FDIRECTORY", f"SQL;{place};S", *source),
            (0, "/FDELETE", f"SQL;{place};Out", *source),
            (0, "/SQL", f"{place}\\b", *source, "/DELETE"),
        ]
        for code, *words in lines:
            assert dtutil(words) == code, (words, capsys.readouterr().out)
        assert (tmp_path / "moved.dtsx").read_bytes() == package("a", secret="swordfish")
        assert "Folder: \\" + place + "\\Out" in capsys.readouterr().out
        home = load_home()
        assert b"swordfish" not in home.msdb().read(("here",))
        home.close()


def test_microsofts_driver_encrypts_and_wants_to_know_the_server():
    url = msdb_url(msdb_server(), "mssql-python")
    MsdbStore("MSDB", RemoteDatabase(url)).list(())
    assert "all" in msdb_server().encrypted
    with pytest.raises(StoreUnavailable, match="certificate"):
        MsdbStore("MSDB", RemoteDatabase(url.replace("&TrustServerCertificate=yes", ""))).list(())
