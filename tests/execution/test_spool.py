"""Reading what a worker writes, while it writes."""

import pytest

from dtserve.controlflow.events import Event
from dtserve.execution import spool
from dtserve.execution.report import RunEnd, encode_end, encode_event
from dtserve.execution.spool import SPOOL_NAME, SpoolReader


def lines(*numbers: int) -> bytes:
    return b"".join(
        encode_event(Event("OnInformation", "T", message="ä" * 9, sequence=n)).encode() + b"\n" for n in numbers
    )


def test_pieces_of_lines_and_the_end(tmp_path) -> None:
    reader, file = SpoolReader(tmp_path), tmp_path / SPOOL_NAME
    assert reader.read() == []
    whole = lines(1, 2, 3)
    for cut in (0, 1, 30, len(lines(1)), len(whole) - 2):
        file.write_bytes(whole[:cut])
        found = [event.sequence for event in SpoolReader(tmp_path).read()]
        assert found == [1, 2, 3][: whole[:cut].count(b"\n")]
    file.write_bytes(whole[:40])
    assert reader.read() == []
    with open(file, "ab") as more:
        more.write(whole[40:] + encode_end(RunEnd(1, 1, error="E")).encode() + b"\n")
    assert [event.sequence for event in reader.read()] == [1, 2, 3]
    assert reader.end == RunEnd(1, 1, error="E")
    assert reader.read() == []


def test_a_later_reader_leaves_out_what_is_known(tmp_path) -> None:
    (tmp_path / SPOOL_NAME).write_bytes(lines(1, 2, 3, 2, 4))
    assert [event.sequence for event in SpoolReader(tmp_path, 2).read()] == [3, 4]


def test_many_events_come_in_parts(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(spool, "_STEP", 1000)
    (tmp_path / SPOOL_NAME).write_bytes(lines(*range(1, 501)))
    reader, found, parts = SpoolReader(tmp_path), [], 0
    while batch := reader.read(50):
        found += [event.sequence for event in batch]
        parts += 1
    assert found == list(range(1, 501))
    assert parts >= 5


@pytest.mark.parametrize("garbage", [b"x" * 5000, b"\xff\xfe\x00", b"[1, 2]", b'{"event": 7}', b""])
def test_garbage_is_passed_over_in_bounded_memory(tmp_path, monkeypatch, garbage) -> None:
    monkeypatch.setattr(spool, "_STEP", 512)
    monkeypatch.setattr(spool, "LONGEST_LINE", 2048)
    (tmp_path / SPOOL_NAME).write_bytes(lines(1) + garbage + b"\n" + lines(2))
    reader = SpoolReader(tmp_path)
    assert [event.sequence for event in (*reader.read(), *reader.read())] == [1, 2]
    assert len(reader._rest) <= 2048 + 512


def test_the_first_end_counts(tmp_path) -> None:
    ends = b"".join(encode_end(RunEnd(code)).encode() + b"\n" for code in (0, 1))
    (tmp_path / SPOOL_NAME).write_bytes(ends + lines(1))
    reader = SpoolReader(tmp_path)
    assert [event.sequence for event in reader.read()] == [1]
    assert reader.end == RunEnd(0)


def test_garbage_without_end_is_read_in_parts(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(spool, "_STEP", 100)
    monkeypatch.setattr(spool, "_STEPS", 4)
    (tmp_path / SPOOL_NAME).write_bytes(b"x" * 1000 + b"\n" + lines(1))
    reader, parts = SpoolReader(tmp_path), []
    while True:
        parts.append((len(reader.read()), reader.more))
        if not reader.more:
            break
    assert parts[0] == (0, True)
    assert sum(count for count, _ in parts) == 1
