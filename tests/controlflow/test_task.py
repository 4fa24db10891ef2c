"""What tasks share."""

from lxml import etree

from dtserve.controlflow.task import local_name, stored_texts


def test_attributes_and_elements_by_local_name() -> None:
    data = etree.fromstring(
        '<a xmlns:s="urn:s" s:One="1" two="2"><Three>3</Three><Four><x/></Four><Three>4</Three><!-- c --></a>'
    )
    assert stored_texts(data) == {"One": "1", "two": "2", "Three": "3"}
    assert stored_texts(None) == {}
    assert local_name(etree.Comment) == ""
