"""What a flat file looks like: the columns and delimiters of a Flat File connection manager.

Source: FORMAT §3.4, DATA_FLOW §7.1, APPENDIX-objectdata FLATFILE. All four formats are
read (Delimited, FixedWidth, RaggedRight, Mixed), stored either way (formats 2/3 and 6/8).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dtserve.connections.errors import WrongUsage
from dtserve.connections.stored import children, decode, is_true, stored_properties, to_int
from dtserve.datatypes import DT, TypeSpec

__all__ = ["FlatFileColumn", "FlatFileFormat", "read_flat_file_format"]

ABSENT_CHECKS_ROW_DELIMITERS = True
"""AlwaysCheckForRowDelimiters where a package does not store it.

Formats 6 and 8 omit the default True. Formats 2 and 3 do not know the property; what
today's runtime does with them is UNVERIFIED: the default of the property is assumed.
"""

DEFAULT_CODE_PAGE = 1252
DEFAULT_LOCALE = 1033
DEFAULT_WIDTH = 50
_FORMATS = {"delimited": "Delimited", "fixedwidth": "FixedWidth", "raggedright": "RaggedRight", "mixed": "Mixed"}


@dataclass(frozen=True, slots=True)
class FlatFileColumn:
    """A column of the file.

    ``width`` is its width in the file (fixed columns; 0 for delimited ones), ``type`` has
    MaximumWidth as its length; ``delimiter`` is what ends it (empty for fixed columns).
    """

    name: str
    type: TypeSpec
    delimiter: str = ","
    width: int = 0
    text_qualified: bool = False
    column_type: str = "Delimited"
    dtsid: str = ""

    @property
    def delimited(self) -> bool:
        """Whether the column ends at its delimiter rather than after its width."""
        return self.column_type == "Delimited"


@dataclass(frozen=True, slots=True)
class FlatFileFormat:
    """The layout of a flat file; every text is decoded (``"\\r\\n"``, ``","``), ``qualifier`` empty for none."""

    format: str = "Delimited"
    columns: tuple[FlatFileColumn, ...] = ()
    qualifier: str = ""
    code_page: int = DEFAULT_CODE_PAGE
    unicode: bool = False
    header_rows_to_skip: int = 0
    header_row_delimiter: str = "\r\n"
    data_rows_to_skip: int = 0
    column_names_in_first_data_row: bool = False
    row_delimiter: str = "\r\n"
    always_check_for_row_delimiters: bool = ABSENT_CHECKS_ROW_DELIMITERS
    locale_id: int = DEFAULT_LOCALE


def read_flat_file_format(properties: Mapping[str, str], model_xml: Any, name: str = "") -> FlatFileFormat:
    """The format that a manager's current properties and stored columns describe.

    ``properties`` win over what ``model_xml`` stores, so that property expressions
    (``RowDelimiter``, ``ColumnNamesInFirstDataRow`` …) have effect. Raises WrongUsage for
    an unknown Format or column type code.
    """
    low = {key.lower(): value for key, value in properties.items()}

    def text(key: str, default: str = "") -> str:
        return decode(low.get(key.lower(), default))

    kind = _FORMATS.get(text("Format").strip().lower() or "delimited")
    if kind is None:
        raise WrongUsage(name=name, detail=f'The file format "{text("Format")}" is not known.')
    unicode = is_true(text("Unicode"))
    code_page = to_int(text("CodePage")) or DEFAULT_CODE_PAGE
    columns = tuple(
        _column(stored_properties(element), kind, code_page, name) for element in children(model_xml, "FlatFileColumn")
    )
    qualifier = text("TextQualifier")
    last = columns[-1].delimiter if columns and kind != "FixedWidth" else ""
    return FlatFileFormat(
        format=kind,
        columns=columns,
        qualifier="" if qualifier.strip().lower() == "<none>" else qualifier,
        code_page=code_page,
        unicode=unicode,
        header_rows_to_skip=to_int(text("HeaderRowsToSkip")),
        header_row_delimiter=text("HeaderRowDelimiter") or "\r\n",
        data_rows_to_skip=to_int(text("DataRowsToSkip")),
        column_names_in_first_data_row=is_true(text("ColumnNamesInFirstDataRow")),
        row_delimiter=last or text("RowDelimiter"),
        always_check_for_row_delimiters=is_true(text("AlwaysCheckForRowDelimiters"), ABSENT_CHECKS_ROW_DELIMITERS),
        locale_id=to_int(text("LocaleID")) or DEFAULT_LOCALE,
    )


def _column(stored: Mapping[str, str], kind: str, code_page: int, manager: str) -> FlatFileColumn:
    name = decode(stored.get("ObjectName", ""))
    column_type = stored.get("ColumnType", "").strip() or ("FixedWidth" if kind == "FixedWidth" else "Delimited")
    if kind == "RaggedRight" and not stored.get("ColumnType", "").strip():
        column_type = "Delimited" if stored.get("ColumnDelimiter") else "FixedWidth"
    width = to_int(stored.get("ColumnWidth", ""))
    maximum = to_int(stored.get("MaximumWidth", ""))
    delimited = column_type.lower() == "delimited"
    return FlatFileColumn(
        name=name,
        type=_type(stored, maximum or width, code_page, f'column "{name}" of "{manager}"'),
        delimiter=decode(stored.get("ColumnDelimiter", "")) if delimited else "",
        width=0 if delimited else width,
        text_qualified=is_true(stored.get("TextQualified", "")),
        column_type="Delimited" if delimited else "FixedWidth",
        dtsid=stored.get("DTSID", ""),
    )


def _type(stored: Mapping[str, str], length: int, code_page: int, where: str) -> TypeSpec:
    code = to_int(stored.get("DataType", ""), DT.STR.value)
    try:
        dt = DT(code)
    except ValueError:
        raise WrongUsage(name=where, detail=f"The data type code {code} is not known.") from None
    precision, scale = to_int(stored.get("DataPrecision", "")), to_int(stored.get("DataScale", ""))
    if dt in (DT.STR, DT.WSTR, DT.BYTES):
        length = length or DEFAULT_WIDTH
        return TypeSpec(dt, length=length, code_page=code_page if dt is DT.STR else 0)
    if dt is DT.TEXT:
        return TypeSpec(dt, code_page=code_page)
    if dt is DT.NUMERIC:
        return TypeSpec(dt, precision=precision or 18, scale=scale)
    if dt in (DT.DECIMAL, DT.DBTIME2, DT.DBTIMESTAMP2, DT.DBTIMESTAMPOFFSET):
        return TypeSpec(dt, scale=scale)
    return TypeSpec(dt)
