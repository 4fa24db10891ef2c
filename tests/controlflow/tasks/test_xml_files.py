"""Results of the XML Task as the bytes of files."""

from __future__ import annotations

import pytest

from dtserve.controlflow.tasks.xml_files import saved_document, saved_nodes
from dtserve.controlflow.tasks.xml_nodes import parse_nodes


@pytest.mark.parametrize(
    ("source", "text", "written"),
    [
        ("<a/>", "<a>é<b/></a>", "<a>é<b /></a>".encode()),
        ('<?xml version="1.0"?><a/>', "<a><b>1</b></a>", b'<?xml version="1.0"?>\r\n<a>\r\n  <b>1</b>\r\n</a>'),
        (
            '<?xml version="1.0" encoding="UTF-8"?><a/>',
            "<a/>",
            b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?>\r\n<a />',
        ),
        (
            '<?xml version="1.0" encoding="ISO-8859-1" standalone="yes"?><a/>',
            "<a>é€</a>",
            b'<?xml version="1.0" encoding="ISO-8859-1" standalone="yes"?>\r\n<a>\xe9&#8364;</a>',
        ),
        (
            '<?xml version="1.0" encoding="utf-16"?><a/>',
            "<a/>",
            b"\xff\xfe" + '<?xml version="1.0" encoding="utf-16"?>\r\n<a />'.encode("utf-16-le"),
        ),
        ('<?xml version="1.0" encoding="klingon"?><a/>', "<a/>", b'<?xml version="1.0" encoding="klingon"?>\r\n<a />'),
    ],
)
def test_documents(source, text, written):
    as_read = source.replace("klingon", "utf-8")
    nodes = parse_nodes(as_read.encode())
    nodes.children[0].value = (
        nodes.children[0].value.replace("utf-8", "klingon") if "klingon" in source else nodes.children[0].value
    )
    assert saved_document(text, nodes) == written


def test_a_document_with_a_declaration_of_its_own():
    assert saved_document('<?xml version="1.0"?><a/>') == b'<?xml version="1.0"?>\r\n<a />'


def test_nodes():
    assert saved_nodes("<a><b>1</b></a>\n<c/>") == b"\xef\xbb\xbf<a>\r\n  <b>1</b>\r\n</a>\r\n<c />"
    assert saved_nodes("x") == b"\xef\xbb\xbfx"
