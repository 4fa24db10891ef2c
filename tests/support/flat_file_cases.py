"""The polluted flat files of ``tests/dataflow/flat_file/cases/pollution.json`` as formats and bytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dtserve.connections.flat_file_format import FlatFileColumn, FlatFileFormat
from dtserve.datatypes import DT, TypeSpec

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "dataflow/flat_file/cases/pollution.json").read_text(encoding="utf-8")
)
_TEXT = TypeSpec(DT.WSTR, length=100)


def format_of(case: dict[str, Any]) -> FlatFileFormat:
    """The format of a case; three columns unless it says otherwise."""
    row = case.get("row", "\r\n")
    columns = _columns(case, row)
    return FlatFileFormat(
        format="Delimited" if "widths" not in case and "mixed" not in case else "Mixed",
        columns=tuple(columns),
        qualifier=case.get("qualifier", ""),
        code_page=case.get("code_page", 65001),
        unicode=case.get("unicode", False),
        header_rows_to_skip=case.get("header_rows", 0),
        header_row_delimiter=case.get("header_end", "\r\n"),
        data_rows_to_skip=case.get("skip", 0),
        column_names_in_first_data_row=case.get("names", False),
        row_delimiter=columns[-1].delimiter,
        always_check_for_row_delimiters=case.get("check", True),
    )


def data_of(case: dict[str, Any]) -> bytes:
    """The bytes of the file."""
    return bytes.fromhex(case["bytes"]) if "bytes" in case else case["text"].encode()


def _columns(case: dict[str, Any], row: str) -> list[FlatFileColumn]:
    if "mixed" in case:
        return [
            FlatFileColumn("A", _TEXT, delimiter=","),
            FlatFileColumn("B", _TEXT, delimiter="", width=2, column_type="FixedWidth"),
            FlatFileColumn("C", _TEXT, delimiter=row),
        ]
    if "widths" in case:
        return [
            FlatFileColumn(f"C{at}", _TEXT, delimiter="", width=width, column_type="FixedWidth")
            if width
            else FlatFileColumn(f"C{at}", _TEXT, delimiter=row)
            for at, width in enumerate(case["widths"])
        ]
    count = case.get("columns", 3)
    ends = [*case.get("separators", [case.get("separator", ",")] * (count - 1)), row]
    unqualified = case.get("unqualified", [])
    return [
        FlatFileColumn(f"C{at}", _TEXT, delimiter=end, text_qualified=at not in unqualified)
        for at, end in enumerate(ends)
    ]
