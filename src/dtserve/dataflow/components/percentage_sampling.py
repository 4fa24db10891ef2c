"""Percentage Sampling: about so many percent of the rows, drawn row by row (DATA_FLOW §5).

``SamplingValue`` percent (default 10); ``SamplingSeed`` 0 draws anew each time, another
number repeats its draw. The generator is not that of SSIS, so a seed selects other rows
there. The output with ``Selected`` true gets the sample, the other one the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dtserve.dataflow import properties
from dtserve.dataflow.base import Emit, RowTransform
from dtserve.dataflow.registry import component
from dtserve.dataflow.transform_errors import SamplingBadPercentage

if TYPE_CHECKING:
    import polars as pl

__all__ = ["PercentageSampling"]


@component("PctSampling")
class PercentageSampling(RowTransform):
    """Samples by percentage."""

    stateless = False

    def validate(self) -> None:
        """A percentage lies between 0 and 100."""
        if not 0 <= self._value() <= 100:
            raise SamplingBadPercentage(property="SamplingValue", value=self._value())

    def start(self) -> None:
        """Seed the generator."""
        import numpy as np

        seed = properties.integer(self.model.properties, "SamplingSeed", owner=self.model.name)
        self._random = np.random.default_rng(abs(seed) if seed else None)

    def process(self, input_ref: str, frame: pl.DataFrame) -> Iterable[Emit]:
        """Draw for each row."""
        import polars as pl

        drawn = pl.Series("drawn", self._random.random(frame.height) * 100 < self._value())
        for output in self.model.outputs:
            selected = properties.boolean(output.properties, "Selected", owner=self.model.name)
            yield output.ref_id, frame.filter(drawn if selected else ~drawn)

    def _value(self) -> int:
        return properties.integer(self.model.properties, "SamplingValue", 10, owner=self.model.name)
