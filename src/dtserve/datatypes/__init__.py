"""DT_* values: types, conversions, how they print and parse."""

from dtserve.datatypes.types import DT, TYPES, TypeInfo, TypeSpec, from_code, from_name, from_token, from_variant

__all__ = ["DT", "TYPES", "TypeInfo", "TypeSpec", "from_code", "from_name", "from_token", "from_variant"]
