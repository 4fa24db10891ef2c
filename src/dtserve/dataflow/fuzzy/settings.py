"""Properties that Fuzzy Lookup and Fuzzy Grouping share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtserve.dataflow import properties
from dtserve.dataflow.errors import BadProperty
from dtserve.dataflow.fuzzy.tokens import DEFAULT_DELIMITERS
from dtserve.dataflow.text_errors import FuzzyMemory

if TYPE_CHECKING:
    from dtserve.dataflow.base import PipelineComponent
    from dtserve.package.model import Column

__all__ = ["APPROXIMATE", "EXACT", "FUZZY", "announce", "check_memory", "comparison_flags", "delimiters", "similarity"]

APPROXIMATE = 0x40D51450
"""Code of the information that scores are near those of SSIS, not equal to them."""

EXACT, FUZZY = 1, 2
"""Values of JoinType and ExactFuzzy."""

DEFAULT_COMPARISON_FLAGS = 0x30003
"""Without regard to case, accents, kinds of kana and width."""

_TEXT = (
    "The {component} measures similarity as published for SSIS's algorithm (fuzzy match similarity over weighted tokens "
    "and q-grams). Scores and the choice among nearly equal matches can differ from those of SSIS."
)


def announce(component: PipelineComponent) -> None:
    """Say that the scores are approximate."""
    component.host.fire_information(APPROXIMATE, component.label, _TEXT.format(component=component.label))


def similarity(component: PipelineComponent, owner: PipelineComponent | Column) -> float:
    """MinSimilarity of the component or of a column, between 0 and 1; raises BadProperty."""
    model = owner if not hasattr(owner, "model") else owner.model
    value = properties.number(model.properties, "MinSimilarity", owner=component.model.name)
    if not 0 <= value <= 1:
        raise BadProperty(
            property="MinSimilarity", component=component.model.name, detail=f"{value} is not between 0 and 1"
        )
    return value


def comparison_flags(component: PipelineComponent, column: Column) -> int:
    """FuzzyComparisonFlags of a column; those of the designer where there are none (DATA_FLOW §3.5)."""
    return properties.integer(
        column.properties, "FuzzyComparisonFlags", DEFAULT_COMPARISON_FLAGS, owner=component.model.name
    )


def delimiters(component: PipelineComponent) -> str:
    """The Delimiters; those of the designer where there are none."""
    return properties.text(component.model.properties, "Delimiters") or DEFAULT_DELIMITERS


def check_memory(component: PipelineComponent, needed: int) -> None:
    """Raise FuzzyMemory when an index is larger than MaxMemoryUsage (MB; 0 or nothing: what the data flow may hold)."""
    from dtserve.dataflow.settings import spill_limit

    most = properties.integer(component.model.properties, "MaxMemoryUsage", owner=component.model.name) * 2**20
    most = most if most > 0 else spill_limit(component.host.settings.memory_limit)
    if needed > most:
        raise FuzzyMemory(component=component.model.name, needed=-(-needed // 2**20), allowed=most // 2**20)
