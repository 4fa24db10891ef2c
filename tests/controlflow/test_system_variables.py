"""System variables (CONTROL_FLOW §5.1)."""

from datetime import datetime

import pytest

from dtserve.controlflow.errors import VariableReadOnly
from support.controlflow_tree import load_tree

TASK = '<task name="T" type="Microsoft.ExpressionTask"><ExpressionTask Expression="1"/></task>'
PACKAGE = {
    "CancelEvent": int, "ContainerStartTime": datetime, "CreationDate": datetime, "CreatorComputerName": str, "CreatorName": str,
    "ExecutionInstanceGUID": str, "FailedConfigurations": str, "IgnoreConfigurationsOnLoad": bool, "InteractiveMode": bool,
    "LocaleID": int, "MachineName": str, "OfflineMode": bool, "PackageID": str, "PackageName": str, "StartTime": datetime,
    "ServerExecutionID": int, "UserName": str, "VersionBuild": int, "VersionMajor": int, "VersionMinor": int,
    "VersionComments": str, "VersionGUID": str,
}  # fmt: skip


def test_package_and_task(tmp_path) -> None:
    built = load_tree(TASK, tmp_path, CreatorName="me", CreationDate="4/2/2020 4:37:40 PM")
    for name, kind in PACKAGE.items():
        assert isinstance(built.scope.value(f"System::{name}"), kind), name
    task = built.children[0].scope
    assert task.value("System::TaskName") == "T"
    assert task.value("System::CreationName") == "Microsoft.ExpressionTask"
    assert task.value("System::PackageName") == "Pkg"
    assert task.value("System::CreationDate") == datetime(2020, 4, 2, 16, 37, 40)
    assert task.value("System::InteractiveMode") is False
    assert task.value("System::ServerExecutionID") == 0
    with pytest.raises(VariableReadOnly):
        task.assign("System::PackageName", "x")
