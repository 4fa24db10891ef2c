"""Foreach Loop container (CONTROL_FLOW §7.2): its children run once per element of an enumerator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from dtserve.controlflow.containers.errors import EnumeratorError, ForEachMappingError
from dtserve.controlflow.containers.parent import ParentContainer
from dtserve.controlflow.enumerator import Enumerator
from dtserve.controlflow.errors import PropertyExpressionError, PropertyExpressionSetError, UnsupportedPart
from dtserve.controlflow.evaluation import property_value
from dtserve.controlflow.registry import container, enumerator_class, unsupported_reason
from dtserve.controlflow.results import ExecResult
from dtserve.errors import DtserveError
from dtserve.package.names import enumerator_part

__all__ = ["ForEachLoopContainer"]


@container("ForEachLoop")
class ForEachLoopContainer(ParentContainer):
    """Enumerates; iterations never overlap."""

    kind: ClassVar[str] = "Foreach Loop Container"

    def prepare(self) -> None:
        """Make the enumerator."""
        super().prepare()
        self.enumerator_part = enumerator_part(self.model.enumerator_id)
        cls = enumerator_class(self.enumerator_part)
        self.enumerator: Enumerator | None = cls(self) if cls is not None else None
        if self.enumerator is not None:
            for name, value in self.model.enumerator_overrides.items():
                self.enumerator.set_property(name, value)

    def refuse(self) -> None:
        """Raise UnsupportedPart when the enumerator cannot be run."""
        if self.enumerator is None and self.model.enumerator_id:
            part = self.enumerator_part
            raise UnsupportedPart(
                kind="Foreach enumerator of",
                name=self.model.name,
                part=part or self.model.enumerator_id,
                reason=unsupported_reason("enumerator", part),
            )

    def apply_enumerator_expressions(self) -> None:
        """Evaluate the enumerator's property expressions (before each enumeration, §10)."""
        for each in self.model.enumerator_expressions:
            try:
                value = property_value(each.expression, self.scope)
            except DtserveError as error:
                raise PropertyExpressionError(
                    expression=each.expression, property=each.name, detail=error.message
                ) from error
            try:
                self.set_property(f"ForEachEnumerator.{each.name}", value)
            except DtserveError as error:
                raise PropertyExpressionSetError(
                    expression=each.expression, property=each.name, detail=error.message
                ) from error

    def set_property(self, name: str, value: Any) -> None:
        """Set a property of the loop or, as ``ForEachEnumerator.X``, of its enumerator."""
        head, _, tail = name.partition(".")
        if tail and head.lower() == "foreachenumerator" and self.enumerator is not None:
            self.enumerator.set_property(tail, value)
        else:
            super().set_property(name, value)

    def get_property(self, name: str) -> Any:
        """A property of the loop or, as ``ForEachEnumerator.X``, of its enumerator."""
        head, _, tail = name.partition(".")
        if tail and head.lower() == "foreachenumerator" and self.enumerator is not None:
            return self.enumerator.get_property(tail)
        return super().get_property(name)

    def check(self) -> None:
        """Validate the enumerator and the variables of the mappings."""
        self.refuse()
        if self.enumerator is None:
            raise EnumeratorError(name=self.name, detail="The loop has no enumerator.")
        self.apply_enumerator_expressions()
        self.enumerator.validate()
        for mapping in self.model.mappings:
            self.scope.variable(mapping.variable)

    def run_once(self) -> ExecResult:
        """The whole loop.

        A mapped variable that is evaluated as an expression holds the element's value while the
        loop runs, and is its expression again afterwards: packages that load each file of a
        folder through such a variable mean the file, and the assignment has no lasting effect
        (CONTROL_FLOW §5).
        """
        enumerator = self.enumerator
        if enumerator is None:
            raise EnumeratorError(name=self.name, detail="The loop has no enumerator.")
        mapped = [self.scope.variable(mapping.variable) for mapping in self.model.mappings]
        held = [variable for variable in mapped if variable.evaluate]
        for variable in held:
            variable.evaluate = False
        try:
            return self._iterate(enumerator)
        finally:
            for variable in held:
                variable.evaluate = True

    def _iterate(self, enumerator: Enumerator) -> ExecResult:
        self.apply_enumerator_expressions()
        cancel = self.run.cancel
        elements = enumerator.elements()
        while True:
            try:
                element = next(elements, None)
            except (OSError, ValueError) as error:
                raise EnumeratorError(name=self.name, detail=str(error)) from error
            if element is None:
                return ExecResult.SUCCESS
            if cancel.canceled:
                return ExecResult.CANCELED
            self._map(element)
            result = super().run_once()
            if result is not ExecResult.SUCCESS:
                return result
            if self.iteration_failed():
                return ExecResult.SUCCESS

    def _map(self, element: Sequence[Any]) -> None:
        for number, mapping in enumerate(self.model.mappings, 1):
            try:
                if not 0 <= mapping.index < len(element):
                    raise IndexError
                self.scope.assign(mapping.variable, element[mapping.index])
            except IndexError:
                raise ForEachMappingError(
                    number=number,
                    variable=mapping.variable,
                    detail=f"The element has {len(element)} values, none with index {mapping.index}.",
                ) from None
            except DtserveError as error:
                raise ForEachMappingError(number=number, variable=mapping.variable, detail=error.message) from error
