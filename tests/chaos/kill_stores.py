"""kill -9 at random moments of work on a store: what is there afterwards was there before the call, or is its result.

A worker imports, overwrites, renames, moves, deletes and restores packages at random and says before each call what
the store will hold after it; it is killed at a random moment. The store is opened anew, cleaned as the
service does when it starts, and everything in it is compared, byte for byte.

    python tests/chaos/kill_stores.py [--rounds 300] [--seed 1] [--stores file sqlite smb]
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2] / "src")]

from dtserve.stores import Database, FileSystemStore, MsdbStore, PackageStore
from dtserve.stores.base import StorePath
from dtserve.stores.durable import is_temporary
from dtserve.stores.msdb.engine import sqlite_url
from dtserve.stores.smb import SmbStore
from dtserve.stores.smb_share import ShareLogin
from dtserve.stores.versioned import VersionedStore
from dtserve.stores.versions import VersionArchive

STORES = ("file", "sqlite", "smb")
FOLDERS = ("A", "B")
NAMES = ("one", "two", "three")
PATHS: tuple[StorePath, ...] = tuple((folder, name) for folder in FOLDERS for name in NAMES)
SIZES = (300, 5_000, 90_000, 700_000)
MOST_SECONDS = 0.25
"""A worker lives up to that long after its first call."""
State = dict[StorePath, str]


@dataclass(frozen=True)
class Place:
    """Where a store is: its kind, a folder of this machine, and how to sign in at a share."""

    kind: str
    folder: Path
    port: int = 0
    user: str = ""
    password: str = ""
    versions: Path | None = None

    def open(self) -> VersionedStore:
        """The store with its versions."""
        return VersionedStore(
            self._inner(), VersionArchive((self.versions or self.folder) / "versions.sqlite"), "key", who="me"
        )

    def _inner(self) -> PackageStore:
        if self.kind == "file":
            return FileSystemStore("Files", self.folder / "files")
        if self.kind == "sqlite":
            return MsdbStore("MSDB", Database(sqlite_url(self.folder / "msdb.sqlite")))
        login = ShareLogin(self.user, self.password, self.port)
        return SmbStore("Share", rf"\\127.0.0.1\packages\{self.folder.name}", login)

    def strays(self) -> list[Path]:
        """Temporary files below the folders that hold packages."""
        return [Path(here) / name for here, _, names in os.walk(self.folder) for name in names if is_temporary(name)]


def content(number: int) -> bytes:
    """The bytes of a package, different for every number, of sizes that need one write or many."""
    chance = random.Random(number)
    return b"package %d " % number + chance.randbytes(chance.choice(SIZES))


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def look(store: PackageStore) -> State:
    """Everything in the store."""
    return {
        info.path: digest(store.read(info.path))
        for folder in FOLDERS
        if store.folder_exists((folder,))
        for info in store.list((folder,))[1]
    }


def choose(store: VersionedStore, state: State, chance: random.Random) -> tuple[str, Callable[[], Any], State]:
    """One call at random: its name, the call, and what the store holds after it."""
    path, other = chance.sample(PATHS, 2)
    data = content(chance.getrandbits(60))
    if path not in state:
        return "import", lambda: store.write(path, data), {**state, path: digest(data)}
    kind = chance.choice(["overwrite", "overwrite", "delete", "move", "rename", "restore"])
    if kind == "delete":
        return kind, lambda: store.delete(path), {key: value for key, value in state.items() if key != path}
    if kind in ("move", "rename"):
        target = (path[0], other[1]) if kind == "rename" else other
        if target != path:
            after = {key: value for key, value in state.items() if key != path}
            return kind, lambda: store.move(path, target, overwrite=True), {**after, target: state[path]}
    kept = [each for each in store.versions(path) if not each.deleted] if kind == "restore" else []
    if kept:
        version = chance.choice(kept)
        return kind, lambda: store.restore(path, version.version), {**state, path: version.hash}
    return "overwrite", lambda: store.write(path, data, overwrite=True), {**state, path: digest(data)}


def work(place: Place, seed: int, told: Connection) -> None:
    """Change the store until killed; tell each call before it is made."""
    chance = random.Random(seed)
    store = place.open()
    state = look(store)
    while True:
        name, call, after = choose(store, state, chance)
        told.send((name, state, after))
        call()
        state = after


def survivors(told: Connection) -> tuple[str, State, State] | None:
    """The last call that the worker told of; None when it came to none."""
    last = None
    while told.poll(0):
        try:
            last = told.recv()
        except (EOFError, OSError):
            break
    return last


def one_round(context: Any, place: Place, chance: random.Random) -> str:
    """Start a worker, kill it, compare; the name of the call it died in, or what is wrong."""
    mine, theirs = context.Pipe(duplex=False)
    worker = context.Process(target=work, args=(place, chance.getrandbits(60), theirs))
    worker.start()
    theirs.close()
    if not mine.poll(60):
        raise RuntimeError("the worker did not begin")
    time.sleep(chance.random() * MOST_SECONDS)
    worker.kill()
    last = survivors(mine)
    worker.join()
    if last is None or worker.exitcode != -signal.SIGKILL:
        raise AssertionError(f"{place.kind}: the worker ended by itself: {worker.exitcode}, {last}")
    name, before, after = last
    return judge(place, name, before, after)


def judge(place: Place, name: str, before: State, after: State) -> str:
    """Open the store as a new process does; empty what was left, and compare."""
    store = place.open()
    try:
        deadline = time.monotonic() + 5
        store.clean()
        while place.kind == "smb" and place.strays() and time.monotonic() < deadline:
            time.sleep(0.05)  # until the server has noticed that the client is gone
            store.clean()
        found = look(store)
        if found not in (before, after):
            raise AssertionError(f"{place.kind}, {name}: a third state: {found} is neither {before} nor {after}")
        for path in PATHS:
            kept = store.archive.latest(store.key, path)
            if kept is not None and not kept.deleted and digest(store.read_version(path, kept.version)) != kept.hash:
                raise AssertionError(f"{place.kind}, {name}: a kept version is damaged: {path}")
        if place.strays():
            raise AssertionError(f"{place.kind}, {name}: left behind: {place.strays()}")
        return f"{name}: {'new' if found == after else 'old'}"
    finally:
        store.close()


def prepare(kind: str, folder: Path) -> Place:
    """A store with two folders and half of the packages."""
    if kind == "smb":
        from support.samba_server import PASSWORD
        from support.servers import samba_server

        samba = samba_server()
        share = Path(tempfile.mkdtemp(dir=samba.share))
        place = Place(kind, share, samba.port, samba.user, PASSWORD)
    else:
        place = Place(kind, folder)
    store = place.open()
    for number, name in enumerate(FOLDERS):
        store.create_folder((name,))
        store.write((name, "one"), content(number))
    store.close()
    return place


def run(kind: str, rounds: int, folder: Path, seed: int = 1) -> Counter[str]:
    """Kill that often; how often in which call, and whether its effect was there."""
    context = multiprocessing.get_context("forkserver")
    place = prepare(kind, folder)
    chance = random.Random(seed)
    return Counter(one_round(context, place, chance) for _ in range(rounds))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=300, help="kills of each store")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stores", nargs="+", choices=STORES, default=STORES)
    arguments = parser.parse_args()
    for kind in arguments.stores:
        with tempfile.TemporaryDirectory() as folder:
            counts = run(kind, arguments.rounds, Path(folder), arguments.seed)
        sys.stdout.write(f"{kind}: {sum(counts.values())} kills, no third state, nothing left behind\n")
        for name, count in sorted(counts.items()):
            sys.stdout.write(f"  {name:<18}{count:>5}\n")


if __name__ == "__main__":
    main()
