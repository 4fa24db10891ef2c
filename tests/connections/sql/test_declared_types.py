import pytest

from dtserve.connections.sql.declared_types import from_declared


@pytest.mark.parametrize(
    ("text", "family", "kind"),
    [
        ("int", "sqlserver", "DT_I4"), ("INT", "sqlite", "DT_I4"), ("INTEGER", "sqlite", "DT_I8"), ("bigint", "sqlserver", "DT_I8"),
        ("tinyint", "sqlserver", "DT_UI1"), ("tinyint(4)", "mysql", "DT_I1"), ("tinyint(1)", "mysql", "DT_BOOL"), ("int(10) unsigned", "mysql", "DT_UI4"),
        ("bigint(20) unsigned", "mysql", "DT_UI8"), ("bit", "sqlserver", "DT_BOOL"), ("bit(8)", "mysql", "DT_BYTES(1)"), ("boolean", "postgres", "DT_BOOL"),
        ("decimal(18,4)", "sqlserver", "DT_NUMERIC(18,4)"), ("numeric", "sqlserver", "DT_NUMERIC(18,0)"), ("NUMERIC", "sqlite", "DT_NUMERIC(38,10)"),
        ("NUMBER(10,-2)", "oracle", "DT_NUMERIC(12,0)"), ("money", "sqlserver", "DT_CY"), ("real", "sqlserver", "DT_R4"), ("REAL", "sqlite", "DT_R8"),
        ("float", "sqlserver", "DT_R8"), ("float(24)", "sqlserver", "DT_R4"), ("double precision", "postgres", "DT_R8"), ("float", "mysql", "DT_R4"),
        ("varchar(20)", "sqlserver", "DT_STR(20,1252)"), ("varchar(max)", "sqlserver", "DT_TEXT"), ("VARCHAR(2147483647)", "sqlite", "DT_TEXT"),
        ("nvarchar(50)", "sqlserver", "DT_WSTR(50)"), ("nvarchar(max)", "sqlserver", "DT_NTEXT"), ("NVARCHAR", "sqlite", "DT_NTEXT"), ("char", "sqlserver", "DT_STR(1,1252)"),
        ("varchar(20)", "mysql", "DT_WSTR(20)"), ("character varying(9)", "postgres", "DT_WSTR(9)"), ("varchar2(30 char)", "oracle", "DT_WSTR(30)"), ("text", "sqlite", "DT_NTEXT"),
        ("text", "sqlserver", "DT_TEXT"), ("ntext", "sqlserver", "DT_NTEXT"), ("longtext", "mysql", "DT_NTEXT"), ("json", "mysql", "DT_NTEXT"), ("sysname", "sqlserver", "DT_WSTR(128)"),
        ("varbinary(10)", "sqlserver", "DT_BYTES(10)"), ("varbinary(max)", "sqlserver", "DT_IMAGE"), ("blob", "sqlite", "DT_IMAGE"), ("timestamp", "sqlserver", "DT_BYTES(8)"),
        ("date", "sqlserver", "DT_DBDATE"), ("date", "oracle", "DT_DBTIMESTAMP"), ("datetime", "sqlserver", "DT_DBTIMESTAMP"), ("datetime(3)", "mysql", "DT_DBTIMESTAMP"),
        ("datetime2(3)", "sqlserver", "DT_DBTIMESTAMP2"), ("timestamp", "sqlite", "DT_DBTIMESTAMP"), ("timestamp(3) without time zone", "postgres", "DT_DBTIMESTAMP2"),
        ("timestamp with time zone", "postgres", "DT_DBTIMESTAMPOFFSET"), ("datetimeoffset(7)", "sqlserver", "DT_DBTIMESTAMPOFFSET"), ("time(7)", "sqlserver", "DT_DBTIME2"),
        ("uniqueidentifier", "sqlserver", "DT_GUID"), ("uuid", "postgres", "DT_GUID"), ("", "sqlite", "None"), ("???", "sqlite", "None"), ("my_type", "sqlite", "None"),
    ],
)  # fmt: skip
def test_types(text, family, kind):
    assert str(from_declared(text, family)) == kind


def test_digits_of_seconds():
    assert from_declared("datetime2(3)").scale == 3
    assert from_declared("time").scale == 7
