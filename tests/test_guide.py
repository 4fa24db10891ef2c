"""The commands of the guide are run as they stand."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dtserve.package.project import Project
from dtserve.package.project_build import build_ispac
from dtserve.package.protection.user_key import load_key
from support.service import SAMPLES

GUIDE = Path(__file__).resolve().parent.parent / "docs" / "guide"


def commands(page: Path) -> list[str]:
    blocks = re.findall(r"^```console\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines() if line.startswith("$ ")]


PAGES = [page for page in sorted(GUIDE.glob("*.md")) if commands(page)]


PROJECT = """<?xml version="1.0" encoding="utf-8"?>
<Project><DeploymentModel>Project</DeploymentModel><DeploymentModelSpecificContent><Manifest>
<SSIS:Project SSIS:ProtectionLevel="DontSaveSensitive" xmlns:SSIS="www.microsoft.com/SqlServer/SSIS">
<SSIS:Properties><SSIS:Property SSIS:Name="ID">{3F2504E0-4F89-11D3-9A0C-0305E82C3301}</SSIS:Property>
<SSIS:Property SSIS:Name="Name">Sales</SSIS:Property><SSIS:Property SSIS:Name="FormatVersion">1</SSIS:Property></SSIS:Properties>
<SSIS:Packages><SSIS:Package SSIS:Name="Load.dtsx" SSIS:EntryPoint="1" /></SSIS:Packages>
<SSIS:ConnectionManagers /><SSIS:DeploymentInfo><SSIS:ProjectConnectionParameters /><SSIS:PackageInfo>
<SSIS:PackageMetaData SSIS:Name="Load.dtsx"><SSIS:Properties><SSIS:Property SSIS:Name="ProtectionLevel">0</SSIS:Property></SSIS:Properties></SSIS:PackageMetaData>
</SSIS:PackageInfo></SSIS:DeploymentInfo></SSIS:Project></Manifest></DeploymentModelSpecificContent></Project>
"""


def project(folder: Path) -> Path:
    """A project of one package, as a designer leaves it on disk."""
    folder.mkdir()
    shutil.copy(SAMPLES / "CountMonths.dtsx", folder / "Load.dtsx")
    (folder / "Sales.dtproj").write_text(PROJECT, encoding="utf-8")
    parameters = '<?xml version="1.0"?>\n<SSIS:Parameters xmlns:SSIS="www.microsoft.com/SqlServer/SSIS" />'
    (folder / "Project.params").write_text(parameters, encoding="utf-8")
    return folder / "Sales.dtproj"


def prepare(folder: Path) -> dict[str, str]:
    """What the pages assume: the samples, a package, a project, passwords; home folders of this test's own."""
    shutil.copytree(SAMPLES, folder / "samples")
    shutil.copy(SAMPLES / "CountMonths.dtsx", folder / "Load.dtsx")
    (folder / "Sales.ispac").write_bytes(build_ispac(Project.open(project(folder / "src"))))
    load_key(folder / "data" / "dtserve" / "user.key")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    home = {"DTSERVE_HOME": str(folder / "home"), "HOME": str(folder), "XDG_DATA_HOME": str(folder / "data")}
    return {**os.environ, **home, "PATH": path, "OLD": "first", "NEW": "second"}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_commands_work(page: Path, tmp_path: Path) -> None:
    environment = prepare(tmp_path)
    for command in commands(page):
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=tmp_path,
            env=environment,
            input="first\nfirst\n",
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stdout + done.stderr
