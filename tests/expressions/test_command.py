import pytest

from dtserve.expressions.command import evaluate_text, fault_facts, read_setting, value_text
from dtserve.expressions.errors import ExpressionFault, UnknownColumn


@pytest.mark.parametrize(
    ("setting", "name", "spec", "value"),
    [
        ("User::x=7", "User::x", "DT_I4", "7"),
        ("@x=-3000000000", "x", "DT_I8", "-3000000000"),
        ("x=1.5", "x", "DT_R8", "1.5"),
        ("x=1e3", "x", "DT_R8", "1000"),
        ("x=TRUE", "x", "DT_BOOL", "True"),
        ("x=", "x", "DT_WSTR(0)", ""),
        ("x=a=b", "x", "DT_WSTR(3)", "a=b"),
        ("x=99999999999999999999", "x", "DT_WSTR(20)", "99999999999999999999"),
        ("User::d:DT_DBDATE=2024-02-29", "User::d", "DT_DBDATE", "2024-02-29"),
        ("a b:dt_numeric,5,2=1.5", "a b", "DT_NUMERIC(5,2)", "1.50"),
        ("$Package::p:DT_WSTR,9=x", "$Package::p", "DT_WSTR(9)", "x"),
        ("n:DT_I4", "n", "DT_I4", None),
        ("n", "n", "DT_WSTR(0)", None),
    ],
)
def test_settings(setting: str, name: str, spec: str, value: str | None) -> None:
    found_name, found = read_setting(setting)
    assert (found_name, str(found.type), value_text(found)) == (name, spec, value)


def test_wrong_settings() -> None:
    for setting in ("=1", "x:DT_I4=abc", "x:DT_XYZ=1", "x:DT_WSTR=1"):
        with pytest.raises(ExpressionFault):
            read_setting(setting)


def test_variables_and_columns() -> None:
    found = evaluate_text("UPPER([first name]) + (DT_WSTR,3)@n", ["User::n=5"], ["first name=ann"])
    assert (str(found.type), found.value) == ("DT_WSTR(6)", "ANN5")
    assert evaluate_text("#{P.Columns[a]} + [Src].[b]", [], ["P.Columns[a]=1", "[Src].[b]=2"]).value == 3
    assert evaluate_text("@y = @n", ["n=1"]).value == 1
    assert value_text(evaluate_text("(DT_DBDATE)d", [], ["d=1/2/2020"], 2057), 2057) == "2020-02-01"
    with pytest.raises(UnknownColumn):
        evaluate_text("a + b", [], ["a=1"])


def test_facts_of_a_fault() -> None:
    with pytest.raises(ExpressionFault) as caught:
        evaluate_text("1 +\n  @nope")
    facts = fault_facts(caught.value)
    assert facts["code"] == "0xC00470A6"
    assert facts["symbol"] == "DTS_E_EXPREVALVARIABLENOTFOUND"
    assert (facts["line"], facts["column"]) == (2, 3)
    assert (facts["snippet"], facts["highlight"]) == ("  @nope", "  ^^^^^")
