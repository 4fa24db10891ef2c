"""The reported result."""

import pytest

from dtserve.controlflow.results import ExecResult
from dtserve.controlflow.settlement import ForcedResult, settle
from support.controlflow_tree import load_tree


@pytest.mark.parametrize(
    ("result", "errors", "maximum", "forced", "stopping", "wanted"),
    [
        (ExecResult.SUCCESS, 0, 1, ForcedResult.NONE, False, ExecResult.SUCCESS),
        (ExecResult.SUCCESS, 1, 1, ForcedResult.NONE, False, ExecResult.FAILURE),
        (ExecResult.SUCCESS, 5, 0, ForcedResult.NONE, False, ExecResult.SUCCESS),
        (ExecResult.SUCCESS, 1, 2, ForcedResult.NONE, False, ExecResult.SUCCESS),
        (ExecResult.SUCCESS, 0, 1, ForcedResult.NONE, True, ExecResult.FAILURE),
        (ExecResult.FAILURE, 1, 1, ForcedResult.SUCCESS, False, ExecResult.SUCCESS),
        (ExecResult.SUCCESS, 0, 1, ForcedResult.FAILURE, False, ExecResult.FAILURE),
        (ExecResult.SUCCESS, 1, 1, ForcedResult.COMPLETION, False, ExecResult.COMPLETION),
        (ExecResult.CANCELED, 1, 1, ForcedResult.SUCCESS, False, ExecResult.CANCELED),
    ],
)
def test_settle(tmp_path, result, errors, maximum, forced, stopping, wanted) -> None:
    container = load_tree('<sequence name="S"/>', tmp_path).children[0]
    container.error_count, container.maximum_error_count = errors, maximum
    container.force_execution_result, container.stopping = forced, stopping
    assert settle(container, result) is wanted
