"""Events on the wire."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.controlflow.events import Event
from dtserve.execution.report import RunEnd, encode_end, encode_event, read_line

EVENTS = st.builds(
    Event, st.sampled_from(["OnError", "OnProgress", "PackageEnd"]), st.text(max_size=8), st.text(max_size=4),
    code=st.integers(0, 2**32 - 1), message=st.text(max_size=30), percent=st.integers(-1, 100),
    result=st.none() | st.integers(0, 3), data=st.dictionaries(st.text(max_size=4), st.integers() | st.text(max_size=4), max_size=3),
    time=st.floats(0, 2e9), sequence=st.integers(1, 10**9),
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(EVENTS)
def test_events_survive_on_one_line(event) -> None:
    line = encode_event(event)
    assert "\n" not in line
    assert read_line(line) == event


def test_the_end_survives_and_noise_is_ignored() -> None:
    end = RunEnd(1, 1, "{x}", 1.0, 2.0, "why", 5)
    assert read_line(encode_end(end)) == end
    assert [read_line(text) for text in ("", "hello", "[1]", '{"other": 1}', "7")] == [None] * 5


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["$decimal", "$date", "path", "rows", "a"]), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
MEMBERS = st.sampled_from(
    ["kind", "source", "time", "sequence", "data", "code", "result", "exit_code", "finished", "x"]
)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["event", "end"]), st.dictionaries(MEMBERS, JSON, max_size=6))
def test_whatever_a_broken_worker_writes_is_a_sound_record_or_none(name, members) -> None:
    item = read_line(json.dumps({name: members}))
    if isinstance(item, RunEnd):
        assert (type(item.exit_code), type(item.error)) == (int, str)
        assert 0 <= item.finished <= 2**53
    elif item is not None:
        assert (type(item.kind), type(item.source), type(item.sequence), type(item.data)) == (str, str, int, dict)
        assert 0 <= item.time <= 2**53


def test_text_that_no_database_takes_is_mended() -> None:
    item = read_line('{"event": {"kind": "OnError", "source": "a\\ud800b", "message": "ä"}}')
    assert (item.source, item.message) == ("a?b", "ä")
