"""kill -9 at random moments of a restore: the home is then as it was before, or as the backup says, never a mixture.

A backup of one home is restored into another one that has other packages of the same names, settings nobody wrote,
accounts, alerts and schedules. The process is killed at a random moment; in every third round the one that opens the home
next and undoes the restore is killed, too. Then the home is opened, and everything in it is compared.

    python tests/chaos/kill_restore.py [--rounds 300] [--seed 1] [--database sqlite postgresql]
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2] / "src")]

import sqlalchemy as sa

from dtserve.service import identity_schema, planning_schema
from dtserve.service.config import JOURNAL, ServiceHome, load_home
from dtserve.service.home_backup import backup_home
from dtserve.service.home_restore import restore_home
from dtserve.service.sealed import Seal
from dtserve.service.state import open_state
from dtserve.stores.durable import is_temporary
from support.store_packages import package

PASSPHRASE = "swordfish"
CONFIGURED = b"""<DTS:Configurations><DTS:Configuration DTS:ConfigurationString="%s" DTS:ConfigurationType="1"
 DTS:ObjectName="a" /></DTS:Configurations>"""
CONFIGURATION = b"<?xml version='1.0'?><DTSConfiguration><DTSConfigurationHeading /></DTSConfiguration>"
State = dict[str, Any]


class Scene:
    """The backup, the home as it is before, and where rounds take place."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder = folder
        self.database = database
        self.backup = folder / "backup"
        self.configuration = folder / "etl" / "load.dtsConfig"
        self.home = folder / "home"
        self._make_backup()
        self._make_template()

    def _make_backup(self) -> None:
        self.configuration.parent.mkdir()
        self.configuration.write_bytes(CONFIGURATION)
        path = self.folder / "source"
        load_home(path).close()
        (path / "dtserve.toml").write_text("[versions]\nkeep = 7\n")
        ini = path / "Binn" / "MsDtsSrvr.ini.xml"
        more = '<Folder xsi:type="FileSystemFolder"><Name>More</Name><StorePath>..\\More</StorePath></Folder>'
        ini.write_text(ini.read_text().replace("  </TopLevelFolders>", f"    {more}\n  </TopLevelFolders>"))
        home = load_home(path)
        fill(home, "new", ["Same", "Other", *(f"New {number}" for number in range(6))])
        tree = home.tree()
        named = package("Named").replace(b"<DTS:Variables />", CONFIGURED % str(self.configuration).encode())
        tree.write(("MSDB", "A", "Named"), named)
        tree.write(("More", "Q"), package("Q"))
        tree.write(("More", "Gone"), package("Gone"))
        tree.delete(("More", "Gone"))
        tree.write_attachment(("File System", "B", "Q.dtsConfig"), b"<new/>")
        backup_home(home, self.backup, passphrase=PASSPHRASE)
        home.close()
        shutil.rmtree(self.configuration.parent)

    def _make_template(self) -> None:
        home = load_home(self.folder / "template")
        if not self.database:
            fill(home, "old", ["Same", "Other", "Mine"])
            home.tree().write_attachment(("File System", "B", "Q.dtsConfig"), b"<old/>")
        home.close()

    def begin(self) -> None:
        """The home as it is before."""
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.rmtree(self.configuration.parent, ignore_errors=True)
        shutil.copytree(self.folder / "template", self.home)
        if self.database:
            from support.servers import postgres_server

            url = postgres_server().fresh(self.database)
            (self.home / "dtserve.toml").write_text(f"[msdb]\nurl = '{url}'\n")
            home = load_home(self.home)
            fill(home, "old", ["Same", "Other", "Mine"])
            home.close()

    def restore(self) -> None:
        """What is killed. Settings that somebody wrote stay: the database is the home's own."""
        parts = ["identities", "versions", "configurations", "packages"]
        told = restore_home(
            self.home, self.backup, passphrase=PASSPHRASE, existing="replace",
            parts=parts if self.database else ["settings", *parts], folder=("MSDB",) if self.database else (),
        )  # fmt: skip
        assert "failed" not in {each.action for each in told}, told

    def look(self) -> State:
        """Everything that a restore may change; what it left is undone by opening the home."""
        home = load_home(self.home)
        try:
            return {
                "settings": [(self.home / name).read_bytes() for name in ("dtserve.toml", "Binn/MsDtsSrvr.ini.xml")],
                "store": content(home),
                "rows": rows(home),
                "configuration": self.configuration.exists() and self.configuration.read_bytes(),
                "histories": [
                    [each.hash for each in home.version_archive.list(key, path)]
                    for key, path in (("files:More", ("Gone",)), ("files:Packages", ("A",)))
                ],
                "left": [JOURNAL] * (self.home / JOURNAL).exists()
                + [str(path) for path in self.home.rglob("*") if is_temporary(path.name)],
            }
        finally:
            home.close()


