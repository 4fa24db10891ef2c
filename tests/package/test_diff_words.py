"""SSIS names of fields and values."""

from dtserve.package.diff_words import COMPONENT_NAMES, TASK_DEFAULTS, ssis_name, ssis_value
from dtserve.package.model import EvalOp, ProtectionLevel
from dtserve.package.names import COMPONENTS


def test_names() -> None:
    assert [ssis_name(n) for n in ("max_error_count", "disabled", "delay_validation", "locale_id")] == [
        "MaximumErrorCount",
        "Disable",
        "DelayValidation",
        "LocaleID",
    ]


def test_values() -> None:
    assert ssis_value("transaction_option", 2) == "Required"
    assert ssis_value("transaction_option", 9) == "9"
    assert ssis_value("protection_level", ProtectionLevel.DONT_SAVE_SENSITIVE) == "DontSaveSensitive"
    assert ssis_value("x", EvalOp.EXPRESSION_AND_CONSTRAINT) == "ExpressionAndConstraint"
    assert ssis_value("x", True) == "True"


def test_tables_name_known_parts() -> None:
    assert {part for part, _ in COMPONENT_NAMES} <= {row.part for row in COMPONENTS}
    assert TASK_DEFAULTS["IsStoredProc"] == "False"
