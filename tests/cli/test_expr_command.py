import argparse
import json

import pytest

from dtserve.cli.expr_command import add_arguments, run


def called(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return run(parser.parse_args(arguments))


def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert called('"Hello " + @name', "--var", "User::name=Ann") == 0
    assert capsys.readouterr().out == "Hello Ann\nDT_WSTR(9)\n"
    assert called("NULL(DT_I4)") == 0
    assert capsys.readouterr().out == "NULL\nDT_I4\n"


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert called("a * 1.5", "--col", "a:DT_I4=3", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {
        "value": "4.5", "type": "DT_NUMERIC", "declared": "DT_NUMERIC(13,1)",
    }  # fmt: skip
    assert called("a + 1", "--col", "a:DT_I4", "--json") == 0
    assert json.loads(capsys.readouterr().out)["value"] is None


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["1 +"], "0xC0047099"),
        (['"x" + 1'], "0xC0047080"),
        (["10 / @z", "--var", "z=0"], "0xC004707B"),
        (["(DT_I4)c", "--col", "c=abc"], "0xC00470C2"),
        (["@nope"], "0xC00470A6"),
        (["1", "--var", "x:DT_NOPE=1"], "0xC00470BE"),
    ],
)
def test_refused(arguments: list[str], code: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert called(*arguments) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert code in shown.err
    assert called(*arguments, "--json") == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == code


def test_locale(capsys: pytest.CaptureFixture[str]) -> None:
    assert called('(DT_DBDATE)"1/2/2020"', "--locale", "2057") == 0
    assert capsys.readouterr().out.startswith("2020-02-01\n")
