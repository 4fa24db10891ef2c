"""Term Lookup: which terms of a table occur in English texts, and how often (DATA_FLOW §5).

``RefTermTable``, ``RefTermColumn``, ``IsCaseSensitive``. ``InputColumnType`` of an input column: 0 passed through, 1 the text
that is searched, 2 both. Each row gives a row per term that occurs in it: the term, how often, and the passed columns, which
are the output columns with ``CustomLineageID``; of the other two the text column takes the term. How terms are found:
:mod:`dtserve.dataflow.english.matching`. A row with a term that is longer than the term column is an error with the
disposition of the output.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dtserve.dataflow import properties
from dtserve.dataflow.base import BlockingTransform, Emit
from dtserve.dataflow.dispositions import TRUNCATION_CODE, RowErrors
from dtserve.dataflow.english.matching import TermFinder
from dtserve.dataflow.english.settings import announce, check_text_column, reference_terms
from dtserve.dataflow.errors import BadMetadata, BadProperty
from dtserve.dataflow.registry import component
from dtserve.dataflow.text_errors import TermTooLong
from dtserve.dataflow.transform_errors import OutputColumnNotInInput

if TYPE_CHECKING:
    import polars as pl

    from dtserve.package.model import Column

__all__ = ["TermLookup"]

PASS_THROUGH, LOOKED_UP, BOTH = range(3)
AT_ONCE = 1024
"""Rows that are searched between two looks at whether the run was stopped."""


@component("TermLookup")
class TermLookup(BlockingTransform):
    """Counts the terms of a table."""

    _finder: TermFinder | None = None
    _stopped = False

    def validate(self) -> None:
        """The text column, the reference, where output columns come from."""
        check_text_column(self, self._searched())
        for name in ("RefTermTable", "RefTermColumn"):
            if not properties.text(self.model.properties, name).strip():
                raise BadProperty(property=name, component=self.model.name, detail="it is empty")
        self._own_columns()
        arriving = self.input_schemas[self.model.inputs[0].ref_id]
        for column, source in self._passed():
            if source not in arriving:
                raise OutputColumnNotInInput(column=column.name, number=column.number, lineage=source)

    def start(self) -> None:
        """Read the reference terms."""
        announce(self)
        table = properties.text(self.model.properties, "RefTermTable").strip()
        name = properties.text(self.model.properties, "RefTermColumn").strip()
        sensitive = properties.boolean(self.model.properties, "IsCaseSensitive", owner=self.model.name)
        self._finder = TermFinder(reference_terms(self, table, name), sensitive=sensitive)

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Search one buffer."""
        for start in range(0, frame.height, AT_ONCE):
            if self._stopped or self.host.cancel.is_set():
                return
            yield from self._part(frame.slice(start, AT_ONCE))

    def interrupt(self) -> None:
        """End before the next row."""
        self._stopped = True

    def close(self) -> None:
        """Forget the reference."""
        self._finder = None

    def _part(self, frame: pl.DataFrame) -> Iterable[Emit]:
        import polars as pl

        if self._finder is None:
            return
        term, frequency = self._own_columns()
        most = term.type.length
        places: list[int] = []
        found: list[tuple[str, int]] = []
        codes: list[int | None] = []
        length = 0
        for at, text in enumerate(frame[self._searched()[0].lineage_id].to_list()):
            counts = self._finder.count(text) if text else {}
            longest = max((len(each) for each in counts), default=0)
            codes.append(TRUNCATION_CODE if 0 < most < longest else None)
            length = max(length, longest)
            for each, count in counts.items():
                places.append(at)
                found.append((each[:most] if most else each, count))
        errors = RowErrors(self, frame.height)
        cause = TermTooLong(length=length, column=term.name, component=self.model.name)
        errors.errors(
            self.output(), pl.Series(codes, dtype=pl.UInt32), whole_row=True, cause=lambda row, code, truncated: cause
        )
        _, away = errors.settle(frame, frame)
        at_rows = pl.Series(places, dtype=pl.UInt32)
        made = [
            pl.Series(term.lineage_id, [each for each, _ in found], dtype=pl.String),
            pl.Series(frequency.lineage_id, [count for _, count in found], dtype=pl.Int64).cast(
                frequency.type.polars()
            ),
            *(frame[source].gather(at_rows).alias(column.lineage_id) for column, source in self._passed()),
        ]
        rows = pl.DataFrame(made)
        mask = errors.redirected_mask()
        if mask is not None:
            rows = rows.filter(~mask.gather(at_rows))
        error = next((o for o in self.model.outputs if o.is_error_out), None)
        if away is not None and error is not None:
            yield error.ref_id, away
        if rows.height:
            yield self.output().ref_id, rows

    # --- the model ------------------------------------------------------------------------------

    def _searched(self) -> list[Column]:
        return [
            c
            for c in self.model.inputs[0].columns
            if properties.integer(c.properties, "InputColumnType", owner=self.model.name) in (LOOKED_UP, BOTH)
        ]

    def _passed(self) -> list[tuple[Column, str]]:
        found = [(c, properties.reference(c.properties, "CustomLineageID")) for c in self.output().columns]
        return [(column, source) for column, source in found if source]

    def _own_columns(self) -> tuple[Column, Column]:
        """Term and frequency."""
        passed = {column.lineage_id for column, _ in self._passed()}
        own = [c for c in self.output().columns if c.lineage_id not in passed]
        texts = [c for c in own if c.type.family == "text"]
        others = [c for c in own if c.type.family != "text"]
        if len(texts) != 1 or len(others) != 1:
            raise BadMetadata(component=self.model.name, detail="the output needs a term and a frequency column")
        return texts[0], others[0]
