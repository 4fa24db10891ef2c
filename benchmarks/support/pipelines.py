"""Components of a data flow as a benchmark adds them: each method makes one and gives the rows of its outputs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from support.packages import FLOW, Col, Flow, In, Out, Rows, i4, made_rows, output, text

__all__ = ["AVERAGE", "COUNT", "COUNT_ALL", "COUNT_DISTINCT", "GROUP_BY", "MAXIMUM", "MINIMUM", "SUM", "Pipeline"]

GROUP_BY, COUNT, COUNT_ALL, COUNT_DISTINCT, SUM, AVERAGE, MINIMUM, MAXIMUM = range(8)
FAIL = 'errorRowDisposition="FailComponent" truncationRowDisposition="FailComponent"'
REDIRECT = 'errorRowDisposition="RedirectRow" truncationRowDisposition="RedirectRow"'
IGNORE = 'errorRowDisposition="IgnoreFailure" truncationRowDisposition="IgnoreFailure"'
ERROR = 'isErrorOut="true"'
_CODES = (Out(i4("ErrorCode"), attributes='specialFlags="1"'), Out(i4("ErrorColumn"), attributes='specialFlags="2"'))
_NAME = re.compile(r"\[(\w+)\]")


class Pipeline(Flow):
    """A data flow under construction; methods named after the components of SSIS."""

    def flat_file_source(
        self, name: str, path: Path, columns: Sequence[Col], *, separator: str = ",", row: str = "\r\n",
        qualifier: str = '"', names: bool = True, redirect: bool = False, sorted_by: Sequence[str] = (),
    ) -> tuple[Rows, Rows]:  # fmt: skip
        """Rows, and the rows with errors as text."""
        self.flat_file(name, path, columns, separator=separator, row=row, qualifier=qualifier, names=names)
        raw = (Out(text("Flat File Source Error Output Column")), *_CODES)
        made = []
        for column in columns:
            key = f' sortKeyPosition="{sorted_by.index(column.name) + 1}"' if column.name in sorted_by else ""
            made.append(Out(column, {"FastParse": False}, (REDIRECT if redirect else FAIL) + key))
        self.component(
            name,
            "FlatFileSource",
            properties={"RetainNulls": True},
            connection=("FlatFileConnection", name),
            outputs=[
                output(name, "Out", made, external=True, more='isSorted="true"' if sorted_by else ""),
                output(name, "Errors", raw, more=ERROR),
            ],
        )
        return made_rows(name, "Out", columns), made_rows(name, "Errors", [o.col for o in raw])

    def flat_file_destination(
        self, name: str, rows: Rows, path: Path, names: Sequence[str], *, separator: str = "|", row: str = "\n",
        qualifier: str = "",
    ) -> None:  # fmt: skip
        """Write columns to a file without a header."""
        columns = [rows.col(each) for each in names]
        self.flat_file(name, path, columns, separator=separator, row=row, qualifier=qualifier, names=False)
        into = self.input(name, "In", rows, [In(rows.lineage(c.name), c) for c in columns], external=True)
        self.component(
            name,
            "FlatFileDestination",
            inputs=[into],
            properties={"Overwrite": True},
            connection=("FlatFileConnection", name),
        )

    def oledb_destination(self, name: str, rows: Rows, manager: str, table: str, names: Sequence[str]) -> None:
        """A fast load with one commit at the end."""
        columns = [In(rows.lineage(each), rows.col(each)) for each in names]
        into = self.input(name, "In", rows, columns, external=True, more='errorRowDisposition="FailComponent"')
        properties = {
            "OpenRowset": table, "AccessMode": 3, "FastLoadKeepNulls": True, "FastLoadKeepIdentity": False,
            "FastLoadOptions": "TABLOCK", "FastLoadMaxInsertCommitSize": 0,
        }  # fmt: skip
        self.component(
            name, "OLEDBDestination", inputs=[into], properties=properties, connection=("OleDbConnection", manager)
        )

    def data_conversion(self, name: str, rows: Rows, columns: Mapping[Col, str]) -> tuple[Rows, Rows]:
        """New columns from columns by name; the rows with errors."""
        made = [
            Out(column, {"SourceInputColumnLineageID": f"#{{{rows.lineage(source)}}}", "FastParse": False}, REDIRECT)
            for column, source in columns.items()
        ]
        return self._synchronous(name, "DataConvert", rows, list(columns.values()), made)

    def row_count(self, name: str, rows: Rows, variable: str) -> Rows:
        """Count rows into a variable."""
        self.component(
            name,
            "RowCount",
            inputs=[self.input(name, "In", rows, [])],
            outputs=[output(name, "Out", more=_group(name, 0))],
            properties={"VariableName": variable},
        )
        return made_rows(name, "Out", (), rows)

    def derived_column(self, name: str, rows: Rows, columns: Mapping[Col, str]) -> tuple[Rows, Rows]:
        """New columns from expressions with ``[name]`` for columns; the rows with errors."""
        used = dict.fromkeys(found for expression in columns.values() for found in _NAME.findall(expression))
        made = [Out(c, {"Expression": _stored(rows, e)}, REDIRECT) for c, e in columns.items()]
        return self._synchronous(name, "DerivedColumn", rows, list(used), made)

    def conditional_split(self, name: str, rows: Rows, conditions: Mapping[str, str]) -> list[Rows]:
        """An output per condition, NULL counts as false; the last one (without a condition) is the default."""
        used = dict.fromkeys(found for expression in conditions.values() for found in _NAME.findall(expression))
        outputs = []
        for order, (each, condition) in enumerate(conditions.items()):
            properties: dict[str, object] = {"IsDefaultOut": True}
            if condition:
                properties = {"Expression": _stored(rows, condition), "EvaluationOrder": order}
            outputs.append(output(name, each, more=f"{_group(name, 1)} {IGNORE}", properties=properties))
        into = self.input(name, "In", rows, [In(rows.lineage(u), rows.col(u)) for u in used])
        self.component(name, "ConditionalSplit", inputs=[into], outputs=outputs)
        return [made_rows(name, each, (), rows) for each in conditions]

    def multicast(self, name: str, rows: Rows, count: int) -> list[Rows]:
        """The same rows on several outputs."""
        names = [f"Out{number}" for number in range(count)]
        outputs = [output(name, each, more=_group(name, 0)) for each in names]
        self.component(name, "Multicast", inputs=[self.input(name, "In", rows, [])], outputs=outputs)
        return [made_rows(name, each, (), rows) for each in names]

    def lookup(
        self, name: str, rows: Rows, manager: str, query: str, keys: Mapping[str, str], columns: Mapping[Col, str]
    ) -> tuple[Rows, Rows]:
        """A full cache: ``keys`` input → reference column, ``columns`` new → reference column. Rows with and without match."""
        arriving = [
            In(rows.lineage(into), rows.col(into), {"JoinToReferenceColumn": there}) for into, there in keys.items()
        ]
        made = [Out(column, {"CopyFromReferenceColumn": there}, FAIL) for column, there in columns.items()]
        self.component(
            name,
            "Lookup",
            inputs=[self.input(name, "In", rows, arriving)],
            outputs=[
                output(name, "Match", made, more=f"{_group(name, 1)} {FAIL}"),
                output(name, "NoMatch", more=_group(name, 1)),
                output(name, "Errors", _CODES, more=f"{_group(name, 1)} {ERROR}"),
            ],
            properties={"SqlCommand": query, "ConnectionType": 0, "CacheType": 0, "NoMatchBehavior": 1},
            connection=("OleDbConnection", manager),
        )
        return made_rows(name, "Match", columns, rows), made_rows(name, "NoMatch", (), rows)

    def aggregate(self, name: str, rows: Rows, columns: Mapping[Col, tuple[int, str]]) -> Rows:
        """Columns with their aggregation type and source."""
        used = dict.fromkeys(source for _, source in columns.values() if source)
        made = []
        for column, (kind, source) in columns.items():
            reference: object = f"#{{{rows.lineage(source)}}}" if source else 0
            made.append(Out(column, {"AggregationType": kind, "AggregationColumnId": reference}))
        into = self.input(name, "In", rows, [In(rows.lineage(u), rows.col(u)) for u in used])
        self.component(name, "Aggregate", inputs=[into], outputs=[output(name, "Out", made)])
        return made_rows(name, "Out", columns)

    def sort(self, name: str, rows: Rows, keys: Mapping[str, int], names: Sequence[str]) -> Rows:
        """Rows by keys (name → position, negative runs down), with the columns ``names``."""
        arriving = [In(rows.lineage(n), rows.col(n), {"NewSortKeyPosition": keys.get(n, 0)}) for n in names]
        made = [
            Out(rows.col(n), {"SortColumnId": f"#{{{rows.lineage(n)}}}"}, f'sortKeyPosition="{keys.get(n, 0)}"')
            for n in names
        ]
        into = self.input(name, "In", rows, arriving)
        out = output(name, "Out", made, more='isSorted="true"')
        self.component(name, "Sort", inputs=[into], outputs=[out], properties={"EliminateDuplicates": False})
        return made_rows(name, "Out", [rows.col(n) for n in names])

    def merge_join(self, name: str, left: Rows, right: Rows, keys: Sequence[str], columns: Mapping[str, bool]) -> Rows:
        """An inner join of sorted rows by ``keys``; ``columns`` by name, True where from the left."""
        inputs, sources = [], {}
        for side, rows in (("Left", left), ("Right", right)):
            wanted = dict.fromkeys([*keys, *(n for n, from_left in columns.items() if from_left is (side == "Left"))])
            arriving = []
            for each in wanted:
                position = keys.index(each) + 1 if each in keys else 0
                arriving.append(In(rows.lineage(each), rows.col(each), {}, f'cachedSortKeyPosition="{position}"'))
                sources[side == "Left", each] = f"{FLOW}\\{name}.Inputs[{side}].Columns[{each}]"
            inputs.append(self.input(name, side, rows, arriving))
        cols = [(left if from_left else right).col(each) for each, from_left in columns.items()]
        made = [Out(column, {"InputColumnID": f"#{{{sources[columns[column.name], column.name]}}}"}) for column in cols]
        properties = {"JoinType": 2, "NumKeyColumns": len(keys), "TreatNullsAsEqual": True}
        self.component(name, "MergeJoin", inputs=inputs, outputs=[output(name, "Out", made)], properties=properties)
        return made_rows(name, "Out", cols)

    def _synchronous(
        self, name: str, kind: str, rows: Rows, used: Sequence[str], made: Sequence[Out]
    ) -> tuple[Rows, Rows]:
        """A row transformation with an error output."""
        into = self.input(name, "In", rows, [In(rows.lineage(u), rows.col(u)) for u in dict.fromkeys(used)])
        outputs = [
            output(name, "Out", made, more=_group(name, 1)),
            output(name, "Errors", _CODES, more=f"{_group(name, 1)} {ERROR}"),
        ]
        self.component(name, kind, inputs=[into], outputs=outputs)
        codes = [o.col for o in _CODES]
        return made_rows(name, "Out", [o.col for o in made], rows), made_rows(name, "Errors", codes, rows)


def _group(component: str, number: int) -> str:
    return f'exclusionGroup="{number}" synchronousInputId="{FLOW}\\{component}.Inputs[In]"'


def _stored(rows: Rows, expression: str) -> str:
    return _NAME.sub(lambda found: f"#{{{rows.lineage(found.group(1))}}}", expression)
