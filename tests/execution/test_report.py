"""Events on the wire."""

from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.controlflow.events import Event
from dtserve.execution.report import RunEnd, encode_end, encode_event, read_line

EVENTS = st.builds(
    Event, st.sampled_from(["OnError", "OnProgress", "RowsSent"]), st.text(max_size=8), st.text(max_size=4),
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
