"""The thirteen procedures: the access matrix of MSDB §5, every error number, the details that deviate."""

import uuid
from datetime import datetime

import pytest
import sqlalchemy as sa

from dtserve.stores import Caller, Database
from dtserve.stores.facts import content_hash
from dtserve.stores.msdb.engine import sqlite_url
from dtserve.stores.msdb.messages import GRANTS, ProcedureError
from dtserve.stores.msdb.procedures import Procedures
from dtserve.stores.msdb.schema import MAINTENANCE_PLANS, ROOT, log, packages, principals, role_sid, utc_now

SYS = Caller("sa", sysadmin=True)
ADMIN = Caller("adm", frozenset({"db_ssisadmin"}))
OWNER = Caller("owner", frozenset({"db_ssisltduser"}))
OTHER = Caller("other", frozenset({"DB_SSISLTDUSER"}))
OPERATOR = Caller("opr", frozenset({"db_ssisoperator"}))
MEMBER = Caller("member", frozenset({"R", "db_ssisoperator"}))
NOBODY = Caller("nobody")
OUTSIDER = Caller("outsider", frozenset({"R"}))


@pytest.fixture
def database(tmp_path):
    made = Database(sqlite_url(tmp_path / "m.sqlite"))
    with made.begin() as connection:
        row = {"sid": role_sid("R"), "name": "R", "namekey": "r", "kind": "R"}
        connection.execute(sa.insert(principals).values(row))
    yield made
    made.dispose()


@pytest.fixture
def call(database):
    """Calls a procedure as somebody in a transaction of its own; gives its result or the error number."""

    def run(caller, name, *arguments, **options):
        try:
            with database.begin() as connection:
                return getattr(Procedures(connection, caller), name)(*arguments, **options)
        except ProcedureError as error:
            return error.number

    return run


def columns(data=b"x"):
    return {
        "id": uuid.uuid4(), "description": "d", "createdate": utc_now(), "packagedata": data, "packageformat": 3,
        "packagetype": 5, "vermajor": 1, "verminor": 2, "verbuild": 3, "vercomments": "c", "verid": uuid.uuid4(),
        "modifieddate": utc_now(), "datasize": len(data), "contenthash": content_hash(data), "formatversion": 8, "protectionlevel": 0,
    }  # fmt: skip


def put(call, caller=OWNER, name="P", reader=None, writer=None):
    assert call(caller, "sp_ssis_putpackage", name, ROOT, columns()) is None
    if reader or writer:
        assert call(SYS, "sp_ssis_setpackageroles", name, ROOT, reader, writer) is None


CALLERS = (SYS, ADMIN, OWNER, OTHER, OPERATOR, MEMBER)
MATRIX = [
    # operation, reader, writer, outcome for SYS, ADMIN, OWNER, OTHER, OPERATOR, MEMBER; "y" or an error number
    ("get", None, None, ("y", "y", "y", 14586, "y", "y")),
    ("get", "R", None, ("y", "y", "y", 14307, 14307, "y")),
    ("put", None, None, ("y", "y", "y", 14307, 14307, 14307)),
    ("put", None, "R", ("y", "y", "y", 14307, 14307, "y")),
    ("delete", None, None, ("y", "y", "y", 14307, 14307, 14307)),
    ("delete", None, "R", ("y", 14307, "y", 14307, 14307, "y")),
    ("roles", None, None, ("y", "y", "y", 14307, 229, 229)),
]


@pytest.mark.parametrize(("operation", "reader", "writer", "outcomes"), MATRIX)
@pytest.mark.parametrize("index", range(6))
def test_the_access_matrix(call, operation, reader, writer, outcomes, index):
    put(call, reader=reader, writer=writer)
    caller = CALLERS[index]
    calls = {
        "get": ("sp_ssis_getpackage", "P", ROOT),
        "put": ("sp_ssis_putpackage", "P", ROOT, columns(b"new")),
        "delete": ("sp_ssis_deletepackage", "P", ROOT),
        "roles": ("sp_ssis_setpackageroles", "P", ROOT, None, None),
    }
    result = call(caller, *calls[operation])
    wanted = outcomes[index]
    if wanted == "y":
        assert result == (b"x" if operation == "get" else None)
    else:
        assert result == wanted
    left = call(SYS, "sp_ssis_getpackage", "P", ROOT)
    assert left == ({"put": b"new", "delete": None}.get(operation, b"x") if wanted == "y" else b"x")


def test_new_packages_and_folders(call):
    for caller, wanted in (
        (SYS, None),
        (ADMIN, None),
        (OWNER, None),
        (OPERATOR, 14307),
        (NOBODY, 229),
        (OUTSIDER, 229),
    ):
        assert call(caller, "sp_ssis_putpackage", f"new {caller.name}", ROOT, columns()) == wanted
    for caller, wanted in ((SYS, 0), (ADMIN, 0), (OWNER, 0), (OPERATOR, 229), (NOBODY, 229)):
        result = call(caller, "sp_ssis_addfolder", ROOT, f"f {caller.name}")
        assert result == wanted if wanted else isinstance(result, uuid.UUID)


def test_everybody_with_a_fixed_role_may_list(call):
    put(call)
    for caller in (SYS, ADMIN, OTHER, OPERATOR, MEMBER):
        assert [row.name for row in call(caller, "sp_ssis_listpackages", ROOT)] == ["P"]
        assert len(call(caller, "sp_ssis_listfolders", ROOT)) == 2
    for caller in (NOBODY, OUTSIDER):
        for name, arguments in (
            ("sp_ssis_listpackages", (ROOT,)),
            ("sp_ssis_listfolders", (ROOT,)),
            ("sp_ssis_getfolder", ("x", ROOT)),
            ("sp_ssis_checkexists", ("P", ROOT)),
            ("sp_ssis_getpackage", ("P", ROOT)),
        ):
            assert call(caller, name, *arguments) == 229


