"""dtserve coverage."""

import json

from dtserve.cli.dtserve import main
from support.service import SAMPLES


def test_text_json_and_markdown(tmp_path, capsys) -> None:
    assert main(["coverage", str(SAMPLES), "--markdown", str(tmp_path / "c.md")]) == 0
    assert "runs     LoadOrders.dtsx" in capsys.readouterr().out
    table = (tmp_path / "c.md").read_text()
    assert "| Execute SQL Task | `ExecuteSQLTask` | runs: `controlflow/tasks/execute_sql_task.py` |" in table
    assert "LoadOrders" not in table
    assert main(["coverage", str(SAMPLES), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["waiting"] == {}


def test_packages_that_wait(tmp_path, capsys) -> None:
    text = (SAMPLES / "CountMonths.dtsx").read_text(encoding="utf-8")
    (tmp_path / "w.dtsx").write_text(text.replace("Microsoft.ExpressionTask", "Microsoft.MessageQueueTask"))
    assert main(["coverage", str(tmp_path)]) == 1
    assert "waits    w.dtsx: task MessageQueueTask" in capsys.readouterr().out
    assert main(["coverage", str(tmp_path / "none")]) == 4


def test_validate_names_what_is_missing(tmp_path, capsys) -> None:
    (tmp_path / "now").mkdir()
    for name in ("LoadOrders", "CountMonths"):
        text = (SAMPLES / f"{name}.dtsx").read_text(encoding="utf-8")
        (tmp_path / "now" / f"{name}.dtsx").write_text(text.replace('DTS:DelayValidation="True"', ""), encoding="utf-8")
    assert main(["coverage", str(tmp_path / "now"), "--validate"]) == 1
    text = capsys.readouterr().out
    assert "invalid  LoadOrders.dtsx" in text
    assert "valid    CountMonths.dtsx" in text
    assert "DTS_E_CANNOTGETIROWSET" in text
    (tmp_path / "now" / "LoadOrders.dtsx").unlink()
    assert main(["coverage", str(tmp_path / "now"), "--validate", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["states"] == {"valid": 1}
    assert found["packages"][0]["reasons"] == []
