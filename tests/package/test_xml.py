"""Hostile and odd XML: what is refused, with which code, how fast, in how little memory."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dtserve.package.errors import DoctypeRefused, EncodingRefused, LimitExceeded, MalformedXml
from dtserve.package.xml import DEFAULT_LIMITS, Limits, check_limits, check_prolog, local_name, parse_xml, to_utf8

ROOT = Path(__file__).resolve().parents[2]


def test_every_attack_is_refused_quickly_and_cheaply() -> None:
    """One process runs them all: a coded error each, at most 100 ms of processor time and 32 MiB over the start."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "support" / "run_attacks.py")],
        capture_output=True, text=True, check=True, env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}"}, timeout=120,
    )  # fmt: skip
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(results) > 60
    assert [r for r in results if not r["code"]] == []
    assert [r for r in results if r["seconds"] > 0.1] == []
    assert [r for r in results if r["bytes"] > 32 * 1024 * 1024] == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings_read_the_same(encoding: str) -> None:
    root = parse_xml('<?xml version="1.0"?><a b="é€">ü𝄞</a>'.encode(encoding))
    assert (root.get("b"), root.text) == ("é€", "ü𝄞")


@pytest.mark.parametrize(("encoding", "text"), [("iso-8859-1", "é"), ("windows-1252", "€"), ("windows-1251", "Ж")])
def test_single_byte_encodings(encoding: str, text: str) -> None:
    data = f'<?xml version="1.0" encoding="{encoding}"?><a>{text}</a>'.encode(encoding)
    assert parse_xml(data).text == text


@pytest.mark.parametrize("encoding", ["UTF-7", "hz", "iso-2022-jp", "cp037", "nonsense"])
def test_other_encodings_are_refused(encoding: str) -> None:
    with pytest.raises(EncodingRefused, match=encoding):
        parse_xml(f'<?xml version="1.0" encoding="{encoding}"?><a/>'.encode())


def test_a_declaration_of_utf16_in_utf8_bytes_does_not_count() -> None:
    assert parse_xml('<?xml version="1.0" encoding="utf-16"?><a>é</a>'.encode()).text == "é"


def test_doctype_in_text_is_text() -> None:
    root = parse_xml(b"<a><![CDATA[<!DOCTYPE html><html/>]]></a>")
    assert root.text == "<!DOCTYPE html><html/>"


def test_doctype_is_refused_wherever_it_may_stand() -> None:
    for prolog in (b"", b"<?xml version='1.0'?>", b"<!-- x --> ", b"\n<?pi?>\n<!-- <a> -->"):
        with pytest.raises(DoctypeRefused):
            check_prolog(prolog + b"<!DOCTYPE a>")
    check_prolog(b"<!-- <!DOCTYPE a> --><a/>")


def test_malformed_tells_where_and_shows_nothing_of_the_text() -> None:
    with pytest.raises(MalformedXml) as caught:
        parse_xml(b'<a><b password="geheim"></a>')
    assert "Line 1, column" in caught.value.message
    assert "geheim" not in caught.value.message


def test_depth_is_limited() -> None:
    parse_xml(b"<a>" * 250 + b"</a>" * 250)
    with pytest.raises(LimitExceeded, match="depth"):
        parse_xml(b"<a>" * 300 + b"</a>" * 300)


def test_long_sql_in_an_attribute_is_no_attack() -> None:
    sql = "SELECT a = 1, b = '2' WHERE x = \"y\" ".replace('"', "&quot;") * 5_000
    assert len(parse_xml(f'<a b="{sql}"/>'.encode()).get("b")) > 150_000


def test_long_script_text_is_no_attack() -> None:
    script = 'x = "a"; ' * 20_000
    assert len(parse_xml(f"<a><![CDATA[{script}]]></a>".encode()).text) == len(script)


def test_limits_can_be_set() -> None:
    with pytest.raises(LimitExceeded, match="size"):
        parse_xml(b"<a>" + b" " * 100 + b"</a>", Limits(size=50))
    with pytest.raises(LimitExceeded, match="number of tags"):
        check_limits(b"<a/>" * 20, Limits(nodes=10))
    check_limits(b"<a/>" * 20, DEFAULT_LIMITS)


def test_large_ciphertext_needs_the_wider_limit() -> None:
    data = b"<a>" + b"x" * 11_000_000 + b"</a>"
    with pytest.raises(LimitExceeded, match="length of one text"):
        parse_xml(data)
    assert len(parse_xml(data, huge_text=True).text) == 11_000_000


def test_local_name_of_a_comment_is_empty() -> None:
    root = parse_xml(b"<a xmlns='u'><!-- c --></a>")
    assert (local_name(root), local_name(root[0])) == ("a", "")


def test_to_utf8_keeps_plain_bytes() -> None:
    data = b"<a/>"
    assert to_utf8(data) == data
    assert to_utf8(b"\xef\xbb\xbf<a/>") == data
