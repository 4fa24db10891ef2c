"""Real packages with Fuzzy Lookup, Fuzzy Grouping, Term Extraction, Term Lookup and change data capture, over their own input files.

What the real runtime gave is not there to compare; that the packages run unchanged and that their rows make sense is.
"""

import math
from pathlib import Path

from dtserve.package import PackageDocument
from support.golden import (
    FILES,
    Target,
    assert_succeeded,
    connect,
    create_table,
    dtexec,
    needs_collection,
    rows_received,
    with_crlf,
)
from support.odata_server import odata_service

pytestmark = needs_collection
LEARN = FILES / "jinshan1979__SSIS_World/TaskLearn"
TITLES = (
    "EXECUTIVE VICE PRESIDENT",
    "FIELDS OPERATION MANAGER",
    "BUSINESS OFFICE MANAGER",
    "X-RAY TECHNOLOGIST",
)


def run(package: str, manager: str, source: Path, target: Target, tmp_path: Path) -> str:
    """Run a package over a file, with its line ends."""
    done = dtexec(
        LEARN / f"TaskLearn/{package}.dtsx",
        *connect(manager, with_crlf(source, tmp_path / "in.txt")),
        *("--map", rf"desktop-jin3\tabular.AdventureWorksDW2017.sa={target.url}"),
        *("--map", rf"DESKTOP-JIN3\TABULAR.AdventureWorks2017.sa={target.url}"),
        *("/REP", "EWI"),
    )
    assert_succeeded(done)
    return done.stdout


def test_fuzzy_lookup_of_titles(target: Target, tmp_path: Path) -> None:
    target.execute("CREATE TABLE dbo.Occupation (OccupationID SMALLINT, OccupationLabel VARCHAR(50))")
    target.execute(*(f"INSERT INTO dbo.Occupation VALUES ({at}, '{t}')" for at, t in enumerate(TITLES, start=1)))
    target.execute(
        "CREATE TABLE dbo.FuzzyResults2 (EMPID VARCHAR(50), TITLE VARCHAR(50), LNAME VARCHAR(50), OccupationID SMALLINT,"
        " _Similarity REAL, _Confidence REAL, _Similarity_TITLE REAL)"
    )
    said = run("FuzzyLookup", "Extract", LEARN / "FuzzyLookup/FuzzyExample.txt", target, tmp_path)
    assert "can differ from those of SSIS" in said
    rows = target.rows("SELECT TITLE, OccupationID, _Similarity, _Confidence, _Similarity_TITLE FROM dbo.FuzzyResults2")
    assert len(rows) == 19
    found = {title: (number, score) for title, number, score, _, _ in rows}
    for title in ("EXECUTIVE VICE PRESIDEN", "EXECUTIVE VICE PRASIDEN"):
        assert found[title][0] == 1
        assert found[title][1] > 0.9
    assert found["FIELDS OPERATIONS"][0] == 2
    assert {found[t][0] for t in ("BUSINESS OFFICE MANAGER", "BUS OFFICE MANAGER", "BUS OFFICE MNGR")} == {3}
    assert found["BUSINESS OFFICE MANAGER"][1] == 1.0
    assert {found[t][0] for t in ("X-RAY TECHNOLOGIST", "XRAY TECHNOLOGIST")} == {4}
    for _, number, score, confidence, column in rows:
        assert score == column
        assert (score >= 0.5) if number is not None else (score, confidence) == (0, 0)


def test_fuzzy_grouping_of_titles(target: Target, tmp_path: Path) -> None:
    target.execute(
        "CREATE TABLE FuzzyGroupingResults (_key_in INT, _key_out INT, _score REAL, EMPID VARCHAR(50), TITLE VARCHAR(50),"
        " LNAME VARCHAR(50), TITLE_clean VARCHAR(50), _Similarity_TITLE REAL)"
    )
    run("FuzzyGroup", "Extract", LEARN / "FuzzyLookup/FuzzyExample.txt", target, tmp_path)
    rows = target.rows(
        "SELECT _key_in, _key_out, _score, TITLE, TITLE_clean FROM FuzzyGroupingResults ORDER BY _key_in"
    )
    assert [row[0] for row in rows] == list(range(1, 20))
    titles = {key: title for key, _, _, title, _ in rows}
    for key, canonical, score, _, clean in rows:
        assert clean == titles[canonical]
        assert score == 1 if key == canonical else 0.5 <= score < 1
    groups = {title: canonical for _, canonical, _, title, _ in rows}
    assert groups["EXECUTIVE VICE PRESIDEN"] == groups["EXECUTIVE VICE PRASIDEN"]
    assert groups["BUS OFFICE MANAGER"] == groups["BUS OFFICE MNGR"] == groups["BUS OFFICE MGR"]
    assert groups["EXECUTIVE VICE PRESIDEN"] != groups["BUS OFFICE MGR"] != groups["X-RAY TECH"]


