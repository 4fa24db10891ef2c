"""What a rowset of a workbook names: a sheet, cells of one, or a defined name (DATA_FLOW §4.7).

``Sheet1$``, ``Sheet1$A1:C10``, ranges without an end (``Sheet1$A5:F``) or without rows (``Sheet1$A:D``), a name of the
workbook (``Sales``) or of a sheet (``Sheet1$Print_Area``); brackets and quotes around it. The provider writes ``.`` in the
name of a sheet as ``#`` and ``!`` as ``_``; both forms are found.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

from lxml import etree

__all__ = ["WHOLE", "Cells", "defined_name", "header_title", "parse_rowset", "sheet_named"]

Cells = tuple[int, int, int, int]
"""First row, first column, last row, last column, from 0; -1 is open: where the used cells begin or end."""

WHOLE: Cells = (0, 0, -1, -1)
"""The cells of a sheet that is named alone."""

LAST_ROW, LAST_COLUMN = 1_048_575, 16_383
_CORNER = r"(?:\$?([A-Za-z]{1,3}))?(?:\$?(\d{1,7}))?"
_RANGE = re.compile(rf"{_CORNER}(?:(:){_CORNER})?")
_QUOTED = re.compile(r"'(?P<sheet>.*)\$'(?P<cells>.*)", re.S)
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def parse_rowset(name: str) -> tuple[str, Cells, bool]:
    """Sheet (or defined name), cells, and whether it is a sheet.

    >>> parse_rowset("'Sheet 1$A2:C10'"), parse_rowset("Sales"), parse_rowset("Cost$Plan$B5:F")
    (('Sheet 1', (1, 0, 9, 2), True), ('Sales', (0, 0, -1, -1), False), ('Cost$Plan', (4, 1, -1, 5), True))
    """
    text = name.strip().strip("[]`").strip()
    quoted = _QUOTED.fullmatch(text)
    if quoted is not None:
        text = f"{_unquoted(quoted['sheet'])}${quoted['cells'].removesuffix(chr(39))}"
    elif len(text) > 1 and text[0] == text[-1] == "'":
        text = _unquoted(text[1:-1])
    if text.endswith("$"):
        return text[:-1].strip("'"), WHOLE, True
    for at in [at for at, letter in enumerate(text) if letter == "$"]:
        cells = parse_cells(text[at + 1 :])
        if cells is not None:
            return text[:at].strip("'"), cells, True
    return text.strip("'"), WHOLE, False


def _unquoted(text: str) -> str:
    return text.replace("''", "'")


def parse_cells(text: str) -> Cells | None:
    """The cells of ``A1:C10``, ``$A$5:F``, ``A:D``, ``2:9`` or ``B2``; None for anything else.

    >>> parse_cells("A:D"), parse_cells("$B$2"), parse_cells("Total")
    ((-1, 0, -1, 3), (1, 1, 1, 1), None)
    """
    found = _RANGE.fullmatch(text.strip())
    if found is None or not text.strip():
        return None
    from_column, from_row, colon, to_column, to_row = found.groups()
    if not colon:
        if not (from_column and from_row):
            return None
        to_column, to_row = from_column, from_row
    if bool(from_column) != bool(to_column) and not (from_row and not to_row and not to_column):
        return None
    if not (from_column or from_row) or (to_row and not from_row):
        return None
    if "0" in (from_row, to_row):
        return None
    cells = (_row(from_row), _column(from_column), _row(to_row), _column(to_column))
    return None if cells[0] > LAST_ROW or cells[1] > LAST_COLUMN else cells


def _row(digits: str | None) -> int:
    return int(digits) - 1 if digits else -1


def _column(letters: str | None) -> int:
    number = 0
    for letter in (letters or "").upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def sheet_named(wanted: str, sheets: Sequence[str]) -> int:
    """The place of a sheet among the workbook's, in any case, with the provider's ``#`` for ``.``; -1 when it has none.

    A table made with blanks in its name is a sheet with ``_`` in their place.
    """
    low = wanted.lower()
    plain, shown = [name.lower() for name in sheets], [header_title(name).lower() for name in sheets]
    for name, forms in ((low, plain), (low, shown), (low.replace(" ", "_"), plain)):
        if name in forms:
            return forms.index(name)
    return -1


def header_title(text: str) -> str:
    """A name as the provider shows it: without the characters that its queries cannot have."""
    return text.replace(".", "#").replace("!", "_").replace("`", "_").replace("[", "(").replace("]", ")")


def defined_name(path: Path, name: str) -> tuple[str, Cells] | None:
    """Sheet and cells of a name that an Open XML workbook defines; None for none, and for one that is no range of cells.

    ``Sheet1$Name`` is a name of that sheet alone.
    """
    if not zipfile.is_zipfile(path):
        return None
    with zipfile.ZipFile(path) as archive:
        try:
            data = archive.read("xl/workbook.xml")
        except KeyError:
            return None
    if b"<!DOCTYPE" in data:
        return None
    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    sheets = [str(sheet.get("name", "")) for sheet in root.iter(f"{_MAIN}sheet")]
    found: dict[str, str] = {}
    for element in root.iter(f"{_MAIN}definedName"):
        title, scope = str(element.get("name", "")).lower(), element.get("localSheetId")
        if scope is None:
            found[title] = element.text or ""
        elif scope.isdigit() and int(scope) < len(sheets):
            found[f"{sheets[int(scope)].lower()}${title}"] = element.text or ""
            found.setdefault(title, element.text or "")
    return _reference(found.get(name.lower(), ""))


def _reference(text: str) -> tuple[str, Cells] | None:
    sheet, _, cells = text.lstrip("=").rpartition("!")
    made = parse_cells(cells)
    if not sheet or made is None:
        return None
    if sheet[0] == sheet[-1] == "'":
        sheet = _unquoted(sheet[1:-1])
    return sheet, made
