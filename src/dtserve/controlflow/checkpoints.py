"""Checkpoints: a package continues where it failed (CONTROL_FLOW §9, DTEXEC §12).

With SaveCheckpoints the file is written anew after each executable that succeeded; it goes when the
package succeeds. CheckpointUsage tells whether a run starts from it. For and Foreach loops and what is
in them, and children of a container with a transaction of its own, are never recorded: they run again. Object
variables are not kept; configurations are not read again.
"""

from __future__ import annotations

import os
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dtserve.controlflow.errors import (
    CheckpointFileForeign,
    CheckpointFileUnset,
    CheckpointLoadFailed,
    CheckpointMismatch,
    CheckpointNotWritten,
    CheckpointTransaction,
    CheckpointUnreadable,
)
from dtserve.controlflow.results import ExecResult
from dtserve.controlflow.values import OBJECT, parse_variant, stored_text
from dtserve.errors import DtserveError
from dtserve.package.xml import DTS, parse_xml

if TYPE_CHECKING:
    from dtserve.controlflow.container import Container
    from dtserve.controlflow.containers.package import PackageContainer

__all__ = ["Checkpoint", "Restart", "open_checkpoint", "read_checkpoint", "restarts"]

NEVER, IF_EXISTS, ALWAYS = 0, 1, 2
LOOPS = frozenset(("ForLoop", "ForEachLoop"))
D = f"{{{DTS}}}"
I_SAVES, I_RESTARTED, I_SAVED, I_DELETED, I_SAVING = 0x40016045, 0x40016046, 0x40016047, 0x40016048, 0x40016049


@dataclass
class Restart:
    """What a checkpoint file says: results by container id, variables by container id."""

    package_id: str
    results: dict[str, ExecResult] = field(default_factory=dict)
    variables: dict[str, list[tuple[str, int, str]]] = field(default_factory=dict)


def read_checkpoint(path: Path) -> Restart:
    """Read a checkpoint file; CheckpointUnreadable."""
    try:
        root = parse_xml(path.read_bytes())
    except OSError as error:
        raise CheckpointUnreadable(path=str(path), code="80070002", detail=error.strerror or str(error)) from error
    except DtserveError as error:
        raise CheckpointUnreadable(path=str(path), code=f"{error.code:08X}", detail=error.message) from error
    try:
        return _restart(root)
    except ValueError:
        raise CheckpointUnreadable(path=str(path), code="80004005", detail="a number in it is none.") from None


def _restart(root: Any) -> Restart:
    found = Restart((root.get(f"{D}PackageID") or "").upper())
    for container in root.iterchildren(f"{D}Container"):
        found.results[(container.get(f"{D}ContID") or "").upper()] = ExecResult(int(container.get(f"{D}Result") or 0))
    for scope in root.iterchildren(f"{D}Variables"):
        kept = found.variables.setdefault((scope.get(f"{D}ContID") or "").upper(), [])
        for variable in scope.iterchildren(f"{D}Variable"):
            kept.append(_read_variable(variable))
    return found


def _read_variable(element: Any) -> tuple[str, int, str]:
    stored = {each.get(f"{D}Name"): each.text or "" for each in element.iterchildren(f"{D}Property")}
    value = element.find(f"{D}VariableValue")
    vt = int(value.get(f"{D}DataType") or 8) if value is not None else 8
    text = (value.text or "") if value is not None else ""
    return f"{stored.get('Namespace', 'User')}::{stored.get('ObjectName', '')}", vt, text


class Checkpoint:
    """The checkpoint of a running package; ``restart`` is what it continues from."""

    def __init__(self, package: PackageContainer, path: Path, restart: Restart | None) -> None:
        self.package = package
        self.path = path
        self.restart = restart
        self.saves = package.save_checkpoints
        self._lock = threading.Lock()
        self._finished: list[tuple[Container, ExecResult]] = []

    def done(self, container: Container) -> ExecResult | None:
        """The result with which an earlier run finished ``container``; None when it has to run."""
        if self.restart is None:
            return None
        result = self.restart.results.get(container.model.dtsid.upper())
        if result is not None:
            with self._lock:
                self._finished.append((container, result))
        return result

    def record(self, container: Container, result: ExecResult) -> None:
        """Note that ``container`` has finished; failures and what always runs again are not recorded."""
        if not self.saves or result not in (ExecResult.SUCCESS, ExecResult.COMPLETION) or not _counts(container):
            return
        container.fire_information(I_SAVING, f'Checkpoint file "{self.path}" update starting.')
        with self._lock:
            self._finished.append((container, result))
            self._write()
        container.fire_information(
            I_SAVED, f'Checkpoint file "{self.path}" was updated to record completion of this container.'
        )

    def _write(self) -> None:
        """Write the whole file beside the old one and put it in its place."""
        data = _document(self.package, self._finished)
        name = ""
        try:
            handle, name = tempfile.mkstemp(prefix=self.path.name, dir=self.path.parent)
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(name, self.path)
        except OSError as error:
            if name:
                Path(name).unlink(missing_ok=True)
            raise CheckpointNotWritten(path=str(self.path), detail=error.strerror or str(error)) from error

    def finish(self, result: ExecResult) -> None:
        """The package has ended: on success the file goes."""
        if result is ExecResult.SUCCESS and (self.saves or self.restart is not None) and self.path.exists():
            try:
                self.path.unlink()
            except OSError as error:
                self.package.report(CheckpointNotWritten(path=str(self.path), detail=error.strerror or str(error)))
                return
            self.package.fire_information(
                I_DELETED, f'Checkpoint file "{self.path}" was deleted after successful completion of the package.'
            )


