"""Execute Process Task (CONTROL_FLOW §13).

Arguments are one raw command line, split by the rules of Windows. Away from Windows a bare name
``tool.exe`` also finds ``tool`` on the search path; command files and cmd.exe do not run there. What
the process prints goes to the variables named for it, otherwise nowhere.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from pathlib import Path

from dtserve.controlflow.processes import end_tree, finished, start
from dtserve.controlflow.properties import Property
from dtserve.controlflow.registry import task
from dtserve.controlflow.task import Task
from dtserve.controlflow.tasks import process_errors as errors
from dtserve.controlflow.tasks.command_line import split_arguments
from dtserve.errors import Canceled

__all__ = ["ExecuteProcessTask"]

POLL = 0.05


@task("ExecuteProcess")
class ExecuteProcessTask(Task):
    """Runs a program and waits for its end."""

    executable = Property("Executable", str, "", text="The program.")
    arguments = Property("Arguments", str, "", text="Its command line.")
    directory = Property("WorkingDirectory", str, "", text="The folder it starts in.")
    require_full_name = Property("RequireFullFileName", bool, True, text="Fail when it is not at the place named.")
    input_variable = Property("StandardInputVariable", str, "", text="Variable that holds its input.")
    output_variable = Property("StandardOutputVariable", str, "", text="Variable for its output.")
    error_variable = Property("StandardErrorVariable", str, "", text="Variable for its error output.")
    fail_on_code = Property(
        "FailTaskIfReturnCodeIsNotSuccessValue", bool, True, text="Another exit code than SuccessValue fails the task."
    )
    success_value = Property("SuccessValue", int, 0, text="The exit code of success.")
    time_out = Property("TimeOut", int, 0, text="Seconds; 0 = none.")
    terminate = Property(
        "TerminateProcessAfterTimeOut", bool, True, xml="TerminateAfterTimeout", text="End it at the time limit."
    )
    window_style = Property("WindowStyle", str, "Normal", text="Kept, without effect.")

    # --- validation ---------------------------------------------------------------------------

    def validate(self) -> None:
        """Program and directory are there, the variables can be used."""
        if not self.executable.strip():
            raise errors.ProcessNotSet
        for name, stream in (
            (self.input_variable, "standard input"),
            (self.output_variable, "standard output"),
            (self.error_variable, "standard error"),
        ):
            if name.strip():
                found = self.host.scope.find(name)
                writes = stream != "standard input"
                if found is None or found.vt not in (8, 13) or (writes and found.read_only):
                    raise errors.ProcessVariable(variable=name, stream=stream)
        if self._redirects and self.time_out > 0 and not self.terminate:
            raise errors.ProcessRedirectTimeout
        self._resolved()

    @property
    def _redirects(self) -> bool:
        return any(name.strip() for name in (self.input_variable, self.output_variable, self.error_variable))

    def _folder(self) -> Path | None:
        if not self.directory.strip():
            return None
        folder = self.host.run.shared.environment.map_path(self.directory)
        if not folder.is_dir():
            raise errors.ProcessDirectoryMissing(directory=self.directory)
        return folder

    def _resolved(self) -> Path:
        """The program on this machine."""
        name = self.executable.strip().strip('"')
        folder = self._folder()
        if "\\" in name or "/" in name or name[1:2] == ":":
            path = self.host.run.shared.environment.map_path(name)
            if not path.is_file():
                raise errors.ProcessNotInDirectory(executable=self.executable, directory=str(path.parent))
            return path
        if folder is not None and (folder / name).is_file():
            return folder / name
        found = shutil.which(name)
        if found is None and os.name != "nt" and name.lower().endswith(".exe"):
            found = shutil.which(name[:-4])
        if found is None:
            raise errors.ProcessNotOnPath(executable=self.executable)
        return Path(found)

    # --- execution ----------------------------------------------------------------------------

    def execute(self) -> None:
        """Run the program to its end."""
        program, folder = self._resolved(), self._folder()
        given = self._input()
        self.host.custom_event(
            "ExecuteProcessExecutingProcess", f'Executing "{self.executable}" "{self.arguments}" at "{self.directory}".'
        )
        try:
            process = start(
                [str(program), *split_arguments(self.arguments)],
                adopts=self.host.run.cancel.dedicated,
                cwd=folder,
                stdin=subprocess.PIPE if given is not None else subprocess.DEVNULL,
                stdout=subprocess.PIPE if self.output_variable.strip() else subprocess.DEVNULL,
                stderr=subprocess.PIPE if self.error_variable.strip() else subprocess.DEVNULL,
            )
        except OSError as error:
            raise errors.ProcessNotRunnable(executable=self.executable, detail=error.strerror or str(error)) from error
        try:
            output, error_output = self._wait(process, given)
        finally:
            if process.poll() is not None:  # a number that another process may get is not ours to end any more
                finished(process)
        self._route(self.output_variable, output)
        self._route(self.error_variable, error_output)
        code = process.returncode
        self.host.execution_value = code
        if self.fail_on_code and code is not None and code != self.success_value:
            raise errors.ProcessExitCode(
                executable=self.executable,
                arguments=self.arguments,
                directory=self.directory,
                found=code,
                wanted=self.success_value,
            )

    def _input(self) -> bytes | None:
        if not self.input_variable.strip():
            return None
        return str(self.host.scope.value(self.input_variable) or "").encode("utf-8")

    def _route(self, variable: str, data: bytes) -> None:
        if variable.strip():
            self.host.scope.assign(variable, data.decode("utf-8", "replace"))
            self.host.custom_event("ExecuteProcessVariableRouting", f'Routing output to variable "{variable}".')

    def _wait(self, process: subprocess.Popen[bytes], given: bytes | None) -> tuple[bytes, bytes]:
        """Wait for the end, the time limit or a stop; what it wrote."""
        result: list[tuple[bytes, bytes]] = []
        talker = threading.Thread(target=lambda: result.append(process.communicate(given)), daemon=True)
        talker.start()
        deadline = time.monotonic() + self.time_out if self.time_out > 0 else None
        while talker.is_alive():
            talker.join(POLL)
            if self.host.run.cancel.canceled or self.host.cancel_requested:
                end_tree(process)
                talker.join(1.0)
                raise Canceled
            if deadline is not None and time.monotonic() > deadline and talker.is_alive():
                if self.terminate:
                    end_tree(process)
                    talker.join(1.0)
                ending = " and was terminated" if self.terminate else ""
                raise errors.ProcessTimedOut(executable=self.executable, seconds=self.time_out, ending=ending)
        output, error_output = result[0] if result else (b"", b"")
        return output or b"", error_output or b""
