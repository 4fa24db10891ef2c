"""Opens every hostile file and prints, per line of JSON: its name, the error's symbol, processor seconds, bytes over start."""

import contextlib
import gc
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from dtserve.errors import DtserveError
from dtserve.package import PackageDocument
from dtserve.package.project import Project
from support.package_attacks import xml_attacks, zip_attacks


def resident(field: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    return 0


def attempt(name: str, work: Callable[[], object]) -> None:
    gc.collect()
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    start, began, symbol = resident("VmRSS"), time.process_time(), ""
    try:
        work()
    except DtserveError as error:
        symbol = error.symbol
    seconds = time.process_time() - began
    sys.stdout.write(
        json.dumps({"name": name, "code": symbol, "seconds": seconds, "bytes": resident("VmHWM") - start}) + "\n"
    )


def project(data: bytes) -> object:
    found = Project.open(data, "password")
    return [found.document(name) for name in found.packages], found.parameters, found.connections


def main() -> None:

    for name, data in xml_attacks():
        attempt(name, lambda data=data: PackageDocument.open(data, "password").model)
    for name, data in zip_attacks():
        attempt(name, lambda data=data: project(data))


if __name__ == "__main__":
    main()
