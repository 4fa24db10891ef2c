"""The stream of chunks: every polluted file, read by the exact machine and by the fast readers, in blocks of any size."""

import os
import random

import pytest

from dtserve.dataflow.flat_file import reader as reader_module
from dtserve.dataflow.flat_file.chunk import Wanted
from dtserve.dataflow.flat_file.errors import BigEndianFile, SkippingDataRows, TooLongRow, Utf8FileForUnicode
from dtserve.dataflow.flat_file.layout import Layout
from dtserve.dataflow.flat_file.reader import FlatFileReader
from support.flat_file_cases import CASES, data_of, format_of
from support.flat_file_fuzz import differences, random_case


def read(path, file_format, *, block=1 << 20, exact=False):
    layout = Layout.of(file_format)
    wanted = Wanted(tuple(range(len(file_format.columns))))
    warnings = []
    reader = FlatFileReader(
        path, layout, wanted, warn=lambda code, text: warnings.append(hex(code)), block_bytes=block, exact=exact
    )
    rows, malformed, partial = [], None, False
    for chunk in reader.chunks():
        rows += [list(row) for row in chunk.frame.rows()]
        malformed = chunk.malformed.column if chunk.malformed else malformed
        partial = partial or chunk.partial
    return rows, malformed, partial, warnings


@pytest.mark.parametrize("exact", [True, False], ids=["exact", "fast"])
@pytest.mark.parametrize("block", [1 << 20, 2, 7])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_polluted_files(case, block, exact, tmp_path):
    path = tmp_path / "file.txt"
    path.write_bytes(data_of(case))
    rows, malformed, partial, warnings = read(path, format_of(case), block=block, exact=exact)
    assert rows == case["rows"]
    assert malformed == case.get("malformed")
    assert partial == case.get("partial", False)
    if "warning" in case:
        assert case["warning"].lower() in warnings


FUZZ = int(os.environ.get("DTSERVE_FUZZ_FLAT_FILES", "500"))
"""Random files compared; set it to 20000 after a change of a reader."""


@pytest.mark.parametrize("part", range(4))
def test_fast_readers_never_differ_from_the_exact_machine(part, tmp_path):
    found = {}
    for number in range(part * 1_000_000, part * 1_000_000 + FUZZ // 4):
        different = differences(random_case(random.Random(number)), tmp_path)
        if different:
            found[number] = different
    assert not found


def text_format(**settings):
    return format_of({"name": "", "columns": 2, **settings})


def test_big_endian_and_utf8_are_refused_for_unicode(tmp_path):
    path = tmp_path / "file.txt"
    path.write_bytes(b"\xfe\xff\0a")
    with pytest.raises(BigEndianFile):
        read(path, text_format(unicode=True))
    path.write_bytes(b"\xef\xbb\xbfa")
    with pytest.raises(Utf8FileForUnicode):
        read(path, text_format(unicode=True))


def test_a_malformed_row_cannot_be_skipped(tmp_path):
    path = tmp_path / "file.txt"
    path.write_bytes(b'"a"x,b\r\n1,2\r\n')
    with pytest.raises(SkippingDataRows):
        read(path, text_format(qualifier='"', skip=1))


def test_a_row_without_end_stops_reading(tmp_path, monkeypatch):
    monkeypatch.setattr(reader_module, "LONGEST_ROW", 1000)
    path = tmp_path / "file.txt"
    path.write_bytes(b'1,"' + b"x" * 10_000)
    with pytest.raises(TooLongRow) as caught:
        read(path, text_format(qualifier='"'), block=100)
    assert "at byte 0" in caught.value.message


def test_a_qualifier_that_hides_all_row_ends_is_got_over(tmp_path):
    path = tmp_path / "file.txt"
    path.write_bytes(b'12" pipe,x\r\n' + b"1,2\r\n" * 5000)
    rows, malformed, _, _ = read(path, text_format(qualifier='"'), block=4096)
    assert malformed is None
    assert rows == [['12" pipe', "x"], *[["1", "2"]] * 5000]


def test_raw_rows(tmp_path):
    path = tmp_path / "file.txt"
    path.write_bytes('"a\r\n",é\r\nb,c'.encode("cp1252"))
    layout = Layout.of(text_format(qualifier='"', code_page=1252))
    reader = FlatFileReader(path, layout, Wanted((0,)), warn=lambda code, text: None)
    chunks = list(reader.chunks())
    raw = [chunk.raw(range(chunk.frame.height), layout, keep_delimiter=False) for chunk in chunks]
    assert [text for texts in raw for text in texts] == ['"a\r\n",é', "b,c"]
    assert chunks[0].frame.columns == ["0"]
    assert chunks[0].raw([0], layout, keep_delimiter=True) == ['"a\r\n",é\r\n']
