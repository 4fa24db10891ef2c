"""Sequence container: groups executables; a scope for variables, errors and transactions (CONTROL_FLOW §7.3)."""

from __future__ import annotations

from typing import ClassVar

from dtserve.controlflow.containers.parent import ParentContainer
from dtserve.controlflow.registry import container

__all__ = ["SequenceContainer"]


@container("Sequence")
class SequenceContainer(ParentContainer):
    """Runs its children once."""

    kind: ClassVar[str] = "Sequence Container"
