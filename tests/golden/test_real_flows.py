"""Real data flows run alone, over tables and files made for them, and are worked out again in plain Python.

Some of them, with every component; ``DTSERVE_ALL_FLOWS=1`` runs all. What cannot run stands in ``NOT_RUNNABLE`` with
its first error.
"""

import os
import shutil
from pathlib import Path

import pytest

from support.package_corpus import needs_corpus
from support.real_flow_capture import listening
from support.real_flow_checks import problems
from support.real_flow_results import left_behind
from support.real_flow_runs import Outcome, Surroundings, execute
from support.real_flow_surroundings import surround
from support.real_flows import RealFlow, real_flows

pytestmark = needs_corpus
CHUNKS = 4
EVERY = 24
INTERNAL = 0xC0D5FFFF
RANDOM = {"PctSampling", "RowSampling"}

NO_MANAGER, NOT_FILLED, NOT_CONNECTED, NO_XLS = 0xC001000E, 0xC0D51420, 0xC0D51407, 0xC0D51403
NOT_RUNNABLE = {
    # connection managers that are neither in the package nor in its project, as the designer left them
    "Puddish__Wise-Owl-SSIS-solutions/SimonSays.dtsx/0": NO_MANAGER,
    "Puddish__Wise-Owl-SSIS-solutions/SimonSays.dtsx/1": NO_MANAGER,
    "Puddish__Wise-Owl-SSIS-solutions/SimonSays.dtsx/2": NO_MANAGER,
    "Puddish__Wise-Owl-SSIS-solutions/RowCount.dtsx/0": NO_MANAGER,
    "crulises-datalytics__ssis-scrapper/LaborHoursActuals.dtsx/0": NO_MANAGER,
    # a cache that another data flow of the package fills
    "7045kHz__dtsx/Scanner.dtsx/0": NOT_FILLED,
    "EditionsENI__SQL-Server-Integration-Services/2.6 Always Encrypted.dtsx/1": NOT_FILLED,
    "GiftedR__IT420_SSIS_Projects/Package.dtsx/2": NOT_FILLED,
    "bjrohbock__MasteringSQLServer2016IntegrationServices/09_CacheTransformDemo.dtsx/0": NOT_FILLED,
    # left unfinished by their authors: inputs without a path, a file without columns, a component without a setting
    "PacktPublishing__ETL-with-Azure-Cookbook/BDC_Extract.dtsx/0": NOT_CONNECTED,
    "PacktPublishing__ETL-with-Azure-Cookbook/RowHashTest.dtsx/1": NOT_CONNECTED,
    "7045kHz__dtsx/ConfigFile2.dtsx/0": 0xC0D51440,
    "m-jayashreee__ssis-practice/exportColumn.dtsx/0": 0xC0D51405,
    # destinations of the old workbook format
    "tspence__csharp-dessist/SSMS-Export-to-Excel.dtsx/0": NO_XLS,
    "tspence__csharp-dessist/CreateSalesForecastInput.dtsx/0": NO_XLS,
    "tylermaginnis__PS_InformaticaX_SSIS/sample.dtsx/0": NO_XLS,
    # surroundings that are not made here: old workbooks, XML, changes captured, system views, values of scripts and loops
    "tspence__csharp-dessist/SSMS-Import-from-Excel.dtsx/0": 0xC0209090,
    "fan130__mssql-ssis-community-samples/Sample1.dtsx/0": 0xC02092AF,
    "nwalsh82__tpcdi-eel-ssis-mssql/ssis_ingest.dtsx/0": 0xC02092AF,
    "sumojit__GLA-Code-Base/GL_Load_Config.dtsx/0": 0xC0209090,
    "jinshan1979__SSIS_World/CDC Demo.dtsx/0": 0xC0D51435,
    "johnwelch__ssisUnit/UTBasicScenario2012.dtsx/0": 0xC004706B,
    "rtumaykin__ssis-build/Package.dtsx/0": 0xC004706B,
    "rtumaykin__ssis-build/Package 221.dtsx/0": 0xC001405F,
    "stathis-st__ETL_with_SSIS_and_GUI/FromTextToDB.dtsx/0": 0xC001401E,
    "vinoddevlab__SSIS-Templates/Read_Multiple_Sheets.dtsx/0": 0xC0202009,
    # values made here that the package rightly refuses
    "ceeae__NDM_SSIS-master/import_sql_nca_dettaglio.dtsx/0": 0xC020901E,
    "sumojit__GLA-Code-Base/GL_Prep_Dest.dtsx/0": 0xC02020C5,
    "EditionsENI__SQL-Server-Integration-Services/6.2.2 Execution Tree.dtsx/1": 0xC020901C,
}


