"""Connection managers of every shape: properties, columns, secrets."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from dtserve.package.reader.connections import decode_escapes, encode_escapes, read_columns, read_connection
from support.package_texts import sample

NS = 'xmlns:DTS="www.microsoft.com/SqlServer/Dts"'


def connection(kind: str, inner: str):
    return read_connection(etree.fromstring(
        f'<DTS:ConnectionManager {NS} DTS:ObjectName="C" DTS:CreationName="{kind}" DTS:DTSID="{{1}}"><DTS:ObjectData>{inner}</DTS:ObjectData></DTS:ConnectionManager>'
    ))  # fmt: skip


@pytest.mark.parametrize("number", [2, 3, 6, 8])
def test_connections_of_the_sample(number: int) -> None:
    flat, database = sample(number).model.connections
    assert flat.properties["ColumnNamesInFirstDataRow"] == "True"
    assert "Unicode" not in flat.properties
    assert [(c["ObjectName"], c["DataType"], c["ColumnDelimiter"]) for c in flat.columns] == [
        ("Id", "3", "_x002C_"), ("Name", "130", "_x000D__x000A_"),
    ]  # fmt: skip
    assert flat.columns[1]["TextQualified"] == "True"
    assert database.properties == {
        "Retain": "True",
        "ConnectionString": "Data Source=.;User ID=sa;Initial Catalog=tempdb;",
    }
    assert (database.password, database.sensitive) == ("s3cret&€", {"Password": "s3cret&€"})
    assert database.property_expressions[0].name == "ServerName"
    assert database.ref_id == "Package.ConnectionManagers[Db]"


def test_nested_and_managed_shapes() -> None:
    ftp = connection(
        "FTP",
        '<DTS:ConnectionManager DTS:ConnectionString="h:21"><DTS:FtpConnection DTS:ServerName="h" DTS:UsePassiveMode="-1"><DTS:Property DTS:Name="ServerPassword" Sensitive="1">p</DTS:Property></DTS:FtpConnection></DTS:ConnectionManager>',
    )
    assert ftp.properties == {"ConnectionString": "h:21", "ServerName": "h", "UsePassiveMode": "True"}
    assert ftp.password == "p"
    smtp = connection("SMTP", '<SmtpConnectionManager ConnectionString="SmtpServer=x"/>')
    assert smtp.properties == {"ConnectionString": "SmtpServer=x"}
    dqs = connection("DQS", '<InnerObject><ServerName Type="8" Value="s"/></InnerObject>')
    assert dqs.properties == {"ServerName": "s"}
    wmi = connection(
        "WMI",
        '<WmiConnectionManager ConnectionString="c"><PassWord Sensitive="1" Encrypted="1">AQ</PassWord></WmiConnectionManager>',
    )
    assert (wmi.sensitive, wmi.password) == ({"PassWord": None}, "")


def test_an_encrypted_password_has_its_name_guessed() -> None:
    sealed = '<EncryptedData xmlns="http://www.w3.org/2001/04/xmlenc#"/>'
    assert connection("OLEDB", f"<DTS:ConnectionManager>{sealed}</DTS:ConnectionManager>").sensitive == {
        "Password": None
    }
    assert connection(
        "HTTP", f"<DTS:ConnectionManager><DTS:HttpConnection>{sealed}</DTS:HttpConnection></DTS:ConnectionManager>"
    ).sensitive == {"ServerPassword": None}


def test_cache_columns() -> None:
    cache = connection(
        "CACHE",
        '<DTS:ConnectionManager DTS:ConnectionString=""><DTS:CacheColumns><DTS:CacheColumn DTS:Length="15" DTS:Precision="0" DTS:IndexPosition="1" DTS:ObjectName="k"/></DTS:CacheColumns></DTS:ConnectionManager>',
    )
    assert cache.columns == ({"Length": "15", "IndexPosition": "1", "ObjectName": "k"},)
    assert read_columns(None) == ()


def test_a_project_connection() -> None:
    element = etree.fromstring(f'<DTS:ConnectionManager {NS} DTS:ObjectName="C" DTS:CreationName="FILE"/>')
    found = read_connection(element, scope="project")
    assert (found.ref_id, found.scope, dict(found.properties)) == ("Project.ConnectionManagers[C]", "project", {})


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cs",), max_codepoint=0xFFFF), max_size=20))
@settings(max_examples=60, deadline=None)
def test_escapes_round_trip(text: str) -> None:
    assert decode_escapes(encode_escapes(text)) == text
