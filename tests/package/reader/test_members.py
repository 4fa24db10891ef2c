"""Variables, parameters, logging options, log providers, configurations."""

import pytest
from lxml import etree

from dtserve.package.reader.elements import gather
from dtserve.package.reader.members import read_logging, read_parameters, read_variables
from support.package_texts import sample

NS = 'xmlns:DTS="www.microsoft.com/SqlServer/Dts"'


def node(text: str):
    return gather(etree.fromstring(f"<DTS:X {NS}>{text}</DTS:X>"))


@pytest.mark.parametrize("number", [2, 3, 6, 8])
def test_members_of_the_sample(number: int) -> None:
    package = sample(number).model
    assert [(v.qualified_name, v.vt, v.value) for v in package.variables] == [
        ("User::Count", 3, "5"), ("User::File", 8, "a < b"), ("User::Server", 8, "x"),
    ]  # fmt: skip
    assert package.variables[2].evaluate_as_expression
    assert package.logging.mode == 1
    assert package.logging.events == ("OnError", "OnTaskFailed")
    assert package.logging.column_filters == {"OnError": {"Computer": True, "Operator": False}}
    assert package.logging.providers == (package.log_providers[0].dtsid,)
    assert (package.configurations[0].type, package.configurations[0].string) == (1, "a.dtsConfig")


def test_objects_have_no_value() -> None:
    (variable,) = read_variables(
        node(
            '<DTS:Variable DTS:ObjectName="o"><DTS:VariableValue DTS:DataType="13" DTS:DataSubType="ManagedSerializable"><x/></DTS:VariableValue></DTS:Variable>'
        )
    )
    assert (variable.vt, variable.value, variable.namespace) == (13, None, "User")


@pytest.mark.parametrize(
    ("inner", "value"),
    [
        ('<DTS:Property DTS:DataType="8" DTS:Name="ParameterValue">v</DTS:Property>', "v"),
        ('<DTS:Property DTS:Name="ParameterValue"><DTS:Property DTS:DataType="8" DTS:Name="ParameterValue">v</DTS:Property></DTS:Property>', "v"),
        ('<DTS:Property DTS:Name="ParameterValue"><EncryptedData xmlns="http://www.w3.org/2001/04/xmlenc#"/></DTS:Property>', None),
        ('<DTS:Property DTS:Name="ParameterValue"><DTS:Property Encrypted="1" DTS:Name="ParameterValue">AQAA</DTS:Property></DTS:Property>', None),
        ("", None),
    ],
)  # fmt: skip
def test_parameter_values(inner: str, value: str | None) -> None:
    text = f'<DTS:PackageParameters><DTS:PackageParameter DTS:ObjectName="p" DTS:DataType="8" DTS:Required="True">{inner}</DTS:PackageParameter></DTS:PackageParameters>'
    (parameter,) = read_parameters(node(text))
    assert (parameter.value, parameter.required, parameter.sensitive) == (value, True, False)


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("", ()), ("1,7,OnError", ("OnError",)), ("2,3,a,b,1,c", ("a,b", "c")), ("0", ()),
        ("OnError,OnWarning", ("OnError", "OnWarning")), ("2,99,OnError,4,Some", ("OnError", "Some")), ("1,7,OnErrorX", ("OnErrorX",)),
    ],
)  # fmt: skip
def test_event_filters(text: str, events: tuple[str, ...]) -> None:
    logging = read_logging(
        node(f'<DTS:LoggingOptions><DTS:Property DTS:Name="EventFilter">{text}</DTS:Property></DTS:LoggingOptions>')
    )
    assert logging.events == events
    assert (logging.mode, logging.filter_kind) == (0, 1)
