"""Spans of elements in the text, and edits of just those bytes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.package.source import (
    Encoding,
    SourceMap,
    TextEdit,
    escape_attribute,
    escape_text,
    qualified,
    start_tag_end,
)
from dtserve.package.xml import parse_xml, to_utf8
from support.package_corpus import needs_corpus, package_files
from support.package_texts import sample_bytes

ODD = b"""<?xml version="1.0"?><!-- <x> --><a b='1"2'  c = "x>y"
 ><![CDATA[<d>]]><e/><f
/><g h="1"></g><?p <q> ?>tail<i>j</i></a>"""


def mapped(data: bytes) -> tuple[SourceMap, dict[str, object]]:
    root = parse_xml(data)
    return SourceMap(to_utf8(data), root), {e.tag: e for e in root.iter("*")}


def test_spans_of_odd_but_legal_text() -> None:
    source, elements = mapped(ODD)
    assert source.outer(elements["e"]) == b"<e/>"
    assert source.outer(elements["f"]) == b"<f\n/>"
    assert source.outer(elements["g"]) == b'<g h="1"></g>'
    assert source.span(elements["f"]).empty
    assert not source.span(elements["g"]).empty
    at = source.attribute(elements["a"], "c")
    assert at is not None
    assert source.data[slice(*at)] == b"x>y"
    assert source.attribute(elements["a"], "none") is None


def test_edits_touch_nothing_else() -> None:
    source, elements = mapped(ODD)
    edit = TextEdit(source)
    edit.set_attribute(elements["a"], "b", "'\"\n")
    edit.set_text(elements["e"], "<&>")
    edit.set_attribute(elements["g"], "a", "0")
    edit.remove_attribute(elements["g"], "h")
    edit.replace_element(elements["i"], b"<k/>")
    result = edit.apply()
    assert result == (
        ODD.replace(b"'1\"2'", b"'&apos;&quot;&#xA;'").replace(b"<e/>", b"<e>&lt;&amp;&gt;</e>")
        .replace(b'<g h="1">', b'<g a="0">').replace(b"<i>j</i>", b"<k/>")
    )  # fmt: skip
    assert parse_xml(result).get("b") == "'\"\n"


def test_attributes_go_where_the_designer_writes_them() -> None:
    data = b'<a xmlns="u"\n  refId="r"\n  Bee="1"\n  dee="2" />'
    source, elements = mapped(data)
    for name, wanted in (("cee", b'\n  Bee="1"\n  cee="x"\n  dee'), ("zet", b'dee="2"\n  zet="x" />')):
        edit = TextEdit(source)
        edit.set_attribute(elements["{u}a"], name, "x")
        assert wanted in edit.apply()


def test_an_empty_element_gets_content_and_attribute() -> None:
    source, elements = mapped(b'<a b="1" />')
    edit = TextEdit(source)
    edit.set_text(elements["a"], "t")
    edit.set_attribute(elements["a"], "z", "9")
    assert edit.apply() == b'<a b="1" z="9">t</a>'
    source, elements = mapped(b"<a/>")
    edit = TextEdit(source)
    edit.set_attribute(elements["a"], "z", "9")
    assert edit.apply() == b'<a z="9"/>'


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")) | st.sampled_from("\r\n\t"), max_size=40))
@settings(max_examples=60, deadline=None)
def test_escaped_text_reads_back(text: str) -> None:
    root = parse_xml(b'<a b="' + escape_attribute(text) + b'">' + escape_text(text) + b"</a>")
    assert root.get("b") == text
    assert (root.text or "") == text


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_encodings_are_written_back(codec: str) -> None:
    data = '<?xml version="1.0"?><a>é</a>'.encode(codec)
    assert Encoding.of(data).apply(to_utf8(data)) == data


def test_single_byte_encoding_writes_references() -> None:
    data = '<?xml version="1.0" encoding="iso-8859-1"?><a>é</a>'.encode("iso-8859-1")
    written = Encoding.of(data).apply(to_utf8(data).replace(b"</a>", "€</a>".encode()))
    assert parse_xml(written).text == "é€"


def test_qualified_names() -> None:
    root = parse_xml(b'<x:a xmlns:x="u" xml:space="preserve" x:b="1"/>')
    assert qualified(root, "{u}b") == "x:b"
    assert qualified(root, "{http://www.w3.org/XML/1998/namespace}space") == "xml:space"
    assert start_tag_end(b'<a b=">">c</a>') == 9


@needs_corpus
def test_every_element_of_the_collection_is_found() -> None:
    for path in package_files(5):
        data = path.read_bytes()
        root = parse_xml(data)
        source = SourceMap.of_document(data, root)
        for element in root.iter("*"):
            outer = source.outer(element)
            tag = element.tag.rpartition("}")[2].encode()
            assert outer[1:].partition(b":")[2].startswith(tag) or outer[1:].startswith(tag)
            assert outer.endswith((b"/>", tag + b">"))


def test_sample_has_one_span_per_element() -> None:
    data = sample_bytes(8)
    root = parse_xml(data)
    assert len({SourceMap.of_document(data, root).span(e) for e in root.iter("*")}) == len(list(root.iter("*")))
