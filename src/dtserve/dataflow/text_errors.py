"""Errors of the components that compare or take apart texts: Fuzzy Lookup, Fuzzy Grouping, Term Extraction, Term Lookup."""

from __future__ import annotations

from dtserve.errors import DataFlowError

__all__ = ["FuzzyColumnType", "FuzzyMemory", "FuzzyNoJoin", "TermColumn", "TermTooLong"]


class FuzzyNoJoin(DataFlowError):
    """A fuzzy component without a column that is compared by likeness."""

    code = 0xC0D51450
    symbol = "DTSERVE_E_FUZZYNOJOIN"
    template = "The {component} needs at least one column with a fuzzy match."
    remedy = "Use a Lookup or Aggregate where all columns must be equal."


class FuzzyColumnType(DataFlowError):
    """A column that cannot be compared the way it is set."""

    code = 0xC0D51451
    symbol = "DTSERVE_E_FUZZYCOLUMNTYPE"
    template = 'The column "{column}" of type {type} cannot be matched so: fuzzy matches need DT_STR or DT_WSTR, exact ones no long text or image.'
    remedy = "Convert the column with a Data Conversion."


class FuzzyMemory(DataFlowError):
    """A match index that is larger than it may be."""

    code = 0xC0D51452
    symbol = "DTSERVE_E_FUZZYMEMORY"
    template = 'The match index of "{component}" needs about {needed} MB, but may take {allowed} MB.'
    remedy = "Raise MaxMemoryUsage or the memory limit of the run, or use fewer rows or columns."


class TermColumn(DataFlowError):
    """A term component without the one text column it works on."""

    code = 0xC0D51453
    symbol = "DTSERVE_E_TERMCOLUMN"
    template = "The {component} needs one input column of type DT_WSTR or DT_NTEXT; {detail}."
    remedy = "Convert the column with a Data Conversion."


class TermTooLong(DataFlowError):
    """A term that is longer than its output column."""

    code = 0xC0D51454
    symbol = "DTSERVE_E_TERMTOOLONG"
    template = 'A term of {length} characters does not fit the column "{column}" of the {component}.'
    remedy = "Make the column longer, or redirect such rows."
