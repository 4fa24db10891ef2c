"""Cases of every component as packages of 2005, 2008 and 2012 store it: integer ids, other class ids, the same rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.case_facts import component_text, part_of
from support.flow_cases import build, load_cases, run_case
from support.old_pipelines import class_ids, parts_of_format

CASES = load_cases(Path(__file__).parent.parent / "cases")


def fits(document, case, number, renaming=""):
    """Whether a case can be told in an older format: what it looks at is named by columns, and not by their numbers."""
    if case.get("errors") or (
        "componentClassID='{class}'" in "\n".join(document.get("component", [])) and "class" in case.get("with", {})
    ):
        return False
    wanted = [name for output in case.get("outputs", {}).values() for name in output.get("columns", ())]
    if "ErrorColumn" in wanted:
        return False
    try:
        build(document, case, parts_of_format(number, renaming))
    except AssertionError:
        return False
    return True


def chosen(number, renaming=""):
    """The first case of each component that can be told in a format."""
    found = {}
    for name, document, case in CASES:
        part = part_of(component_text(document, case))
        if part not in found and fits(document, case, number, renaming):
            found[part] = (name, document, case)
    return found


TOLD = {number: chosen(number) for number in (2, 3, 6)}


@pytest.mark.parametrize(
    ("number", "document", "case"),
    [(number, *c[1:]) for number, found in TOLD.items() for c in found.values()],
    ids=[f"{number}: {c[0]}" for number, found in TOLD.items() for c in found.values()],
)
def test_older_formats_give_the_same_rows(number, document, case, tmp_path):
    run_case(document, case, tmp_path, parts=parts_of_format(number))


RENAMED = {(number, how): chosen(number, how) for number in (2, 3, 6, 8) for how in ("lineage", "refId", "swapped")}


@pytest.mark.parametrize(
    ("number", "how", "document", "case"),
    [(*kind, *c[1:]) for kind, found in RENAMED.items() for c in found.values()],
    ids=[f"{kind[0]}, {kind[1]}: {c[0]}" for kind, found in RENAMED.items() for c in found.values()],
)
def test_renamed_columns_are_found_by_lineage(number, how, document, case, tmp_path):
    run_case(document, case, tmp_path, parts=parts_of_format(number, how))


def test_most_components_are_told_with_renamed_columns():
    for kind, found in RENAMED.items():
        assert len(found) >= 25, kind


def test_most_components_are_told():
    parts = {part_of(component_text(document, case)) for _, document, case in CASES}
    for number, found in TOLD.items():
        assert sorted(parts - set(found)) == [], number


def test_class_ids_of_formats():
    assert class_ids("FuzzyGrouping") == {
        2: "{30575856-AD5B-483D-92C5-5A36D11F0F75}",
        3: "{0A1BDBA0-9C6E-4AD7-97B1-E0E79E462629}",
        6: "{836E0D0B-0358-45B4-B888-4ADCE9356D4E}",
    }
    assert class_ids("DataReaderSourceAdapter")[6].startswith("Microsoft.")
