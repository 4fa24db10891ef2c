"""Tasks that other distributions offer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dtserve.controlflow import Task, offers
from dtserve.package.model import Executable

PACKAGE = """<DTS:Executable xmlns:DTS="www.microsoft.com/SqlServer/Dts" DTS:refId="Package" DTS:CreationName="Microsoft.Package" DTS:ExecutableType="Microsoft.Package" DTS:ObjectName="P" DTS:DTSID="{00000000-0000-0000-0000-000000000001}">
<DTS:Property DTS:Name="PackageFormatVersion">8</DTS:Property>
<DTS:Variables><DTS:Variable DTS:Namespace="User" DTS:ObjectName="v" DTS:DTSID="{00000000-0000-0000-0000-000000000003}"><DTS:VariableValue DTS:DataType="8">moon</DTS:VariableValue></DTS:Variable></DTS:Variables>
<DTS:Executables><DTS:Executable DTS:refId="Package\\T" DTS:CreationName="Acme.Tasks.Greet, Acme, Version=1.0.0.0" DTS:ExecutableType="Acme.Tasks.Greet, Acme, Version=1.0.0.0" DTS:ObjectName="T" DTS:DTSID="{00000000-0000-0000-0000-000000000002}"><DTS:PropertyExpression DTS:Name="Whom">@[User::v] + "!"</DTS:PropertyExpression>
<DTS:ObjectData><Greeting Whom="sun"/></DTS:ObjectData></DTS:Executable></DTS:Executables></DTS:Executable>"""


class Own(Task):
    """A task."""


def model(type_id="", creation_name="", part=""):
    return Executable("T", "{0}", "Package\\T", type_id, part, creation_name)


@pytest.mark.parametrize(
    "found",
    [
        model("Acme.X, Acme, Version=1.0.0.0"),
        model("{ABC}"),
        model(creation_name="Acme.X"),
        model(part="Acme.X"),
    ],
)
def test_names(monkeypatch, found):
    monkeypatch.setattr(offers, "_entry_points", lambda: {"Acme.X": lambda: Own, "{ABC}": lambda: Own})
    assert offers.offered_task(found) is Own
    assert offers.is_offered("Acme.X")
    assert offers.offered_task(model("Acme.Y")) is None


@pytest.mark.parametrize(("offer", "words"), [(lambda: object, "offers no task"), (lambda: 1 / 0, "ZeroDivisionError")])
def test_broken_offers(monkeypatch, offer, words):
    monkeypatch.setattr(offers, "_entry_points", lambda: {"Acme.X": offer})
    with pytest.raises(offers.BrokenOffer, match=words):
        offers.offered_task(model("Acme.X"))


def documented_task():
    """The class that the reference shows, as a module."""
    page = Path(__file__).parents[2].joinpath("docs", "reference", "control_flow.md").read_text(encoding="utf-8")
    lines = page.partition("## Tasks of your own")[2].partition("\n## ")[0].splitlines()
    return "\n".join(line[4:] for line in lines if line.startswith((">>> ", "... ")))


def run_dtexec(folder):
    (folder / "P.dtsx").write_text(PACKAGE, encoding="utf-8")
    code = "import sys; from dtserve.cli.dtexec import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", code, "/F", "P.dtsx", "/REP", "EI"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / "site")},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_documented_task_runs_when_its_distribution_is_installed(tmp_path):
    refused = run_dtexec(tmp_path)
    assert refused.returncode == 5
    assert "Acme.Tasks.Greet" in refused.stdout + refused.stderr
    site = tmp_path / "site"
    (site / "acme").mkdir(parents=True)
    (site / "acme" / "__init__.py").write_text("")
    (site / "acme" / "greet.py").write_text(documented_task())
    (site / "acme-1.0.dist-info").mkdir()
    (site / "acme-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    points = site / "acme-1.0.dist-info" / "entry_points.txt"
    points.write_text("[dtserve.tasks]\nAcme.Tasks.Greet = acme.greet:Greet\n")
    done = run_dtexec(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Hello moon!." in done.stdout
    points.write_text("[dtserve.tasks]\nAcme.Tasks.Greet = acme.gone:Greet\n")
    broken = run_dtexec(tmp_path)
    assert broken.returncode == 5
    assert "its distribution cannot be loaded: ModuleNotFoundError" in broken.stdout + broken.stderr
