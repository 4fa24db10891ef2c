"""Character Map: text columns mapped with LCMapString's flags, in place or into new columns (DATA_FLOW §5).

``MapFlags`` of an input column with usage ``readWrite`` maps in place, of an output column
(``InputColumnLineageID``) into that column. Bits: 0x100 lower · 0x200 upper · 0x800 byte
reversal · 0x100000 hiragana · 0x200000 katakana · 0x400000 half width · 0x800000 full
width · 0x1000000 linguistic casing (Turkish and Azerbaijani i). 0x2000000 and 0x4000000
(simplified, traditional Chinese) need tables of Windows and are refused. A result longer
than its column is a truncation.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dtserve.dataflow import properties
from dtserve.dataflow.base import Emit, RowTransform
from dtserve.dataflow.character_mapping import (
    FULL_WIDTH,
    HALF_WIDTH,
    HIRAGANA,
    KATAKANA,
    LINGUISTIC,
    LOWER,
    SIMPLIFIED,
    TRADITIONAL,
    UPPER,
    map_text,
)
from dtserve.dataflow.conversion import fit
from dtserve.dataflow.dispositions import RowErrors
from dtserve.dataflow.errors import UnsupportedProperty
from dtserve.dataflow.registry import component
from dtserve.dataflow.transform_errors import CharacterMapConflict, CharacterMapType, OutputColumnNotInInput
from dtserve.datatypes import TypeSpec

if TYPE_CHECKING:
    import polars as pl

    from dtserve.package.model import Column

__all__ = ["CharacterMap"]

_CONFLICTS = (
    (HIRAGANA, KATAKANA, "Katakana and Hiragana characters be produced at the same time"),
    (SIMPLIFIED, TRADITIONAL, "Simple Chinese and Traditional Chinese characters be produced at the same time"),
    (HALF_WIDTH, FULL_WIDTH, "both full width and half width characters"),
    (LOWER, UPPER, "both uppercase and lowercase"),
    (LOWER | UPPER, HIRAGANA | KATAKANA | HALF_WIDTH | FULL_WIDTH, "casing together with Japanese characters"),
)


@component("CharacterMap")
class CharacterMap(RowTransform):
    """Maps characters."""

    concurrent = True

    def validate(self) -> None:
        """Columns must be texts, flags must not contradict each other."""
        for column, source, spec, flags in self._columns():
            arriving = self.input_schemas.get(self.model.inputs[0].ref_id, {})
            if source not in arriving:
                raise OutputColumnNotInInput(column=column.name, number=column.number, lineage=source)
            if spec.family != "text":
                raise CharacterMapType(object=column.name)
            for one, other, text in _CONFLICTS:
                if flags & one and flags & other:
                    raise CharacterMapConflict(column=column.name, detail=text)
            if flags & LINGUISTIC and flags & ~(LINGUISTIC | LOWER | UPPER):
                raise CharacterMapConflict(column=column.name, detail="linguistic casing together with other flags")
            if flags & (SIMPLIFIED | TRADITIONAL):
                raise UnsupportedProperty(
                    value=hex(flags), property="MapFlags", component=self.model.name,
                    reason="Chinese character mapping needs tables of Windows",
                )  # fmt: skip

    def start(self) -> None:
        """Resolve the columns once."""
        self._work = self._columns()

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Map all columns of a buffer."""
        errors = RowErrors(self, frame.height)
        made = []
        for column, source, spec, flags in self._work:
            mapped = map_text(frame[source], flags, self.locale)
            values = errors.take(column, fit(mapped, spec.with_(length=0), spec, "expression"))
            made.append(values.alias(column.lineage_id))
        kept, redirected = errors.settle(frame.with_columns(made), frame)
        if redirected is not None:
            yield self.output(error=True).ref_id, redirected
        yield self.output().ref_id, kept

    def _columns(self) -> list[tuple[Column, str, TypeSpec, int]]:
        """Column that receives, lineage id it comes from, its type, flags."""
        into = self.model.inputs[0]
        arriving = self.input_schemas.get(into.ref_id, {})
        found = []
        for column in into.columns:
            if column.usage == "readWrite":
                spec = arriving.get(column.lineage_id, column.type)
                found.append((column, column.lineage_id, spec, self._flags(column)))
        for column in self.output().columns:
            source = properties.reference(column.properties, "InputColumnLineageID")
            found.append((column, source, column.type, self._flags(column)))
        return found

    def _flags(self, column: Column) -> int:
        return properties.integer(column.properties, "MapFlags", owner=self.model.name)
