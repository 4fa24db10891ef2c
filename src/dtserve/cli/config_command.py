"""``dtserve config``: check the service's configuration, and show what is in force."""

from __future__ import annotations

import argparse
import json
from typing import Any

from dtserve.cli.store_places import add_home, home_of
from dtserve.connections.connection_target import ConnectionTarget
from dtserve.errors import DtserveError
from dtserve.service.config import ServiceHome
from dtserve.service.settings import SETTINGS

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("action", nargs="?", choices=["check"], default="check", help="check (what it does without it)")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of text")
    parser.add_argument("--connect", action="store_true", help="ask every root whether it answers")
    add_home(parser)


def run(arguments: argparse.Namespace) -> int:
    """Check; exit code 1 when the service would start with defaults or a root does not answer."""
    from dtserve.service.eventlog import SERVICE_EVENTS

    home = home_of(arguments)
    problems = [SERVICE_EVENTS[symbol].text.format(*facts) for symbol, facts in home.problems]
    maps: dict[str, str] = {}
    try:
        maps = {_name(each): _place(each) for each in home.connection_map}
    except DtserveError as error:
        problems.append(error.message)
    maps |= home.path_map
    roots = [_root(home, index, arguments.connect) for index in range(len(home.configuration.folders))]
    home.close()
    restart = _changed_since_start(home)
    problems += [f"{root['name']}: {root['problem']}" for root in roots if root.get("problem")]
    if arguments.json:
        values = {each.name: _shown(home, each.name) for each in SETTINGS}
        found = {"home": str(home.path), "settings": values, "roots": roots, "maps": maps}
        found |= {"problems": problems, "restart": restart}
        print(json.dumps(found, indent=1))
    else:
        print(f"home: {home.path}")
        for each in SETTINGS:
            print(f"{each.name} = {_shown(home, each.name)!r}")
        for root in roots:
            print(f"root {root['name']}: {root['kind']} {root['place']}")
        for name, place in maps.items():
            print(f"map {name} → {place}")
        for problem in problems:
            print(f"PROBLEM: {problem}")
        for name in restart:
            print(f"The service runs with an earlier {name}: it is read at the next start.")
        if not problems:
            print("No problems.")
    return 1 if problems else 0


def _name(target: ConnectionTarget) -> str:
    return target.manager or f"//{target.server}/{target.database}"


def _place(target: ConnectionTarget) -> str:
    """Where it leads, without password and options; BadConnectionMap for a database that nobody knows."""
    from dtserve.connections.sql.target import parse_url

    found = parse_url(target.url, manager=_name(target))
    host = f"{found.user}@{found.host}" if found.user else found.host
    return f"{found.family}://{host}{f':{found.port}' if found.port else ''}/{found.database}"


def _changed_since_start(home: ServiceHome) -> list[str]:
    """The files that a running service read before they were changed (SERVICE §1: edits need a restart)."""
    from dtserve.stores.durable import is_held

    lock = home.path / "service.lock"
    if not is_held(lock):
        return []
    started = lock.stat().st_mtime
    named = home.settings.text("service.config_file").strip() or "Binn/MsDtsSrvr.ini.xml"
    files = (home.path / "dtserve.toml", home.path / named)
    return [path.name for path in files if path.exists() and path.stat().st_mtime > started]


def _root(home: ServiceHome, index: int, connect: bool) -> dict[str, Any]:
    folder = home.configuration.folders[index]
    found = {"name": folder.name, "kind": folder.kind, "place": folder.place}
    try:
        root = home.tree().roots[index]
        root.store()
        if connect:
            home.tree().list((folder.name,))
    except DtserveError as error:
        found["problem"] = error.message
    return found


def _shown(home: ServiceHome, name: str) -> str | int | bool:
    """A value as it may be shown: URLs without their password."""
    value = home.settings.values[name]
    if name.endswith(".url") and value:
        import sqlalchemy

        try:
            return sqlalchemy.make_url(str(value)).render_as_string(hide_password=True)
        except (sqlalchemy.exc.ArgumentError, ValueError):
            return "no URL"
    return value
