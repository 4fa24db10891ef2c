"""Flat file components for tests: a connection on a file, sources and destinations with columns by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from dtserve.connections.flat_file_format import FlatFileColumn, FlatFileFormat
from dtserve.dataflow.components.flat_file_destination import FlatFileDestination
from dtserve.dataflow.components.flat_file_source import FlatFileSource
from dtserve.datatypes import DT, TypeSpec
from dtserve.package.model import Column, Component, ComponentConnection, ExternalColumn, Input, Output
from support.flows import RecordingHost, props

I4 = TypeSpec(DT.I4)


def str_(length: int = 50, code_page: int = 1252) -> TypeSpec:
    """DT_STR."""
    return TypeSpec(DT.STR, length=length, code_page=code_page)


@dataclass
class FileConnection:
    """What the components use of a Flat File connection manager."""

    file: Path
    format: FlatFileFormat
    name: str = "Flat File"

    @property
    def connection_string(self) -> str:
        return str(self.file)

    def path(self) -> Path:
        return self.file


@dataclass
class FilesConnection:
    """The same of a Multiple Flat Files connection manager."""

    files: tuple[Path, ...]
    format: FlatFileFormat
    name: str = "Flat Files"

    def paths(self) -> tuple[Path, ...]:
        return self.files


def delimited(
    columns: Mapping[str, TypeSpec], *, separator: str = ",", row: str = "\r\n", **settings: Any
) -> FlatFileFormat:
    """A delimited format, all columns text qualified as the designer does it."""
    ends = [separator] * (len(columns) - 1) + [row]
    made = tuple(
        FlatFileColumn(name, spec, delimiter=end, text_qualified=True)
        for (name, spec), end in zip(columns.items(), ends, strict=True)
    )
    return FlatFileFormat(columns=made, row_delimiter=row, **settings)


def fixed(columns: Mapping[str, tuple[TypeSpec, int]], *, row: str = "", **settings: Any) -> FlatFileFormat:
    """A fixed width format; with ``row`` the last column is delimited (ragged right)."""
    made = [
        FlatFileColumn(name, spec, delimiter="", width=width, column_type="FixedWidth")
        for name, (spec, width) in columns.items()
    ]
    if row:
        made[-1] = replace(made[-1], delimiter=row, width=0, column_type="Delimited")
    kind = "RaggedRight" if row else "FixedWidth"
    return FlatFileFormat(format=kind, columns=tuple(made), row_delimiter=row, **settings)


def source_model(
    columns: Mapping[str, TypeSpec],
    *,
    dispositions: Mapping[str, tuple[str, str]] | None = None,
    column_properties: Mapping[str, Mapping[str, object]] | None = None,
    **properties: object,
) -> Component:
    """A Flat File Source with an error output; ``dispositions`` are (error, truncation) per column."""
    wanted = dispositions or {}
    default = wanted.get("*", ("FailComponent", "FailComponent"))
    made = []
    for number, (name, spec) in enumerate(columns.items(), start=10):
        error, truncation = wanted.get(name, default)
        made.append(
            Column(
                f"S.Outputs[O].Columns[{name}]",
                f"S.{name}",
                name,
                spec,
                error_disposition=error,
                truncation_disposition=truncation,
                external_ref=f"S.ext[{name}]",
                number=number,
                properties=props((column_properties or {}).get(name, {})),
            )
        )
    if properties.get("FileNameColumnName"):
        name = str(properties["FileNameColumnName"])
        made.append(Column(f"S.Outputs[O].Columns[{name}]", f"S.{name}", name, TypeSpec(DT.WSTR, length=260)))
    external = tuple(ExternalColumn(f"S.ext[{name}]", name, spec) for name, spec in columns.items())
    raw = Column("S.E.raw", "S.raw", "Flat File Source Error Output Column", TypeSpec(DT.TEXT, code_page=1252))
    code = Column("S.E.code", "S.code", "ErrorCode", I4, special_flags=1)
    place = Column("S.E.column", "S.column", "ErrorColumn", I4, special_flags=2)
    return Component(
        "S",
        "Flat File Source",
        "test",
        "FlatFileSource",
        uses_dispositions=True,
        properties=props(properties),
        connections=(ComponentConnection("FlatFileConnection", "file"),),
        outputs=(
            Output("S.Outputs[O]", "Flat File Source Output", tuple(made), external),
            Output("S.Outputs[E]", "Flat File Source Error Output", (raw, code, place), is_error_out=True),
        ),
    )


def read(model: Component, connection: Any, host: RecordingHost) -> dict[str, pl.DataFrame]:
    """Run a source: its rows by output name, columns by name."""
    host.connections["file"] = connection
    component = FlatFileSource(model, host, {})
    component.validate()
    component.start()
    found: dict[str, list[pl.DataFrame]] = {}
    try:
        for ref, frame in component.produce():
            output = next(o for o in model.outputs if o.ref_id == ref)
            names = {column.lineage_id: column.name for column in output.columns}
            found.setdefault(output.name, []).append(frame.select(list(names)).rename(names))
    finally:
        component.close()
    return {name: pl.concat(frames) for name, frames in found.items()}


def write(
    frames: Sequence[pl.DataFrame], columns: Mapping[str, TypeSpec], connection: Any, host: RecordingHost, **kw: object
) -> FlatFileDestination:
    """Run a destination whose input columns have the names of the file's."""
    host.connections["file"] = connection
    into = tuple(
        Column(f"D.In[{name}]", f"L.{name}", name, spec, external_ref=f"D.ext[{name}]")
        for name, spec in columns.items()
    )
    external = tuple(ExternalColumn(f"D.ext[{name}]", name, spec) for name, spec in columns.items())
    model = Component(
        "D",
        "Flat File Destination",
        "test",
        "FlatFileDestination",
        properties=props(kw),
        connections=(ComponentConnection("FlatFileConnection", "file"),),
        inputs=(Input("D.In", "In", into, external, has_side_effects=True),),
    )
    component = FlatFileDestination(model, host, {"D.In": {f"L.{name}": spec for name, spec in columns.items()}})
    component.validate()
    component.start()
    try:
        for frame in frames:
            list(component.process("D.In", frame.rename({name: f"L.{name}" for name in frame.columns})))
        list(component.finish())
    finally:
        component.close()
    return component
