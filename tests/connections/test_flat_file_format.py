import pytest

from dtserve.connections.errors import WrongUsage
from dtserve.connections.flat_file_format import FlatFileColumn, read_flat_file_format
from dtserve.datatypes import DT, TypeSpec
from dtserve.package.xml import parse_xml
from support.connections import NEW, OLD

COLUMNS = """<DTS:ConnectionManager><DTS:FlatFileColumns>
<DTS:FlatFileColumn DTS:ColumnType="Delimited" DTS:ColumnDelimiter="_x002C_" DTS:MaximumWidth="20" DTS:DataType="129" DTS:TextQualified="True" DTS:ObjectName="Na_x0022_me" DTS:DTSID="{1}"/>
<DTS:FlatFileColumn DTS:ColumnType="Delimited" DTS:ColumnDelimiter="_x007C__x007C_" DTS:DataType="131" DTS:DataPrecision="10" DTS:DataScale="2" DTS:ObjectName="Amount"/>
<DTS:FlatFileColumn DTS:ColumnType="Delimited" DTS:ColumnDelimiter="_x000D__x000A_" DTS:DataType="130" DTS:ObjectName="Last"/>
</DTS:FlatFileColumns></DTS:ConnectionManager>"""
OLD_COLUMN = """<DTS:ConnectionManager><DTS:FlatFileColumn>
<DTS:Property DTS:Name="ColumnType">Delimited</DTS:Property><DTS:Property DTS:Name="ColumnDelimiter" xml:space="preserve">_x000A_</DTS:Property>
<DTS:Property DTS:Name="ColumnWidth">0</DTS:Property><DTS:Property DTS:Name="MaximumWidth">8</DTS:Property>
<DTS:Property DTS:Name="DataType">129</DTS:Property><DTS:Property DTS:Name="TextQualified">-1</DTS:Property>
<DTS:Property DTS:Name="ObjectName">Old</DTS:Property></DTS:FlatFileColumn></DTS:ConnectionManager>"""
FIXED = """<DTS:ConnectionManager><DTS:FlatFileColumns>
<DTS:FlatFileColumn DTS:ColumnWidth="5" DTS:MaximumWidth="5" DTS:DataType="129" DTS:ObjectName="A"/>
<DTS:FlatFileColumn DTS:ColumnType="Delimited" DTS:ColumnDelimiter="_x000D__x000A_" DTS:ColumnWidth="3" DTS:MaximumWidth="9" DTS:DataType="3" DTS:ObjectName="B"/>
</DTS:FlatFileColumns></DTS:ConnectionManager>"""


def read(properties, xml=COLUMNS, shape=NEW):
    return read_flat_file_format(properties, parse_xml(shape.format(xml).encode()), "m")


def test_delimited():
    layout = read(
        {"Format": "Delimited", "LocaleID": "1036", "CodePage": "1250", "TextQualifier": "_x0022_", "ColumnNamesInFirstDataRow": "True",
         "HeaderRowsToSkip": "2", "HeaderRowDelimiter": "_x000A_", "DataRowsToSkip": "1", "RowDelimiter": ""}
    )  # fmt: skip
    assert (layout.format, layout.qualifier, layout.code_page, layout.locale_id) == ("Delimited", '"', 1250, 1036)
    assert (layout.header_rows_to_skip, layout.header_row_delimiter, layout.data_rows_to_skip) == (2, "\n", 1)
    assert layout.column_names_in_first_data_row
    assert layout.row_delimiter == "\r\n"
    assert layout.always_check_for_row_delimiters
    first, second, last = layout.columns
    assert first == FlatFileColumn('Na"me', TypeSpec(DT.STR, 20, code_page=1250), ",", text_qualified=True, dtsid="{1}")
    assert second.delimiter == "||"
    assert second.type == TypeSpec(DT.NUMERIC, precision=10, scale=2)
    assert last.type == TypeSpec(DT.WSTR, 50)
    assert first.delimited


def test_defaults_and_property_expressions():
    layout = read({})
    assert (layout.code_page, layout.unicode, layout.qualifier, layout.format) == (1252, False, "", "Delimited")
    changed = read({"textqualifier": "_x003C_none_x003E_", "UNICODE": "-1", "AlwaysCheckForRowDelimiters": "False"})
    assert changed.unicode
    assert changed.qualifier == ""
    assert not changed.always_check_for_row_delimiters


def test_the_old_way_of_storing():
    (column,) = read({"Format": "Delimited", "CodePage": "65001"}, OLD_COLUMN, OLD).columns
    assert column == FlatFileColumn("Old", TypeSpec(DT.STR, 8, code_page=65001), "\n", text_qualified=True)


def test_ragged_right_and_fixed_width():
    ragged = read({"Format": "RaggedRight"}, FIXED)
    assert [(c.width, c.delimiter, c.column_type) for c in ragged.columns] == [
        (5, "", "FixedWidth"),
        (0, "\r\n", "Delimited"),
    ]
    assert ragged.row_delimiter == "\r\n"
    fixed = read({"Format": "FixedWidth", "RowDelimiter": "_x000A_"}, FIXED)
    assert fixed.columns[0].width == 5
    assert fixed.row_delimiter == "\n"


@pytest.mark.parametrize("code", [301, 302, 303, 7, 64, 72, 304, 146, 14, 128])
def test_every_type(code):
    xml = COLUMNS.replace('DTS:DataType="129"', f'DTS:DataType="{code}"')
    assert read({}, xml).columns[0].type.dt is DT(code)


def test_nonsense_is_refused():
    with pytest.raises(WrongUsage, match="Sideways"):
        read({"Format": "Sideways"})
    with pytest.raises(WrongUsage, match="999"):
        read({}, COLUMNS.replace('DTS:DataType="129"', 'DTS:DataType="999"'))