def test_overwriting_keeps_owner_name_and_roles(call, database):
    put(call, reader="R", writer="R")
    assert call(MEMBER, "sp_ssis_putpackage", "p", ROOT, columns(b"2")) is None
    with database.begin() as connection:
        row = connection.execute(sa.select(packages)).one()
    assert row.name == "P"
    assert row.packagedata == b"2"
    assert row.readrolesid == row.writerolesid == role_sid("R")
    assert call(OWNER, "sp_ssis_deletepackage", "P", ROOT) is None


def test_a_role_that_is_gone_stands_for_db_ssisadmin(call, database):
    put(call, reader="R", writer="R")
    with database.begin() as connection:
        connection.execute(sa.delete(principals).where(principals.c.sid == role_sid("R")))
    assert call(MEMBER, "sp_ssis_getpackage", "P", ROOT) == 14307
    assert call(ADMIN, "sp_ssis_getpackage", "P", ROOT) == b"x"
    assert call(MEMBER, "sp_ssis_putpackage", "P", ROOT, columns()) == 14307
    assert call(MEMBER, "sp_ssis_deletepackage", "P", ROOT) == 14307
    assert call(ADMIN, "sp_ssis_getpackageroles", "P", ROOT) == (None, None)
    assert call(ADMIN, "sp_ssis_deletepackage", "P", ROOT) is None


def test_roles(call):
    put(call)
    assert call(SYS, "sp_ssis_getpackageroles", "P", ROOT) == (None, None)
    assert call(OWNER, "sp_ssis_setpackageroles", "P", ROOT, "db_ssisoperator", "r") is None
    assert call(OTHER, "sp_ssis_getpackageroles", "P", ROOT) == ("db_ssisoperator", "R")
    assert call(SYS, "sp_ssis_setpackageroles", "P", ROOT, "nothing", None) == 15014
    assert call(SYS, "sp_ssis_setpackageroles", "Q", ROOT, None, None) == 14307
    assert call(SYS, "sp_ssis_getpackageroles", "Q", ROOT) is None


def test_folders(call):
    folder = call(SYS, "sp_ssis_addfolder", ROOT, "F")
    known = uuid.uuid4()
    assert call(SYS, "sp_ssis_addfolder", folder, "G", known) == known
    assert call(SYS, "sp_ssis_addfolder", ROOT, "f") == 2601
    assert isinstance(call(SYS, "sp_ssis_addfolder", uuid.uuid4(), "orphan"), uuid.UUID)
    row = call(SYS, "sp_ssis_getfolder", "g", folder)
    assert tuple(row) == (known, "G", folder, "F")
    assert tuple(call(SYS, "sp_ssis_getfolder", "", None)) == (ROOT, "", None, None)
    assert call(SYS, "sp_ssis_getfolder", "G", ROOT) is None
    assert [row.foldername for row in call(SYS, "sp_ssis_listfolders")] == [""]
    assert [row.foldername for row in call(SYS, "sp_ssis_listfolders", ROOT)] == [
        "Data Collector", "F", "Maintenance Plans",
    ]  # fmt: skip
    assert call(SYS, "sp_ssis_renamefolder", uuid.uuid4(), "x") is None
    assert call(SYS, "sp_ssis_renamefolder", folder, "Maintenance Plans") == 2601
    assert call(SYS, "sp_ssis_renamefolder", folder, "f") is None
    assert call(SYS, "sp_ssis_deletefolder", ROOT) == 14307
    assert call(SYS, "sp_ssis_deletefolder", folder) == 14593
    assert call(SYS, "sp_ssis_putpackage", "P", known, columns()) is None
    assert call(SYS, "sp_ssis_deletefolder", known) == 14593
    assert call(SYS, "sp_ssis_deletepackage", "P", known) is None
    assert call(SYS, "sp_ssis_deletefolder", known) is None
    assert call(SYS, "sp_ssis_deletefolder", known) is None
    assert call(SYS, "sp_ssis_deletefolder", MAINTENANCE_PLANS) is None


def test_absent_packages(call):
    assert call(SYS, "sp_ssis_getpackage", "P", ROOT) is None
    assert call(SYS, "sp_ssis_checkexists", "P", ROOT) is False
    assert call(OTHER, "sp_ssis_deletepackage", "P", ROOT) is None


def test_the_log_is_cut_at_the_widths_of_its_columns(call, database):
    moment = datetime(2026, 1, 2, 3, 4, 5)
    entry = (
        "OnError",
        "c" * 200,
        "o" * 200,
        "s" * 2000,
        uuid.uuid4(),
        uuid.uuid4(),
        moment,
        moment,
        -1,
        b"\1",
        "m" * 3000,
    )
    assert call(OPERATOR, "sp_ssis_addlogentry", *entry) is None
    assert call(NOBODY, "sp_ssis_addlogentry", *entry) == 229
    with database.begin() as connection:
        row = connection.execute(sa.select(log)).one()
    assert (len(row.computer), len(row.operator), len(row.source), len(row.message)) == (128, 128, 1024, 2048)
    assert (row.id, row.event, row.starttime, row.endtime, row.datacode) == (1, "OnError", moment, moment, -1)


def test_grants_are_whole():
    procedures = {name for name in vars(Procedures) if name.startswith("sp_ssis_")}
    assert procedures == set(GRANTS)
    assert len(procedures) == 13
