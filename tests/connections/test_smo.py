"""The SMO connection manager: SMO's keywords are those of a SQL Server."""

import pytest

from dtserve.connections.errors import BadConnectionString
from dtserve.connections.registry import create_connection
from dtserve.connections.smo import SmoManager
from support.connections import environment, manager

TEXT = "SqlServerName=host\\INST;UseWindowsAuthentication={};UserName=sa;Password=p;"


def opened(windows="False"):
    return create_connection(manager("SMOServer", {"ConnectionString": TEXT.format(windows)}), environment())


def test_the_string_becomes_a_target() -> None:
    found = opened()
    assert isinstance(found, SmoManager)
    target = found.target()
    assert (target.family, target.host, target.options["instance"]) == ("sqlserver", "host", "INST")
    assert (target.user, target.password, target.database) == ("sa", "p", "")
    assert "p;" not in found.connection_string
    assert opened("True").target().options["integrated"] == "yes"


def test_parts_are_properties() -> None:
    found = opened()
    assert found.get_property("SqlServerName") == "host\\INST"
    assert found.get_property("UseWindowsAuthentication") == "False"
    found.set_property("SqlServerName", "other")
    found.set_property("UseWindowsAuthentication", "True")
    assert found.target().host == "other"
    assert found.get_property("UseWindowsAuthentication") == "True"


def test_a_string_that_cannot_be_read() -> None:
    with pytest.raises(BadConnectionString):
        create_connection(manager("SMOServer", {"ConnectionString": "SqlServerName='x"}), environment())
