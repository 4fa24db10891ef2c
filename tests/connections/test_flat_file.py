import pytest

from dtserve.connections.errors import InvalidFileName, WrongUsage
from dtserve.connections.registry import create_connection
from support.connections import environment, manager

XML = '<DTS:ConnectionManager><DTS:FlatFileColumns><DTS:FlatFileColumn DTS:ColumnType="{}" DTS:ColumnDelimiter="_x000A_" DTS:ObjectName="A"/></DTS:FlatFileColumns></DTS:ConnectionManager>'


def make(properties, column="Delimited"):
    return create_connection(manager("FLATFILE", properties, xml=XML.format(column)), environment())


def test_the_format_follows_the_properties():
    found = make({"ConnectionString": "C:\\a.txt"})
    assert found.format.columns[0].name == "A"
    assert found.format is found.format
    found.set_property("CodePage", "1250")
    assert found.format.code_page == 1250
    assert found.path().as_posix() == "/a.txt"


def test_validation():
    make({"ConnectionString": "C:\\a.txt"}).validate()
    with pytest.raises(InvalidFileName):
        make({}).validate()
    with pytest.raises(WrongUsage, match="no width"):
        make({"ConnectionString": "a", "Format": "FixedWidth"}, "FixedWidth").validate()
    with pytest.raises(WrongUsage, match="no columns"):
        create_connection(manager("FLATFILE", {"ConnectionString": "a"}), environment()).validate()
