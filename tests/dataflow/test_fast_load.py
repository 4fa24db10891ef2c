"""The words of a fast load."""

import pytest

from dtserve.dataflow.errors import BadProperty
from dtserve.dataflow.fast_load import FastLoadOptions, parse_fast_load


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", (False, False, False)), ("TABLOCK,CHECK_CONSTRAINTS", (True, True, False)),
        (" check_constraints , Fire_Triggers,", (False, True, True)), ("ROWS_PER_BATCH=5,KILOBYTES_PER_BATCH = 7", (False, False, False)),
        ("ORDER(a ASC, [b,(c)] DESC),TABLOCK", (True, False, False)), ("TABLOCK, order (a)", (True, False, False)),
    ],
)  # fmt: skip
def test_words(text, found):
    assert parse_fast_load(text, "D") == FastLoadOptions(*found)


@pytest.mark.parametrize(
    "text",
    [
        "CHECK_CONSTRAINT",
        "TABLOCK CHECK_CONSTRAINTS",
        "ROWS_PER_BATCH",
        "ROWS_PER_BATCH=many",
        "ORDER()",
        "ORDER(a",
        "KEEP_NULLS",
    ],
)
def test_other_words_are_refused(text):
    with pytest.raises(BadProperty, match="FastLoadOptions"):
        parse_fast_load(f"TABLOCK,{text}", "D")
