"""The verb table of ``dtserve``."""

import importlib

import pytest

from dtserve.cli.dtserve import VERBS, main


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_its_module(verb, capsys) -> None:
    module = importlib.import_module(f"dtserve.cli.{VERBS[verb][0]}")
    assert callable(module.add_arguments)
    assert callable(module.run)
    assert main([verb, "--help"]) == 0
    assert verb in capsys.readouterr().out


def test_unknown_verbs_and_none(capsys) -> None:
    assert main(["nonsense"]) == 6
    assert main([]) == 6
    assert main(["--version"]) == 0
    assert "dtserve 0." in capsys.readouterr().out


def test_coded_errors_are_told_without_a_trace(tmp_path, capsys) -> None:
    (tmp_path / "x.dtsx").write_text("nothing")
    assert main(["package", "info", str(tmp_path / "x.dtsx")]) == 5
    printed = capsys.readouterr()
    assert "0xC00" in printed.err + printed.out
    assert "Traceback" not in printed.err
