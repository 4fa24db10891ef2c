"""dtserve --server NAME packages: the store of another machine beside files of this one."""

import json
from pathlib import Path

import pytest

from support.cli import dtserve
from support.service import SAMPLES, serve


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with serve(tmp_path_factory.mktemp("there")) as running:
        yield running


@pytest.fixture
def packages(served, tmp_path, capsys):
    (tmp_path / "token").write_text(served.token)
    home = tmp_path / "home"
    assert dtserve(capsys, home, "servers", "add", "prod", served.address, "--token-file", tmp_path / "token")[0] == 0

    def run(*words: object) -> tuple[int, str, str]:
        return dtserve(capsys, home, "--server", "prod", "packages", *words)

    return run


def test_files_go_there_and_come_back(packages, tmp_path) -> None:
    here, back = tmp_path / "here", tmp_path / "back"
    here.mkdir()
    back.mkdir()
    for name in ("CountMonths", "LoadOrders"):
        (here / f"{name}.dtsx").write_bytes((SAMPLES / f"{name}.dtsx").read_bytes())
    code, printed, told = packages("copy", f"file:{here}", r"\File System", "--workers", "1")
    assert code == 0, printed + told
    listed = {each["path"]: each for each in json.loads(packages("list", r"\File System", "--json")[1])}
    assert set(listed) == {"File System\\CountMonths", "File System\\LoadOrders"}
    assert packages("copy", r"\File System", f"file:{back}", "--workers", "1")[0] == 0
    for name in ("CountMonths", "LoadOrders"):
        assert next(back.rglob(f"{name}.dtsx")).read_bytes() == (here / f"{name}.dtsx").read_bytes()
    assert packages("delete", r"\File System", "--dry-run")[0] == 0
    assert packages("delete", r"\File System", "--pattern", "Load*")[0] == 0
    assert [Path(each["path"]).name for each in json.loads(packages("list", r"\File System", "--json")[1])] == [
        "File System\\CountMonths"
    ]


@pytest.mark.parametrize("words", [("list", "sql:Finance"), ("versions", r"\MSDB\P"), ("prune",)])
def test_what_works_on_this_machine_only(packages, words) -> None:
    code, _, told = packages(*words)
    assert code == 6
    assert "DTSERVE_E_NOTREMOTE" in told
