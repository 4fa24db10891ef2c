"""DTSExecResult."""

from dtserve.controlflow.results import ExecResult


def test_numbers_and_labels() -> None:
    assert [(int(each), each.label) for each in ExecResult] == [
        (0, "DTSER_SUCCESS"), (1, "DTSER_FAILURE"), (2, "DTSER_COMPLETION"), (3, "DTSER_CANCELED"),
    ]  # fmt: skip
