"""Where XML comes from."""

import pytest

from dtserve.controlflow.errors import XmlSourceError
from dtserve.controlflow.xml_sources import SourceKind, node_text, parse_source, read_source, select
from support.controlflow_tree import load_tree


def test_sources(tmp_path) -> None:
    (tmp_path / "d.xml").write_bytes("<a>ü</a>".encode("utf-16"))
    built = load_tree(
        f'<connection name="f" string="{tmp_path}/d.xml"/><variable name="User::x" type="8" value="&lt;a>1&lt;/a>"/>'
        f'<variable name="User::p" type="8" value="{tmp_path}/d.xml"/>', tmp_path,
    )  # fmt: skip
    assert parse_source(built, SourceKind.DIRECT_INPUT, "<a/>", "t").tag == "a"
    assert parse_source(built, SourceKind.VARIABLE, "User::x", "t").text == "1"
    assert parse_source(built, SourceKind.VARIABLE, "User::p", "t").text == "ü"
    assert parse_source(built, SourceKind.FILE_CONNECTION, "f", "t").text == "ü"
    with pytest.raises(XmlSourceError, match="there"):
        read_source(built, SourceKind.VARIABLE, "User::x", "t") and parse_source(
            built, SourceKind.DIRECT_INPUT, "<a", "there"
        )


def test_selecting(tmp_path) -> None:
    built = load_tree("", tmp_path)
    root = parse_source(built, SourceKind.DIRECT_INPUT, "<a x='1'><b>2<c>3</c></b></a>", "t")
    assert [node_text(node) for node in select(root, "//b|@x", "t")] == ["1", "23"]
    assert select(root, "count(//b)", "t") == 1.0
    with pytest.raises(XmlSourceError, match="where"):
        select(root, "//[", "where")
