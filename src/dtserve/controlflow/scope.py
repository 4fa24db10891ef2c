"""Variables and parameters with their scopes (CONTROL_FLOW §5).

A container owns a :class:`Scope`; names are looked up from the nearest scope outward. A name
is ``User::x``, plain ``x`` (any namespace), ``$Package::p``, ``$Project::p`` or a ``{DTSID}``;
case counts. Reading a variable with EvaluateAsExpression evaluates its expression in the
scope that owns it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from dtserve.controlflow.errors import (
    ExpressionRecursion,
    SensitiveParameter,
    VariableExpressionError,
    VariableNotFound,
    VariableReadOnly,
)
from dtserve.controlflow.stored_values import parse_variant
from dtserve.errors import DtserveError

if TYPE_CHECKING:
    from dtserve.datatypes import TypeSpec
    from dtserve.package.model import Parameter, Variable

__all__ = ["RuntimeVariable", "Scope", "SensitiveScope"]

_evaluating = threading.local()


class RuntimeVariable:
    """A variable or parameter of a running package.

    ``compute`` stands for the value of system variables that are worked out when read.
    """

    __slots__ = (
        "compute", "description", "dtsid", "evaluate", "expression", "given", "name", "namespace", "qualified_name",
        "raise_changed", "read_only", "scope", "sensitive", "value", "vt",
    )  # fmt: skip

    def __init__(
        self,
        namespace: str,
        name: str,
        vt: int,
        value: Any,
        *,
        dtsid: str = "",
        expression: str = "",
        evaluate: bool = False,
        read_only: bool = False,
        raise_changed: bool = False,
        sensitive: bool = False,
        description: str = "",
        compute: Callable[[], Any] | None = None,
    ) -> None:
        self.namespace = namespace
        self.name = name
        self.qualified_name = f"{namespace}::{name}"
        self.vt = vt
        self.value = value
        self.dtsid = dtsid
        self.expression = expression
        self.evaluate = evaluate
        self.read_only = read_only
        self.raise_changed = raise_changed
        self.sensitive = sensitive
        self.description = description
        self.compute = compute
        self.scope: Scope | None = None
        self.given = True

    @classmethod
    def from_model(cls, model: Variable) -> RuntimeVariable:
        """The variable as stored; VariableLoadError when its text is no value of its type."""
        return cls(
            model.namespace,
            model.name,
            model.vt,
            parse_variant(model.value, model.vt, model.qualified_name),
            dtsid=model.dtsid,
            expression=model.expression,
            evaluate=model.evaluate_as_expression and bool(model.expression.strip()),
            read_only=model.read_only,
            raise_changed=model.raise_changed_event,
            description=model.description,
        )

    @classmethod
    def from_parameter(cls, model: Parameter, namespace: str) -> RuntimeVariable:
        """A parameter; ``namespace`` is ``$Package`` or ``$Project``. ``given`` is False while it has no value."""
        made = cls(
            namespace,
            model.name,
            model.vt,
            parse_variant(model.value, model.vt, f"{namespace}::{model.name}", sensitive=model.sensitive),
            dtsid=model.dtsid,
            read_only=True,
            sensitive=model.sensitive,
            description=model.description,
        )
        made.given = bool(model.value)
        return made

    def read(self) -> Any:
        """The current value."""
        if self.compute is not None:
            return self.compute()
        return self._evaluated() if self.evaluate else self.value

    def _evaluated(self) -> Any:
        from dtserve.controlflow.evaluation import evaluate_in
        from dtserve.controlflow.values import convert_to_variant

        if self.expression.strip() in (f"@[{self.qualified_name}]", f"@[{self.name}]", f"@{self.name}"):
            return self.value  # nothing but its own name: a package with such a variable ran (its log is in a file)
        active: set[int] | None = getattr(_evaluating, "active", None)
        if active is None:
            active = _evaluating.active = set()
        if id(self) in active:
            raise ExpressionRecursion(name=self.qualified_name)
        if self.scope is None:
            return self.value
        active.add(id(self))
        try:
            result = evaluate_in(self.expression, self.scope)
            self.value = convert_to_variant(
                result.value, result.type, self.vt, self.qualified_name, self.scope.locale_id
            )
        except ExpressionRecursion:
            raise
        except DtserveError as error:
            raise VariableExpressionError(name=self.qualified_name, detail=error.message) from error
        finally:
            active.discard(id(self))
        return self.value


def _parameter_reference(dtsid: str) -> str:
    """The id under which packages refer to a parameter in a parameter mapping.

    The designer inverts the second group of the parameter's own id: 81F3 becomes 7E0C (seen in
    packages whose results are known).
    """
    head, dash, rest = dtsid.upper().partition("-")
    group, more, tail = rest.partition("-")
    try:
        return f"{head}{dash}{int(group, 16) ^ 0xFFFF:04X}{more}{tail}"
    except ValueError:
        return dtsid.upper()


class Scope:
    """The variables of one container; looks outward for those it does not own.

    ``changed`` is told of each change of a variable with RaiseChangedEvent; ``locale`` gives the owner's LCID.
    """

    def __init__(
        self,
        parent: Scope | None = None,
        changed: Callable[[RuntimeVariable], None] | None = None,
        locale: Callable[[], int] | None = None,
    ) -> None:
        self.parent = parent
        self.changed = changed
        self._locale = locale
        self._qualified: dict[str, RuntimeVariable] = {}
        self._plain: dict[str, RuntimeVariable] = {}
        self._ids: dict[str, RuntimeVariable] = {}
        self._ambiguous: set[str] = set()

    def __iter__(self) -> Iterator[RuntimeVariable]:
        return iter(self._qualified.values())

    @property
    def locale_id(self) -> int:
        """The LCID that conversions in this scope use."""
        if self._locale is not None:
            return self._locale()
        return self.parent.locale_id if self.parent is not None else 1033

    def add(self, variable: RuntimeVariable) -> RuntimeVariable:
        """Own ``variable``; a later one of the same name replaces it."""
        variable.scope = self
        self._qualified[variable.qualified_name] = variable
        if not variable.namespace.startswith("$"):
            known = self._plain.setdefault(variable.name, variable)
            if known.namespace != variable.namespace:
                self._ambiguous.add(variable.name)
            elif known is not variable:
                self._plain[variable.name] = variable
        if variable.dtsid:
            self._ids[variable.dtsid.upper()] = variable
            if variable.namespace.startswith("$"):
                self._ids.setdefault(_parameter_reference(variable.dtsid), variable)
        return variable

    def find(self, name: str) -> RuntimeVariable | None:
        """The nearest variable of that name; None when there is none."""
        key = name.upper() if name[:1] == "{" else name
        scope: Scope | None = self
        if "::" in name:
            while scope is not None:
                found = scope._qualified.get(key)
                if found is not None:
                    return found
                scope = scope.parent
            return None
        while scope is not None:
            found = scope._plain.get(key) or scope._ids.get(key)
            if found is not None:
                return found
            scope = scope.parent
        return None

    def variable(self, name: str) -> RuntimeVariable:
        """The nearest variable of that name; VariableNotFound."""
        found = self.find(name)
        if found is None:
            raise VariableNotFound(name=name)
        return found

    def value(self, name: str) -> Any:
        """Its current value, Object included."""
        return self.variable(name).read()

    def typed(self, name: str) -> tuple[TypeSpec | None, Any]:
        """Type (None for Object) and value."""
        from dtserve.controlflow.values import variant_spec

        found = self.variable(name)
        value = found.read()
        return variant_spec(found.vt, value), value

    def lookup(self, name: str, *, sensitive: bool = False) -> tuple[TypeSpec, Any]:
        """Type and value for the expression language; its own errors for unknown names and Objects.

        SensitiveParameter for one, unless the value goes where it is kept (``sensitive``).
        """
        from dtserve.controlflow.values import variant_spec
        from dtserve.expressions.errors import AmbiguousVariable, UnknownVariable, VariableType

        found = self.find(name)
        if found is None:
            raise UnknownVariable(name=name)
        if found.scope is not None and name in found.scope._ambiguous:
            raise AmbiguousVariable(name=name)
        if found.sensitive and not sensitive:
            raise SensitiveParameter(name=found.qualified_name)
        value = found.read()
        spec = variant_spec(found.vt, value)
        if spec is None:
            raise VariableType(name=name)
        return spec, value

    def assign(self, name: str, value: Any, spec: TypeSpec | None = None, *, strict: bool = False) -> None:
        """Set a variable, with conversion or (``strict``) only with a value of its own type."""
        self.store(self.variable(name), value, spec, strict=strict)

    def store(
        self, variable: RuntimeVariable, value: Any, spec: TypeSpec | None = None, *, strict: bool = False
    ) -> None:
        """Set ``variable``; VariableReadOnly, VariableTypeMismatch, DtsConversionFailed."""
        from dtserve.controlflow.values import convert_to_variant, strict_to_variant

        if variable.read_only:
            raise VariableReadOnly(name=variable.qualified_name)
        convert = strict_to_variant if strict else convert_to_variant
        new = convert(value, spec, variable.vt, variable.qualified_name, self.locale_id)
        old, variable.value = variable.value, new
        owner = variable.scope
        if variable.raise_changed and owner is not None and owner.changed is not None and old != new:
            owner.changed(variable)

    def configure(self, name: str, value: Any) -> None:
        """Set a variable or parameter from outside (``/SET``, a configuration, a parameter binding).

        Text is read as stored text of the variable's type; parameters may be set, read-only variables not.
        """
        variable = self.variable(name)
        if variable.read_only and not variable.namespace.startswith("$"):
            raise VariableReadOnly(name=variable.qualified_name)
        if isinstance(value, str) and variable.vt != 8:
            variable.value = parse_variant(value, variable.vt, variable.qualified_name, sensitive=variable.sensitive)
        else:
            from dtserve.controlflow.values import convert_to_variant

            variable.value = convert_to_variant(value, None, variable.vt, variable.qualified_name)
        variable.given = True


class SensitiveScope:
    """A scope for an expression on a sensitive property: sensitive parameters give their values."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def lookup(self, name: str) -> tuple[TypeSpec, Any]:
        """As :meth:`Scope.lookup`."""
        return self._scope.lookup(name, sensitive=True)
