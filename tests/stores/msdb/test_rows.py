"""Rows and facts."""

import uuid
from datetime import datetime

import pytest

from dtserve.stores.facts import package_facts
from dtserve.stores.msdb.rows import NO_ID, guid_text, listed_info, package_columns, utc_now
from support.store_packages import package


def test_guids():
    assert guid_text(NO_ID) == ""
    assert guid_text(uuid.UUID("0f6a5d1e-3b0c-4b8a-9c57-2b1d8b7a4e10")) == "{0F6A5D1E-3B0C-4B8A-9C57-2B1D8B7A4E10}"
    assert utc_now().tzinfo is None


@pytest.mark.parametrize(("version", "number"), [(2, 2), (3, 3), (6, 3), (8, 3), (9, 3)])
def test_package_format(version, number):
    assert package_columns(package(version=version), package_facts(package(version=version)))["packageformat"] == number


def test_there_and_back():
    columns = package_columns(package(level=2), package_facts(package(level=2)))
    row = {**columns, "datalength": 10, "ownersid": b"1", "readrolesid": None, "writerolesid": b"2"}
    info = listed_info(("F", "P"), row, {b"1": "ann"})
    assert (info.name, info.path, info.owner, info.write_role, info.size) == ("P", ("F", "P"), "ann", "", 10)
    assert (info.protection_level, info.version_build, info.package_type) == (2, 7, 5)
    assert info.package_id == "{0F6A5D1E-3B0C-4B8A-9C57-2B1D8B7A4E10}"


def test_a_row_of_sql_server_has_fewer_columns():
    row = {
        "id": NO_ID, "verid": NO_ID, "description": None, "createdate": datetime(2026, 1, 1), "datalength": 3,
        "vermajor": 1, "verminor": 2, "verbuild": 3, "vercomments": None, "contenthash": "0" * 64,
    }  # fmt: skip
    info = listed_info(("P",), row)
    assert (info.package_id, info.protection_level, info.owner, info.modified) == ("", -1, "", info.created)


def test_bytes_that_are_no_package():
    columns = package_columns(b"x", package_facts(b"x"))
    assert (columns["id"], columns["verid"], columns["protectionlevel"]) == (NO_ID, NO_ID, -1)
