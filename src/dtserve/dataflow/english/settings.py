"""What Term Extraction and Term Lookup share: the text column, reference terms, the remark on their results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtserve.dataflow.lookup_errors import ReferenceColumnMissing
from dtserve.dataflow.sql import acquire, quoted_table
from dtserve.dataflow.text_errors import TermColumn
from dtserve.datatypes import DT

if TYPE_CHECKING:
    from dtserve.dataflow.base import PipelineComponent
    from dtserve.package.model import Column

__all__ = ["APPROXIMATE", "announce", "check_text_column", "reference_terms"]

APPROXIMATE = 0x40D51453
"""Code of the information that terms are found by other lists of words than those of SSIS."""

TEXT_TYPES = (DT.WSTR, DT.NTEXT)

_TEXT = (
    "The {component} finds English words and terms by the documented rules. SSIS's own dictionary is not public: words "
    "that it knows better can lead to other terms there."
)


def announce(component: PipelineComponent) -> None:
    """Say that terms can differ."""
    component.host.fire_information(APPROXIMATE, component.label, _TEXT.format(component=component.label))


def check_text_column(component: PipelineComponent, columns: list[Column]) -> Column:
    """The one text column; raises TermColumn when there is none, more than one, or one of another type."""
    name = component.model.name
    if len(columns) != 1:
        raise TermColumn(component=name, detail=f"{len(columns)} are selected")
    column = columns[0]
    spec = component.input_schemas[component.model.inputs[0].ref_id].get(column.lineage_id, column.type)
    if spec.dt not in TEXT_TYPES:
        raise TermColumn(component=name, detail=f'"{column.name}" is {spec}')
    return column


def reference_terms(component: PipelineComponent, table: str, column: str) -> list[str]:
    """The terms of a table's column, without NULL and repetitions; raises ReferenceColumnMissing, SqlError."""
    session = acquire(component, "OleDbConnection")
    try:
        result = session.query(f"select * from {quoted_table(table)}")
        names = [each.name.lower() for each in result.columns]
        if column.lower() not in names:
            raise ReferenceColumnMissing(column=column)
        place = names.index(column.lower())
        found = [row[place] for row in result.rows()]
    finally:
        session.close()
    return list(dict.fromkeys(str(term).strip() for term in found if term is not None and str(term).strip()))