def _counts(container: Container) -> bool:
    here: Container | None = container
    while here is not None:
        if here.model.part in LOOPS or here is container.handler:
            return False
        above = here.parent
        if above is not None and above.transaction is not None and above.transaction.owner is above:
            return False
        here = above
    return container.parent is not None


def restarts(usage: int, file_name: str, path: Path) -> bool:
    """Whether a run with this CheckpointUsage starts from the file."""
    return usage == ALWAYS or (usage == IF_EXISTS and bool(file_name.strip()) and path.exists())


def open_checkpoint(package: PackageContainer) -> Checkpoint | None:
    """The checkpoint of this run; None when neither saved nor used. Raises coded errors that end the run."""
    usage, saves, name = package.checkpoint_usage, package.save_checkpoints, package.checkpoint_file_name
    if usage == NEVER and not saves:
        return None
    if not name.strip():
        if usage == ALWAYS:
            raise CheckpointFileUnset
        return None
    if saves and int(package.transaction_option) == 2:
        raise CheckpointTransaction
    path = package.run.shared.environment.map_path(name)
    restart: Restart | None = None
    if restarts(usage, name, path):
        restart = _load(package, path)
        package.fire_information(
            I_RESTARTED,
            f'The package restarted from checkpoint file "{path}". The package was configured to restart from '
            "checkpoint.",
        )
    elif saves and path.exists() and not _is_own(package, path):
        raise CheckpointFileForeign(path=str(path))
    if saves:
        package.fire_information(
            I_SAVES,
            f'The package will be saving checkpoints to file "{path}" during execution. The package is configured to '
            "save checkpoints.",
        )
    return Checkpoint(package, path, restart)


def _is_own(package: PackageContainer, path: Path) -> bool:
    try:
        return read_checkpoint(path).package_id == package.model.dtsid.upper()
    except DtserveError:
        return False


def _load(package: PackageContainer, path: Path) -> Restart:
    try:
        found = read_checkpoint(path)
    except DtserveError as error:
        package.report(error)
        raise CheckpointLoadFailed from error
    if found.package_id != package.model.dtsid.upper():
        raise CheckpointMismatch(path=str(path))
    for container in _walk(package):
        for name, vt, text in found.variables.get(container.model.dtsid.upper(), ()):
            variable = container.scope.find(name)
            if variable is not None and variable.scope is container.scope and variable.compute is None:
                variable.value = parse_variant(text, vt, name)
    return found


def _walk(container: Container) -> list[Container]:
    found = [container]
    for child in (*container.children, *container.handlers.values()):
        found.extend(_walk(child))
    return found


def _document(package: PackageContainer, finished: list[tuple[Container, ExecResult]]) -> bytes:
    from lxml import etree

    root = etree.Element(f"{D}Checkpoint", {f"{D}PackageID": package.model.dtsid}, nsmap={"DTS": DTS})
    for container in _walk(package):
        own = [each for each in container.scope if each.compute is None and each.vt != OBJECT]
        own = [each for each in own if not each.namespace.startswith("$") and not each.sensitive]
        if own:
            scope = etree.SubElement(root, f"{D}Variables", {f"{D}ContID": container.model.dtsid})
            for variable in own:
                _write_variable(etree.SubElement(scope, f"{D}Variable"), variable)
    for number, (container, result) in enumerate(reversed(finished)):
        satisfied = "" if number == 0 else "Y" * _outgoing(container)
        etree.SubElement(
            root,
            f"{D}Container",
            {
                f"{D}ContID": container.model.dtsid,
                f"{D}Result": str(int(result)),
                f"{D}PrecedenceMap": satisfied,
            },
        )
    data: bytes = etree.tostring(root, xml_declaration=False, encoding="utf-8")
    return data


def _outgoing(container: Container) -> int:
    """How many constraints leave the container: one letter each in the map (§9, its meaning is UNVERIFIED)."""
    parent = container.parent
    if parent is None:
        return 0
    return sum(each.from_ref == container.model.ref_id for each in parent.model.constraints)


def _write_variable(element: Any, variable: Any) -> None:
    from lxml import etree

    def add(name: str, text: str) -> None:
        etree.SubElement(element, f"{D}Property", {f"{D}Name": name}).text = text

    add("Expression", variable.expression)
    add("EvaluateAsExpression", "-1" if variable.evaluate else "0")
    add("Namespace", variable.namespace)
    add("ReadOnly", "-1" if variable.read_only else "0")
    add("RaiseChangedEvent", "-1" if variable.raise_changed else "0")
    add("IncludeInDebugDump", "2345")
    value = etree.SubElement(element, f"{D}VariableValue", {f"{D}DataType": str(variable.vt)})
    value.text = stored_text(variable.value, variable.vt)
    add("ObjectName", variable.name)
    add("DTSID", variable.dtsid)
    add("Description", variable.description)
    add("CreationName", "")
