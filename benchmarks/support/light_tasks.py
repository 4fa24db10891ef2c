"""Packages of many light tasks, and of a long loop: what the control flow itself costs."""

from __future__ import annotations

from pathlib import Path

__all__ = ["SHAPES", "write_loop", "write_tasks"]

SHAPES = ("chain", "fan-out")
"""One task after the other; all after the first one."""


def write_tasks(path: Path, count: int, shape: str, log: Path) -> None:
    """``count`` Expression Tasks that set a variable, their events logged to a text file by a provider."""
    tasks = "".join(_task("Package", number) for number in range(count))
    if shape == "chain":
        links = [(number, number + 1) for number in range(count - 1)]
    else:
        links = [(0, number) for number in range(1, count)]
    constraints = "".join(
        f'<DTS:PrecedenceConstraint DTS:refId="Package.PrecedenceConstraints[{at}]" DTS:From="Package\\T{start}" '
        f'DTS:To="Package\\T{end}" DTS:LogicalAnd="True" DTS:ObjectName="C{at}" DTS:DTSID="{_guid(2, at)}"/>'
        for at, (start, end) in enumerate(links)
    )
    logged = "".join(
        f"{len(name)},{name},"
        for name in ("OnError", "OnPostExecute", "OnPostValidate", "OnPreExecute", "OnPreValidate", "OnWarning")
    )
    provider = _guid(4, 1)
    path.write_text(
        _package(
            f"""<DTS:ConnectionManagers><DTS:ConnectionManager DTS:refId="Package.ConnectionManagers[log]"
  DTS:CreationName="FILE" DTS:DTSID="{_guid(3, 1)}" DTS:ObjectName="log"><DTS:ObjectData><DTS:ConnectionManager
  DTS:FileUsageType="1" DTS:ConnectionString="{log}"/></DTS:ObjectData></DTS:ConnectionManager></DTS:ConnectionManagers>
<DTS:LogProviders><DTS:LogProvider DTS:ConfigString="log" DTS:CreationName="Microsoft.LogProviderTextFile"
  DTS:DTSID="{provider}" DTS:ObjectName="text"><DTS:ObjectData><InnerObject/></DTS:ObjectData></DTS:LogProvider>
</DTS:LogProviders>{_variables()}
<DTS:LoggingOptions DTS:LoggingMode="1" DTS:FilterKind="0"><DTS:Property DTS:DataType="8"
  DTS:Name="EventFilter">6,{logged.rstrip(",")}</DTS:Property><DTS:SelectedLogProviders>
  <DTS:SelectedLogProvider DTS:InstanceID="{provider}"/></DTS:SelectedLogProviders></DTS:LoggingOptions>
<DTS:Executables>{tasks}</DTS:Executables><DTS:PrecedenceConstraints>{constraints}</DTS:PrecedenceConstraints>"""
        ),
        encoding="utf-8",
    )


def write_loop(path: Path, count: int, *, with_task: bool) -> None:
    """A For Loop of ``count`` iterations, with an Expression Task inside or nothing."""
    task = f"<DTS:Executables>{_task('Package' + chr(92) + 'L', 0)}</DTS:Executables>" if with_task else ""
    path.write_text(
        _package(
            f"""{_variables()}<DTS:Executables><DTS:Executable DTS:refId="Package\\L" DTS:CreationName="STOCK:FORLOOP"
  DTS:DTSID="{_guid(5, 1)}" DTS:ExecutableType="STOCK:FORLOOP" DTS:ObjectName="L" DTS:InitExpression="@i = 0"
  DTS:EvalExpression="@i &lt; {count}" DTS:AssignExpression="@i = @i + 1">{task}</DTS:Executable></DTS:Executables>"""
        ),
        encoding="utf-8",
    )


def _package(body: str) -> str:
    return f"""<?xml version="1.0"?>
<DTS:Executable xmlns:DTS="www.microsoft.com/SqlServer/Dts" DTS:refId="Package" DTS:CreationName="Microsoft.Package"
  DTS:DTSID="{_guid(0, 1)}" DTS:ExecutableType="Microsoft.Package" DTS:LocaleID="1033" DTS:ObjectName="Light"
  DTS:ProtectionLevel="0" DTS:VersionGUID="{_guid(0, 2)}">
<DTS:Property DTS:Name="PackageFormatVersion">8</DTS:Property>
{body}
</DTS:Executable>
"""


def _variables() -> str:
    return "<DTS:Variables>{}</DTS:Variables>".format(
        "".join(
            f'<DTS:Variable DTS:Namespace="User" DTS:ObjectName="{name}" DTS:DTSID="{_guid(6, at)}">'
            '<DTS:VariableValue DTS:DataType="3">0</DTS:VariableValue></DTS:Variable>'
            for at, name in enumerate(("i", "n"))
        )
    )


def _task(parent: str, number: int) -> str:
    return (
        f'<DTS:Executable DTS:refId="{parent}\\T{number}" DTS:CreationName="Microsoft.ExpressionTask" '
        f'DTS:DTSID="{_guid(1, number)}" DTS:ExecutableType="Microsoft.ExpressionTask" DTS:LocaleID="-1" '
        f'DTS:ObjectName="T{number}"><DTS:ObjectData><ExpressionTask Expression="@[User::n] = {number}"/>'
        "</DTS:ObjectData></DTS:Executable>"
    )


def _guid(kind: int, number: int) -> str:
    return f"{{5C1F5D0A-2C1B-4F6E-{kind:04d}-{number:012d}}}"
