"""The errors of transactions name container, connections and what to do."""

import pytest

from dtserve.controlflow import transaction_errors as errors


@pytest.mark.parametrize("name", errors.__all__)
def test_what_a_user_reads(name) -> None:
    facts = {
        "container": "S",
        "connection": "db",
        "detail": "why.",
        "level": 16,
        "kept": '"a"',
        "lost": '"b"',
        "verb": "commit",
        "name": "x",
    }
    error = getattr(errors, name)(**facts)
    assert "{" not in error.message
    assert '"S"' in error.message
    assert error.remedy.endswith(".")
