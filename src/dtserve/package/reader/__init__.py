"""From a parsed document of any format to the one model (:mod:`dtserve.package.model`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtserve.doors import lazy

if TYPE_CHECKING:
    from dtserve.package.reader.connections import decode_escapes, encode_escapes, read_columns, read_connection
    from dtserve.package.reader.executables import read_package, read_protection_level
    from dtserve.package.reader.pipeline import read_data_flow

__all__ = [
    "decode_escapes",
    "encode_escapes",
    "read_columns",
    "read_connection",
    "read_data_flow",
    "read_package",
    "read_protection_level",
]

__getattr__ = lazy(
    __name__,
    {
        **dict.fromkeys(("decode_escapes", "encode_escapes", "read_columns", "read_connection"), "connections"),
        "read_data_flow": "pipeline",
        **dict.fromkeys(("read_package", "read_protection_level"), "executables"),
    },
)
