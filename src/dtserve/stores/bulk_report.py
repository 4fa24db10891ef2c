"""The report of work on many packages: one line for each, written as it happens, JSON lines or CSV by the file's name.

The first line tells the job, so that an interrupted one is gone on with by its own report only.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import IO

from dtserve.stores.errors import ReportMismatch, WriteFailed

__all__ = ["DONE", "BulkReport", "BulkResult", "read_report"]

DONE = frozenset({"copied", "moved", "deleted", "protected"})
JOB = "job"


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What became of one package.

    ``outcome`` is ``copied``, ``moved``, ``deleted``, ``protected``, ``skipped`` (it exists), ``planned`` (dry run), ``done before``
    or ``failed`` with code and message.
    """

    source: str
    target: str
    outcome: str
    code: str = ""
    message: str = ""
    revision: str = ""


COLUMNS = tuple(field.name for field in fields(BulkResult))


class BulkReport:
    """The file while it is written; WriteFailed."""

    def __init__(self, path: Path, job: Mapping[str, str], *, resume: bool = False) -> None:
        self.path = path
        self._csv = path.suffix.lower() == ".csv"
        try:
            if resume and path.exists():
                whole = path.read_bytes().rpartition(b"\n")
                path.write_bytes(whole[0] + whole[1])  # without a last line that was cut off
            self._stream: IO[str] = open(path, "a" if resume else "w", encoding="utf-8", newline="")  # noqa: SIM115
            if self._stream.tell() == 0:
                self._stream.write(self._first(job))
        except OSError as error:
            raise WriteFailed(path=str(path), reason=error.strerror) from None

    def _first(self, job: Mapping[str, str]) -> str:
        if not self._csv:
            return json.dumps({JOB: dict(job)}) + "\n"
        row = {"source": job["source"], "target": job["target"], "outcome": JOB, "message": job["verb"]}
        return _row(COLUMNS) + _row([row.get(name, "") for name in COLUMNS])

    def add(self, results: Sequence[BulkResult]) -> None:
        """Write down what became of packages."""
        lines = [
            _row(list(asdict(each).values())) if self._csv else json.dumps(asdict(each)) + "\n" for each in results
        ]
        try:
            self._stream.write("".join(lines))
            self._stream.flush()
        except OSError as error:
            raise WriteFailed(path=str(self.path), reason=error.strerror) from None

    def close(self) -> None:
        """Force it to the disk."""
        try:
            os.fsync(self._stream.fileno())
        except OSError as error:
            raise WriteFailed(path=str(self.path), reason=error.strerror) from None
        finally:
            self._stream.close()


def _row(values: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(values)
    return text.getvalue()


def read_report(path: Path, job: Mapping[str, str]) -> dict[str, str]:
    """Source path → revision of what is done already; a last line that was cut off does not count. ReportMismatch."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError):
        raise ReportMismatch(path=str(path), reason="it cannot be read") from None
    told, entries = (_read_csv if path.suffix.lower() == ".csv" else _read_lines)(path, text)
    if (told or entries) and told != dict(job):
        raise ReportMismatch(path=str(path), reason="it belongs to another job")
    return {each["source"]: each["revision"] for each in entries if each.get("outcome") in DONE}


def _read_lines(path: Path, text: str) -> tuple[dict[str, str], list[dict[str, str]]]:
    entries = []
    lines = text.splitlines()
    for number, line in enumerate(lines):
        try:
            entries.append(json.loads(line))
        except ValueError:
            if number == len(lines) - 1:
                break
            raise ReportMismatch(path=str(path), reason=f"line {number + 1} is damaged") from None
    return (entries[0].get(JOB, {}), entries[1:]) if entries else ({}, [])


def _read_csv(path: Path, text: str) -> tuple[dict[str, str], list[dict[str, str]]]:
    rows = list(csv.reader(io.StringIO(text.rpartition("\n")[0])))
    if not rows:
        return {}, []
    if tuple(rows[0]) != COLUMNS or any(len(row) != len(COLUMNS) for row in rows):
        raise ReportMismatch(path=str(path), reason="its columns are not those of a report")
    entries = [dict(zip(COLUMNS, row, strict=True)) for row in rows[1:]]
    first = entries[0] if entries and entries[0]["outcome"] == JOB else {}
    told = {"verb": first["message"], "source": first["source"], "target": first["target"]} if first else {}
    return told, entries[1:]
