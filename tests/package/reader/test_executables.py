"""One model for all formats: the same made-up package written as 2, 3, 6 and 8, and real pairs."""

import pytest

from dtserve.package import PackageDocument
from dtserve.package.diff import diff
from dtserve.package.errors import PersistenceError
from dtserve.package.model import ConstraintValue, EvalOp
from support.package_compare import model_differences
from support.package_corpus import CORPUS, needs_corpus
from support.package_texts import sample, sample_bytes


@pytest.mark.parametrize("number", [2, 3, 6])
def test_formats_give_equal_models(number: int) -> None:
    assert model_differences(sample(8).model, sample(number).model) == []


@pytest.mark.parametrize("number", [2, 3, 6, 8])
def test_what_the_model_says(number: int) -> None:
    package = sample(number).model
    steps, files = package.executables
    first, second = steps.executables
    assert (package.name, package.part, package.max_error_count, package.version_build) == ("Sample", "Package", 2, 7)
    assert package.enable_configurations
    assert (steps.part, files.part, first.part) == ("Sequence", "ForEachLoop", "ExecuteSQLTask")
    assert first.ref_id == r"Package\Steps\First"
    assert (first.max_error_count, first.transaction_option) == (3, 2)
    assert (second.disabled, second.force_exec_value, second.exec_value, second.exec_value_type) == (True, True, "5", 3)
    constraint = steps.constraints[0]
    assert (constraint.from_ref, constraint.to_ref) == (first.ref_id, second.ref_id)
    assert (constraint.value, constraint.eval_op) == (ConstraintValue.FAILURE, EvalOp.EXPRESSION_AND_CONSTRAINT)
    assert constraint.logical_and
    assert constraint.expression == "@[User::Count] > 1"
    assert files.mappings[0].variable == "User::File"
    assert files.enumerator_expressions[0].name == "Directory"
    assert package.event_handlers[0].event_name == "OnError"
    assert package.event_handlers[0].variables[0].qualified_name == "System::Propagate"


def test_absent_values_have_their_defaults() -> None:
    text = (
        b'<DTS:Executable xmlns:DTS="www.microsoft.com/SqlServer/Dts" DTS:ExecutableType="Microsoft.Package" DTS:ObjectName="P">'
        b'<DTS:Property DTS:Name="PackageFormatVersion">8</DTS:Property><DTS:Executables>'
        b'<DTS:Executable DTS:ObjectName="A"/><DTS:Executable DTS:ObjectName="B"/></DTS:Executables><DTS:PrecedenceConstraints>'
        b'<DTS:PrecedenceConstraint DTS:From="Package\\A" DTS:To="Package\\B"/></DTS:PrecedenceConstraints></DTS:Executable>'
    )
    package = PackageDocument.open(text).model
    constraint, task = package.constraints[0], package.executables[0]
    assert (constraint.logical_and, constraint.value, constraint.eval_op) == (
        False,
        ConstraintValue.SUCCESS,
        EvalOp.CONSTRAINT,
    )
    assert package.protection_level == 1
    assert package.max_concurrent_executables == -1
    assert (task.max_error_count, task.isolation_level, task.transaction_option, task.locale_id) == (1, 1048576, 1, -1)
    assert (task.logging.mode, task.force_execution_result, task.part, task.ref_id) == (0, -1, "", r"Package\A")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'DTS:MaxErrorCount="2"', b'DTS:MaxErrorCount="two"'), (b'DTS:EnableConfig="True"', b'DTS:EnableConfig="perhaps"'),
        (b'DTS:EvalOp="3"', b'DTS:EvalOp="7"'), (b'DTS:Value="1"', b'DTS:Value="9"'), (b'DTS:ProtectionLevel="0"', b'DTS:ProtectionLevel="6"'),
        (b'DTS:ValueIndex="0"', b'DTS:ValueIndex=" "'), (b'DTS:DataType="3">5', b'DTS:DataType="x">5'),
        (b'DTS:LocaleID="1033"\n', b'DTS:LocaleID="' + b"9" * 5000 + b'"\n'),
    ],
)  # fmt: skip
def test_values_that_cannot_be_read_are_named(old: bytes, new: bytes) -> None:
    data = sample_bytes(8)
    assert old in data
    with pytest.raises(PersistenceError, match="from node"):
        _ = PackageDocument.open(data.replace(old, new, 1)).model


def test_unknown_elements_and_comments_do_not_disturb() -> None:
    data = sample_bytes(8).replace(
        b"<DTS:Executables>", b'<DTS:Executables><!-- c --><?pi?><Their:X xmlns:Their="t"/>', 1
    )
    assert PackageDocument.open(data).model == sample(8).model


def test_deep_containers_need_no_deep_stack() -> None:
    depth = 240
    head = '<DTS:Executable xmlns:DTS="www.microsoft.com/SqlServer/Dts"><DTS:Property DTS:Name="PackageFormatVersion">3</DTS:Property>'
    inner = '<DTS:Executable DTS:ExecutableType="STOCK:SEQUENCE"><DTS:Property DTS:Name="ObjectName">s</DTS:Property>'
    package = PackageDocument.open((head + inner * depth + "</DTS:Executable>" * (depth + 1)).encode()).model
    assert sum(1 for _ in package.walk()) == depth + 1


@needs_corpus
@pytest.mark.parametrize(
    ("old", "new", "edited"),
    [
        (
            "keif888__SSISMHash/SSIS2008TestMultipleHash/SimpleTextTest.dtsx", "keif888__SSISMHash/SSIS2012TestMultipleHash/SimpleTextTest.dtsx",
            {"ConnectionString", "IncludeMillsecond", "InputColumnLineageIDs", "HashOutputType"},
        ),
        (
            "keif888__SSISMHash/_history/SSISDenaliTestMultipleHash/EveryDataType.dtsx", "keif888__SSISMHash/SSIS2012TestMultipleHash/EveryDataType.dtsx",
            {"ConnectionString", "IncludeMillsecond", "InputColumnLineageIDs", "HashOutputType"},
        ),
    ],
)  # fmt: skip
def test_a_real_package_in_two_formats(old: str, new: str, edited: set[str]) -> None:
    """Their author changed paths and his own component between the versions; all else is equal."""
    before, after = (PackageDocument.open((CORPUS / name).read_bytes()).model for name in (old, new))
    changes = diff(before, after)
    assert {change.action for change in changes} == {"changed"}
    assert {change.property for change in changes} == edited
