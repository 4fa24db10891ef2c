"""What the properties of each component may hold, looked at before the component validates itself.

A rule goes by the name of a property, wherever in the component it stands (component, input, output, column). Texts
and references have none. A value that is out of place is :class:`BadProperty`, which names component and property; ranges
for which SSIS has an error of its own are looked at by the component. An empty value is the property's default.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from dtserve.dataflow import properties
from dtserve.dataflow.errors import BadProperty

if TYPE_CHECKING:
    from dtserve.package.model import Component, PipelineProperty

__all__ = ["RULES", "Bits", "Choice", "Real", "Rule", "Truth", "Whole", "check_properties", "owners"]


@dataclass(frozen=True)
class Truth:
    """``true`` or ``false``."""

    def check(self, owned: Mapping[str, PipelineProperty], name: str, component: str) -> None:
        """Raise BadProperty when the value is neither."""
        properties.boolean(owned, name, owner=component)


@dataclass(frozen=True)
class Whole:
    """A whole number between two bounds, those of DT_I4 where nothing else is known."""

    low: int = -(2**31)
    high: int = 2**31 - 1

    def check(self, owned: Mapping[str, PipelineProperty], name: str, component: str) -> None:
        """Raise BadProperty when the value is no number, or out of bounds."""
        value = properties.integer(owned, name, self.low, owner=component)
        if not self.low <= value <= self.high:
            detail = f"{value} is not between {self.low} and {self.high}"
            raise BadProperty(property=name, component=component, detail=detail)


@dataclass(frozen=True)
class Choice:
    """One of some numbers."""

    values: tuple[int, ...]

    def check(self, owned: Mapping[str, PipelineProperty], name: str, component: str) -> None:
        """Raise BadProperty when the value is none of them."""
        value = properties.integer(owned, name, self.values[0], owner=component)
        if value not in self.values:
            raise BadProperty(property=name, component=component, detail=f"{value} is not known")


@dataclass(frozen=True)
class Bits:
    """Flags: a whole number that is the sum of some of these."""

    values: tuple[int, ...]

    def check(self, owned: Mapping[str, PipelineProperty], name: str, component: str) -> None:
        """Raise BadProperty when the value has other bits."""
        value = properties.integer(owned, name, owner=component)
        if value < 0 or value & ~sum(self.values):
            raise BadProperty(property=name, component=component, detail=f"{value} has flags that are not known")


@dataclass(frozen=True)
class Real:
    """A number between two bounds."""

    low: float
    high: float

    def check(self, owned: Mapping[str, PipelineProperty], name: str, component: str) -> None:
        """Raise BadProperty when the value is no number, or out of bounds."""
        value = properties.number(owned, name, self.low, owner=component)
        if not self.low <= value <= self.high:
            detail = f"{value} is not between {self.low:g} and {self.high:g}"
            raise BadProperty(property=name, component=component, detail=detail)


Rule = Truth | Whole | Choice | Bits | Real

_TRUTH, _NUMBER, _COUNT = Truth(), Whole(), Whole(0)
_ODBC_COUNT = Whole(1)
_PAGE = Whole(0, 65535)
_SCALE = Choice((0, 1, 2, 3))
_BINARY = Choice((0, 1))
_COMPARISON = Bits((0x1, 0x2, 0x4, 0x1000, 0x10000, 0x20000))
_CHARACTERS = Bits((0x100, 0x200, 0x800, *(0x100000 << at for at in range(7))))
_EXTENDED = Bits((0x10, 0x20, 0x80, 0x2000))
_SAMPLING: dict[str, Rule] = {"SamplingSeed": _NUMBER, "SamplingValue": _NUMBER, "Selected": _TRUTH}
_EXCEL: dict[str, Rule] = {"AccessMode": _NUMBER, "CommandTimeout": _COUNT}
_TABLES: dict[str, Rule] = {
    "AccessMode": _NUMBER, "AlwaysUseDefaultCodePage": _TRUTH, "CommandTimeout": _COUNT, "DefaultCodePage": _PAGE,
}  # fmt: skip
_FAST_LOAD: dict[str, Rule] = {
    "FastLoadKeepIdentity": _TRUTH, "FastLoadKeepNulls": _TRUTH, "FastLoadMaxInsertCommitSize": _COUNT,
}  # fmt: skip

RULES: dict[str, dict[str, Rule]] = {
    "ADONETDestination": {"BatchSize": _COUNT, "CommandTimeout": _COUNT, "UseBulkInsertWhenPossible": _TRUTH},
    "Aggregate": {
        "AggregationComparisonFlags": _COMPARISON, "AggregationType": _NUMBER, "AutoExtendFactor": Whole(1, 100),
        "CountDistinctKeys": Whole(0, 2**32 - 1), "CountDistinctScale": _SCALE, "IsBig": _BINARY, "KeyScale": _SCALE,
        "Keys": Whole(0, 2**32 - 1), "WarnOnDivideByZero": _TRUTH,
    },
    "Cache": {"TreatDuplicateKeysAsError": _TRUTH},
    "CdcSourceComponent": {"CDCProcessingMode": _NUMBER, "CommandTimeout": _COUNT, "ReprocessingIndication": _TRUTH},
    "CdcSplitterComponent": {"OutputType": Choice((0, 1, 2, 3, 4))},
    "CharacterMap": {"MapFlags": _CHARACTERS},
    "ConditionalSplit": {"EvaluationOrder": _NUMBER, "IsDefaultOut": _TRUTH},
    "DataConvert": {"FastParse": _TRUTH},
    "DataReaderDestinationAdapter": {"FailOnTimeout": _TRUTH, "ReadTimeout": _COUNT},
    "DataReaderSourceAdapter": {
        "AccessMode": _NUMBER, "AllowImplicitStringConversion": _TRUTH, "CommandTimeout": _COUNT,
    },
    "ExcelDestination": {**_EXCEL, **_FAST_LOAD},
    "ExcelSource": _EXCEL,
    "Extractor": {"AllowAppend": _TRUTH, "ForceTruncate": _TRUTH, "WriteBOM": _TRUTH},
    "FlatFileDestination": {"EscapeQualifier": _TRUTH, "Overwrite": _TRUTH},
    "FlatFileSource": {"FastParse": _TRUTH, "RetainNulls": _TRUTH, "UseBinaryFormat": _TRUTH},
    "FuzzyGrouping": {
        "ColumnType": _NUMBER, "ExactFuzzy": _NUMBER, "Exhaustive": _TRUTH, "FuzzyComparisonFlags": _COMPARISON,
        "LeadingTrailingNumeralsSignificant": _SCALE, "MaxMemoryUsage": _COUNT, "MinSimilarity": Real(0, 1),
        "ToBeCleaned": _TRUTH,
    },
    "FuzzyLookup": {
        "ColumnType": _SCALE, "CopyReferenceTable": _TRUTH, "DropExistingMatchIndex": _TRUTH, "Exhaustive": _TRUTH,
        "FuzzyComparisonFlags": _COMPARISON, "FuzzyComparisonFlagsEx": _EXTENDED, "JoinType": _NUMBER,
        "MatchIndexOptions": _SCALE, "MaxMemoryUsage": _COUNT, "MaxOutputMatchesPerInput": _COUNT,
        "MinSimilarity": Real(0, 1), "WarmCaches": _TRUTH,
    },
    "Inserter": {"ExpectBOM": _TRUTH},
    "Lineage": {"LineageItemSelected": _NUMBER},
    "Lookup": {
        "CacheType": Choice((0, 1, 2)), "ConnectionType": _BINARY, "DefaultCodePage": _PAGE, "MaxMemoryUsage": _COUNT,
        "MaxMemoryUsage64": Whole(0, 2**63 - 1), "NoMatchBehavior": _BINARY, "NoMatchCachePercentage": Whole(0, 99),
        "TreatDuplicateKeysAsError": _TRUTH,
    },
    "MergeJoin": {
        "JoinType": _NUMBER, "MaxBuffersPerInput": _COUNT, "NumKeyColumns": _NUMBER, "TreatNullsAsEqual": _TRUTH,
    },
    "OData": {"DefaultStringLength": _COUNT, "UseResourcePath": _TRUTH},
    "OLEDBCommand": {"CommandTimeout": _COUNT, "DBParamInfoFlags": _COUNT, "DefaultCodePage": _PAGE},
    "OLEDBDestination": {**_TABLES, **_FAST_LOAD},
    "OLEDBSource": _TABLES,
    "PctSampling": _SAMPLING,
    "Pivot": {"PassThroughUnmatchedPivotKeys": _TRUTH, "PivotUsage": _NUMBER},
    "RawDestination": {"AccessMode": _NUMBER, "WriteOption": _NUMBER},
    "RawSource": {"AccessMode": _NUMBER},
    "RowSampling": _SAMPLING,
    "SCD": {
        "ColumnType": _NUMBER, "DefaultCodePage": _PAGE, "EnableInferredMember": _TRUTH,
        "FailOnFixedAttributeChange": _TRUTH, "FailOnLookupFailure": _TRUTH, "IncomingRowChangeType": _BINARY,
        "UpdateChangingAttributeHistory": _TRUTH,
    },
    "SQLServerDestination": {
        "AlwaysUseDefaultCodePage": _TRUTH, "BulkInsertCheckConstraints": _TRUTH, "BulkInsertFireTriggers": _TRUTH,
        "BulkInsertFirstRow": Whole(-1), "BulkInsertKeepIdentity": _TRUTH, "BulkInsertKeepNulls": _TRUTH,
        "BulkInsertLastRow": Whole(-1), "BulkInsertMaxErrors": Whole(-1), "BulkInsertTablock": _TRUTH,
        "DefaultCodePage": _PAGE, "MaxInsertCommitSize": _COUNT, "Timeout": _COUNT,
    },
    "SSISODBCDst": {
        "BatchSize": _COUNT, "BindCharColumnsAs": _BINARY, "BindNumericAs": _BINARY,
        "InsertMethod": _BINARY, "LobChunkSize": _ODBC_COUNT, "StatementTimeout": _COUNT, "TransactionSize": _COUNT,
    },
    "SSISODBCSrc": {
        "AccessMode": _NUMBER, "BatchSize": _ODBC_COUNT, "BindCharColumnsAs": _BINARY, "BindNumericAs": _BINARY,
        "DefaultCodePage": _PAGE, "ExposeCharColumnsAsUnicode": _TRUTH, "FetchMethod": _BINARY,
        "LobChunkSize": _ODBC_COUNT, "StatementTimeout": _COUNT,
    },
    "Sort": {
        "EliminateDuplicates": _TRUTH, "MaximumThreads": Whole(-1), "NewComparisonFlags": _COMPARISON,
        "NewSortKeyPosition": _NUMBER,
    },
    "TermExtraction": {
        "FrequencyThreshold": _NUMBER, "IsCaseSensitive": _TRUTH, "MaxLengthOfTerm": _NUMBER,
        "NeedReferenceData": _TRUTH, "ScoreType": _BINARY, "WordOrPhrase": Choice((0, 1, 2)),
    },
    "TermLookup": {"InputColumnType": Choice((0, 1, 2)), "IsCaseSensitive": _TRUTH},
    "UnPivot": {"PivotKey": _TRUTH},
    "XmlSourceAdapter": {"AccessMode": _NUMBER, "UseInlineSchema": _TRUTH, "XMLIntegerMapping": _BINARY},
}  # fmt: skip
"""Part → name of a property → what it may hold."""


def owners(model: Component) -> Iterator[tuple[str, Mapping[str, PipelineProperty]]]:
    """The properties of a component and of everything in it, each with where that is (``component``, ``inputColumn`` …)."""
    yield "component", model.properties
    for into in model.inputs:
        yield "input", into.properties
        yield from (("inputColumn", column.properties) for column in into.columns)
        yield from (("externalMetadataColumn", column.properties) for column in into.external_columns)
    for output in model.outputs:
        yield "output", output.properties
        yield from (("outputColumn", column.properties) for column in output.columns)
        yield from (("externalMetadataColumn", column.properties) for column in output.external_columns)


def check_properties(model: Component) -> None:
    """Raise BadProperty for the first property of a component that holds what it may not."""
    rules = _rules(model.part)
    if not rules:
        return
    for _, owned in owners(model):
        for name in owned:
            rule = rules.get(name.lower())
            if rule is not None:
                rule.check(owned, name, model.name)


@cache
def _rules(part: str) -> Mapping[str, Rule]:
    return {name.lower(): rule for name, rule in RULES.get(part, {}).items()}
