"""DTSExecResult: how an executable ended (DTEXEC §2)."""

from __future__ import annotations

import enum

__all__ = ["ExecResult"]


class ExecResult(enum.IntEnum):
    """The result of an executable, with the numbers of ``DTSExecResult``."""

    SUCCESS = 0
    FAILURE = 1
    COMPLETION = 2
    CANCELED = 3

    @property
    def label(self) -> str:
        """The name as dtexec prints it.

        >>> ExecResult.FAILURE.label
        'DTSER_FAILURE'
        """
        return f"DTSER_{self.name}"