def test_terms_of_notes(target: Target, tmp_path: Path) -> None:
    target.execute(
        "CREATE TABLE dbo.excusiveWords (word NVARCHAR(50))",
        "INSERT INTO dbo.excusiveWords VALUES ('model')",
        "CREATE TABLE TermResults (Term NVARCHAR(128), Score FLOAT)",
        "CREATE TABLE TermReports (Term NVARCHAR(128), Score FLOAT, Frequency INT, CusSvcNote NVARCHAR(100))",
    )
    notes = LEARN / "TermExtract/custsvc.txt"
    run("TermExtract", "Flat File Connection Manager", notes, target, tmp_path)
    scores = dict(target.rows("SELECT Term, Score FROM TermResults"))
    assert "model" not in " ".join(scores)
    lower = {term.lower(): score for term, score in scores.items()}
    assert {"ice maker", "customer", "dent", "door", "freezer", "handle"} <= set(lower)
    assert math.isclose(lower["ice maker"], 4 * math.log(11 / 4))
    assert math.isclose(lower["dent"], 3 * math.log(11 / 3))
    run("TermLookup", "Flat File Connection Manager", notes, target, tmp_path)
    found = target.rows("SELECT Term, Frequency FROM TermReports")
    counts: dict[str, int] = {}
    for term, frequency in found:
        counts[term.lower()] = counts.get(term.lower(), 0) + frequency
    assert counts["dent"] == 3
    assert counts["customer"] == 3


def test_odata_categories() -> None:
    """The package reads a collection into nothing: it is valid, and the source is left out as SSIS does."""
    package = next(FILES.glob("Apress__*/978-1-4842-0083-4/978-1-4842-0083-4_Ch12/CH12/Package.dtsx"))
    with odata_service(collections={"Categories": []}) as service:
        done = dtexec(package, "/CONN", f'"OData Source";"Service Document Url={service.url}"', "/REP", "EWI")
    assert_succeeded(done)
    assert 'Source "OData Source" (1) will not be read' in done.stdout


def test_changes_of_employees(target: Target) -> None:
    package = FILES / "jinshan1979__SSIS_World/LoadingDW/LoadingDW/CDC Demo.dtsx"
    model = PackageDocument.open(package.read_bytes()).model
    flow = next(e.data_flow for e in model.executables if e.data_flow)
    (output, *_) = next(c for c in flow.components if c.part == "CdcSourceComponent").outputs
    lsn = [f"0x{at:020X}" for at in range(9)]
    columns = [(c.name, c.type) for c in output.external_columns]
    target.execute(
        "CREATE TABLE dbo.cdc_states (name VARCHAR(256), state VARCHAR(256))",
        f"INSERT INTO dbo.cdc_states VALUES ('CDC_State', 'TFEND/CS/{lsn[1]}/TS/2024-01-01T00:00:00.0000000/')",
        "CREATE SCHEMA cdc",
        "CREATE TABLE cdc.lsn_time_mapping (start_lsn BINARY(10), tran_begin_time DATETIME, tran_end_time DATETIME)",
        f"INSERT INTO cdc.lsn_time_mapping VALUES ({lsn[5]}, '2024-01-01', '2024-01-01')",
        create_table("cdc.HumanResources_Employee_CT", columns),
    )
    for at, operation in ((1, 2), (2, 2), (3, 4), (4, 1), (5, 2), (6, 2)):
        target.execute(
            "INSERT INTO cdc.HumanResources_Employee_CT ([__$start_lsn], [__$seqval], [__$operation], BusinessEntityID)"
            f" VALUES ({lsn[at]}, {lsn[1]}, {operation}, {at})"
        )
    done = dtexec(package, "--map", f"ADO_AdventureWorks2017={target.url}", "/REP", "D")
    assert_succeeded(done)
    received = rows_received(done.stdout)
    assert received.get("CDC Splitter") == 4, received
    ((state,),) = target.rows("SELECT state FROM dbo.cdc_states")
    assert state.startswith(f"TFSTART/CS/{lsn[1]}/CE/{lsn[5]}/")
