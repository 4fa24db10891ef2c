"""The lines and queries of migrations; ``test_migration_flows`` runs them."""

import sqlite3

import pytest

from dtserve.cli.migration_script import Migration, lines, query
from dtserve.stores.base import PackageInfo


def content(*paths):
    """What walking gives: the folders of these packages, parents first."""
    folders = sorted({path[:depth] for path in paths for depth in range(len(path))})
    return [(folder, (), [PackageInfo(p[-1], p) for p in paths if p[:-1] == folder]) for folder in folders]


def test_from_msdb_to_a_managed_instance():
    migration = Migration("SQL", "SQL", level=2, server="mi,3342", user="u")
    assert list(lines(migration, content(("Finance", "Load"), ("Top",)))) == [
        "@echo off",
        "rem DTUTIL_PACKAGE_PASSWORD: the password that the packages get",
        "rem DTUTIL_DEST_PASSWORD: the password of u",
        'dtutil /SQL Top /ENCRYPT "SQL;Top;2;%DTUTIL_PACKAGE_PASSWORD%" /DESTSERVER "mi,3342" /DESTUSER u '
        '/DESTPASSWORD "%DTUTIL_DEST_PASSWORD%"',
        'dtutil /FEXISTS "SQL;Finance" /SOURCESERVER "mi,3342" /SOURCEUSER u /SOURCEPASSWORD "%DTUTIL_DEST_PASSWORD%" '
        '> nul || dtutil /FCREATE "SQL;\\;Finance" /SOURCESERVER "mi,3342" /SOURCEUSER u '
        '/SOURCEPASSWORD "%DTUTIL_DEST_PASSWORD%"',
        'dtutil /SQL Finance\\Load /ENCRYPT "SQL;Finance\\Load;2;%DTUTIL_PACKAGE_PASSWORD%" /DESTSERVER "mi,3342" '
        '/DESTUSER u /DESTPASSWORD "%DTUTIL_DEST_PASSWORD%"',
    ]


@pytest.mark.parametrize(
    ("migration", "wanted"),
    [
        (
            Migration("SQL", "FILE", target_root="Z:\\", level=0),
            'dtutil /SQL "A\\P 1" /ENCRYPT "FILE;Z:\\A\\P 1.dtsx;0"',
        ),
        (Migration("DTS", "SQL", "MSDB\\", "In\\"), 'dtutil /DTS "MSDB\\A\\P 1" /COPY "SQL;In\\A\\P 1" /QUIET'),
        (
            Migration("FILE", "DTS", "x/", "MSDB\\", shell="sh"),
            "dtutil /FILE 'x/A/P 1.dtsx' /COPY 'DTS;MSDB\\A\\P 1' /QUIET",
        ),
        (
            Migration("SQL", "SQL", level=3, shell="sh"),
            "dtutil /SQL 'A\\P 1' /ENCRYPT 'SQL;A\\P 1;3;'\"$DTUTIL_PACKAGE_PASSWORD\"",
        ),
    ],
)
def test_lines(migration, wanted):
    assert list(lines(migration, content(("A", "P 1"))))[-1] == wanted


def test_folders_of_files():
    made = list(lines(Migration("SQL", "FILE", target_root="/out/", shell="sh"), content(("A", "it's", "P"))))
    assert made[1:4] == ["mkdir -p /out", "mkdir -p /out/A", "mkdir -p '/out/A/it'\"'\"'s'"]
    made = list(lines(Migration("SQL", "FILE", target_root="Z:\\"), content(("A%", "P"))))
    assert made[1] == 'if not exist "Z:\\A%%\\" mkdir "Z:\\A%%"'


@pytest.mark.parametrize(
    ("target", "root", "wanted"),
    [
        ("SQL", "", []),
        (
            "SQL",
            "A\\B\\",
            ['"SQL;A" > nul || dtutil /FCREATE "SQL;\\;A"', '"SQL;A\\B" > nul || dtutil /FCREATE "SQL;A;B"'],
        ),
        ("DTS", "MSDB\\", []),
        ("DTS", "MSDB\\In\\", ['"DTS;MSDB\\In" > nul || dtutil /FCREATE "DTS;MSDB;In"']),
        ("FILE", "Z:\\", []),
        ("FILE", "\\\\server\\share\\", []),
        ("FILE", "\\\\server\\share\\In\\", ['if not exist "\\\\server\\share\\In\\" mkdir "\\\\server\\share\\In"']),
        ("FILE", "Z:\\In\\", ['if not exist "Z:\\In\\" mkdir "Z:\\In"']),
    ],
)
def test_the_folder_of_the_target_is_made(target, root, wanted):
    made = list(lines(Migration("SQL", target, target_root=root), content(("P",))))[1:-1]
    assert [line.removeprefix("dtutil /FEXISTS ") for line in made] == wanted
    assert len(list(lines(Migration("SQL", target, target_root=root), content()))) == 1


def test_the_query_writes_the_same_lines():
    """Run by SQLite, whose dialect the query is put into word by word."""
    text = query(Migration("SQL", "SQL", target_root="", level=2, server="mi,3342", user="o'neil"))
    assert "INNER JOIN f ON c.parentfolderid = f.folderid" in text
    for old, new in (
        ("N'", "'"),
        ("nvarchar(4000)", "TEXT"),
        ("msdb.dbo.", ""),
        (" + ", " || "),
        ("WITH f", "WITH RECURSIVE f"),
    ):
        text = text.replace(old, new)
    connection = sqlite3.connect(":memory:")
    connection.executescript(
        "CREATE TABLE sysssispackagefolders (folderid, parentfolderid, foldername);"
        "CREATE TABLE sysssispackages (folderid, name);"
        "INSERT INTO sysssispackagefolders VALUES (0, NULL, ''), (1, 0, 'Finance'), (2, 1, 'Q 1');"
        "INSERT INTO sysssispackages VALUES (0, 'Top'), (2, 'Load');"
    )
    found = [row[0] for row in connection.execute(text)]
    connection.close()
    login = " /DestServer mi,3342 /DestUser o'neil /DestPassword %DTUTIL_DEST_PASSWORD%"
    assert found == [
        f'dtutil /SQL "Top" /ENCRYPT "SQL;Top;2;%DTUTIL_PACKAGE_PASSWORD%"{login}',
        f'dtutil /SQL "Finance\\Q 1\\Load" /ENCRYPT "SQL;Finance\\Q 1\\Load;2;%DTUTIL_PACKAGE_PASSWORD%"{login}',
    ]


def test_the_query_for_files():
    text = query(Migration("SQL", "FILE", target_root="Z:\\", level=2))
    assert "/ENCRYPT \"FILE;Z:\\' + f.path + p.name" in text
    assert "N'.dtsx;2;%DTUTIL_PACKAGE_PASSWORD%\"'" in text
    assert "/QUIET" in query(Migration("SQL", "DTS", target_root="MSDB\\"))
