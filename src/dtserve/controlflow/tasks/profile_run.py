"""One profile request after another: which columns it is about, and what is asked of the database (CONTROL_FLOW §24).

A profile is computed for columns of its own types: lengths and patterns of texts; statistics of numbers and moments;
values, keys, dependencies and inclusion of whole numbers, texts and moments; the null ratio of all. Of a column of NULLs
only the null ratio is computed, of an empty table none.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import TYPE_CHECKING

from dtserve.controlflow.tasks.profile_errors import ProfileColumnMissing
from dtserve.controlflow.tasks.profile_patterns import DELIMITERS, SYMBOLS, Tokenizer, top_patterns
from dtserve.controlflow.tasks.profile_queries import ProfiledTable, is_countable, is_number, is_text

if TYPE_CHECKING:
    from dtserve.connections.base import ResultColumn
    from dtserve.controlflow.tasks.profile_output import ProfileDocument
    from dtserve.controlflow.tasks.profile_requests import ColumnChoice, ProfileRequest

__all__ = ["MAX_VIOLATIONS", "ProfileRun"]

MAX_VIOLATIONS = 100
Suits = Callable[["ResultColumn"], bool]


def _has_statistics(column: ResultColumn) -> bool:
    return is_number(column) or (is_countable(column) and not is_text(column) and column.type.dt.name != "BOOL")


class ProfileRun:
    """Computes requests into a document; ``tags`` gives the terms of a tag table."""

    def __init__(
        self, document: ProfileDocument, table_of: Callable[[ProfileRequest, str], ProfiledTable],
        tags: Callable[[ProfileRequest], dict[str, str]],
    ) -> None:  # fmt: skip
        self.document = document
        self.table_of = table_of
        self.tags = tags

    def run(self, request: ProfileRequest) -> None:
        """One request."""
        if request.kind == "Inclusion":
            self._inclusion(request)
            return
        table = self.table_of(request, "Table")
        if not table.rows:
            return
        if request.kind == "CandidateKey":
            self._keys(request, table)
        elif request.kind == "FunctionalDependency":
            self._dependencies(request, table)
        else:
            self._columns(request, table)

    # --- which columns --------------------------------------------------------------------------

    def _chosen(
        self, request: ProfileRequest, table: ProfiledTable, choice: ColumnChoice, suits: Suits
    ) -> list[ResultColumn]:
        if not choice.name:
            return [each for each in table.columns if suits(each)]
        found = table.column(choice.name)
        if found is None or not suits(found):
            detail = "the table has no such column" if found is None else f"no profile of that kind for {found.type}"
            raise ProfileColumnMissing(request=request.id, column=choice.name, table=table.path, detail=detail)
        return [found]

    def _sets(
        self, request: ProfileRequest, table: ProfiledTable, choices: list[ColumnChoice]
    ) -> Iterator[tuple[ResultColumn, ...]]:
        """Sets of columns: the named ones, with up to as many others as there are wildcards, small sets first."""
        fixed = [
            each for choice in choices if choice.name for each in self._chosen(request, table, choice, is_countable)
        ]
        others = [each for each in table.columns if is_countable(each) and each not in fixed]
        wildcards = sum(not choice.name for choice in choices)
        for size in range(min(wildcards, len(others)) + 1):
            for more in combinations(others, size):
                if fixed or more:
                    yield (*more, *fixed)

    # --- profiles of single columns -----------------------------------------------------------------

    def _columns(self, request: ProfileRequest, table: ProfiledTable) -> None:
        suits: dict[str, Suits] = {
            "ColumnNullRatio": lambda column: True,
            "ColumnLengthDistribution": is_text,
            "ColumnPattern": is_text,
            "ColumnStatistics": _has_statistics,
            "ColumnValueDistribution": is_countable,
        }
        for choice in request.columns["Column"]:
            for column in self._chosen(request, table, choice, suits[request.kind]):
                self._column(request, table, column)

    def _column(self, request: ProfileRequest, table: ProfiledTable, column: ResultColumn) -> None:
        nulls = table.nulls(column.name)
        if request.kind != "ColumnNullRatio" and nulls == table.rows:
            return
        document = self.document
        made = document.start(request)
        document.table(made, table)
        document.column(made, column)
        if request.kind == "ColumnNullRatio":
            document.null_ratio(made, nulls)
        elif request.kind == "ColumnLengthDistribution":
            leading, trailing = request.flag("IgnoreLeadingSpace", False), request.flag("IgnoreTrailingSpace", True)
            found = table.lengths(column.name, leading=leading, trailing=trailing)
            document.lengths(made, found, leading=leading, trailing=trailing)
        elif request.kind == "ColumnStatistics":
            document.statistics(made, table.statistics(column.name, number=is_number(column)))
        elif request.kind == "ColumnPattern":
            maximum = min(int(request.number("MaxNumberOfPatterns", 10)), 100)
            coverage = request.number("PercentageDataCoverageDesired", 95)
            document.patterns(
                made,
                top_patterns(table.texts(column.name), self._tokenizer(request), maximum=maximum, coverage=coverage),
            )
        else:
            least = 1
            if request.text("Option", "FrequentValues") == "FrequentValues":
                least = math.ceil(request.number("FrequentValueThreshold", 0.001) * table.rows)
            values = table.values(column.name, least)
            document.values(made, len(values) if least <= 1 else table.distinct(column.name), values)

    def _tokenizer(self, request: ProfileRequest) -> Tokenizer:
        escapes = {"\\t": "\t", "\\r": "\r", "\\n": "\n", "\\\\": "\\"}
        delimiters, symbols = request.text("Delimiters", DELIMITERS), request.text("Symbols", SYMBOLS)
        for code, character in escapes.items():
            delimiters, symbols = delimiters.replace(code, character), symbols.replace(code, character)
        return Tokenizer(delimiters or DELIMITERS, symbols, request.flag("CaseSensitive", False), self.tags(request))

    # --- profiles of sets of columns ------------------------------------------------------------------

    def _violations(self, request: ProfileRequest) -> int:
        return int(request.number("MaxNumberOfViolations", MAX_VIOLATIONS))

    def _keys(self, request: ProfileRequest, table: ProfiledTable) -> None:
        found: list[set[str]] = []
        for columns in self._sets(request, table, request.columns["KeyColumns"]):
            names = [each.name for each in columns]
            if any(known <= set(names) for known in found):
                continue
            strength = table.key_strength(names)
            if not request.reports(strength, "ThresholdSetting", "KeyStrengthThreshold"):
                continue
            if request.text("ThresholdSetting", "Specified") != "None" or strength >= 1.0:
                found.append(set(names))
            made = self.document.start(request)
            self.document.table(made, table)
            self.document.columns(made, "KeyColumns", columns)
            bad = table.key_violations(names, self._violations(request)) if strength < 1.0 else []
            self.document.key(made, strength, bad)

    def _dependencies(self, request: ProfileRequest, table: ProfiledTable) -> None:
        (choice,) = request.columns["DependentColumn"]
        for dependent in self._chosen(request, table, choice, is_countable):
            found: list[set[str]] = []
            for columns in self._sets(request, table, request.columns["DeterminantColumns"]):
                names = [each.name for each in columns]
                if dependent.name in names or any(known <= set(names) for known in found):
                    continue
                strength, bad = table.dependency(names, dependent.name, self._violations(request))
                if not request.reports(strength, "ThresholdSetting", "FDStrengthThreshold"):
                    continue
                if request.text("ThresholdSetting", "Specified") != "None" or strength >= 1.0:
                    found.append(set(names))
                made = self.document.start(request)
                self.document.table(made, table)
                self.document.columns(made, "DeterminantColumns", columns)
                self.document.column(made, dependent, "DependentColumn")
                self.document.dependency(made, strength, bad)

    def _inclusion(self, request: ProfileRequest) -> None:
        subset, superset = self.table_of(request, "SubsetTable"), self.table_of(request, "SupersetTable")
        if not subset.rows:
            return
        mine = request.columns.get("SubsetInclusionColumns", [])
        theirs = request.columns.get("SupersetInclusionColumns", [])
        for first, second in zip(mine, theirs, strict=False):
            for left in self._chosen(request, subset, first, is_countable):
                for right in self._chosen(request, superset, second, is_countable):
                    if is_text(left) == is_text(right) and is_number(left) == is_number(right):
                        self._pair(request, subset, superset, left, right)

    def _pair(
        self, request: ProfileRequest, subset: ProfiledTable, superset: ProfiledTable, left: ResultColumn, right: ResultColumn
    ) -> None:  # fmt: skip
        key = superset.key_strength([right.name])
        if not request.reports(key, "SupersetColumnsKeyThresholdSetting", "SupersetColumnsKeyThreshold"):
            return
        filled = subset.rows - subset.nulls(left.name)
        if not filled:
            return
        bad = list(subset.missing([left.name], superset, [right.name]))
        strength = 1.0 - sum(count for _, count in bad) / filled
        if not request.reports(strength, "InclusionThresholdSetting", "InclusionStrengthThreshold"):
            return
        made = self.document.start(request)
        self.document.table(made, subset, "SubsetTable")
        self.document.table(made, superset, "SupersetTable")
        self.document.pair(made, left, right)
        self.document.inclusion(made, strength, bad[: self._violations(request)])
