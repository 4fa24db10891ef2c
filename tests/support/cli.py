"""``dtserve`` as a user calls it, in this process."""

from pathlib import Path

import pytest

from dtserve.cli.dtserve import main


def dtserve(capsys: pytest.CaptureFixture[str], home: Path, *words: str) -> tuple[int, str, str]:
    """Exit code, what was printed, and what was told on standard error."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DTSERVE_HOME", str(home))
        code = main([str(word) for word in words])
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    return code, printed.out, printed.err
