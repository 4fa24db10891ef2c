"""Term Extraction: the nouns and noun phrases of English texts (DATA_FLOW §5, :mod:`dtserve.dataflow.english`).

``WordOrPhrase`` 0 nouns, 1 noun phrases, 2 both; ``ScoreType`` 0 frequency, 1 TFIDF; ``FrequencyThreshold`` how
often a term must occur at least; ``MaxLengthOfTerm`` words of a term at most; ``IsCaseSensitive``. With
``NeedReferenceData`` terms that contain one of ``OutTermTable``.``OutTermColumn`` are left out. The output has a
term and a score column. A row with a term that is longer than the term column is an error with the disposition of the
output; ignored, that term is left out.

Terms leave in the order in which they first occur, in the form that occurs first.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from dtserve.dataflow import properties
from dtserve.dataflow.base import BlockingTransform, Emit
from dtserve.dataflow.dispositions import REDIRECT, TRUNCATION_CODE, RowErrors
from dtserve.dataflow.english.settings import announce, check_text_column, reference_terms
from dtserve.dataflow.english.terms import BOTH, NOUNS, terms
from dtserve.dataflow.errors import BadMetadata, BadProperty
from dtserve.dataflow.registry import component
from dtserve.dataflow.sorting import OUT_ROWS
from dtserve.dataflow.text_errors import TermTooLong

if TYPE_CHECKING:
    import polars as pl

    from dtserve.package.model import Column

__all__ = ["TermExtraction"]

FREQUENCY, TFIDF = 0, 1


def tfidf(frequency: int, rows: int, rows_with_it: int) -> float:
    """Frequency times the natural logarithm of all rows by the rows with the term (the base is UNVERIFIED)."""
    return frequency * math.log(rows / rows_with_it)


@component("TermExtraction")
class TermExtraction(BlockingTransform):
    """Collects terms."""

    _stopped = False

    def validate(self) -> None:
        """The text column, limits, the exclusion table, two output columns."""
        check_text_column(self, list(self.model.inputs[0].columns))
        self._choice("WordOrPhrase", range(NOUNS, BOTH + 1))
        self._choice("ScoreType", (FREQUENCY, TFIDF))
        for name, default in (("FrequencyThreshold", 2), ("MaxLengthOfTerm", 12)):
            if self._number(name, default) < 1:
                raise BadProperty(property=name, component=self.model.name, detail="it is below 1")
        self._columns()
        if self._excludes():
            for name in ("OutTermTable", "OutTermColumn"):
                if not properties.text(self.model.properties, name).strip():
                    raise BadProperty(property=name, component=self.model.name, detail="it is empty")

    def start(self) -> None:
        """Read the exclusion terms."""
        announce(self)
        self._found: dict[str, list[int]] = {}
        self._shown: dict[str, str] = {}
        self._rows = 0
        self._excluded: list[str] = []
        if self._excludes():
            table = properties.text(self.model.properties, "OutTermTable").strip()
            column = properties.text(self.model.properties, "OutTermColumn").strip()
            self._excluded = [f" {self._key(term)} " for term in reference_terms(self, table, column)]

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Count the terms of one buffer."""
        import polars as pl

        column = self.model.inputs[0].columns[0]
        kind, longest = self._number("WordOrPhrase", BOTH), self._number("MaxLengthOfTerm", 12)
        most = self._columns()[0].type.length
        codes: list[int | None] = []
        length = 0
        for text in frame[column.lineage_id].to_list():
            if self._stopped or self.host.cancel.is_set():
                return
            found = list(terms(text, kind, longest)) if text else []
            length = max((len(term) for term in found), default=0)
            long = [len(term) for term in found if 0 < most < len(term)]
            codes.append(TRUNCATION_CODE if long else None)
            length = max([length, *long])
            if not long or self.output().error_disposition != REDIRECT:
                self._count([term for term in found if most <= 0 or len(term) <= most])
        errors = RowErrors(self, frame.height)
        cause = TermTooLong(length=length, column=self._columns()[0].name, component=self.model.name)
        errors.errors(
            self.output(), pl.Series(codes, dtype=pl.UInt32), whole_row=True, cause=lambda row, code, truncated: cause
        )
        _, away = errors.settle(frame, frame)
        error = next((o for o in self.model.outputs if o.is_error_out), None)
        if away is not None and error is not None:
            yield error.ref_id, away

    def interrupt(self) -> None:
        """End before the next row."""
        self._stopped = True

    def finish(self) -> Iterator[Emit]:
        """The terms with their scores."""
        import polars as pl

        least, scored = self._number("FrequencyThreshold", 2), self._number("ScoreType", FREQUENCY)
        kept = [(self._shown[key], counts) for key, counts in self._found.items() if counts[0] >= least]
        term, score = self._columns()
        for start in range(0, len(kept), OUT_ROWS):
            part = kept[start : start + OUT_ROWS]
            scores = [
                tfidf(counts[0], self._rows, counts[1]) if scored == TFIDF else float(counts[0]) for _, counts in part
            ]
            yield (
                self.output().ref_id,
                pl.DataFrame(
                    [
                        pl.Series(term.lineage_id, [text for text, _ in part], dtype=pl.String),
                        pl.Series(score.lineage_id, scores, dtype=pl.Float64).cast(score.type.polars()),
                    ]
                ),
            )

    def _count(self, found: list[str]) -> None:
        """Add the terms of one row: how often in all, in how many rows, in which row last."""
        self._rows += 1
        for term in found:
            key = self._key(term)
            counts = self._found.get(key)
            if counts is None:
                if any(excluded in f" {key} " for excluded in self._excluded):
                    continue
                self._shown[key] = term
                counts = self._found[key] = [0, 0, 0]
            counts[0] += 1
            if counts[2] != self._rows:
                counts[1] += 1
                counts[2] = self._rows

    # --- the model ------------------------------------------------------------------------------

    def _key(self, term: str) -> str:
        sensitive = properties.boolean(self.model.properties, "IsCaseSensitive", owner=self.model.name)
        return term if sensitive else term.lower()

    def _excludes(self) -> bool:
        return properties.boolean(self.model.properties, "NeedReferenceData", owner=self.model.name)

    def _number(self, name: str, default: int) -> int:
        return properties.integer(self.model.properties, name, default, owner=self.model.name)

    def _choice(self, name: str, known: Iterable[int]) -> None:
        value = self._number(name, 0)
        if value not in known:
            raise BadProperty(property=name, component=self.model.name, detail=f"{value} is not known")

    def _columns(self) -> tuple[Column, Column]:
        """Term and score: the text column and the other one."""
        texts = [c for c in self.output().columns if c.type.family == "text"]
        others = [c for c in self.output().columns if c.type.family != "text"]
        if len(texts) != 1 or len(others) != 1:
            raise BadMetadata(component=self.model.name, detail="the output needs a term and a score column")
        return texts[0], others[0]
