"""Every registered component: its cases show what each component must show, and hold whatever the buffers.

A component that needs files or a server has tests of its own instead of cases; ELSEWHERE names them.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from dtserve.dataflow.registry import supported_parts
from dtserve.errors import Canceled
from support.case_facts import DISPOSITION_FACTS, ROW_FACTS, component_text, facts_of_case, has_test, part_of
from support.flow_cases import execute, load_cases, run_case

HERE = Path(__file__).parent
CASES = load_cases(HERE.parent / "cases")

BOTH, ERRORS = ("error", "truncation"), ("error",)
DISPOSITIONS = {
    "ADONETDestination": ERRORS,
    "CdcSourceComponent": BOTH,
    "CdcSplitterComponent": ERRORS,
    "CharacterMap": ("truncation",),
    "ConditionalSplit": ERRORS,
    "DataConvert": BOTH,
    "DataReaderSourceAdapter": BOTH,
    "DerivedColumn": BOTH,
    "ExcelDestination": ERRORS,
    "ExcelSource": ("truncation",),
    "Extractor": ERRORS,
    "FlatFileSource": BOTH,
    "Inserter": ERRORS,
    "Lookup": BOTH,
    "OData": BOTH,
    "OLEDBCommand": ERRORS,
    "OLEDBDestination": ERRORS,
    "OLEDBSource": BOTH,
    "SSISODBCDst": ERRORS,
    "SSISODBCSrc": BOTH,
    "TermExtraction": ERRORS,
    "TermLookup": ERRORS,
    "XmlSourceAdapter": BOTH,
}
"""Part → what it has dispositions for; the others have none."""

ODATA = "test_odata_source.py::"
EXCEL = "test_excel_files.py::"
FILES = "test_files.py::"
FLAT_SOURCE = "test_flat_file_source.py::"
FLAT_DESTINATION = "test_flat_file_destination.py::"
XML = "test_xml_source.py::"

FEW = ("empty", "one row")
ROWS = (*ROW_FACTS,)


def _all(facts: tuple[str, ...], test: str) -> dict[str, str]:
    return dict.fromkeys(facts, test)


ELSEWHERE = {
    "Cache": {
        "empty": "../test_cache.py::test_an_empty_cache_and_one_that_nobody_filled",
        **_all(ROWS[1:], "../test_cache.py::test_caches_filled_by_any_number_of_buffers"),
    },
    "ExcelDestination": {
        **_all(ROWS, EXCEL + "test_destinations_of_any_length"),
        "error fails": EXCEL + "test_a_failing_flow_leaves_the_file_as_it_was",
        "error ignored": EXCEL + "test_values_that_do_not_fit_are_ignored",
        "error redirected": EXCEL + "test_values_that_do_not_fit_go_to_the_error_output",
    },
    "ExcelSource": {
        **_all((*FEW, "several buffers"), EXCEL + "test_sheets_of_any_length"),
        "NULL": EXCEL + "test_types_are_guessed_and_other_values_are_null",
        "truncation fails": EXCEL + "test_a_text_longer_than_its_column_is_a_truncation",
        **_all(DISPOSITION_FACTS["truncation"][1:], EXCEL + "test_truncations_of_the_source"),
    },
    "Extractor": {
        **_all(FEW, FILES + "test_export_and_import_of_no_row_and_many"),
        "several buffers": FILES + "test_columns_over_buffers",
        "NULL": FILES + "test_export_writes_appends_truncates",
        **_all(DISPOSITION_FACTS["error"], FILES + "test_export_onto_an_existing_file_is_a_row_error"),
        "error ignored": FILES + "test_export_ignores_errors",
    },
    "FlatFileDestination": _all(ROWS, FLAT_DESTINATION + "test_files_of_any_length"),
    "FlatFileSource": {
        **_all(ROWS, FLAT_SOURCE + "test_files_of_any_length"),
        **_all((*DISPOSITION_FACTS["error"], *DISPOSITION_FACTS["truncation"]), FLAT_SOURCE + "test_rows"),
        **_all(("error fails", "truncation fails"), FLAT_SOURCE + "test_failures"),
    },
    "Inserter": {
        **_all(FEW, FILES + "test_export_and_import_of_no_row_and_many"),
        "several buffers": FILES + "test_columns_over_buffers",
        "NULL": FILES + "test_import_reads_files",
        **_all(DISPOSITION_FACTS["error"], FILES + "test_import_errors"),
    },
    "OData": {
        **_all((*FEW, "several buffers"), ODATA + "test_pages"),
        "NULL": ODATA + "test_every_type_and_null",
        **_all(DISPOSITION_FACTS["error"][1:], ODATA + "test_dispositions"),
        **_all(("error fails", *DISPOSITION_FACTS["truncation"]), ODATA + "test_truncations"),
    },
    "RawDestination": _all(ROWS, FILES + "test_raw_files_of_any_length"),
    "RawSource": _all(ROWS, FILES + "test_raw_files_of_any_length"),
    "RecordsetDestination": _all(ROWS, FILES + "test_recordsets_of_any_length"),
    "XmlSourceAdapter": {
        **_all(FEW, XML + "test_few_rows"),
        "several buffers": XML + "test_many_rows_in_buffers",
        "NULL": XML + "test_rowsets_keys_and_types_from_a_variable",
        "error fails": XML + "test_what_fails",
        "error redirected": XML + "test_rowsets_keys_and_types_from_a_variable",
        **_all(("error ignored", "truncation ignored"), XML + "test_errors_and_truncations_ignored"),
        **_all(("truncation fails", "truncation redirected"), XML + "test_truncations_redirected_or_failing"),
    },
}
"""Part → fact → the test that shows it, for what the cases do not."""


def shown(part: str) -> set[str]:
    """The facts that the cases of a part show."""
    found: set[str] = set()
    for _, document, case in CASES:
        if part_of(component_text(document, case)) == part:
            found |= facts_of_case(document, case)
    return found


@pytest.mark.parametrize("part", supported_parts())
def test_each_component_shows_what_it_must(part):
    wanted = {*ROW_FACTS, *(fact for kind in DISPOSITIONS.get(part, ()) for fact in DISPOSITION_FACTS[kind])}
    assert wanted - shown(part) - set(ELSEWHERE.get(part, {})) == set()


def test_the_tests_named_here_exist():
    assert has_test(HERE, (test for facts in ELSEWHERE.values() for test in facts.values())) == []


MAIN = [(n, d, c) for n, d, c in CASES if "set" not in c]
"""All cases but those that only set properties otherwise."""

WITHOUT_BUFFERS = [
    (n, d, c) for n, d, c in MAIN if d.get("inputs", c.get("inputs")) and "batch" not in c and not c.get("errors")
]
BY_BUFFER = ("BDD", "OLEDBDestination", "ADONETDestination", "SQLServerDestination", "SSISODBCDst")
"""Components whose results depend on buffers."""


@pytest.mark.parametrize(("document", "case"), [c[1:] for c in WITHOUT_BUFFERS], ids=[c[0] for c in WITHOUT_BUFFERS])
def test_cases_hold_in_one_buffer(document, case, tmp_path):
    if part_of(component_text(document, case)) not in BY_BUFFER:
        run_case(document, {**case, "batch": 1000}, tmp_path)


@pytest.mark.parametrize(("document", "case"), [c[1:] for c in MAIN], ids=[c[0] for c in MAIN])
def test_cases_hold_with_columns_that_nobody_reads(document, case, tmp_path):
    run_case(document, {**case, "flow": {**case.get("flow", {}), "runInOptimizedMode": "false"}}, tmp_path)


FIRST = list({n.partition(":")[0]: (n.partition(":")[0], d, c) for n, d, c in reversed(WITHOUT_BUFFERS)}.values())


def changed(document, case, change):
    """A case with other rows, and nothing expected of them."""
    inputs = {**document.get("inputs", {}), **case.get("inputs", {})}
    other = {name: {**spec, "rows": change(spec["rows"], len(spec["columns"]))} for name, spec in inputs.items()}
    return {**case, "inputs": other}


@pytest.mark.parametrize(("document", "case"), [c[1:] for c in FIRST], ids=[c[0] for c in FIRST])
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda rows, width: [], id="no rows"),
        pytest.param(lambda rows, width: rows[:1], id="one row"),
        pytest.param(lambda rows, width: [[None] * width], id="only NULL"),
        pytest.param(lambda rows, width: rows[:1] * 5000, id="many equal rows"),
    ],
)
def test_other_rows_end_as_rows_or_coded_errors(document, case, change, tmp_path):
    case = changed(document, case, change)
    host, _, failed = execute(document, {**case, "batch": 1000}, tmp_path)
    codes = host.codes("OnError")
    assert failed == bool(codes)
    assert all(code & 0xC0000000 == 0xC0000000 for code in codes)
    if not case["inputs"] or not any(spec["rows"] for spec in case["inputs"].values()):
        assert not failed


class SoonSet(threading.Event):
    """An event that becomes set when it has been asked a few times."""

    def __init__(self, questions: int) -> None:
        super().__init__()
        self.questions = questions

    def is_set(self) -> bool:
        self.questions -= 1
        if self.questions <= 0:
            self.set()
        return super().is_set()


@pytest.mark.parametrize(("document", "case"), [c[1:] for c in FIRST], ids=[c[0] for c in FIRST])
@pytest.mark.parametrize("questions", [2, 12])
def test_stopping_ends_at_once_and_leaves_nothing(document, case, questions, tmp_path):
    case = changed(document, case, lambda rows, width: rows[:1] * 20_000)
    start = time.monotonic()
    with suppress(Canceled):
        execute(document, {**case, "batch": 500}, tmp_path, cancel=SoonSet(questions))
    assert time.monotonic() - start < 10
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("dtserve-")] == []
