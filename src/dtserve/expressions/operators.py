"""Which types each operator takes and gives (EXPRESSIONS §3.2, §5.5, §5.6, §6)."""

from __future__ import annotations

from dtserve.datatypes import DT, TypeSpec
from dtserve.expressions.promotion import (
    DATE_TYPES,
    INTEGERS,
    NUMBERS,
    arithmetic_type,
    common_date,
    common_number,
)
from dtserve.expressions.type_errors import (
    BinaryCodePages,
    BinaryTypeMismatch,
    ConditionalCodePages,
    ConditionalString,
    ConditionalTypes,
    ConditionNotBoolean,
    StringOperand,
    UnsupportedBinaryType,
    UnsupportedUnaryType,
)
from dtserve.expressions.typed import (
    Arithmetic,
    Choose,
    Compare,
    Concat,
    Constant,
    Convert,
    Flip,
    Level,
    Logical,
    Typed,
)
from dtserve.expressions.value_errors import DivideByZero

__all__ = ["binary", "conditional", "convert", "unary"]

BOOL = TypeSpec(DT.BOOL)
_BLOBS = frozenset((DT.TEXT, DT.NTEXT, DT.IMAGE))
_CONCAT = _BLOBS | {DT.WSTR}
_EQUALITY = NUMBERS | DATE_TYPES | _BLOBS | {DT.WSTR, DT.BOOL, DT.GUID, DT.BYTES}
_ORDER = NUMBERS | DATE_TYPES | {DT.WSTR}
_TAKES: dict[str, frozenset[DT]] = {
    "+": NUMBERS | _CONCAT,
    "-": NUMBERS, "*": NUMBERS, "/": NUMBERS,
    "%": INTEGERS, "&": INTEGERS, "|": INTEGERS, "^": INTEGERS,
    "==": _EQUALITY, "!=": _EQUALITY,
    "<": _ORDER, ">": _ORDER, "<=": _ORDER, ">=": _ORDER,
    "&&": frozenset((DT.BOOL,)), "||": frozenset((DT.BOOL,)),
}  # fmt: skip
_COMPARISONS = ("==", "!=", "<", ">", "<=", ">=")
_DECIMALS = frozenset((DT.CY, DT.DECIMAL, DT.NUMERIC))


def unary(operator: str, operand: Typed, start: int, end: int) -> Typed:
    """``-`` on signed numbers, ``~`` on integers, ``!`` on DT_BOOL."""
    spec = operand.type
    fits = {
        "!": spec.dt is DT.BOOL,
        "~": spec.dt in INTEGERS,
        "-": spec.dt in NUMBERS and spec.info.signed,
    }[operator]
    if not fits:
        raise UnsupportedUnaryType(type=spec.dt.label, operator=operator)
    return Flip(spec, operator, operand, operand.level, start, end)


def binary(operator: str, left: Typed, right: Typed, start: int, end: int) -> Typed:
    """The typed node of a binary operation; both operands converted as the operation wants them."""
    for operand in (left, right):
        if operand.type.dt is DT.STR:
            raise StringOperand(operator=operator)
    for operand in (left, right):
        if operand.type.dt not in _TAKES[operator]:
            raise UnsupportedBinaryType(type=operand.type.dt.label, operator=operator)
    level = max(left.level, right.level)
    if operator in ("&&", "||"):
        return Logical(BOOL, operator, left, right, level, start, end)
    if operator in _COMPARISONS:
        common = _comparison_type(operator, left.type, right.type)
        return Compare(BOOL, operator, convert(left, common), convert(right, common), level, start, end)
    if left.type.dt in _CONCAT or right.type.dt in _CONCAT:
        return _concat(left, right, level, start, end)
    return _arithmetic(operator, left, right, level, start, end)


def _mismatch(operator: str, left: TypeSpec, right: TypeSpec) -> BinaryTypeMismatch:
    return BinaryTypeMismatch(left=left.dt.label, right=right.dt.label, operator=operator)


