"""What a start asks for: which package, with which options, and how it stands in the queue."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from dtserve.execution.options import ExecutionOptions, decode, encode, options_from
from dtserve.service.errors import JobGone
from dtserve.service.sealed import Seal

__all__ = ["HIDDEN", "RunRequest"]

HIDDEN = "***"
"""What stands for a value that may be a secret."""


@dataclass(frozen=True)
class RunRequest:
    """One start.

    Exactly one of ``package`` (a path in the store), ``file`` (a path in an allowed folder) and ``content`` (the
    bytes of a package or project that the caller sent) is given; ``package_name`` picks the package of a project.
    ``command_files`` are files of dtexec options in an allowed folder, read before ``options``.
    ``priority``: higher runs first. ``key``: runs of the same key never run at the same time; with ``refuse_busy``
    a start is refused instead of queued. ``timeout_seconds`` 0 waits for ever. A run that fails, times out or is
    lost is tried ``retries`` more times, each ``retry_seconds`` after the last.
    """

    package: str = ""
    file: str = ""
    content: bytes = field(default=b"", repr=False)
    package_name: str = ""
    command_files: tuple[str, ...] = ()
    options: ExecutionOptions = field(default_factory=ExecutionOptions, repr=False)
    priority: int = 0
    key: str = ""
    refuse_busy: bool = False
    timeout_seconds: float = 0.0
    retries: int = 0
    retry_seconds: float = 0.0
    schedule: str = ""

    def to_json(self) -> str:
        """The JSON form, secrets included: only to be sealed."""
        values = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "options"}
        return json.dumps({**encode(values), "options": encode(asdict(self.options))})

    @classmethod
    def from_json(cls, text: str) -> RunRequest:
        """Read :meth:`to_json`."""
        stored = json.loads(text)
        options = options_from(stored.pop("options"))
        values = decode(stored)
        return cls(**{**values, "command_files": tuple(values["command_files"])}, options=options)

    @classmethod
    def unsealed(cls, sealed: bytes, seal: Seal) -> RunRequest:
        """The request that was sealed; SealBroken, or JobGone when it is none that this version can read."""
        try:
            return cls.from_json(seal.open(sealed).decode("utf-8"))
        except (ValueError, TypeError, LookupError, AttributeError):
            raise JobGone(detail="another version of dtserve wrote it, in a form that this one cannot read") from None

    def shown(self, public: frozenset[str] = frozenset()) -> str:
        """What was asked, for the history, as JSON: names of what was set, values only of ``public`` parameters."""
        options = self.options
        asked: dict[str, Any] = {
            "validate_only": options.validate_only,
            "set": [f"{each.kind} {each.target}" for each in options.settings],
            "parameters": {
                each.target: str(each.value) if each.target.lower() in public and not each.sensitive else HIDDEN
                for each in options.settings
                if each.kind == "parameter"
            },
        }
        given = {
            "warnings_as_errors": options.warnings_as_errors,
            "max_concurrent": options.max_concurrent,
            "checkpointing": options.checkpointing,
            "checkpoint_file": options.checkpoint_file,
            "restart": options.restart,
            "retries": self.retries,
            "package_name": self.package_name,
            "command_files": list(self.command_files),
        }
        return json.dumps({**asked, **{name: value for name, value in given.items() if value}})
