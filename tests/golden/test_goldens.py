"""Real packages give the results that are known of them; only connection strings are re-pointed.

Numbers are those of the collection's GOLDENS.md. "golden": compared with what the real
runtime wrote; "computed": with counts worked out from the input.
"""

import csv
from pathlib import Path

import pytest

from support.golden import (
    FILES,
    SHARED,
    Target,
    assert_succeeded,
    connect,
    create_table,
    destination_tables,
    dtexec,
    lines,
    needs_collection,
    with_crlf,
)

pytestmark = needs_collection
PRACTICE = FILES / "Rohit-Deshbhratar__SSIS_Practice"
CRIME = FILES / "AndreyQC__CrimeStat.SSIS"
GDELT = FILES / "joshmorel__GDELT"


def test_4_table_to_two_files_by_gender(tmp_path: Path, target: Target) -> None:
    script = (PRACTICE / "SSIS_Conditional_Split.sql").read_text(encoding="utf-8-sig")
    target.execute(*[s for s in script.split(";\n") if s.strip()])
    male, female = tmp_path / "male.txt", tmp_path / "female.txt"
    done = dtexec(
        PRACTICE / "Conditional_Split/Conditional_Split/Package.dtsx",
        *connect("Flat File Connection Manager MALE", male),
        *connect("Flat File Connection Manager FEMALE", female),
        "--map",
        f"ROHIT.SSIS_STUDY={target.url}",
    )
    assert_succeeded(done)
    assert len(lines(male)) == 2468
    assert len(lines(female)) == 2062
    assert lines(male) == lines(PRACTICE / "PATIENTS_MALE.txt")
    assert lines(female) == lines(PRACTICE / "PATIENTS_FEMALE.txt")


@pytest.mark.parametrize(
    ("number", "package", "managers", "expected"),
    [
        (
            5,
            "Merge_Transformation/Merge_Transformation/Package.dtsx",
            ("Flat File Connection Manager MALE", "Flat File Connection Manager Female", "Flat File Connection Manager Output"),
            "Merge_Transformation_Output.txt",
        ),
        (
            6,
            "Merge_Transformation_Without_SORT/Merge_Transformation_Without_SORT/Package.dtsx",
            ("Flat File Connection Manager MALE", "Flat File Connection Manager FEMALE", "Flat File Connection Manager output"),
            "Merge_Transformation_Without_SORT_output.txt",
        ),
    ],
    ids=["5-sorted", "6-declared-sorted"],
)  # fmt: skip
def test_5_6_merge(tmp_path: Path, number: int, package: str, managers: tuple[str, str, str], expected: str) -> None:
    male = with_crlf(PRACTICE / "Merge_Transformation_Male.txt", tmp_path / "male.txt")
    female = with_crlf(PRACTICE / "Merge_Transformation_Female.txt", tmp_path / "female.txt")
    output = tmp_path / "output.txt"
    done = dtexec(
        PRACTICE / package,
        *connect(managers[0], male),
        *connect(managers[1], female),
        *connect(managers[2], output),
    )
    assert_succeeded(done)
    assert number in (5, 6)
    assert len(lines(output)) == 4530
    assert lines(output) == lines(PRACTICE / expected)


def test_7_lookup_with_no_match_output(tmp_path: Path, target: Target) -> None:
    target.execute(
        "CREATE TABLE ITEM_LOOKUP_BASICS(ITEM_CODES INT, ITEM_DESC VARCHAR(15))",
        "INSERT INTO ITEM_LOOKUP_BASICS VALUES (1, 'ACDC'),(2, 'BDED'), (3, 'AAAA'), (4, 'DPQD'), (5, 'BBBB'), (6, 'DDDD'), (7, 'GGGG'), (8, 'OPRT')",
        "CREATE TABLE ITEM_SALES_LOOKUP_BASICS(ITEM_CODE INT, QTY INT, VALUE INT, SP_NAME VARCHAR(25))",
    )
    source = with_crlf(PRACTICE / "SALES_DETAILS.csv", tmp_path / "sales.csv")
    unmatched = tmp_path / "unmatched.txt"
    done = dtexec(
        PRACTICE / "Lookup_Transformation_Basic/Lookup_Transformation_Basic/Lookup_Basic.dtsx",
        *connect("Flat File Connection Manager", source),
        *connect("Flat File Connection Manager 1", unmatched),
        "--map",
        f"ROHIT.SSIS_STUDY={target.url}",
    )
    assert_succeeded(done)
    with (SHARED / "corpus" / "expected" / "Rohit_Lookup_Basic_matched.csv").open(newline="") as file:
        matched = [(int(a), int(b), int(c), d) for a, b, c, d in list(csv.reader(file))[1:]]
    found = target.rows("SELECT ITEM_CODE, QTY, VALUE, SP_NAME FROM ITEM_SALES_LOOKUP_BASICS")
    assert sorted(found) == sorted(matched)
    assert lines(unmatched) == lines(PRACTICE / "Lookup_No_Match_Basic.txt")


