"""dtutil: packages and folders of the stores, one action per call (DTUTIL).

Exit codes: 0 done, 1 failed, 4 package not found, 5 package not loadable, 6 a line that makes
no sense. Everything is printed on standard output, as callers expect it there. What is where:
options ``dtutil_options``, the checked line ``dtutil_request``, texts ``dtutil_texts``, the work
``dtutil_actions``.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence

from dtserve.cli import dtutil_texts as texts
from dtserve.cli.dtutil_options import TABLE
from dtserve.cli.dtutil_request import Request, read_request
from dtserve.errors import DtserveError, InternalError, UsageError

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one line; returns the exit code."""
    code = _guarded(list(sys.argv[1:] if argv is None else argv))
    if argv is None and "duckdb" not in sys.modules:  # DuckDB complains at the end of what is not collected
        gc.freeze()  # the process ends: the collector need not walk everything once more
    return code


def _guarded(words: list[str]) -> int:
    """The exit code; every error is told, none passes."""
    try:
        print(texts.banner())
        request = read_request(words)
        if request.action == "help":
            print(TABLE.help_for(request.topic) if request.topic else TABLE.usage())
            return 0 if words else 6
        return _run(request)
    except UsageError as error:
        print(f"{error.message} {error.remedy}".rstrip())
        return 6
    except DtserveError as error:
        print(texts.failure(error.hresult, error.message))
        return error.exit_code
    except BrokenPipeError:
        return 1
    except KeyboardInterrupt:
        print()
        return 1
    except Exception as error:
        defect = InternalError(where="dtutil", detail=f"{type(error).__name__}: {error}")
        print(texts.failure(defect.hresult, defect.message))
        return 6


def _run(request: Request) -> int:
    from dtserve.cli.dtutil_actions import Session
    from dtserve.service.config import load_home

    return Session(load_home(make=not request.only_files)).run(request)
