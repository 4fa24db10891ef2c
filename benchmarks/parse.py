"""Opening packages: megabytes a second of open and model, beside plain lxml and pydtsx-parser.

    python benchmarks/parse.py [--folder ../shared/corpus/files] [--rounds 5]

Columns: ``lxml`` parses and stops there; ``open`` also checks the limits, decrypts nothing and
finds the format; ``open + model`` builds the control flow; ``+ data flows`` reads every data
flow as well. pydtsx-parser is measured when it is installed (it reads files by path). Medians
of the rounds by processor time; packages that are all ciphertext count as refused.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from lxml import etree

from dtserve.package import PackageDocument


def plain(data: bytes, path: Path) -> None:
    """The floor: one parse with the same safe settings."""
    etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, strip_cdata=False))


def opened(data: bytes, path: Path) -> None:
    """Limits, parse, format."""
    PackageDocument.open(data)


def with_model(data: bytes, path: Path) -> None:
    """What every tool does first."""
    _ = PackageDocument.open(data).model


def with_flows(data: bytes, path: Path) -> None:
    """Everything that a run could need."""
    for executable in PackageDocument.open(data).model.walk():
        _ = executable.data_flow


def peer() -> Callable[[bytes, Path], None] | None:
    """pydtsx-parser, where it is installed."""
    try:
        module = importlib.import_module("pydtsx_parser.parsers.dtsx")
    except ImportError:
        return None
    parse = module.parse_dtsx
    return lambda data, path: parse(str(path))


def measure(work: Callable[[bytes, Path], None], files: list[tuple[bytes, Path]], rounds: int) -> tuple[float, int]:
    """Median seconds over all files, and how many were refused."""
    times, refused = [], 0
    for _ in range(rounds):
        refused = 0
        gc.collect()
        start = time.process_time()
        for data, path in files:
            try:
                work(data, path)
            except Exception:  # the peer has errors of its own
                refused += 1
        times.append(time.process_time() - start)
    return statistics.median(times), refused


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--folder", type=Path, default=Path(__file__).resolve().parents[2] / "shared" / "corpus" / "files"
    )
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    files = [(path.read_bytes(), path) for path in sorted(arguments.folder.rglob("*.dtsx"))]
    size = sum(len(data) for data, _ in files) / 1e6
    print(f"{len(files)} packages, {size:.1f} MB")
    rows: list[tuple[str, Callable[[bytes, Path], None] | None]] = [
        ("lxml", plain), ("open", opened), ("open + model", with_model), ("open + model + data flows", with_flows), ("pydtsx-parser", peer()),
    ]  # fmt: skip
    for name, work in rows:
        if work is None:
            print(f"{name:28} not installed")
            continue
        seconds, refused = measure(work, files, arguments.rounds if name != "pydtsx-parser" else 1)
        print(f"{name:28} {seconds * 1000:8.0f} ms {size / seconds:8.1f} MB/s  {refused} refused")


if __name__ == "__main__":
    main()
