"""Arrow batches of mssql-python as frames in the physical forms of ``datatypes.types``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dtserve.connections.base import ResultColumn
from dtserve.connections.sql.rows import series_of
from dtserve.datatypes import DT

if TYPE_CHECKING:
    import polars as pl

__all__ = ["frame_of_arrow"]

_AS_THEY_ARE = ("int", "float", "bool", "text", "binary", "decimal")


def frame_of_arrow(batch: Any, columns: Sequence[ResultColumn]) -> pl.DataFrame:
    """One record batch; raises ValueError for a column that does not fit its type.

    Numbers, texts and bytes are cast as whole columns; everything else goes value by value.
    """
    import polars as pl

    renamed = batch.rename_columns([str(at) for at in range(len(columns))])
    frame = pl.from_arrow(renamed)
    if not isinstance(frame, pl.DataFrame):
        raise ValueError("the driver gave no record batch")
    series = []
    for at, column in enumerate(columns):
        found = frame.get_column(str(at))
        if column.type.family in _AS_THEY_ARE:
            try:
                series.append(found.cast(column.type.polars(), strict=True))
                continue
            except pl.exceptions.PolarsError as error:
                raise ValueError(f'column "{column.name}": {str(error).splitlines()[0]}') from None
        if column.type.dt in (DT.DBTIMESTAMP, DT.DBTIMESTAMP2, DT.DBDATE) and found.dtype != pl.String:
            series.append(found.cast(column.type.polars(), strict=True))
            continue
        series.append(series_of(str(at), column.type, found.to_list()))
    return pl.DataFrame(series)
