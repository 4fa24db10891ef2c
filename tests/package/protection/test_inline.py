"""Project files encrypted in place: real vectors, our own in both schemes, user keys."""

import hashlib
from typing import Any

import pytest

from dtserve.package.errors import PackagePasswordWrong
from dtserve.package.protection.inline import (
    blank_inline,
    inline_plaintexts,
    open_inline,
    seal_inline,
    sensitive_elements,
)
from dtserve.package.protection.schemes import Scheme
from dtserve.package.xml import parse_xml, to_utf8
from support.package_corpus import needs_vectors, vectors

REAL = vectors(".conmgr", ".params", ".dtproj", ".designer")
PARAMS = """<?xml version="1.0"?>
<SSIS:Parameters xmlns:SSIS="www.microsoft.com/SqlServer/SSIS">
  <SSIS:Parameter SSIS:Name="Key"><SSIS:Properties>
    <SSIS:Property
      SSIS:Name="Value"
      SSIS:Sensitive="1">gehéim &lt;1&gt;</SSIS:Property>
    <SSIS:Property SSIS:Name="Other" SSIS:Sensitive="1"></SSIS:Property>
  </SSIS:Properties></SSIS:Parameter>
</SSIS:Parameters>""".encode()
CONMGR = b"""<DTS:ConnectionManager xmlns:DTS="www.microsoft.com/SqlServer/Dts" DTS:ObjectName="c"><DTS:ObjectData><DTS:ConnectionManager>
<DTS:Password DTS:Name="Password" Sensitive="1">p</DTS:Password></DTS:ConnectionManager></DTS:ObjectData></DTS:ConnectionManager>"""
OWNER = "{3F2504E0-4F89-11D3-9A0C-0305E82C3301}"


@needs_vectors
@pytest.mark.parametrize(("name", "data", "facts"), REAL, ids=lambda v: v if isinstance(v, str) else "")
def test_real_files_give_the_recorded_plaintext(name: str, data: bytes, facts: dict[str, Any]) -> None:
    found = inline_plaintexts(parse_xml(data, huge_text=True), facts["password"])
    assert [hashlib.sha256(p).hexdigest() for p in found] == [e["sha256"] for e in facts["plaintexts"]]


@needs_vectors
@pytest.mark.parametrize(("name", "data", "facts"), REAL, ids=lambda v: v if isinstance(v, str) else "")
def test_real_files_open_and_seal_again(name: str, data: bytes, facts: dict[str, Any]) -> None:
    opened = open_inline(data, facts["password"], required=True)
    whole = "-all-" in name
    assert b"Salt=" not in opened.clear
    assert seal_inline(opened.clear, whole=whole, password=facts["password"], reuse=opened.sealed) == to_utf8(data)
    for scheme in Scheme:
        sealed = seal_inline(opened.clear, whole=whole, password="pässwörd€", scheme=scheme)
        assert open_inline(sealed, "pässwörd€", required=True).clear == opened.clear
        if not name.endswith(".designer"):
            originals = inline_plaintexts(parse_xml(data), facts["password"])
            assert inline_plaintexts(parse_xml(sealed), "pässwörd€") == originals


@needs_vectors
@pytest.mark.parametrize(("name", "data", "facts"), REAL, ids=lambda v: v if isinstance(v, str) else "")
@pytest.mark.parametrize("password", ["wrong", None, "ssis1234"])
def test_wrong_passwords_are_refused(name: str, data: bytes, facts: dict[str, Any], password: str | None) -> None:
    with pytest.raises(PackagePasswordWrong):
        open_inline(data, password, required=True)
    if "sensitive" in name:
        assert open_inline(data, password).unreadable


@pytest.mark.parametrize("data", [PARAMS, CONMGR], ids=["params", "conmgr"])
@pytest.mark.parametrize("scheme", Scheme)
def test_values_and_whole_files(data: bytes, scheme: Scheme) -> None:
    for whole in (False, True):
        sealed = seal_inline(data, whole=whole, password="密码", scheme=scheme)
        assert "gehéim".encode() not in sealed
        assert (b"Algorithm=" in sealed) is (scheme is Scheme.AES)
        opened = open_inline(sealed, "密码")
        assert opened.scheme is scheme
        assert [e.text for e in sensitive_elements(opened.root)] == [
            e.text for e in sensitive_elements(parse_xml(data))
        ]


@pytest.mark.parametrize("whole", [False, True])
def test_user_keys(whole: bool, monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    sealed = seal_inline(PARAMS, whole=whole, owner=OWNER)
    assert "gehéim".encode() not in sealed
    assert b"RFRTRVJWRT" in sealed
    assert open_inline(sealed, None, OWNER).clear.replace(b"\n", b"") == PARAMS.replace(b"\n", b"")
    monkeypatch.setenv("DTSERVE_KEY_FILE", str(tmp_path / "other.key"))
    if whole:
        with pytest.raises(PackagePasswordWrong):
            open_inline(sealed, None, OWNER)
    else:
        assert open_inline(sealed, None, OWNER).unreadable == ("Key",)


def test_blank() -> None:
    sealed = seal_inline(PARAMS, whole=False, password="pw")
    blank = blank_inline(sealed)
    assert b"Salt" not in blank
    assert [e.text for e in sensitive_elements(parse_xml(blank))] == [None, None]
    assert blank_inline(PARAMS) == blank


def test_an_unknown_algorithm_is_not_guessed() -> None:
    sealed = seal_inline(PARAMS, whole=False, password="pw", scheme=Scheme.AES)
    assert open_inline(sealed.replace(b"aes256-cbc", b"aes128-cbc"), "pw").unreadable == ("Key",)
    assert (
        open_inline(
            sealed.replace(b' SSIS:Algorithm="http://www.w3.org/2001/04/xmlenc#aes256-cbc"', b""), "pw"
        ).unreadable
        == ()
    )
