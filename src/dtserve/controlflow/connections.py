"""The connection managers of a running package (FORMAT §3.4, CONTROL_FLOW §10)."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from dtserve.connections.environment import Environment
from dtserve.controlflow.errors import ConnectionNotFound, PropertyExpressionError, PropertyExpressionSetError
from dtserve.controlflow.evaluation import property_value
from dtserve.controlflow.scope import Scope
from dtserve.errors import DtserveError

if TYPE_CHECKING:
    from dtserve.connections.base import Connection
    from dtserve.package.model import ConnectionManager

__all__ = ["ConnectionSet"]


class ConnectionSet:
    """The connection managers of a package and of its project.

    A manager is made on first use; property expressions are evaluated each time one is asked for,
    in the scope of the package. ``shared`` are managers of the project that a parent package has
    already made.
    """

    def __init__(self, models: Iterable[ConnectionManager], environment: Environment, scope: Scope) -> None:
        self.environment = environment
        self.scope = scope
        self._lock = threading.RLock()
        self._models = list(models)
        self._made: dict[str, Connection] = {}
        self._names: dict[str, str] = {}
        self._index: dict[str, ConnectionManager] = {}
        for model in self._models:
            self._index.setdefault(model.name.lower(), model)
        for model in self._models:
            self._index[model.dtsid.lower()] = model
            self._index[model.ref_id.lower()] = model

    def __iter__(self) -> Any:
        return iter(self._models)

    def model(self, reference: str) -> ConnectionManager:
        """The manager behind a refId, GUID (with or without ``:external``) or name; ConnectionNotFound."""
        wanted = reference.strip().lower()
        found = self._index.get(wanted)
        if found is None and wanted.startswith("{"):
            found = self._index.get(wanted.partition(":")[0])
        if found is None:
            for model in self._models:
                if model.name == reference:
                    found = model
        if found is None:
            raise ConnectionNotFound(name=reference)
        return found

    def raw(self, reference: str) -> Connection:
        """The connection without its property expressions evaluated anew (``/SET``, ``/CONN``, configurations)."""
        model = self.model(reference)
        with self._lock:
            made = self._made.get(model.ref_id)
            if made is None:
                from dtserve.connections.registry import create_connection

                made = self._made[model.ref_id] = create_connection(model, self.environment)
            return made

    def get(self, reference: str) -> Connection:
        """The connection, its property expressions evaluated now."""
        made = self.raw(reference)
        for each in made.model.property_expressions:
            self._apply(made, each.name, each.expression)
        return made

    def _apply(self, connection: Connection, name: str, expression: str) -> None:
        from dtserve.controlflow.values import display_text

        try:
            value = property_value(expression, self.scope, name)
        except DtserveError as error:
            raise PropertyExpressionError(expression=expression, property=name, detail=error.message) from error
        if name.lower() == "name":
            connection.name = display_text(value)
            return
        try:
            connection.set_property(name, "" if value is None else display_text(value))
        except DtserveError as error:
            raise PropertyExpressionSetError(expression=expression, property=name, detail=error.message) from error

    def adopt(self, other: ConnectionSet) -> None:
        """Share what ``other`` has made of the project's managers (a child package in the same project)."""
        with other._lock:
            for model in self._models:
                if model.scope == "project" and model.ref_id in other._made:
                    self._made[model.ref_id] = other._made[model.ref_id]

    def close(self) -> None:
        """Close what is held over the whole run; never raises."""
        for connection in list(self._made.values()):
            try:
                connection.close()
            except DtserveError:
                continue
        self._made.clear()
