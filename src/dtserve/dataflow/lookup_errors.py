"""Errors of Lookup, Cache Transform and the reference rows they share, with the codes of SSIS."""

from __future__ import annotations

from dtserve.errors import DataFlowError

__all__ = [
    "CacheColumnCount",
    "CacheColumnMissing",
    "CacheColumnNotMapped",
    "CacheColumnTwice",
    "CacheColumnType",
    "CacheMemoryFull",
    "CacheNotFilled",
    "CacheWrittenBefore",
    "LookupCopyType",
    "LookupDuplicateKeys",
    "LookupIncompatibleTypes",
    "LookupIndexNotJoined",
    "LookupJoinType",
    "LookupMemoryFull",
    "LookupNoJoin",
    "LookupNoMatch",
    "LookupParameterCount",
    "ReferenceColumnMissing",
    "ReferenceValueUnfit",
]


class ReferenceColumnMissing(DataFlowError):
    """A reference column that the query of a Lookup does not give."""

    code = 0xC0208235
    symbol = "DTS_E_TXLOOKUP_UNABLETOLOCATEREFCOLUMN"
    template = 'Unable to locate reference column "{column}".'


class ReferenceValueUnfit(DataFlowError):
    """A reference value that is none of the type the Lookup knows its column by."""

    code = 0xC0D51422
    symbol = "DTSERVE_E_REFERENCEVALUE"
    template = (
        'A value of the reference column "{column}" cannot be converted to {type}, the type that is stored for it.'
    )
    remedy = "Open the component in the designer, so that it reads the reference columns again, or cast in the query."


class LookupIncompatibleTypes(DataFlowError):
    """A join between columns of different types."""

    code = 0xC0208236
    symbol = "DTS_E_TXLOOKUP_INCOMPATIBLEDATATYPES"
    template = '{column} and reference column named "{reference}" have incompatible data types.'
    remedy = "Convert the input column with a Data Conversion, or cast in the query."


class LookupParameterCount(DataFlowError):
    """A parameterised statement whose markers do not fit the parameter map."""

    code = 0xC0208238
    symbol = "DTS_E_TXLOOKUP_INCORRECTNUMOFPARAMETERS"
    template = (
        "The parameterized SQL statement contains an incorrect number of parameters. Expected {expected}, but found "
        "{found}."
    )


class LookupJoinType(DataFlowError):
    """A join on a type that cannot be compared."""

    code = 0xC0208239
    symbol = "DTS_E_TXLOOKUP_INVALIDJOINTYPE"
    template = "{column} has a datatype which cannot be joined on."


class LookupCopyType(DataFlowError):
    """A reference column copied into a column of another type."""

    code = 0xC020823A
    symbol = "DTS_E_TXLOOKUP_INVALIDCOPYTYPE"
    template = "{column} has a datatype which cannot be copied."


class LookupMemoryFull(DataFlowError):
    """A full cache that is larger than the memory of the data flow allows."""

    code = 0xC0D51421
    symbol = "DTSERVE_E_LOOKUPMEMORYFULL"
    template = (
        'The reference rows of "{component}" take more than {limit} MB. All caches of a run together may take half of '
        "its memory."
    )
    remedy = "Give the run more with --memory, select fewer columns, or set CacheType to partial."


class CacheMemoryFull(DataFlowError):
    """A Cache Transform with more rows than the memory of the run allows."""

    code = 0xC0D51455
    symbol = "DTSERVE_E_CACHEMEMORYFULL"
    template = (
        'The rows that "{component}" puts into the cache "{connection}" take more than {limit} MB. All caches of a run '
        "together may take half of its memory."
    )
    remedy = "Give the run more with --memory, or cache fewer columns or rows."


class LookupNoMatch(DataFlowError):
    """A row without a match."""

    code = 0xC020901E
    symbol = "DTS_E_TXLOOKUP_ROWLOOKUPERROR"
    template = "Row yielded no match during lookup."


class LookupIndexNotJoined(DataFlowError):
    """A Lookup over a cache that does not join all of its index columns."""

    code = 0xC020903F
    symbol = "DTS_E_TXLOOKUP_INDEXCOLUMNSMISMATCH"
    template = (
        "Lookup does not reference all cache connection manager index columns. Number of joined columns in lookup: "
        "{joined}. Number of index columns: {index}."
    )


class LookupNoJoin(DataFlowError):
    """A Lookup without join column."""

    code = 0xC02090F1
    symbol = "DTS_E_TXLOOKUP_NOJOINS"
    template = (
        "The lookup transform must contain at least one input column joined to a reference column, and none were "
        "specified. You must specify at least one join column."
    )


class LookupDuplicateKeys(DataFlowError):
    """Duplicate reference keys where they are to be an error."""

    code = 0xC02090E4
    symbol = "DTS_E_TXLOOKUP_DUPLICATE_KEYS"
    template = "The {component} encountered duplicate reference key values when caching reference data."
    remedy = "Make the keys of the reference query unique, or set TreatDuplicateKeysAsError to false."


class CacheNotFilled(DataFlowError):
    """A Lookup over a cache that nothing has filled."""

    code = 0xC0D51420
    symbol = "DTSERVE_E_CACHENOTFILLED"
    template = 'The cache "{connection}" that "{component}" looks up in has not been filled.'
    remedy = "Run the data flow with the Cache Transform before, or let the connection manager use its file."


class CacheWrittenBefore(DataFlowError):
    """A second Cache Transform for the same cache."""

    code = 0xC0D51423
    symbol = "DTSERVE_E_CACHEWRITTEN"
    template = (
        'The cache "{connection}" has been written by another Cache Transform; "{component}" cannot write it again.'
    )
    remedy = "Give each Cache Transform of a package a Cache connection manager of its own."


class CacheColumnMissing(DataFlowError):
    """A column that a cache or cache file does not have."""

    code = 0xC0209311
    symbol = "DTS_E_CACHECOLUMNOTFOUND"
    template = 'Cache column "{column}" was not found in the cache.'


class CacheColumnTwice(DataFlowError):
    """A cache column that gets two input columns."""

    code = 0xC0209306
    symbol = "DTS_E_MULTICACHECOLMAPPINGS"
    template = 'The cache column, "{column}", is mapped to more than one column. Remove the duplicate column mappings.'


class CacheColumnNotMapped(DataFlowError):
    """An input column of a Cache Transform without cache column."""

    code = 0xC0209307
    symbol = "DTS_E_COLNOTMAPPEDTOCACHECOL"
    template = "The {column} is not mapped to valid cache column."


class CacheColumnType(DataFlowError):
    """An input column and its cache column differ in type."""

    code = 0xC0209308
    symbol = "DTS_E_CACHECOLDATATYPEINCOMPAT"
    template = (
        'Cannot map the input column, "{column}", and the cache column, "{cache}", because the data types do not match.'
    )


class CacheColumnCount(DataFlowError):
    """A Cache Transform that does not fill every cache column."""

    code = 0xC0209309
    symbol = "DTS_E_INCORRECTINPUTCACHECOLCOUNT"
    template = "The number of input columns does not match the number of cache columns."
