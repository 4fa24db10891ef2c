"""Package stores: 10,000 packages in 500 folders, beside raw SQLite, raw files with fsync, and git.

    python benchmarks/store.py [--packages 10000] [--folders 500] [--kilobytes 40] [--imports 300]
        [--postgresql URL] [--where FOLDER]

Every write is durable when the call returns. ``--packages 500 --folders 25 --imports 60`` is a run of seconds.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from support.measure import fingerprint

from dtserve.stores import Database, FileSystemStore, MsdbStore, PackageStore
from dtserve.stores.bulk import BulkJob, plan, run
from dtserve.stores.msdb.engine import sqlite_url
from dtserve.stores.transfer import Changes
from dtserve.stores.versioned import VersionedStore
from dtserve.stores.versions import VersionArchive
from support.store_packages import package, place

DATA = Path(__file__).parent / "data"
"""Not the folder for temporary files: ext4 makes files slowly where many were deleted a moment ago."""
HEAD = "| | dtserve | peer | target | |"
LINE = "|---|---|---|---|---|"


@dataclass
class Bench:
    """The stores, the sizes, and the rows of the table."""

    where: Path
    packages: int
    folders: int
    kilobytes: int
    imports: int
    rows: list[str] = field(default_factory=list)

    def path(self, number: int) -> tuple[str, str]:
        return place(number, self.packages, self.folders)

    def data(self, number: int) -> bytes:
        return package(number, self.kilobytes)

    def row(self, what: str, ours: str, peer: str = "", target: str = "", met: bool | None = None) -> None:
        """One row; ``met`` tells whether the target is reached."""
        mark = "" if met is None else "met" if met else "**not met**"
        self.rows.append(f"| {what} | {ours} | {peer} | {target} | {mark} |")
        note(f"{what}: {ours}; {peer} {mark}")


def note(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


def seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def fill(bench: Bench, store: PackageStore) -> None:
    """All packages, written many at a time."""
    for number in range(bench.folders):
        store.create_folder((f"Folder {number:04}",))
    spent, batch = 0.0, 200
    for start in range(0, bench.packages, batch):
        numbers = range(start, min(start + batch, bench.packages))
        items = [(bench.path(number), bench.data(number)) for number in numbers]
        spent += seconds(lambda items=items: store.write_many(items))  # type: ignore[misc]
    bench.row(f"import all into {store.name}", f"{bench.packages / spent:.0f} packages/s")


def listings(bench: Bench, store: PackageStore) -> None:
    """Each folder; all of them; a search by name."""
    times = [seconds(lambda n=n: store.list((f"Folder {n:04}",))) for n in range(bench.folders)]  # type: ignore[misc]
    times.sort()
    middle, worst = times[len(times) // 2] * 1000, times[int(len(times) * 0.99)] * 1000
    bench.row(
        f"list a folder, {store.name}", f"median {middle:.2f} ms, p99 {worst:.2f} ms", "", "p99 ≤ 50 ms", worst <= 50
    )
    every = seconds(lambda: [info for _, _, packages in store.walk() for info in packages])
    bench.row(f"list all, {store.name}", f"{every:.2f} s")
    search = seconds(lambda: list(plan(BulkJob("copy", store, pattern="load 00*7"))))
    bench.row(f"search by name, {store.name}", f"{search:.2f} s")


def imports(bench: Bench, msdb: PackageStore, files: PackageStore, kept: PackageStore) -> None:
    """One package after the other, each durable; ours and the peers' in turn."""
    connection = sqlite3.connect(bench.where / "peer.sqlite", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE p (name TEXT PRIMARY KEY, data BLOB)")
    folder = bench.where / "peer files"
    folder.mkdir()
    for store in (msdb, files, kept):
        store.create_folder(("New",))
    calls: dict[str, Callable[[int, bytes], object]] = {
        "msdb": lambda n, data: msdb.write(("New", f"P{n}"), data),
        "raw sqlite": lambda n, data: connection.execute("INSERT INTO p VALUES (?, ?)", (f"P{n}", data)),
        "files": lambda n, data: files.write(("New", f"P{n}"), data),
        "raw files": lambda n, data: raw_write(folder, f"P{n}.dtsx", data),
        "kept": lambda n, data: kept.write(("New", f"P{n}"), data),
    }
    times: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(bench.imports):
        data = bench.data(number)
        for name, call in calls.items():
            times[name].append(seconds(lambda call=call, n=number, data=data: call(n, data)) * 1000)  # type: ignore[misc]
    connection.close()
    ours = {name: statistics.median(found) for name, found in times.items()}
    for name, peer, shown in (
        ("msdb", "raw sqlite", "one INSERT by hand"),
        ("files", "raw files", "write, fsync, rename, fsync by hand"),
        ("kept", "raw files", "write, fsync, rename, fsync by hand"),
    ):
        what = "import one, files with versions" if name == "kept" else f"import one, {name}"
        ratio = ours[name] / ours[peer]
        bench.row(what, f"{ours[name]:.2f} ms", f"{shown} {ours[peer]:.2f} ms, ours ×{ratio:.2f}", "≤ ×3", ratio <= 3)


def raw_write(folder: Path, name: str, data: bytes) -> None:
    """A durable, atomic write without anything around it."""
    temporary = folder / f"{name}.tmp"
    with open(temporary, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(temporary, folder / name)
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def export(bench: Bench, msdb: PackageStore) -> None:
    """All packages of msdb as files, and what the same files cost by hand: one by one, and the best way in parallel."""
    numbers: list[int] = []

    few = min(bench.packages, 2000)
    contents = [bench.data(number) for number in range(few)]
    part = contents[:500]

    def all_of_them(folder: Path) -> None:
        results = run(BulkJob("copy", msdb, (), FileSystemStore("out", folder)))
        numbers.append(len(results) if all(each.outcome == "copied" for each in results) else 0)

    def alone(folder: Path) -> None:
        folder.mkdir()
        for number, data in enumerate(part):
            raw_write(folder, f"{number}.dtsx", data)

    ours, one_by_one, parallel = [], [], []
    for turn in range(3):  # in turn: the disk is not the same from one moment to the next
        spent = seconds(partial(all_of_them, bench.where / f"out {turn}"))
        ours.append(numbers[-1] / spent)
        one_by_one.append(len(part) / seconds(partial(alone, bench.where / f"alone {turn}")))
        parallel.append(few / seconds(partial(raw_parallel, bench.where / f"parallel {turn}", bench, contents)))
    rate = statistics.median(ours)
    bench.row(
        "export all, msdb → files", f"{rate:.0f} packages/s",
        f"only the files, by hand: with fsync one by one {statistics.median(one_by_one):.0f}/s, "
        f"side by side by 8 threads {statistics.median(parallel):.0f}/s",
        "≥ 2,000/s", rate >= 2000,
    )  # fmt: skip


def raw_parallel(top: Path, bench: Bench, contents: list[bytes]) -> None:
    """The same folders and files at the best by hand: written and forced side by side, folders forced once at the end."""
    folders = [top / f"Folder {number:04}" for number in range(max(bench.folders * len(contents) // bench.packages, 1))]
    for folder in folders:
        folder.mkdir(parents=True)

    def write(number: int) -> None:
        folder = folders[number * len(folders) // len(contents)]
        with open(folder / f"{number}.tmp", "wb") as stream:
            stream.write(contents[number])
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(folder / f"{number}.tmp", folder / f"{number}.dtsx")

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(len(contents))))
        list(threads.map(sync_folder, (top, *folders)))


def protect(bench: Bench, msdb: PackageStore) -> None:
    """Another protection level for all of them, where they stand."""
    for level, password, old in ((2, "one", None), (3, "two", "one")):
        job = BulkJob("protect", msdb, password=old, changes=Changes(level, password))
        results: list[str] = []
        spent = seconds(lambda job=job, results=results: results.extend(each.outcome for each in run(job)))  # type: ignore[misc]
        rate = results.count("protected") / spent
        bench.row(f"protect all with level {level}", f"{rate:.0f} packages/s", "", "≥ 300/s", rate >= 300)


def versions(bench: Bench, kept: PackageStore) -> None:
    """A new version of a package, kept; beside a commit of git."""
    count = min(bench.imports, 60)
    repository = bench.where / "git"
    repository.mkdir()
    git(repository, "init", "-q")
    for number in range(count):
        (repository / f"P{number}.dtsx").write_bytes(bench.data(number))
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "all")
    ours, theirs = [], []
    for number in range(count):
        data = bench.data(number + 1)
        ours.append(seconds(lambda n=number, data=data: kept.write(("New", f"P{n}"), data, overwrite=True)))  # type: ignore[misc]
        (repository / f"P{number}.dtsx").write_bytes(data)
        theirs.append(seconds(lambda n=number: git(repository, "commit", "-q", "-m", f"{n}", "--", f"P{n}.dtsx")))  # type: ignore[misc]
    mine, peer = statistics.median(ours) * 1000, statistics.median(theirs) * 1000
    bench.row("replace one, the former kept", f"{mine:.2f} ms", f"git commit {peer:.2f} ms, ours ×{mine / peer:.2f}")


def git(folder: Path, *words: str) -> None:
    identity = ("-c", "user.name=bench", "-c", "user.email=bench@localhost", "-c", "core.fsync=all")
    subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)


def main() -> None:
    """Measure and print the section."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packages", type=int, default=10_000)
    parser.add_argument("--folders", type=int, default=500)
    parser.add_argument("--kilobytes", type=int, default=40)
    parser.add_argument("--imports", type=int, default=300)
    parser.add_argument("--postgresql", default="", help="URL of an empty database to measure as well")
    parser.add_argument("--where", type=Path, default=DATA, help="folder on the disk to measure")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.where) as name:
        bench = Bench(Path(name), options.packages, options.folders, options.kilobytes, options.imports)
        msdb = MsdbStore("msdb", Database(sqlite_url(bench.where / "msdb.sqlite")))
        files = FileSystemStore("files", bench.where / "files")
        inner = FileSystemStore("kept", bench.where / "kept")
        kept = VersionedStore(inner, VersionArchive(bench.where / "versions.sqlite"), "kept", who="bench")
        stores: list[PackageStore] = [msdb, files]
        if options.postgresql:
            stores.append(MsdbStore("msdb on PostgreSQL", Database(options.postgresql)))
        for store in stores:
            fill(bench, store)
            listings(bench, store)
        imports(bench, msdb, files, kept)
        export(bench, msdb)
        protect(bench, msdb)
        versions(bench, kept)
        for store in (*stores, kept):
            store.close()
    print(f"## Package stores\n\n{bench.packages} packages of {bench.kilobytes} kB in {bench.folders} folders.\n")
    print("\n".join([HEAD, LINE, *bench.rows]))
    print(f"\n{fingerprint(['sqlalchemy', 'lxml', 'cryptography'])}")


if __name__ == "__main__":
    main()