def chosen() -> list[RealFlow]:
    """All, or the first of each component and every twenty-fourth."""
    flows = real_flows()
    if os.environ.get("DTSERVE_ALL_FLOWS"):
        return list(flows)
    seen: set[str] = set()
    kept = []
    for at, flow in enumerate(flows):
        if flow.parts - seen or at % EVERY == 0:
            seen |= flow.parts
            kept.append(flow)
    return kept


def run_alone(flow: RealFlow, folder: Path, *, rough: bool, buffer_rows: int = 0) -> tuple[Surroundings, Outcome]:
    """Make the surroundings and run it."""
    folder.mkdir()
    made = surround(flow, folder, rough=rough)
    return made, execute(made, buffer_rows=buffer_rows)


def worked_out(flow: RealFlow, folder: Path, *, rough: bool) -> tuple[Outcome, list[str]]:
    """Run it and work it out again."""
    folder.mkdir()
    made = surround(flow, folder, rough=rough)
    before = folder / "before.db"
    if (folder / "all.db").exists():
        shutil.copy(folder / "all.db", before)
    with listening() as heard:
        outcome = execute(made)
    return outcome, problems(heard, f"sqlite:///{before}", made.url) if outcome.succeeded else []


def unexpected(flow: RealFlow, outcome: Outcome) -> list[str]:
    """An end that is neither success nor the error that is known."""
    if outcome.raised:
        return [outcome.raised]
    codes = [code for code, _ in outcome.errors]
    if outcome.succeeded or codes[:1] == [NOT_RUNNABLE.get(flow.key)]:
        return []
    return [f"{hex(code)} {message}" for code, message in outcome.errors[:2]]


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_rows_are_those_of_a_plain_model(chunk: int, tmp_path: Path) -> None:
    found = []
    for at, flow in enumerate(chosen()[chunk::CHUNKS]):
        outcome, wrong = worked_out(flow, tmp_path / str(at), rough=False)
        found += [f"{flow.name}: {text}" for text in (*unexpected(flow, outcome), *wrong)]
    assert found == []


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_rough_values_give_the_same_rows_or_a_coded_error(chunk: int, tmp_path: Path) -> None:
    found = []
    for at, flow in enumerate(chosen()[chunk::CHUNKS]):
        outcome, wrong = worked_out(flow, tmp_path / str(at), rough=True)
        assert outcome.succeeded or outcome.errors or outcome.raised, flow.name
        wrong += [text for code, text in outcome.errors if code == INTERNAL] + [outcome.raised] * bool(outcome.raised)
        found += [f"{flow.name}: {text}" for text in wrong]
    assert found == []


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_small_buffers_give_the_same_rows(chunk: int, tmp_path: Path) -> None:
    found = []
    for at, flow in enumerate(chosen()[chunk::CHUNKS]):
        if flow.parts & RANDOM:
            continue
        large, usual = run_alone(flow, tmp_path / f"{at}large", rough=False)
        small, tiny = run_alone(flow, tmp_path / f"{at}small", rough=False, buffer_rows=3)
        if usual.succeeded != tiny.succeeded or (usual.succeeded and usual.sent != tiny.sent):
            found.append(f"{flow.name}: {usual.sent} {tiny.sent} {tiny.errors[:1]}")
        elif usual.succeeded and left_behind(large) != left_behind(small):
            found.append(f"{flow.name}: other rows")
    assert found == []


def test_every_component_is_there() -> None:
    assert set().union(*(flow.parts for flow in chosen())) == set().union(*(flow.parts for flow in real_flows()))
