"""What a real data flow left behind: the rows of all tables, the lines of all files, the cells of workbooks."""

import datetime as dt
import re
from collections import Counter
from pathlib import Path

import openpyxl

from dtserve.errors import DtserveError
from support.golden import Target
from support.real_flow_runs import Surroundings

_GUID = re.compile(r"\{?[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}\}?")
_MADE = "00000000-0000-0000"


def left_behind(made: Surroundings) -> dict[str, Counter[str]]:
    """Rows by table and file as multisets, without what is another in every run (moments, new GUIDs, the folder)."""
    today = {(dt.datetime.now() + dt.timedelta(days=days)).strftime("%Y-%m-%d") for days in (-1, 0, 1)}
    found: dict[str, Counter[str]] = {}
    target = Target(made.url)
    try:
        for table in made.tables.found.values():
            names = [f"[{name}]" for name, _ in table.columns.values()] or ["*"]
            try:
                rows = target.rows(f"SELECT {', '.join(names)} FROM {table.name}")
            except DtserveError:
                continue
            found[f"table {table.name}"] = Counter(_steady(repr(list(row)), made, today) for row in rows)
    finally:
        target.close()
    for path in sorted(made.folder.rglob("*")):
        name = str(path.relative_to(made.folder))
        if path.is_file() and not name.startswith(("temp", "all.db", "before.db")):
            found[_steady(name, made, today)] = Counter(_steady(line, made, today) for line in _lines(path))
    return found


def _lines(path: Path) -> list[str]:
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        book = openpyxl.load_workbook(path)
        return [repr((sheet.title, row)) for sheet in book.worksheets for row in sheet.iter_rows(values_only=True)]
    return path.read_bytes().decode("latin-1").split("\n")


def _steady(text: str, made: Surroundings, today: set[str]) -> str:
    text = text.replace(str(made.folder), "")
    text = _GUID.sub(lambda match: match[0] if _MADE in match[0] else "<guid>", text)
    for day in today:
        text = re.sub(rf"{day}[ T]?[\d:.+]*", "<now>", text)
        year, month, number = (int(part) for part in day.split("-"))
        text = re.sub(rf"datetime\.(?:datetime|date)\({year}, {month}, {number}[^)]*\)", "<now>", text)
    return text