def test_8_sort_removes_duplicates(tmp_path: Path) -> None:
    folder = FILES / "GiftedR__IT420_SSIS_Projects/_history"
    output = tmp_path / "clean.csv"
    done = dtexec(
        folder / "CleaningCustomerData/CleaningCustomerData/Package.dtsx",
        *connect("Customers_Messy", folder / "W2-Customer-Messy.csv"),
        *connect("FlatFileExport", output),
    )
    assert_succeeded(done)
    assert len(lines(output)) == 18
    assert output.read_bytes() == (folder / "W2-Customer-Clean.csv").read_bytes()


def test_16_rows_of_varying_length() -> None:
    folder = (
        FILES
        / "Apress__sql-server-intg-services-design-patterns/978-1-4842-0083-4/978-1-4302-3771-6_Ch07_FlatFile_ExampleScripts.zip.unzipped"
    )
    package = folder / "Chapter 7/Chapter 7/VariableLengthRows.dtsx"
    source = next(folder.rglob("VarLenRows.csv"))
    done = dtexec(package, *connect("VarLenRows", source), "/REP", "D")
    assert_succeeded(done)
    counts: dict[str, int] = {}
    for line in done.stdout.splitlines():
        if "Rows were provided to a data flow component as input" in line:
            fields = line.split(" : ")
            counts[fields[5]] = counts.get(fields[5], 0) + int(fields[8])
    assert {to: n for to, n in counts.items() if to.startswith("Multicast")} == {
        "Multicast": 2, "Multicast 1": 2, "Multicast 2": 2,
    }  # fmt: skip


def crime_folder(tmp_path: Path) -> Path:
    """The working folder of the project, with CRLF put back."""
    folder = tmp_path / "work"
    for source in (CRIME / "CrimeStat.Sources").rglob("*.csv"):
        with_crlf(source, folder / source.relative_to(CRIME / "CrimeStat.Sources"))
    return folder


@pytest.mark.parametrize(
    ("package", "counts"),
    [
        ("Staging_Load_UNCrime.dtsx", {"[staging].[UNCrime_untyped]": 7802}),
        ("Staging_Load_Countries.dtsx", {"[staging].[Country_untyped]": 249}),
        ("Staging_Load_WorldBank.dtsx", {"[staging].[WorldBankPopulation_untyped]": 264}),
    ],
    ids=["28-uncrime", "29-countries", "29-worldbank"],
)
def test_28_29_staging_loads(tmp_path: Path, target: Target, package: str, counts: dict[str, int]) -> None:
    folder = crime_folder(tmp_path)
    tables = dict(destination_tables(CRIME / package))
    assert set(tables) == set(counts)
    for table, columns in tables.items():
        target.execute(create_table(table, columns))
    done = dtexec(
        CRIME / package,
        "/SET",
        rf'"\Package.Variables[$Project::CrimeStatETLWorkingFolder]";"{folder}"',
        "--map",
        f"CrimeStatDWH={target.url}",
    )
    assert_succeeded(done)
    for table, count in counts.items():
        assert target.rows(f"SELECT COUNT(*) FROM {table}") == [(count,)]
    if "UNCrime" in package:
        sizes = target.rows("SELECT FileName, COUNT(*) FROM [staging].[UNCrime_untyped] GROUP BY FileName")
        assert sorted(n for _, n in sizes) == sorted([1173, 1237, 1374, 1329, 1379, 1310])
        assert all(str(folder) in name or "CrimeStat.Source.UNCrime" in name for name, _ in sizes)
    else:
        assert len(next(iter(tables.values()))) > 5


def test_30_lookup_files_into_dimension_tables(tmp_path: Path, target: Target) -> None:
    package = GDELT / "SSIS_GDELT2.0/DimensionsFromText.dtsx"
    counts = {
        "[dbo].[DimEventCode]": 293, "[stg].[ActorCountry]": 263, "[stg].[ActorEthnicGroup]": 640,
        "[stg].[ActorKnownGroup]": 116, "[stg].[ActorReligion]": 32, "[stg].[ActorType]": 40,
    }  # fmt: skip
    tables = dict(destination_tables(package))
    assert set(tables) == set(counts)
    for table, columns in tables.items():
        target.execute(create_table(table, columns))
    options = []
    for name in ("actortype", "country", "ethnic", "eventcodes", "knowngroup", "religion"):
        file = f"CAMEO.{name}full.txt" if name == "eventcodes" else f"CAMEO.{name}.txt"
        source = GDELT / "Lookups" / file
        path = source if name == "country" else with_crlf(source, tmp_path / file)
        options += connect(f"CAMEO.{name}", path)
    done = dtexec(package, *options, "--map", f"JOSH-PC_JPCSQLSERVER.GDELT={target.url}")
    assert_succeeded(done)
    assert {t: target.rows(f"SELECT COUNT(*) FROM {t}")[0][0] for t in counts} == counts
