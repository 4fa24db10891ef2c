"""Compares the fast readers of flat files with the exact machine on random files, well-formed and malformed.

    python tests/fuzz/fuzz_flat_files.py [--files 20000] [--sources 5000] [--seed 7]

Every file is read by each fast reader that takes its layout and by the whole Flat File
Source's reader in blocks of many sizes; what they give must be what the exact machine in
plain Python gives, or they must decline. Prints per reader how many files were the same,
declined and different. Before that, all polluted files of known meaning are read; after it,
random files go through the whole Flat File Source, whose values, errors and redirected rows
must be those that plain Python finds row by row. A difference ends the run with exit code 1.
"""

# ruff: noqa: T201
from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from support.flat_file_fuzz import Verdict, compare, random_case  # noqa: E402
from support.flat_file_rows import differences as source_differences  # noqa: E402
from support.flat_file_rows import random_source_case  # noqa: E402
from support.flat_file_variants import read, variants  # noqa: E402

SHOWN = 5


def polluted() -> int:
    """Read the polluted files; how many were read otherwise than they must be."""
    started = time.monotonic()
    count = wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.txt"
        for variant in variants():
            path.write_bytes(variant.data)
            sizes = ((True, 1 << 20), (False, 1 << 20), (False, 1000))
            found = [read(path, variant.format, exact=exact, block=block) for exact, block in sizes]
            count += 1
            if any(each != variant.expected for each in found):
                wrong += 1
                print(f"polluted: {variant.name}")
    print(f"{count} polluted files, {wrong} read otherwise, {time.monotonic() - started:.0f} s")
    return wrong


def sources(count: int, seed: int) -> int:
    """Random files through the whole source; how many were read otherwise than plain Python reads them."""
    started = time.monotonic()
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            told = source_differences(random_source_case(random.Random(seed * 10**9 + number)), Path(folder))
            wrong += bool(told)
            if told and wrong <= SHOWN:
                print(f"source {number}: {told[:500]}")
    print(f"{count} files through the source, {wrong} differences, {time.monotonic() - started:.0f} s")
    return wrong


def main() -> int:
    """Run; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--sources", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    started = time.monotonic()
    counts: dict[str, Counter[Verdict]] = {}
    different = polluted()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(options.files):
            case = random_case(random.Random(options.seed * 10**9 + number), well_formed=number % 2 == 0)
            kind = "well-formed" if number % 2 == 0 else "malformed"
            found = compare(case, Path(folder))
            for name, (verdict, _) in found.items():
                counts.setdefault(f"{name}, {kind}", Counter())[verdict] += 1
            wrong = [(name, text) for name, (verdict, text) in found.items() if verdict == "different"]
            different += bool(wrong)
            if wrong and different <= SHOWN:
                print(f"file {number}: {case.format}\n  {case.data!r}")
                print(*(f"  {name}: {text}" for name, text in wrong), sep="\n")
    for name in sorted(counts):
        print(f"{name:38}", *(f"{verdict} {counts[name][verdict]:6}" for verdict in ("same", "declined", "different")))
    print(f"{options.files} files, {different} differences, {time.monotonic() - started:.0f} s")
    different += sources(options.sources, options.seed)
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
