import pytest

from dtserve.connections.errors import BadConnectionString
from dtserve.connections.excel import ExcelOptions
from dtserve.connections.registry import create_connection
from support.connections import environment, manager

TEXT = (
    'Provider=Microsoft.ACE.OLEDB.12.0;Data Source=C:\\b\\Book.xlsx;Extended Properties="EXCEL 12.0 XML;HDR=NO;IMEX=1";'
)


def make(text=TEXT):
    return create_connection(manager("EXCEL", {"ConnectionString": text}), environment())


def test_options_and_path():
    found = make()
    assert found.path().as_posix() == "/b/Book.xlsx"
    assert found.options == ExcelOptions(header=False, imex=1, version="EXCEL 12.0 XML")
    assert make("Data Source=x").options == ExcelOptions()
    assert found.get_property("ExcelFilePath") == "C:\\b\\Book.xlsx"
    assert found.get_property("FirstRowHasColumnName") == "False"


def test_properties_change_the_string():
    found = make()
    found.set_property("ExcelFilePath", "D:\\other.xls")
    found.set_property("FirstRowHasColumnName", "True")
    assert found.path().as_posix() == "/other.xls"
    assert found.options.header
    assert "D:\\other.xls" in found.connection_string
    found.set_property("ConnectionString", "Data Source=n.xlsx;Password=p")
    assert found.path().name == "n.xlsx"
    assert found.secret("Password") == "p"
    assert "p" not in found.connection_string.replace("xlsx", "")[len("Data Source=n.") :]
    found.set_property("ExcelVersionNumber", "2016")
    assert found.get_property("ExcelVersionNumber") == "2016"


def test_bad_strings():
    with pytest.raises(BadConnectionString):
        make("Provider=x").path()
    with pytest.raises(BadConnectionString):
        make('a="')
