"""Tasks that other distributions offer."""

from __future__ import annotations

import pytest

from dtserve.controlflow import Task, offers
from dtserve.package.model import Executable
from support.distributions import Distribution, documented

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


def test_the_documented_task_runs_when_its_distribution_is_installed(tmp_path):
    acme = Distribution(tmp_path, "dtserve.tasks", "Acme.Tasks.Greet")
    refused = acme.dtexec(PACKAGE)
    assert refused.returncode == 5
    assert "Acme.Tasks.Greet" in refused.stdout + refused.stderr
    acme.install("greet", documented("control_flow.md", "Tasks of your own"), "greet:Greet")
    done = acme.dtexec(PACKAGE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Hello moon!." in done.stdout
    acme.offer("gone:Greet")
    broken = acme.dtexec(PACKAGE)
    assert broken.returncode == 5
    assert "its distribution cannot be loaded: ModuleNotFoundError" in broken.stdout + broken.stderr
