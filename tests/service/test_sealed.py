"""Sealed bytes open with their own key only, and only unchanged."""

import stat
import threading
import time

import pytest

from dtserve.service.errors import SealBroken
from dtserve.service.sealed import Seal
from dtserve.stores import durable


def test_round_trip_over_a_restart(tmp_path) -> None:
    sealed = Seal(tmp_path / "key").close(b"hunter2")
    assert b"hunter2" not in sealed
    assert Seal(tmp_path / "key").open(sealed) == b"hunter2"
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_changed_bytes_other_keys_and_broken_keys(tmp_path) -> None:
    seal = Seal(tmp_path / "key")
    sealed = seal.close(b"x")
    with pytest.raises(SealBroken):
        seal.open(sealed[:-2] + b"AA")
    with pytest.raises(SealBroken, match="other"):
        Seal(tmp_path / "other").open(sealed)
    (tmp_path / "bad").write_bytes(b"short")
    with pytest.raises(SealBroken):
        Seal(tmp_path / "bad").open(sealed)


def test_marks_are_keyed(tmp_path) -> None:
    one, other = Seal(tmp_path / "one"), Seal(tmp_path / "other")
    assert one.mark(b"secret") == Seal(tmp_path / "one").mark(b"secret")
    assert len({one.mark(b"secret"), one.mark(b"Secret"), other.mark(b"secret")}) == 3


def test_seals_that_begin_together_have_one_key(tmp_path, monkeypatch) -> None:
    write = durable.write_file

    def slowly(*arguments, **named) -> None:
        time.sleep(0.1)  # long enough for another to come by
        write(*arguments, **named)

    monkeypatch.setattr(durable, "write_file", slowly)
    seals = [Seal(tmp_path / "key"), Seal(tmp_path / "key")]
    sealed: list[bytes] = []
    threads = [threading.Thread(target=lambda seal=seal: sealed.append(seal.close(b"x"))) for seal in seals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [Seal(tmp_path / "key").open(each) for each in sealed] == [b"x", b"x"]
