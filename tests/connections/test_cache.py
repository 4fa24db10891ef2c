import pytest

from dtserve.connections.errors import InvalidFileName, WrongUsage
from dtserve.connections.registry import create_connection
from dtserve.datatypes import DT, TypeSpec
from support.connections import NEW, OLD, environment, manager

NEW_XML = """<DTS:ConnectionManager><DTS:CacheColumns>
<DTS:CacheColumn DTS:DataType="129" DTS:Length="50" DTS:CodePage="1252" DTS:ObjectName="Name"/>
<DTS:CacheColumn DTS:DataType="131" DTS:Precision="18" DTS:Scale="6" DTS:IndexPosition="2" DTS:ObjectName="B"/>
<DTS:CacheColumn DTS:DataType="3" DTS:IndexPosition="1" DTS:ObjectName="A"/></DTS:CacheColumns></DTS:ConnectionManager>"""
OLD_XML = """<DTS:ConnectionManager><DTS:CacheColumn><DTS:Property DTS:Name="DataType">130</DTS:Property>
<DTS:Property DTS:Name="Length">15</DTS:Property><DTS:Property DTS:Name="IndexPosition">1</DTS:Property>
<DTS:Property DTS:Name="ObjectName">K</DTS:Property></DTS:CacheColumn></DTS:ConnectionManager>"""


def make(xml, shape=NEW, **properties):
    return create_connection(manager("CACHE", properties, xml=xml, shape=shape), environment())


def test_columns():
    found = make(NEW_XML)
    assert [(c.name, c.type, c.index_position) for c in found.columns] == [
        ("Name", TypeSpec(DT.STR, 50, code_page=1252), 0),
        ("B", TypeSpec(DT.NUMERIC, precision=18, scale=6), 2),
        ("A", TypeSpec(DT.I4), 1),
    ]
    assert [c.name for c in found.index_columns] == ["A", "B"]
    assert make(OLD_XML, OLD).columns[0].type == TypeSpec(DT.WSTR, 15)
    assert not found.uses_file


def test_validation_and_closing():
    make(NEW_XML).validate()
    with pytest.raises(InvalidFileName):
        make(NEW_XML, UseFile="True").validate()
    with pytest.raises(WrongUsage, match="no index"):
        make(NEW_XML.replace("IndexPosition", "X")).validate()
    with pytest.raises(WrongUsage, match="998"):
        assert make(NEW_XML.replace('"129"', '"998"')).columns
    found = make(NEW_XML)
    found.data = object()
    found.close()
    assert found.data is None
