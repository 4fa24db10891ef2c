"""The body of a start: everything the pages of the Execute Package Utility offer (SERVICE §10.8)."""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from dtserve.errors import AccessDenied
from dtserve.execution.options import ExecutionOptions, Logger, Setting
from dtserve.service.errors import ExecutionNotFound, RequestInvalid
from dtserve.service.guarded_tree import GuardedTree
from dtserve.service.hub import Hub
from dtserve.service.identity import Identity
from dtserve.service.role_table import ALL
from dtserve.service.run_request import RunRequest
from dtserve.service.sealed import Seal
from dtserve.stores.names import parse_path

__all__ = ["LoggerOption", "Start", "start_once"]

Path = Annotated[str, Field(max_length=4000)]
Text = Annotated[str, Field(max_length=1_000_000)]


class LoggerOption(BaseModel):
    """A log provider for this run, as ``dtexec /LOGGER``."""

    model_config = ConfigDict(extra="forbid")
    provider: Path = Field(description="ProgID or class id.")
    config_string: Path = Field(default="", description="A file connection manager's name, or a path.")


class Start(BaseModel):
    """What to run, and how. One of package, file and content is given."""

    model_config = ConfigDict(extra="forbid")
    package: Path = Field(default="", description="Path of a stored package: ``\\MSDB\\Finance\\Load``.")
    file: Path = Field(default="", description="A package or project file in one of the service's allowed folders.")
    content: str = Field(default="", description="A package or project that is sent along, in base64.")
    package_name: Path = Field(default="", description="Which package of a project.")

    command_files: list[Path] = Field(
        default_factory=list,
        max_length=100,
        description="Files of dtexec options in the service's allowed folders, read before everything else.",
    )
    configurations: list[Path] = Field(
        default_factory=list, description="Configuration files on the server, as dtexec /CONFIGFILE; the last one wins."
    )
    connections: dict[str, Text] = Field(
        default_factory=dict, description="Connection manager → connection string, as dtexec /CONNECTION."
    )
    set: dict[str, Text] = Field(default_factory=dict, description="Property path → value, as dtexec /SET.")
    parameters: dict[str, Text] = Field(default_factory=dict, description="Parameter → value, as dtexec /PAR.")
    password: SecretStr | None = Field(default=None, description="Decrypts the package, as dtexec /DECRYPT.")

    validate_only: bool = Field(default=False, description="Validate the package without executing it.")
    warnings_as_errors: bool = Field(default=False, description="Fail the package on validation warnings.")
    max_concurrent: int | None = Field(default=None, ge=-1, le=1024, description="Maximum concurrent executables.")
    checkpointing: bool | None = Field(default=None, description="Enable package checkpoints.")
    checkpoint_file: Path = ""
    restart: Literal["", "deny", "force", "ifPossible"] = Field(default="", description="Override restart options.")
    loggers: list[LoggerOption] = Field(default_factory=list, max_length=100)

    verify_build: list[int] = Field(default_factory=list, max_length=3, description="Major, minor, build.")
    verify_package_id: Path = ""
    verify_version_id: Path = ""
    verify_signed: bool = False

    priority: int = Field(default=0, ge=-100, le=100, description="Higher ones leave the queue first.")
    key: str = Field(default="", max_length=200, description="Executions of one key never run at the same time.")
    when_busy: Literal["wait", "refuse"] = Field(default="wait", description="What to do while that key runs.")
    timeout_seconds: float = Field(default=0, ge=0, le=10_000_000, description="0 waits for ever.")
    retries: int = Field(default=0, ge=0, le=100, description="How often a failed execution is tried again.")
    retry_seconds: float = Field(default=0, ge=0, le=10_000_000)

    def request(self) -> RunRequest:
        """What the service queues; RequestInvalid."""
        if sum(map(bool, (self.package, self.file, self.content))) != 1:
            raise RequestInvalid(detail="Give exactly one of package, file and content.")
        try:
            content = base64.b64decode(self.content, validate=True)
        except (binascii.Error, ValueError):
            raise RequestInvalid(detail="content is not base64.") from None
        return RunRequest(
            package=self.package,
            file=self.file,
            content=content,
            package_name=self.package_name,
            command_files=tuple(self.command_files),
            options=self._options(),
            priority=self.priority,
            key=self.key,
            refuse_busy=self.when_busy == "refuse",
            timeout_seconds=self.timeout_seconds,
            retries=self.retries,
            retry_seconds=self.retry_seconds,
        )

    def _options(self) -> ExecutionOptions:
        asked = [Setting("configuration", each) for each in self.configurations]
        asked += [Setting("connection", name, value) for name, value in self.connections.items()]
        asked += [Setting("set", target, value) for target, value in self.set.items()]
        asked += [Setting("parameter", _parameter(name), value) for name, value in self.parameters.items()]
        return ExecutionOptions(
            settings=tuple(asked),
            password=self.password.get_secret_value() if self.password is not None else None,
            validate_only=self.validate_only,
            warnings_as_errors=self.warnings_as_errors,
            max_concurrent=self.max_concurrent,
            checkpointing=self.checkpointing,
            checkpoint_file=self.checkpoint_file or None,
            restart=self.restart,
            loggers=tuple(Logger(each.provider, each.config_string) for each in self.loggers),
            verify_build=tuple(self.verify_build),
            verify_package_id=self.verify_package_id,
            verify_version_id=self.verify_version_id,
            verify_signed=self.verify_signed,
        )


def _parameter(name: str) -> str:
    return name if name.startswith("$") else f"$Package::{name}"


def start_once(
    body: Start, caller: Identity, hub: Hub, tree: GuardedTree, key: str | None
) -> tuple[dict[str, Any], bool]:
    """Start what the body asks for, and tell whether it was started before with the same key.

    AccessDenied without the right to read that package; KeyReused; what :meth:`Executions.start` raises.
    """
    run = body.request()
    _may_start(run, caller, tree)
    if key is None:
        return hub.executions.start(run, caller.name), False
    told = body.model_dump()
    asked = json.dumps(told, default=lambda value: value.get_secret_value(), sort_keys=True).encode()
    new = str(uuid.uuid4())
    with hub.identities.start_keys.reserved(caller.name, key, asked, new, Seal(hub.home.seal_path)) as execution_id:
        if execution_id != new:
            try:
                return hub.history.get(execution_id), True
            except ExecutionNotFound:
                pass  # the first start was refused, or the service ended before it was stored
        return hub.executions.start(run, caller.name, execution_id=execution_id), False


def _may_start(run: RunRequest, caller: Identity, tree: GuardedTree) -> None:
    """Stored packages are for who may read them, sent ones for who may import, files of the server for who may run all."""
    if run.package:
        tree.require(tree.resolve(parse_path(run.package)), "read")
        return
    if caller.folders or not (caller.scope("packages.execute") == ALL if run.file else caller.scope("packages.import")):
        raise AccessDenied()
