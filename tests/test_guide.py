"""The commands of the guide are run as they stand."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.service import SAMPLES

GUIDE = Path(__file__).resolve().parent.parent / "docs" / "guide"


def commands(page: Path) -> list[str]:
    blocks = re.findall(r"^```console\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines() if line.startswith("$ ")]


PAGES = [page for page in sorted(GUIDE.glob("*.md")) if commands(page)]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_commands_work(page: Path, tmp_path: Path) -> None:
    shutil.copytree(SAMPLES, tmp_path / "samples")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "DTSERVE_HOME": str(tmp_path / "home")}
    for command in commands(page):
        done = subprocess.run(
            ["bash", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stdout + done.stderr
