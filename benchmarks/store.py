"""What stores cost: durable writes, reads, listings and bulk copies of real-sized packages.

    python benchmarks/store.py [--packages 200] [--kilobytes 83] [--postgresql URL]

Every write is durable when the call returns (fsync or COMMIT with synchronous=FULL). The peer beside the file store is
``Path.write_bytes``, which is not durable; beside SQLite it is one INSERT by hand with the same
pragmas. Medians in milliseconds.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from dtserve.stores import Database, FileSystemStore, MsdbStore, PackageStore
from dtserve.stores.bulk import BulkJob, run
from dtserve.stores.msdb.engine import sqlite_url
from dtserve.stores.versioned import VersionedStore
from dtserve.stores.versions import VersionArchive

HEAD = """<?xml version="1.0"?>
<DTS:Executable xmlns:DTS="www.microsoft.com/SqlServer/Dts" DTS:refId="Package" DTS:DTSID="{{{id}}}"
 DTS:ObjectName="P{number}" DTS:VersionGUID="{{{id}}}" DTS:ProtectionLevel="0">
<DTS:Property DTS:Name="PackageFormatVersion">8</DTS:Property><DTS:Variables>
"""
LINE = (
    '<DTS:Variable DTS:ObjectName="V{n}"><DTS:VariableValue DTS:DataType="3">{n}</DTS:VariableValue></DTS:Variable>\n'
)


def package(number: int, kilobytes: int) -> bytes:
    """A package of about that size."""
    lines = "".join(LINE.format(n=n) for n in range(kilobytes * 1024 // len(LINE.format(n=1000))))
    identity = f"00000000-0000-0000-0000-{number:012}"
    text = HEAD.format(id=identity, number=number) + lines + "</DTS:Variables></DTS:Executable>\n"
    return text.encode()


def median(call: Callable[[int], object], count: int) -> float:
    """Milliseconds of one call, the middle of ``count``."""
    times = []
    for number in range(count):
        start = time.perf_counter()
        call(number)
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


def measure(name: str, store: PackageStore, packages: list[bytes]) -> None:
    """New packages, replaced ones, reads, existence, a listing of all."""
    count = len(packages)
    store.create_folder(("bench",))
    new = median(lambda n: store.write(("bench", f"P{n}"), packages[n]), count)
    again = median(lambda n: store.write(("bench", f"P{n}"), packages[n - 1], overwrite=True), count)
    read = median(lambda n: store.read(("bench", f"P{n}")), count)
    exists = median(lambda n: store.exists(("bench", f"P{n}")), count)
    listing = median(lambda _: store.list(("bench",)), 5)
    print(f"{name:<28}{new:>9.2f}{again:>9.2f}{read:>9.2f}{exists:>9.2f}{listing:>11.2f}")


def peers(folder: Path, packages: list[bytes]) -> None:
    """What the plain way costs."""
    plain = median(lambda n: (folder / f"{n}.dtsx").write_bytes(packages[n]), len(packages))
    print(f"{'Path.write_bytes':<28}{plain:>9.2f}")
    connection = sqlite3.connect(folder / "peer.sqlite", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE p (name TEXT PRIMARY KEY, data BLOB)")
    by_hand = median(lambda n: connection.execute("INSERT INTO p VALUES (?, ?)", (f"P{n}", packages[n])), len(packages))
    connection.close()
    print(f"{'one INSERT by hand':<28}{by_hand:>9.2f}")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--packages", type=int, default=200)
    parser.add_argument("--kilobytes", type=int, default=83)
    parser.add_argument("--postgresql", default="")
    arguments = parser.parse_args()
    packages = [package(number, arguments.kilobytes) for number in range(arguments.packages)]
    print(f"{len(packages)} packages of {len(packages[0]) // 1024} kB; milliseconds")
    print(f"{'':<28}{'new':>9}{'replace':>9}{'read':>9}{'exists':>9}{'list all':>11}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = FileSystemStore("files", folder / "files")
        measure("files", files, packages)
        msdb = MsdbStore("msdb", Database(sqlite_url(folder / "msdb.sqlite")))
        measure("msdb on SQLite", msdb, packages)
        archive = VersionArchive(folder / "versions.sqlite")
        kept = VersionedStore(FileSystemStore("kept", folder / "kept"), archive, "kept", who="bench")
        measure("files with versions", kept, packages)
        if arguments.postgresql:
            measure("msdb on PostgreSQL", MsdbStore("pg", Database(arguments.postgresql)), packages)
        peers(folder, packages)
        start = time.perf_counter()
        results = run(BulkJob("copy", files, ("bench",), msdb, ("bulk",)))
        seconds = time.perf_counter() - start
        done = sum(result.outcome == "copied" for result in results)
        print(f"bulk copy files -> msdb: {done} packages in {seconds:.2f} s, {done / seconds:.0f} per second")
        msdb.close()


if __name__ == "__main__":
    main()
