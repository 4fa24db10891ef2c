"""Which class runs which component; filled lazily, so that starting is cheap.

``MODULES`` maps a part name of :mod:`dtserve.package.names` to the module in
``components/`` that registers the class with :func:`component`. Components of others
come through the entry point group ``dtserve.components``: the name of an entry point is
a part name, a class id or a UserComponentTypeName (without version and assembly), its
object the class.

>>> component_class("Multicast").__name__
'Multicast'
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from dtserve.dataflow.errors import ComponentMissing, UnsupportedComponent

if TYPE_CHECKING:
    from dtserve.dataflow.base import PipelineComponent
    from dtserve.package.model import Component

__all__ = ["MODULES", "UNSUPPORTED", "component", "component_class", "is_offered", "resolve", "supported_parts"]

ENTRY_POINTS = "dtserve.components"

C = TypeVar("C", bound="type[PipelineComponent]")

MODULES: dict[str, str] = {
    "ADONETDestination": "adonet_destination",
    "Aggregate": "aggregate",
    "BDD": "balanced_data_distributor",
    "Cache": "cache_transform",
    "CdcSourceComponent": "cdc_source",
    "CdcSplitterComponent": "cdc_splitter",
    "CharacterMap": "character_map",
    "ConditionalSplit": "conditional_split",
    "CopyMap": "copy_column",
    "DataConvert": "data_conversion",
    "DataReaderDestinationAdapter": "datareader_destination",
    "DataReaderSourceAdapter": "adonet_source",
    "DerivedColumn": "derived_column",
    "ExcelDestination": "excel_destination",
    "ExcelSource": "excel_source",
    "Extractor": "export_column",
    "FlatFileDestination": "flat_file_destination",
    "FlatFileSource": "flat_file_source",
    "FuzzyGrouping": "fuzzy_grouping",
    "FuzzyLookup": "fuzzy_lookup",
    "Inserter": "import_column",
    "Lineage": "audit",
    "Lookup": "lookup",
    "Merge": "merge",
    "MergeJoin": "merge_join",
    "Multicast": "multicast",
    "OData": "odata_source",
    "OLEDBCommand": "oledb_command",
    "OLEDBDestination": "oledb_destination",
    "OLEDBSource": "oledb_source",
    "PctSampling": "percentage_sampling",
    "Pivot": "pivot",
    "RawDestination": "raw_file_destination",
    "RawSource": "raw_file_source",
    "RecordsetDestination": "recordset_destination",
    "RowCount": "row_count",
    "RowSampling": "row_sampling",
    "SCD": "slowly_changing_dimension",
    "SQLServerDestination": "sql_server_destination",
    "SSISODBCDst": "odbc_destination",
    "SSISODBCSrc": "odbc_source",
    "Sort": "sort",
    "TermExtraction": "term_extraction",
    "TermLookup": "term_lookup",
    "UnPivot": "unpivot",
    "UnionAll": "union_all",
    "XmlSourceAdapter": "xml_source",
}
"""Part name → module in ``components/``."""

UNSUPPORTED: dict[str, str] = {
    "AdlsDest": "the Azure Feature Pack's Data Lake Store (gen 1) has been retired",
    "AdlsSource": "the Azure Feature Pack's Data Lake Store (gen 1) has been retired",
    "AzBlobDest": "it belongs to the Azure Feature Pack, whose storage client is not part of dtserve",
    "AzBlobSrc": "it belongs to the Azure Feature Pack, whose storage client is not part of dtserve",
    "DataCorrectionComponent": "DQS Cleansing needs a Data Quality Services server",
    "DataStreamingDestinationAdapter": "it serves rows to a linked server of SQL Server",
    "HdfsDest": "it needs a Hadoop connection manager",
    "HdfsSource": "it needs a Hadoop connection manager",
    "PXPipelineDMQuery": "Data Mining Query needs an Analysis Services server",
    "PXPipelineProcessDM": "Data Mining Model Training needs an Analysis Services server",
    "PXPipelineProcessDimension": "Dimension Processing needs an Analysis Services server",
    "PXPipelineProcessPartition": "Partition Processing needs an Analysis Services server",
    "SSISOracleDst": "it needs the Oracle client of the Microsoft Connector for Oracle",
    "SSISOracleSrc": "it needs the Oracle client of the Microsoft Connector for Oracle",
    "ScriptComponentHost": "scripts run in Script Tasks only, not in data flows",
    "SqlCEDestinationAdapter": "SQL Server Compact runs on Windows only and has been retired",
}
"""Known parts that are refused at load, with the reason."""

_CLASSES: dict[str, type[PipelineComponent]] = {}


def component(part: str) -> Callable[[C], C]:
    """Class decorator: this class runs the components whose part name is ``part``."""

    def register(cls: C) -> C:
        _CLASSES[part] = cls
        return cls

    return register


def component_class(part: str) -> type[PipelineComponent] | None:
    """The class of a part, its module imported on first use; None when there is none."""
    found = _CLASSES.get(part)
    if found is None and part in MODULES:
        name = f"dtserve.dataflow.components.{MODULES[part]}"
        if importlib.util.find_spec(name) is not None:
            importlib.import_module(name)
            found = _CLASSES.get(part)
    return found


def resolve(model: Component) -> type[PipelineComponent]:
    """The class that runs this component.

    Raises :class:`UnsupportedComponent` for a known part that is not supported and
    :class:`ComponentMissing` for one that nobody provides.
    """
    found = component_class(model.part) if model.part else None
    if found is None:
        found = _foreign(model)
    if found is not None:
        return found
    if model.part:
        reason = UNSUPPORTED.get(model.part, "there is no implementation of it")
        raise UnsupportedComponent(component=model.name, part=model.part, reason=reason)
    contact = model.contact_info or model.description
    raise ComponentMissing(component=model.name, class_id=model.user_type or model.class_id, contact=contact)


def supported_parts() -> list[str]:
    """The part names that have a class in this installation, sorted."""
    return sorted(
        part
        for part, module in MODULES.items()
        if part in _CLASSES or importlib.util.find_spec(f"dtserve.dataflow.components.{module}") is not None
    )


def is_offered(name: str) -> bool:
    """Whether another distribution offers a component of this part name, class id or UserComponentTypeName."""
    return name in _entry_points()


def _foreign(model: Component) -> type[PipelineComponent] | None:
    """A component offered by another distribution."""
    offers = _entry_points()
    for name in (model.part, model.user_type.split(",")[0].strip(), model.class_id):
        if name and name in offers:
            return _loaded(model, name, offers[name])
    return None


def _loaded(model: Component, name: str, load: Callable[[], type[PipelineComponent]]) -> type[PipelineComponent]:
    """What an entry point offers; raises UnsupportedComponent for one that is broken."""
    from dtserve.dataflow.base import PipelineComponent

    try:
        found = load()
    except Exception as error:
        reason = f"its distribution cannot be loaded: {type(error).__name__}: {error}"
        raise UnsupportedComponent(component=model.name, part=name, reason=reason) from error
    if not (isinstance(found, type) and issubclass(found, PipelineComponent)):
        raise UnsupportedComponent(component=model.name, part=name, reason="its distribution offers no component")
    return found


@cache
def _entry_points() -> dict[str, Callable[[], type[PipelineComponent]]]:
    from importlib.metadata import entry_points

    return {point.name: point.load for point in entry_points(group=ENTRY_POINTS)}
