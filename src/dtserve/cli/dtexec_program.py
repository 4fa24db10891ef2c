"""What dtexec does: reads its line, opens the package, runs it, and tells all of it (DTEXEC)."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from types import FrameType
from typing import TYPE_CHECKING

from dtserve import __version__
from dtserve.cli.dtexec_console import Console
from dtserve.cli.dtexec_options import LONG_OPTIONS, TABLE
from dtserve.cli.dtexec_request import Request, read_line, request_from
from dtserve.errors import Canceled, DtserveError, InternalError, UsageError
from dtserve.machine import new_guid, operator_name

if TYPE_CHECKING:
    from dtserve.controlflow.cancel import CancelSwitch
    from dtserve.execution.load import LoadedPackage
    from dtserve.execution.options import ExecutionOptions, PackageSource
    from dtserve.execution.registration import Registration

__all__ = ["run_line"]

STATES = {0: "succeeded", 1: "failed", 3: "canceled"}
"""Exit code → state of the run as the service has it."""
NOT_LOADED = 5
"""The exit code of a package that was found and could not be loaded."""


def run_line(words: list[str], stop_asked: Callable[[], bool] | None = None) -> int:
    """Do what a line asks for; the exit code. Every error is told, none passes (but with ``--debug``).

    ``stop_asked`` is given where this process exists for the line alone: whether somebody asked to stop already.
    """
    console = Console()
    console.stop_asked = stop_asked
    try:
        return _main(words, console)
    except UsageError as error:
        console.lines((error.message, "The command line parameters are invalid." if error.remedy else "", error.remedy))
        return error.exit_code
    except BrokenPipeError:
        _mute()
        return 1
    except KeyboardInterrupt:
        return 3
    except DtserveError as error:
        console.lines((error.describe(),))
        return error.exit_code
    except Exception as error:
        if "--debug" in words:
            raise
        console.lines((InternalError(where="dtexec", detail=f"{type(error).__name__}: {error}").describe(),))
        return 6
    finally:
        if console.live is not None:
            console.live.stop()


def _mute() -> None:
    """Whoever read the output is gone: keep the interpreter from writing to it again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _main(words: list[str], console: Console) -> int:
    started = time.time()
    line, long = read_line(words)
    if "version" in long:
        console.lines((f"dtexec (dtserve) {__version__}",))
        return 0
    for key in ("?", "help"):
        asked = line.last(key)
        if asked is not None:
            console.lines(_help(asked.text))
            return 0
    request = request_from(line, long)
    console.reporting, console.log, console.sums = request.reporting, request.console_log, request.sums
    console.banner(started)
    _remarks(request, console)
    return _execute(_with_password(request, console), console, started)


def _help(option: str) -> list[str]:
    if option:
        return [TABLE.help_for(option)]
    own = [f"  {'--' + name + ' ' + value:<34} {text}" for name, (value, text) in LONG_OPTIONS.items()]
    return [TABLE.usage(), "", "Options of dtserve:", *own]


def _remarks(request: Request, console: Console) -> None:
    for remark in request.remarks:
        if not remark:
            console.lines(("",))
    if request.password_on_line:
        console.lines(
            (
                "Warning: Using /De[crypt] <password> may store decryption password in command history.",
                "You may set the environment variable SSIS_PACKAGE_DECRYPT, or use /De[crypt] without a password to "
                "be asked for it.",
            )
        )
    if request.dumps:
        console.lines(("Warning: debug dump files are not available; /Dump and /DumpOnError have no effect.",))


def _with_password(request: Request, console: Console) -> Request:
    if not request.ask_password:
        return request
    import getpass

    try:
        password = getpass.getpass("Enter decryption password: ")
    except EOFError:
        password = ""
    return replace(request, options=replace(request.options, password=password))


def _execute(request: Request, console: Console, started: float) -> int:
    from dtserve.controlflow.cancel import CancelSwitch
    from dtserve.controlflow.events import Event
    from dtserve.execution.load import open_source

    try:
        source, options = _source(request)
        loaded = open_source(source, options)
        loaded.document.model  # noqa: B018 - a package that cannot be read is a load error
    except DtserveError as error:
        console.event(Event("OnError", "", code=error.code, message=error.message))
        console.failure(request.source.display_path or request.path, error.code, error.message)
        console.closing(started, time.time())
        return error.exit_code
    cancel = CancelSwitch(dedicated=console.stop_asked is not None)
    _catch_signals(cancel)
    if console.stop_asked is not None and console.stop_asked():
        cancel.cancel()
    options = replace(options, folder=str(loaded.folder), execution_id=options.execution_id or new_guid())
    console.execution_id = options.execution_id
    console.computer, console.operator = _place()
    if not request.classic and "N" not in request.reporting.letters:
        console.show_live(progress=not request.reports_progress)
    registered = None
    if not options.validate_only:
        from dtserve.execution.registration import Registration

        model = loaded.document.model
        told = {"package": model.name, "package_id": model.dtsid, "user": console.operator, "started": started}
        path = source.display_path or source.path
        path = os.path.abspath(path) if os.path.exists(path) else path
        registered = Registration.begin(request.home, options.execution_id, path=path, **told)
    code = _run(loaded, source, options, console, cancel, started, registered)
    if registered is not None:
        registered.finish(STATES.get(code, "failed"))
    return code


def _place() -> tuple[str, str]:
    operator = operator_name()
    return operator.partition("\\")[0], operator


def _source(request: Request) -> tuple[PackageSource, ExecutionOptions]:
    if request.store:
        from dtserve.cli.dtexec_store import source_from_store

        return source_from_store(request)
    from dtserve.cli.dtexec_store import with_home

    return request.source, with_home(request)


def _catch_signals(cancel: CancelSwitch) -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        threading.Thread(target=cancel.cancel, daemon=True).start()

    for name in ("SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop)


def _run(
    loaded: LoadedPackage,
    source: PackageSource,
    options: ExecutionOptions,
    console: Console,
    cancel: CancelSwitch,
    started: float,
    registered: Registration | None,
) -> int:
    """Run in a second thread, so that this one always answers Ctrl-C."""
    from dtserve.controlflow.results import ExecResult
    from dtserve.execution.ending import STOP_SECONDS, end_processes, leave
    from dtserve.execution.run import ExecutionResult, run

    done: list[ExecutionResult] = []

    defects: list[Exception] = []

    def work() -> None:
        try:
            result = run(loaded.document, options, console.event, project=loaded.project, cancel=cancel, source=source)
            done.append(result)
        except Exception as error:  # told by main, as any defect
            defects.append(error)

    thread = threading.Thread(target=work, name="package", daemon=True)
    thread.start()
    stopping = 0.0
    while thread.is_alive():
        thread.join(0.1)
        if cancel.canceled:
            stopping = stopping or time.monotonic()
            if time.monotonic() - stopping > STOP_SECONDS:
                break
    if cancel.canceled:
        end_processes()
    if defects:
        raise defects[0]
    if not done:
        console.closing(started, time.time(), ExecResult.CANCELED if cancel.canceled else ExecResult.FAILURE)
        console.closed = True
        sys.stdout.flush()
        if registered is not None:
            registered.finish("canceled" if cancel.canceled else "failed")
        leave(Canceled.exit_code if cancel.canceled else 1)
    result = done[0]
    refused = result.error if result.error is not None and result.exit_code == NOT_LOADED else None
    if refused is not None:
        console.failure(source.display_path or source.path, refused.code, refused.message)
    console.closing(started, time.time(), None if refused is not None else result.result)
    return result.exit_code
