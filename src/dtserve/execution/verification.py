"""``/VERIFYBUILD``, ``/VERIFYPACKAGEID``, ``/VERIFYVERSIONID``, ``/VERIFYSIGNED`` (DTEXEC §4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtserve.controlflow.containers.package import PackageContainer
from dtserve.execution.errors import VerificationFailed
from dtserve.execution.options import ExecutionOptions

if TYPE_CHECKING:
    from dtserve.package.document import PackageDocument

__all__ = ["verify"]


def verify(package: PackageContainer, document: PackageDocument, options: ExecutionOptions) -> None:
    """Raise VerificationFailed when the package is not the one asked for."""
    model = package.package_model
    if options.verify_build:
        found = (model.version_major, model.version_minor, model.version_build)[: len(options.verify_build)]
        if found != options.verify_build:
            raise VerificationFailed(
                what="version", found=".".join(map(str, found)), wanted=".".join(map(str, options.verify_build))
            )
    for what, wanted, here in (
        ("package id", options.verify_package_id, model.dtsid),
        ("version id", options.verify_version_id, model.version_guid),
    ):
        if wanted and _plain(wanted) != _plain(here):
            raise VerificationFailed(what=what, found=here or "missing", wanted=wanted)
    if options.verify_signed:
        _verify_signature(document)


def _plain(guid: str) -> str:
    return guid.strip().strip("{}").lower()


def _verify_signature(document: PackageDocument) -> None:
    from dtserve.package.signature import verify_signature

    verify_signature(document)