def _comparison_type(operator: str, left: TypeSpec, right: TypeSpec) -> TypeSpec:
    found: TypeSpec | None = None
    if left.dt in NUMBERS and right.dt in NUMBERS:
        found = common_number(left, right)
    elif left.dt in DATE_TYPES and right.dt in DATE_TYPES:
        found = common_date(left, right)
    elif left.dt is right.dt:
        if left.code_page != right.code_page:
            raise BinaryCodePages(left=left.code_page, right=right.code_page, operator=operator)
        found = left if left.length >= right.length else right
    if found is None:
        raise _mismatch(operator, left, right)
    return found


def _concat(left: Typed, right: Typed, level: Level, start: int, end: int) -> Typed:
    if left.type.dt is not right.type.dt:
        raise _mismatch("+", left.type, right.type)
    if left.type.code_page != right.type.code_page:
        raise BinaryCodePages(left=left.type.code_page, right=right.type.code_page, operator="+")
    spec = left.type.with_(length=left.type.length + right.type.length)
    operands = left.operands if isinstance(left, Concat) else (left,)
    return Concat(spec, (*operands, right), level, start, end)


def _arithmetic(operator: str, left: Typed, right: Typed, level: Level, start: int, end: int) -> Typed:
    spec = arithmetic_type(operator, left.type, right.type)
    if spec is None:
        raise _mismatch(operator, left.type, right.type)
    if operator in ("/", "%") and _is_literal_zero(right):
        raise DivideByZero(operator=operator)
    if spec.dt not in _DECIMALS:
        left, right = convert(left, spec), convert(right, spec)
    return Arithmetic(spec, operator, left, right, level, start, end)


def _is_literal_zero(node: Typed) -> bool:
    while isinstance(node, Flip | Convert) and node.level is Level.LITERAL:
        node = node.operand
    return isinstance(node, Constant) and node.level is Level.LITERAL and node.value == 0 and node.value is not False


def conditional(condition: Typed, when_true: Typed, when_false: Typed, start: int, end: int) -> Typed:
    """``?:`` with both branches converted to their common type (EXPRESSIONS §5.5)."""
    if condition.type.dt is not DT.BOOL:
        raise ConditionNotBoolean(type=condition.type.dt.label)
    spec = _branch_type(when_true.type, when_false.type)
    level = max(condition.level, when_true.level, when_false.level)
    return Choose(spec, condition, convert(when_true, spec), convert(when_false, spec), level, start, end)


def _branch_type(left: TypeSpec, right: TypeSpec) -> TypeSpec:
    if DT.STR in (left.dt, right.dt):
        raise ConditionalString(operator="?:")
    found: TypeSpec | None = None
    if left == right:
        found = left
    elif left.dt in NUMBERS and right.dt in NUMBERS:
        same = left.dt is right.dt and left.dt is not DT.NUMERIC
        found = (left if left.scale >= right.scale else right) if same else common_number(left, right)
    elif left.dt in DATE_TYPES and right.dt in DATE_TYPES:
        wider = left if left.scale >= right.scale else right
        found = wider if left.dt is right.dt else TypeSpec(DT.DBTIMESTAMP)
    elif left.dt is right.dt:
        if left.code_page != right.code_page:
            raise ConditionalCodePages(left=left.code_page, right=right.code_page)
        found = left if left.length >= right.length else right
    if found is None:
        raise ConditionalTypes(left=left.dt.label, right=right.dt.label)
    return found


def convert(node: Typed, target: TypeSpec) -> Typed:
    """``node`` as ``target``; itself where the representation is the same."""
    same_kind = (
        node.type.dt is target.dt and node.type.scale == target.scale and node.type.precision == target.precision
    )
    if same_kind:
        return node
    return Convert(target, target, node, False, node.level, node.start, node.end)