def fill(home: ServiceHome, which: str, names: list[str]) -> None:
    """Packages, files beside them, roles, an account, an alert and a schedule."""
    tree = home.tree()
    for folder in (("MSDB", "A"), ("File System", "B"), *([("MSDB", "Empty")] if which == "new" else [])):
        tree.create_folder(folder)
    for root, folder in (("MSDB", "A"), ("File System", "B")):
        for name in names:
            tree.write((root, folder, name), package(name, secret=which))
    tree.add_role(("MSDB",), f"{which} role")
    tree.set_roles(("MSDB", "A", "Same"), f"{which} role", "")
    state = open_state(home.state_path)
    account = {
        "namekey": "eve",
        "name": "Eve",
        "password_hash": f"$argon2id${which}",
        "disabled": False,
        "created": 1.0,
    }
    alert = {"id": f"{which}-alert", "name": "night", "owner": "eve", "events": "failed", "channel": "mail"}
    schedule = {
        "id": f"{which}-schedule",
        "name": f"{which} nightly",
        "owner": "eve",
        "package_path": "x",
        "created": 1.0,
    }
    sealed = Seal(home.seal_path).close(which.encode())
    with state.write() as connection:
        connection.execute(identity_schema.accounts.insert().values(account))
        connection.execute(planning_schema.alerts.insert().values(**alert, target=which))
        connection.execute(planning_schema.schedules.insert().values(**schedule, request=sealed, next_run=2.0))
    state.close()


def content(home: ServiceHome) -> list[Any]:
    """Folders, packages with roles, and files beside them."""
    tree, found = home.tree(), []
    for folder, _, packages in tree.walk():
        found.append(folder)
        for info in packages:
            roles = tree.roles(info.path) if info.path[0] == "MSDB" else ()
            found.append((info.path, tree.read(info.path), roles))
        found += [(each.name, tree.read_attachment((*folder, each.name))) for each in tree.attachments(folder)]
    return found


def rows(home: ServiceHome) -> list[Any]:
    """The rows of the service's database; of sealed values what is in them."""
    state = open_state(home.state_path)
    seal = Seal(home.seal_path)
    try:
        with state.read() as connection:
            accounts = connection.execute(sa.select(identity_schema.accounts)).all()
            alerts = connection.execute(sa.select(planning_schema.alerts)).all()
            query = sa.select(planning_schema.schedules.c.id, planning_schema.schedules.c.request)
            schedules = [(name, seal.open(request)) for name, request in connection.execute(query)]
    finally:
        state.close()
    return [*map(tuple, accounts), *map(tuple, alerts), *sorted(schedules)]


def work(scene: Scene, what: str, told: Connection) -> None:
    """What is killed: the restore, or the next one to open the home."""
    told.send("begin")
    if what == "restore":
        scene.restore()
    else:
        load_home(scene.home).close()


def kill(context: Any, scene: Scene, what: str, seconds: float) -> bool:
    """Start, kill after some time; whether it was still running."""
    mine, theirs = context.Pipe(duplex=False)
    worker = context.Process(target=work, args=(scene, what, theirs))
    worker.start()
    theirs.close()
    if not mine.poll(60):
        raise RuntimeError("the worker did not begin")
    worker.join(seconds)
    worker.kill()
    worker.join()
    if worker.exitcode not in (0, -signal.SIGKILL):
        raise AssertionError(f"the worker ended by itself: {worker.exitcode}")
    return worker.exitcode != 0


def run(rounds: int, folder: Path, *, seed: int = 1, database: str = "") -> Counter[str]:
    """Kill that often; how often the home was as before, as the backup says, or had been restored before the kill."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        ["dtserve.service.home_restore", "dtserve.stores.msdb.store", "dtserve.package.document"]
    )
    scene = Scene(folder, database)
    length = 60.0
    for _ in range(2):  # the first time takes longer
        scene.begin()
        before = scene.look()
        started = time.perf_counter()
        scene.restore()
        length = min(length, time.perf_counter() - started)
        after = scene.look()
    assert before != after
    assert after["left"] == []
    chance = random.Random(seed)
    counts: Counter[str] = Counter()
    for number in range(rounds):
        scene.begin()
        killed = kill(context, scene, "restore", chance.random() * length)
        pending = (scene.home / JOURNAL).exists()
        if killed and number % 3 == 0:
            kill(context, scene, "open", chance.random() * length / 4)
        found = scene.look()
        assert found in (before, after), (number, differences(found, before), differences(found, after))
        counts["new" if found == after else "old, undone" if pending else "old, nothing begun"] += 1
    return counts


def differences(one: State, other: State) -> list[Any]:
    """What differs, by part."""
    return [(name, one[name], other[name]) for name in one if one[name] != other[name]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite"])
    arguments = parser.parse_args()
    for kind in arguments.database:
        with tempfile.TemporaryDirectory() as folder:
            name = "kill_restore" if kind == "postgresql" else ""
            counts = run(arguments.rounds, Path(folder), seed=arguments.seed, database=name)
        sys.stdout.write(f"{kind}: {sum(counts.values())} kills, no mixture, nothing left behind: {dict(counts)}\n")


if __name__ == "__main__":
    main()
