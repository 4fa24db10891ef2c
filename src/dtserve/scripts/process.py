"""The process in which the scripts of a run are executed, and the lines to and from it.

One process serves a whole run, child packages included: it is started when the first script is, and what scripts
leave in Object variables lives in it. Requests and calls are JSON lines on two pipes of their own, so that whatever
a script or its children print cannot disturb them.
"""

from __future__ import annotations

import collections
import contextlib
import itertools
import json
import os
import queue
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from dtserve.errors import Canceled, ConnectionError_, DtserveError, InternalError
from dtserve.scripts.errors import ScriptHostEnded
from dtserve.scripts.host_program import HostProgram
from dtserve.scripts.toolchain import Toolchain

__all__ = ["ScriptHost"]

POLL = 0.05
"""Seconds between two looks at whether to stop."""
END_SECONDS = 1.0

Launch = Callable[..., "subprocess.Popen[bytes]"]
Serve = Callable[[str, Mapping[str, Any]], Mapping[str, Any] | None]


class ScriptHost:
    """The host process. ``launch`` starts a process (command, then the options of Popen), ``end`` kills its family."""

    def __init__(
        self,
        tools: Toolchain,
        program: HostProgram,
        environment: Mapping[str, str],
        launch: Launch,
        end: Callable[[subprocess.Popen[Any]], None],
    ) -> None:
        self._end = end
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._waiting: dict[int, queue.SimpleQueue[dict[str, Any] | None]] = {}
        self._ended = False
        self._free: collections.deque[int] = collections.deque()
        self._printed: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        to_read, self._requests = os.pipe()
        self._answers, to_write = os.pipe()
        try:
            self.process = launch(
                [tools.mono, "--debug", str(program.program), str(to_read), str(to_write)],
                pass_fds=(to_read, to_write),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._printed,
                env={**environment, "TERM": "dumb", "MONO_IOMAP": "none"},
            )
        finally:
            os.close(to_read)
            os.close(to_write)
        threading.Thread(target=self._read, name="scripts", daemon=True).start()

    @property
    def ended(self) -> bool:
        """Whether the process is gone."""
        return self._ended

    # --- lines ------------------------------------------------------------------------------------

    def _read(self) -> None:
        with os.fdopen(self._answers, "rb") as lines:
            for line in lines:
                message = _message(line)
                if message is None:
                    break
                with self._lock:
                    target = self._waiting.get(message["run"])
                if target is not None:
                    target.put(message)
        with self._lock:
            self._ended = True
            waiting = list(self._waiting.values())
        for each in waiting:
            each.put(None)

    def _send(self, message: Mapping[str, Any]) -> None:
        data = json.dumps(message).encode() + b"\n"
        with self._lock:
            while self._free:
                data = json.dumps({"op": "release", "id": self._free.popleft()}).encode() + b"\n" + data
            if self._requests < 0:
                return
            try:
                view = memoryview(data)
                while view:
                    view = view[os.write(self._requests, view) :]
            except OSError:
                self._ended = True

    @contextlib.contextmanager
    def _conversation(self) -> Iterator[tuple[int, queue.SimpleQueue[dict[str, Any] | None]]]:
        messages: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        with self._lock:
            number = next(self._numbers)
            self._waiting[number] = messages
            if self._ended:
                messages.put(None)
        try:
            yield number, messages
        finally:
            with self._lock:
                self._waiting.pop(number, None)

    # --- what it does -----------------------------------------------------------------------------

    def check(self, assembly: Path, folders: tuple[str, ...]) -> Mapping[str, list[str]]:
        """What an assembly refers to that is not there: assemblies (``missing``) and messages (``members``)."""
        found = self.run("check", {"assembly": str(assembly), "folders": list(folders)}, _refuses, lambda: None)
        return {"missing": found["missing"], "members": found["members"]}

    def run(
        self, operation: str, request: Mapping[str, Any], serve: Serve, look: Callable[[], None]
    ) -> Mapping[str, Any]:
        """Make a request and serve its calls until it is done; ``look`` is called meanwhile and may raise.

        Raises ScriptHostEnded, and what ``look`` raises (the script is aborted).
        """
        with self._conversation() as (number, messages):
            self._send({**request, "op": operation, "run": number})
            while True:
                message = self._next(number, messages, look)
                if message["op"] == "done":
                    return message
                self._serve(message, serve)

    def _next(
        self, number: int, messages: queue.SimpleQueue[dict[str, Any] | None], look: Callable[[], None]
    ) -> dict[str, Any]:
        while True:
            try:
                message = messages.get(timeout=POLL)
            except queue.Empty:
                try:
                    look()
                except Canceled:
                    self._abort(number, messages)
                    raise
                continue
            if message is None:
                raise ScriptHostEnded(detail=self._last_words())
            return message

    def _abort(self, number: int, messages: queue.SimpleQueue[dict[str, Any] | None]) -> None:
        """End a script that is not to go on: its thread, or with it the process when it does not end."""
        self._send({"op": "abort", "run": number})
        try:
            while (message := messages.get(timeout=END_SECONDS)) is not None and message["op"] != "done":
                if "call" in message:
                    self._send({"op": "answer", "call": message["call"], "error": _facts(Canceled())})
        except queue.Empty:
            self.kill()

    def _serve(self, message: dict[str, Any], serve: Serve) -> None:
        call = message.get("call")
        try:
            answer: Mapping[str, Any] = serve(message["op"], message) or {}
        except DtserveError as error:
            if call is None:
                raise
            answer = {"error": _facts(error)}
        except Exception as error:  # a script that were not answered would wait for ever
            if call is None:
                raise
            defect = InternalError(where=f"{message['op']} of a script", detail=f"{type(error).__name__}: {error}")
            answer = {"error": _facts(defect)}
        if call is not None:
            self._send({**answer, "op": "answer", "call": call})

    def release(self, number: int) -> None:
        """An object of a script that nobody holds any more; told with the next message, as this is called anywhere."""
        self._free.append(number)

    def _last_words(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(END_SECONDS)
        try:
            self._printed.seek(0)
            printed = self._printed.read(4000).decode("utf-8", "replace").strip().splitlines()
        except ValueError:
            printed = []
        return f"Exit code {self.process.poll()}. {printed[0] if printed else ''}".strip()

    # --- its end ----------------------------------------------------------------------------------

    def kill(self) -> None:
        """End the process and whatever its scripts started, at once."""
        self._end(self.process)

    def close(self) -> None:
        """End it at the end of the run: it ends with its requests; what it started goes on as in SSIS."""
        with self._lock:
            requests, self._requests = self._requests, -1
        os.close(requests)
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(END_SECONDS)
        self._printed.close()


def _message(line: bytes) -> dict[str, Any] | None:
    """The message of a line; None when the host was killed in the middle of it, or somebody else wrote it."""
    try:
        found = json.loads(line) if line.endswith(b"\n") else None
    except ValueError:
        return None
    return found if isinstance(found, dict) and "run" in found and "op" in found else None


def _refuses(operation: str, facts: Mapping[str, Any]) -> None:
    """A check makes no calls."""


def _facts(error: DtserveError) -> dict[str, Any]:
    if isinstance(error, Canceled):
        kind = "canceled"
    else:
        kind = "sql" if isinstance(error, ConnectionError_) else "runtime"
    return {"kind": kind, "code": error.code, "message": error.message}
