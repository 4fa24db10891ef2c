"""The docs tell the truth: generated pages are fresh, every option, endpoint and setting has its heading, examples run."""

import doctest
import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import dtserve

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"


def headings(page: str) -> str:
    text = (DOCS / page).read_text(encoding="utf-8")
    return "\n".join(re.findall(r"^#+ .*$", text, re.MULTILINE)).lower()


def test_generated_pages_are_fresh() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "generate_docs.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_endpoint_has_a_heading() -> None:
    from dtserve.service.access import ENDPOINTS

    found = headings("reference/rest.md")
    assert [f"{m} {p}" for m, p in ENDPOINTS if f"## {m} {p}".lower() not in found] == []


@pytest.mark.parametrize("tool", ["dtexec", "dtutil"])
def test_every_option_has_a_heading(tool: str) -> None:
    table = importlib.import_module(f"dtserve.cli.{tool}_options").TABLE
    found = headings(f"reference/{tool}.md").split("\n")
    assert len(table.options) > 10
    assert [option.word for option in table.options if f"### /{option.word.lower()}" not in found] == []


def anchors(page: Path) -> set[str]:
    """What the headings of a page are called in its address."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.strip().lower()).replace(" ", "-") for title in titles}


def test_links_lead_somewhere() -> None:
    broken = []
    for page in [ROOT / "README.md", *DOCS.rglob("*.md")]:
        for target, heading in re.findall(r"\]\(([^)#\s]*)(?:#([^)\s]+))?\)", page.read_text(encoding="utf-8")):
            there = page.parent / target if target else page
            if "://" in target or (there.exists() and (not heading or heading in anchors(there))):
                continue
            broken.append(f"{page.relative_to(ROOT)}: {target}#{heading}")
    assert not broken


def test_doctests_run() -> None:
    tried = failed = 0
    for found in pkgutil.walk_packages(dtserve.__path__, "dtserve."):
        if ".samples" in found.name or found.name.endswith("__main__"):
            continue
        module = importlib.import_module(found.name)
        result = doctest.testmod(module)
        tried += result.attempted
        failed += result.failed
    for page in DOCS.rglob("*.md"):
        result = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
        tried += result.attempted
        failed += result.failed
    assert failed == 0
    assert tried >= 200
