"""Diff and Patch: the published example of a DiffGram, every operation, and there and back for random documents."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from dtserve.controlflow.tasks.xml_diff import DiffOption, diff_documents, read_options
from dtserve.controlflow.tasks.xml_errors import XmlPatchFailed
from dtserve.controlflow.tasks.xml_nodes import parse_nodes, serialize
from dtserve.controlflow.tasks.xml_patch import patch_document

XD = 'xmlns:xd="http://schemas.microsoft.com/xmltools/2002/xmldiff"'


def nodes(text: str):
    return parse_nodes(text.encode())


def canonical(document) -> str:
    return etree.canonicalize(serialize(document))


def body(gram: str) -> str:
    return gram.partition(f"{XD}>")[2].removesuffix("</xd:xmldiff>")


def test_the_published_example() -> None:
    source = nodes(
        "<b>\n <a>Some text 1</a>\n <b>Some text 2</b>\n <c>Some text 3</c>\n <z> Another text \n <fob/>\n </z>\n</b>"
    )
    changed = nodes(
        "<b><yy>Some text 1</yy><b>Some text 2</b><c>Some text 3</c><d>Some text 4</d><z>Changed text</z></b>"
    )
    gram, equal = diff_documents(source, changed)
    assert not equal
    assert body(gram) == (
        '<xd:node match="1"><xd:change match="1" name="yy" /><xd:node match="3" /><xd:add><d>Some text 4</d></xd:add>'
        '<xd:node match="4"><xd:change match="1">Changed text</xd:change><xd:remove match="2" /></xd:node></xd:node>'
    )
    assert 'version="1.0" srcDocHash="' in gram
    assert 'options="None" fragments="no"' in gram


@pytest.mark.parametrize(
    ("source", "changed", "expected"),
    [
        ("<a x='1' y='2'/>", "<a x='1' z='3'/>", '<xd:node match="1"><xd:remove match="@y" /><xd:add type="2" name="z">3</xd:add></xd:node>'),
        ("<a x='1'/>", "<a x=' '/>", '<xd:node match="1"><xd:change match="@x"> </xd:change></xd:node>'),
        ("<?xml version='1.0'?><a>1</a>", "<?xml version='1.0'?><a>2</a>", '<xd:node match="2"><xd:change match="1">2</xd:change></xd:node>'),
        ("<a><!--x--></a>", "<a><!--y--></a>", '<xd:node match="1"><xd:change match="1"><!--y--></xd:change></xd:node>'),
        ("<a><![CDATA[x]]></a>", "<a><![CDATA[y]]></a>", '<xd:node match="1"><xd:change match="1"><![CDATA[y]]></xd:change></xd:node>'),
        ("<a><?p x?></a>", "<a><?p y?></a>", '<xd:node match="1"><xd:change match="1"><?p y?></xd:change></xd:node>'),
        ("<a><b/><c/><d/><e/></a>", "<a><d/></a>", '<xd:node match="1"><xd:remove match="1-2" /><xd:remove match="4" /></xd:node>'),
        ("<a/>", "<q:a xmlns:q='u'/>", '<xd:add><q:a xmlns:q="u" /></xd:add><xd:remove match="1" />'),
        ("<a><b/></a>", "<a>", ""),
    ],
)  # fmt: skip
def test_operations(source, changed, expected) -> None:
    if not expected:
        source = changed = "<a><b/></a>"
    gram, equal = diff_documents(nodes(source), nodes(changed))
    assert body(gram) == expected
    assert equal is (not expected)
    made, checked = patch_document(nodes(source), parse_nodes(gram.encode()))
    assert checked
    assert serialize(made) == serialize(nodes(changed))


@pytest.mark.parametrize(
    ("option", "source", "changed"),
    [
        ("IgnoreComments", "<a><b/><!--x--></a>", "<a><!--y--><b/></a>"),
        ("IgnorePI", "<a><?x y?></a>", "<a/>"),
        ("8", "<a> x  y </a>", "<a>x y</a>"),
        ("IgnoreChildOrder", "<a><b/><c/></a>", "<a><c/><b/></a>"),
        ("IgnorePrefixes", "<p:a xmlns:p='u' p:x='1'/>", "<q:a xmlns:q='u' q:x='1'/>"),
        ("IgnoreNamespaces", "<a xmlns='u'/>", "<a xmlns='v'/>"),
        ("IgnoreXmlDecl", "<?xml version='1.0'?><a/>", "<a/>"),
    ],
)
def test_an_option_makes_equal(option, source, changed) -> None:
    assert diff_documents(nodes(source), nodes(changed), read_options(option))[1]
    assert not diff_documents(nodes(source), nodes(changed))[1]


def test_positions_count_what_an_option_ignores() -> None:
    gram, _ = diff_documents(nodes("<a><!--x--><b>1</b></a>"), nodes("<a><b>2</b></a>"), DiffOption.IGNORE_COMMENTS)
    assert body(gram) == '<xd:node match="1"><xd:node match="2"><xd:change match="1">2</xd:change></xd:node></xd:node>'
    assert 'options="IgnoreComments"' in gram


def test_options_by_number_and_name() -> None:
    assert read_options("") == read_options("None") == DiffOption.NONE
    assert read_options("IgnoreDtd") == DiffOption(128)
    with pytest.raises(ValueError, match="Nope"):
        read_options("IgnorePI Nope")


FOREIGN = (
    f'<xd:xmldiff version="1.0" srcDocHash="5346998544451918424" options="None" {XD}>'
    '<xd:node match="2"><xd:change match="1" name="yy" /><xd:node match="3" /><xd:add><e>Some text 4</e>'
    '<f>Some text 5</f></xd:add><xd:node match="4"><xd:change match="1">Changed text</xd:change><xd:remove match="2" />'
    '</xd:node><xd:node match="5"><xd:remove match="@secondAttr" /><xd:add type="2" name="newAttr">new value</xd:add>'
    '<xd:change match="@firstAttr">changed attribute value</xd:change></xd:node><xd:remove match="6" opid="1" />'
    '<xd:add type="1" name="p"><xd:add type="1" name="q"><xd:add match="/2/6" opid="1" /></xd:add></xd:add></xd:node>'
    '<xd:descriptor opid="1" type="move" /></xd:xmldiff>'
)
SOURCE = (
    '<?xml version="1.0"?><b><a>Some text 1</a><b>Some text 2</b><c>Some text 3</c><d>Another text<fob/></d>'
    '<x firstAttr="value1" secondAttr="value2"/><y><!--Any comments?--><z id="10">Just another text</z></y></b>'
)


def test_a_diffgram_of_xmldiff_with_a_moved_node() -> None:
    made, checked = patch_document(nodes(SOURCE), nodes(FOREIGN))
    assert not checked
    assert serialize(made) == (
        '<?xml version="1.0"?><b><yy>Some text 1</yy><b>Some text 2</b><c>Some text 3</c><e>Some text 4</e>'
        '<f>Some text 5</f><d>Changed text</d><x firstAttr="changed attribute value" newAttr="new value" />'
        '<p><q><y><!--Any comments?--><z id="10">Just another text</z></y></q></p></b>'
    )


@pytest.mark.parametrize(
    ("gram", "detail"),
    [
        ("<nothing/>", "is no DiffGram"),
        (f'<xd:xmldiff {XD}><xd:node match="1"><xd:remove match="9"/></xd:node></xd:xmldiff>', 'no node "9"'),
        (f'<xd:xmldiff {XD}><xd:node match="1"><xd:remove match="@no"/></xd:node></xd:xmldiff>', 'no attribute "no"'),
        (f'<xd:xmldiff {XD}><xd:remove match="1"/></xd:xmldiff>', "one root element"),
        (f'<xd:xmldiff {XD}><xd:node match="1"><xd:add type="5"/></xd:node></xd:xmldiff>', "type 5"),
        (f'<xd:xmldiff {XD}><xd:spin match="1"/></xd:xmldiff>', "xd:spin"),
    ],
)
def test_a_diffgram_that_does_not_fit(gram, detail) -> None:
    with pytest.raises(XmlPatchFailed, match=detail):
        patch_document(nodes("<a><b/></a>"), nodes(gram))


def test_a_diffgram_of_another_document_is_refused() -> None:
    gram, _ = diff_documents(nodes("<a>1</a>"), nodes("<a>2</a>"))
    with pytest.raises(XmlPatchFailed, match="another document"):
        patch_document(nodes("<a>3</a>"), parse_nodes(gram.encode("utf-8")))


NAMES = st.sampled_from(["a", "b", "p:c"])
TEXTS = st.text("xy <&>'\"\r\n\t]é", min_size=1, max_size=6)


@st.composite
def elements(draw, depth=3):
    from xml.sax.saxutils import escape, quoteattr

    name = draw(NAMES)
    parts = [f"<{name}"]
    for attribute in draw(
        st.lists(st.sampled_from(["i", "j", "p:k", "xmlns:r", "xml:space"]), unique=True, max_size=2)
    ):
        value = draw(st.sampled_from(["preserve", "default"])) if attribute == "xml:space" else draw(TEXTS)
        coded = {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
        parts.append(f" {attribute}={quoteattr('u' if attribute == 'xmlns:r' else value, coded)}")
    parts.append(">")
    for _ in range(draw(st.integers(0, 4)) if depth else 0):
        kind = draw(st.integers(0, 5))
        if kind < 3:
            parts.append(draw(elements(depth=depth - 1)))
        elif kind == 3:
            parts.append(escape(draw(TEXTS), {"\r": "&#13;"}))
        elif kind == 4:
            parts.append(f"<!--{draw(st.text('xy', max_size=3))}-->")
        else:
            parts.append(f"<![CDATA[{draw(st.text('xy<', min_size=1, max_size=3))}]]>")
    return "".join([*parts, f"</{name}>"])


@st.composite
def documents(draw):
    head = draw(st.sampled_from(["", '<?xml version="1.0"?>', "<!--c-->"]))
    return f'{head}<root xmlns:p="urn:p">{draw(elements())}{draw(elements())}</root>{draw(st.sampled_from(["", "<?t z?>"]))}'


@settings(max_examples=150, deadline=None)
@given(documents(), documents())
def test_patching_by_the_difference_gives_the_other_document(first, second) -> None:
    source, changed = nodes(first), nodes(second)
    gram, equal = diff_documents(source, changed)
    etree.fromstring(gram.encode("utf-16"))
    made, checked = patch_document(source, parse_nodes(gram.encode("utf-8")))
    assert checked
    assert canonical(made) == canonical(changed)
    if equal:
        assert canonical(source) == canonical(changed)
    assert diff_documents(nodes(serialize(made)), nodes(serialize(changed)))[1]


@settings(max_examples=50, deadline=None)
@given(documents())
def test_a_document_is_equal_to_itself_and_survives_writing(text) -> None:
    assert diff_documents(nodes(text), nodes(text))[1]
    written = serialize(nodes(text))
    assert serialize(nodes(written)) == written
