"""What goes wrong ends with a coded error, the right exit code and no traceback; nothing is lost."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from support.golden import dtexec
from support.service import SAMPLES

COUNT = (SAMPLES / "CountMonths.dtsx").read_text(encoding="utf-8")


def coded(done: subprocess.CompletedProcess[str], exit_code: int, *texts: str) -> None:
    output = done.stdout + done.stderr
    assert done.returncode == exit_code, output
    assert "Traceback" not in output
    for text in texts:
        assert text in output, output


def package(tmp_path: Path, text: str, name: str = "p.dtsx") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


def test_a_missing_file(tmp_path: Path) -> None:
    coded(dtexec(tmp_path / "none.dtsx"), 4, "none.dtsx", "0x")


def test_no_package_at_all(tmp_path: Path) -> None:
    coded(dtexec(package(tmp_path, "hello")), 5, "0xC00")


def test_a_package_that_needs_a_password(tmp_path: Path) -> None:
    encrypted = '<EncryptedData xmlns="http://www.w3.org/2001/04/xmlenc#" Type="http://www.w3.org/2001/04/xmlenc#Element" Salt="AAAAAAAAAA==" IV="AAAAAAAAAAA="><EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#tripledes-cbc"/><CipherData><CipherValue>{}</CipherValue></CipherData></EncryptedData>'
    path = package(tmp_path, encrypted.format("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="))
    coded(dtexec(path), 5, "0xC0014037")
    done = dtexec(path, "/DECRYPT", "guess-4711")
    coded(done, 5, "0xC0014037")
    assert "guess-4711" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "hostile",
    [
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        "<a>" * 5000,
    ],
    ids=["entity", "external", "deep"],
)
def test_hostile_xml(tmp_path: Path, hostile: str) -> None:
    coded(dtexec(package(tmp_path, hostile)), 5, "0xC0")


def test_an_unknown_task_and_an_unknown_component(tmp_path: Path) -> None:
    text = COUNT.replace("Microsoft.ExpressionTask", "Vendor.SuperTask")
    assert text != COUNT
    coded(dtexec(package(tmp_path, text)), 5, "Vendor.SuperTask")
    flow = (SAMPLES / "ArchiveFiles.dtsx").read_text(encoding="utf-8")
    text = flow.replace('componentClassID="Microsoft.RowCount"', 'componentClassID="Vendor.SuperCount"')
    assert text != flow
    coded(dtexec(package(tmp_path, text)), 5, "0xC0048021", "Count rows", "Vendor.SuperCount")


def test_a_broken_statement(tmp_path: Path) -> None:
    done = dtexec(package(tmp_path, COUNT.replace("INSERT INTO Months", "INSER INTO Months")))
    coded(done, 1, "0xC002F210", "INSER INTO Months", "DTSER_FAILURE (1)")


def test_command_lines_that_make_no_sense() -> None:
    coded(dtexec(SAMPLES / "CountMonths.dtsx", "/NOSUCH", "1"), 6)
    coded(dtexec(SAMPLES / "CountMonths.dtsx", "/SQL", "x"), 6)


@pytest.mark.skipif(os.geteuid() != 0, reason="a full disk needs a tmpfs, which only root can mount")
def test_a_full_disk(tmp_path: Path) -> None:
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", place], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip(f"a tmpfs cannot be mounted here: {mounted.stderr.decode().strip()}")
    try:
        (place / "data").mkdir()
        shutil.copy(SAMPLES / "LoadOrders.dtsx", place)
        shutil.copytree(SAMPLES / "data", tmp_path / "data")
        done = dtexec(
            place / "LoadOrders.dtsx",
            "/CONN", f'"Orders file";"{tmp_path / "data/orders.csv"}"',
            "/CONN", f'"Customers file";"{tmp_path / "data/customers.csv"}"',
        )  # fmt: skip
        coded(done, 1, "0xC0")
        assert any(word in done.stdout for word in ("No space left", "disk is full")), done.stdout
    finally:
        subprocess.run(["umount", "-l", place], check=False)
