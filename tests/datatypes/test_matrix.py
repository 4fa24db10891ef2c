"""The legal casts are those of the documentation, with the five named differences."""

from pathlib import Path

import pytest

from dtserve.datatypes import DT
from dtserve.datatypes.matrix import is_legal, legal_targets

REAL = [dt for dt in DT if dt not in (DT.EMPTY, DT.NULL)]
NEW_TIMES = (DT.DBTIME2, DT.DBTIMESTAMP2, DT.DBTIMESTAMPOFFSET)


def test_as_many_casts_are_legal_as_the_image_shows():
    legal = sum(is_legal(a, b) for a in REAL for b in REAL if a is not b)
    text_and_new_times = 2 * 2 * len(NEW_TIMES)
    date_to_filetime = 1
    assert legal - text_and_new_times - date_to_filetime == 404


@pytest.mark.parametrize(
    ("source", "target", "legal"),
    [
        (DT.CY, DT.DATE, False),
        (DT.DATE, DT.CY, False),
        (DT.DECIMAL, DT.DATE, False),
        (DT.NUMERIC, DT.DATE, True),
        (DT.NUMERIC, DT.DBDATE, False),
        (DT.I4, DT.DBDATE, True),
        (DT.I8, DT.FILETIME, True),
        (DT.FILETIME, DT.UI8, True),
        (DT.DBTIMESTAMP, DT.I4, False),
        (DT.TEXT, DT.WSTR, False),
        (DT.NTEXT, DT.STR, False),
        (DT.TEXT, DT.STR, True),
        (DT.GUID, DT.BYTES, True),
        (DT.GUID, DT.NTEXT, False),
        (DT.BYTES, DT.R4, True),
        (DT.BYTES, DT.I4, False),
        (DT.WSTR, DT.DBTIME2, True),
        (DT.DBTIMESTAMPOFFSET, DT.STR, True),
        (DT.DATE, DT.FILETIME, True),
        (DT.BOOL, DT.DATE, True),
        (DT.BOOL, DT.DBTIMESTAMP, False),
        (DT.IMAGE, DT.WSTR, False),
    ],
)
def test_cells_worth_knowing(source, target, legal):
    assert is_legal(source, target) is legal
    assert (target in legal_targets(source)) is legal


def test_null_casts_to_everything_and_every_type_to_itself():
    assert all(is_legal(DT.NULL, dt) for dt in DT)
    assert all(is_legal(dt, dt) for dt in DT)
    assert DT.I4 in legal_targets(DT.EMPTY)


def test_the_docs_show_this_matrix():
    page = (Path(__file__).parents[2] / "docs" / "reference" / "data_types.md").read_text(encoding="utf-8")
    head, *rows = page.split("```\n             ", 1)[1].split("\n```")[0].splitlines()
    order = [DT.DBTIMESTAMPOFFSET if name == "DTO" else DT[name] for name in head.split()]
    assert len(rows) == len(order)
    for source, row in zip(order, rows, strict=True):
        shown = row.split()[1]
        marks = ["=" if target is source else "Y" if is_legal(source, target) else "-" for target in order]
        assert shown == "".join(marks), source
