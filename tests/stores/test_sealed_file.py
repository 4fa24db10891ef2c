"""Sealed files: what is written is read, and nothing else; every change is noticed."""

import io
import json
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.stores import sealed_file
from dtserve.stores.errors import BackupCorrupt, BackupKeyWrong, PassphraseMissing
from dtserve.stores.sealed_file import CHUNK, MARK, SealedReader, SealedWriter, is_sealed


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    monkeypatch.setattr(sealed_file, "_MEMORY_KIB", 64)
    monkeypatch.setattr(sealed_file, "_TIME_COST", 1)


def seal(data, passphrase="swordfish"):
    target = io.BytesIO()
    writer = SealedWriter(target.write, passphrase)
    for at in range(0, len(data), 70_000):
        writer.write(data[at : at + 70_000])
    writer.finish()
    return target.getvalue()


def unseal(sealed, passphrase="swordfish"):
    return SealedReader(io.BytesIO(sealed), passphrase, shown="f").read()


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 5])
def test_any_size(size):
    data = bytes(range(256)) * (size // 256 + 1)
    data = data[:size]
    sealed = seal(data)
    assert is_sealed(sealed)
    assert unseal(sealed) == data
    assert data[:64] not in sealed or size < 64


def test_reading_in_parts():
    data = b"0123456789" * 30_000
    reader = SealedReader(io.BytesIO(seal(data)), "swordfish")
    assert reader.read(7) + reader.read(0) + reader.read(100_000) + reader.read() + reader.read(5) == data


def test_the_same_content_looks_different_each_time():
    assert seal(b"x" * 100) != seal(b"x" * 100)


@pytest.mark.parametrize("passphrase", ["Swordfish", "", None])
def test_a_wrong_passphrase(passphrase):
    with pytest.raises(BackupKeyWrong):
        unseal(seal(b"secret"), passphrase)
    with pytest.raises(PassphraseMissing):
        seal(b"x", "")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_change_is_noticed(data):
    sealed = bytearray(CHANGED)
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises((BackupCorrupt, BackupKeyWrong)):
        unseal(bytes(sealed))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_cutting_off_is_noticed(at):
    with pytest.raises((BackupCorrupt, BackupKeyWrong)):
        unseal(CHANGED[: at % len(CHANGED)])


def test_chunks_cannot_be_dropped_swapped_or_added(monkeypatch):
    monkeypatch.setattr(sealed_file, "CHUNK", 10)
    sealed = seal(b"a" * 10 + b"b" * 10 + b"c" * 10)
    head = len(MARK) + 4 + struct.unpack_from(">I", sealed, len(MARK))[0]
    chunks = [sealed[at : at + 30] for at in range(head, len(sealed), 30)]
    assert len(chunks) == 3
    for order in ([0, 1], [1, 0, 2], [0, 2], [0, 1, 2, 2], [2]):
        with pytest.raises((BackupCorrupt, BackupKeyWrong)):
            unseal(sealed[:head] + b"".join(chunks[number] for number in order))


def test_a_header_cannot_ask_for_everything():
    header = {"time": 1, "memory": 2**40, "lanes": 1, "salt": "00" * 16, "nonce": "00" * 7}
    data = json.dumps(header).encode()
    with pytest.raises(BackupCorrupt, match="header"):
        unseal(MARK + struct.pack(">I", len(data)) + data)
    with pytest.raises(BackupCorrupt, match="too long"):
        unseal(MARK + struct.pack(">I", 2**31))


def _sample():
    memory, cost = sealed_file._MEMORY_KIB, sealed_file._TIME_COST
    sealed_file._MEMORY_KIB, sealed_file._TIME_COST = 64, 1
    try:
        return seal(b"content" * 200)
    finally:
        sealed_file._MEMORY_KIB, sealed_file._TIME_COST = memory, cost


CHANGED = _sample()
