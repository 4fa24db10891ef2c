"""The CDC state's text: the documented examples, and every state there and back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.datatypes.cdc_state import (
    LSN_LENGTH,
    CdcState,
    CdcStateName,
    format_lsn,
    parse_cdc_state,
    parse_lsn,
    timestamp_now,
)
from dtserve.datatypes.errors import CdcStateInvalid

EXAMPLES = [
    "ILSTART/IR/0x0000162B158700000000//TS/2011-08-07T17:10:43.0031645/",
    "ILEND/IR/0x0000162B158700000000/0x0000162B158700000003/TS/2011-08-07T17:10:43.0031645/",
    "TFEND/CS/0x0000025B000001BC0003/TS/2011-07-17T12:05:58.1001145/",
    "TFSTART/CS/0x0000030D000000AE0003/CE/0x0000159D1E0F01000000/TS/2011-08-09T05:30:43.9344900/",
    "TFREDO/CS/0x0000030D000000AE0003/CE/0x0000159D1E0F01000000/TS/2011-08-09T05:30:59.5544900/",
    "ERROR/TS/2011-08-09T05:30:59.5544900/ER/no connection/",
]


@pytest.mark.parametrize("text", EXAMPLES)
def test_the_documented_examples_there_and_back(text) -> None:
    assert parse_cdc_state(text).text() == text


def test_parts_of_a_run() -> None:
    state = parse_cdc_state(EXAMPLES[4])
    assert state.name is CdcStateName.TFREDO
    assert state.reprocessing
    assert state.has_range
    assert state.start is not None
    assert state.start.hex().upper() == "0000030D000000AE0003"
    assert not parse_cdc_state(EXAMPLES[2]).has_range


def test_empty_is_initial() -> None:
    assert parse_cdc_state(None) == parse_cdc_state(" ") == CdcState()
    assert CdcState().text() == ""


def test_an_error_may_hold_slashes_and_loses_them_when_written() -> None:
    assert parse_cdc_state("ERROR/TS/2011/ER/a/b/").error == "a/b"
    assert CdcState(CdcStateName.ERROR, timestamp="t", error="a/b").text() == "ERROR/TS/t/ER/a b/"


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("NOPE/CS/0x01/", '"NOPE" is no state'),
        ("TFEND/CS/12/", "no log sequence number"),
        ("TFEND/CS/", '"CS" is not understood'),
        ("TFEND/XX/0x01/", '"XX" is not understood'),
        ("ILEND/IR/0x01/", '"IR" is not understood'),
        ("TFEND/CS/0x0123456789012345678901/", "no log sequence number"),
    ],
)
def test_a_text_that_is_no_state(text, detail) -> None:
    with pytest.raises(CdcStateInvalid, match=detail):
        parse_cdc_state(text)


LSN = st.binary(min_size=LSN_LENGTH, max_size=LSN_LENGTH)


@settings(max_examples=60, deadline=None)
@given(
    st.builds(
        CdcState,
        name=st.sampled_from([each for each in CdcStateName if each is not CdcStateName.INITIAL]),
        start=st.none() | LSN,
        end=st.none() | LSN,
        initial_start=LSN,
        initial_end=st.none() | LSN,
        timestamp=st.just("2011-08-09T05:30:59.5544900"),
        error=st.text("abc :,.", max_size=20).filter(lambda text: text == text.strip()),
    )
)
def test_there_and_back(state) -> None:
    assert parse_cdc_state(state.text()) == state


@settings(max_examples=60, deadline=None)
@given(LSN)
def test_positions_there_and_back(lsn) -> None:
    assert parse_lsn(format_lsn(lsn)) == lsn


def test_a_state_is_stamped_with_the_time_in_utc() -> None:
    stamped = CdcState(CdcStateName.TFEND, start=b"\1").stamped()
    assert stamped.timestamp[:13] == timestamp_now()[:13]
    assert len(stamped.timestamp) == len("2011-08-09T05:30:59.5544900")
