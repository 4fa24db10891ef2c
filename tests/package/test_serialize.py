"""Writing a tree as the designer does, without moving text."""

import pytest
from lxml import etree

from dtserve.package import PackageDocument
from dtserve.package.serialize import serialize
from dtserve.package.xml import parse_xml
from support.package_texts import sample_bytes

TREE = '<D:a xmlns:D="www.microsoft.com/SqlServer/Dts" D:b="2" D:A="1&quot;" D:refId="r"><x/><y> t </y><z>a<i/>b</z><D:Property D:Name="p"/><s>l1\nl2 &lt;</s></D:a>'


def test_the_designers_layout() -> None:
    assert serialize(etree.fromstring(TREE)).decode() == (
        '<?xml version="1.0"?>\n<D:a xmlns:D="www.microsoft.com/SqlServer/Dts"\n  D:refId="r"\n  D:A="1&quot;"\n  D:b="2">\n  <x />\n  <y> t </y>\n'
        '  <z>a<i/>b</z>\n  <D:Property\n    D:Name="p"></D:Property>\n  <s><![CDATA[l1\nl2 <]]></s>\n</D:a>'
    )  # fmt: skip


def test_line_ends_and_bom() -> None:
    data = serialize(etree.fromstring("<a><b/></a>"), newline="\r\n", bom=True)
    assert data == b'\xef\xbb\xbf<?xml version="1.0"?>\r\n<a>\r\n  <b />\r\n</a>'


def test_connection_data_keep_their_order_unless_asked() -> None:
    text = (
        '<D:ObjectData xmlns:D="www.microsoft.com/SqlServer/Dts"><D:ConnectionManager D:b="1" D:a="2"/></D:ObjectData>'
    )
    assert serialize(etree.fromstring(text)).index(b'D:b="1"') < serialize(etree.fromstring(text)).index(b'D:a="2"')
    assert serialize(etree.fromstring(text), sort_all=True).index(b'D:a="2"') < serialize(
        etree.fromstring(text), sort_all=True
    ).index(b'D:b="1"')


@pytest.mark.parametrize("text", ["a]]>b\n<", "\r\n<", "\t", " ", "<&>\n"])
def test_text_survives(text: str) -> None:
    root = etree.Element("a")
    root.text = text
    assert parse_xml(serialize(root)).text == text


@pytest.mark.parametrize("number", [2, 3, 6, 8])
def test_a_package_reads_the_same_afterwards(number: int) -> None:
    document = PackageDocument.open(sample_bytes(number))
    assert PackageDocument.open(serialize(document.root)).model == document.model


def test_deep_trees_need_no_stack() -> None:
    root = parse_xml(b"<a>" * 250 + b"</a>" * 250)
    assert serialize(root).count(b"<a>") == 249
