"""Properties declared as data: one table for reading XML, property expressions, ``/SET`` and the docs.

A task, container or enumerator declares each property as a class attribute; the attribute
then holds the current value on the instance::

    class ExpressionTask(Task):
        expression = Property("Expression", str, "")

Values come as text (XML, ``/SET``, configurations) or typed (property expressions).
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Generic, Self, TypeVar, overload

from dtserve.controlflow.errors import PropertyNotFound, PropertyReadOnly, PropertyValueError

__all__ = ["Property", "PropertyBag", "coerce"]

T = TypeVar("T")
_TRUE = frozenset(("true", "-1", "1", "yes"))
_FALSE = frozenset(("false", "0", "no", ""))


class Property(Generic[T]):
    """One property: its SSIS name, kind, default and where the XML keeps it.

    ``kind`` is ``str``, ``int``, ``float``, ``bool`` or an ``IntEnum`` whose members are stored by
    name (any of ``prefixes`` may stand before it) or number. ``xml`` is the attribute or child element
    when it is named otherwise; ``aliases`` further names under which expressions set it; ``valid`` says
    which values of the kind it takes.
    """

    __slots__ = ("aliases", "default", "kind", "name", "prefixes", "read_only", "text", "valid", "xml")

    def __init__(
        self,
        name: str,
        kind: type[T],
        default: T,
        *,
        xml: str = "",
        aliases: tuple[str, ...] = (),
        prefixes: tuple[str, ...] = (),
        read_only: bool = False,
        text: str = "",
        valid: Callable[[T], bool] | None = None,
    ) -> None:
        self.name = name
        self.kind = kind
        self.default = default
        self.xml = xml or name
        self.aliases = aliases
        self.prefixes = prefixes
        self.read_only = read_only
        self.text = text
        self.valid = valid

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: PropertyBag, owner: type) -> T: ...
    def __get__(self, instance: PropertyBag | None, owner: type) -> Self | T:
        if instance is None:
            return self
        value: T = instance.property_values.get(self.name, self.default)
        return value

    def __set__(self, instance: PropertyBag, value: T) -> None:
        instance.property_values[self.name] = value

    def coerce(self, value: Any) -> T:
        """``value`` as this property's kind; PropertyValueError when it is none."""
        result: T = coerce(value, self.kind, self.name, self.prefixes)
        if self.valid is not None and not self.valid(result):
            raise PropertyValueError(property=self.name, type="a value that it takes")
        return result


def coerce(value: Any, kind: type, name: str, prefixes: tuple[str, ...] = ()) -> Any:
    """``value`` (text or typed) as ``kind``.

    >>> coerce("-1", bool, "Recurse"), coerce(" 30 ", int, "TimeOut"), coerce(5, str, "Subject")
    (True, 30, '5')
    """
    if value is None:
        raise PropertyValueError(property=name, type=kind.__name__)
    try:
        if issubclass(kind, enum.IntEnum):
            return _member(value, kind, prefixes)
        if kind in (int, float) and isinstance(value, str) and "_" in value:  # which Python takes between digits
            raise ValueError(value)
        if kind is bool:
            return _boolean(value)
        if kind is int:
            return int(value.strip()) if isinstance(value, str) else int(value)
        if kind is float:
            return float(value)
    except (ValueError, KeyError, TypeError, OverflowError):
        raise PropertyValueError(property=name, type=kind.__name__) from None
    return value if isinstance(value, str) else _text(value)


def _boolean(value: Any) -> bool:
    if isinstance(value, str):
        text = value.strip().lower()
        if text in _TRUE:
            return True
        if text in _FALSE:
            return False
        raise ValueError(value)
    return bool(value)


def _member(value: Any, kind: type[enum.IntEnum], prefixes: tuple[str, ...]) -> enum.IntEnum:
    if not isinstance(value, str):
        return kind(int(value))
    text = value.strip()
    for prefix in prefixes:
        if text.lower().startswith(prefix.lower()):
            text = text[len(prefix) :]
            break
    wanted = text.replace("_", "").lower()
    for member in kind:
        if member.name.replace("_", "").lower() == wanted:
            return member
    return kind(int(text))


def _text(value: Any) -> str:
    from dtserve.controlflow.values import display_text

    return display_text(value)


class PropertyBag:
    """An object with declared properties."""

    property_table: ClassVar[Mapping[str, Property[Any]]] = {}
    """Lower-case name or alias → property, of this class and its bases."""

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        table: dict[str, Property[Any]] = {}
        for base in reversed(cls.__mro__):
            for each in vars(base).values():
                if isinstance(each, Property):
                    for name in (each.name, *each.aliases):
                        table[name.lower()] = each
        cls.property_table = table

    def __init__(self) -> None:
        self.property_values: dict[str, Any] = {}

    @property
    def object_name(self) -> str:
        """How errors call this object."""
        return type(self).__name__

    def read_properties(self, stored: Mapping[str, str]) -> None:
        """Take the stored values; names without case, unknown names are left alone."""
        lower = {name.lower(): value for name, value in stored.items()}
        for each in dict.fromkeys(self.property_table.values()):
            text = lower.get(each.xml.lower())
            if text is not None:
                self.property_values[each.name] = each.coerce(text)

    def get_property(self, name: str) -> Any:
        """The current value by SSIS name; PropertyNotFound."""
        found = self.property_table.get(name.lower())
        if found is None:
            raise PropertyNotFound(property=name, object=self.object_name)
        return self.property_values.get(found.name, found.default)

    def set_property(self, name: str, value: Any) -> None:
        """Set by SSIS name, converting; PropertyNotFound, PropertyReadOnly, PropertyValueError."""
        found = self.property_table.get(name.lower())
        if found is None:
            raise PropertyNotFound(property=name, object=self.object_name)
        if found.read_only:
            raise PropertyReadOnly(property=found.name)
        self.property_values[found.name] = found.coerce(value)
