"""DT_* values: types, conversions, how they print and parse.

Here are only the types, which cost nothing to import; the work is in ``convert``, ``text``
and, for whole columns, ``columns``.
"""

from dtserve.datatypes.types import (
    DT,
    TYPES,
    TypeInfo,
    TypeSpec,
    from_code,
    from_name,
    from_token,
    from_variant,
    variant_from_dotnet,
)

__all__ = [
    "DT",
    "TYPES",
    "TypeInfo",
    "TypeSpec",
    "from_code",
    "from_name",
    "from_token",
    "from_variant",
    "variant_from_dotnet",
]
