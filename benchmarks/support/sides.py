"""The sides of a benchmark: dtserve running a package, and peers that are functions of the benchmark's own file.

A benchmark file calls :func:`as_side` first: started again with ``--side NAME INPUT OUTPUT`` it
is that peer and nothing else, so that every side has a process of its own.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from support.measure import DATA, Figures, rounds

__all__ = ["DTSERVE", "Side", "arguments", "as_side", "dtexec", "run_sides"]

DTSERVE = "dtserve"
Side = Callable[[Path, Path], None]
"""Reads from a folder, writes into another."""


def as_side(peers: Mapping[str, Side]) -> None:
    """Be one of the peers when asked to, and end."""
    if len(sys.argv) == 5 and sys.argv[1] == "--side":
        peers[sys.argv[2]](Path(sys.argv[3]), Path(sys.argv[4]))
        raise SystemExit


def arguments(
    about: str, peers: Mapping[str, object], *, rows: int, count: int, more: Sequence[tuple[str, int, str]] = ()
) -> argparse.Namespace:
    """The options of a benchmark: rows, rounds, which peers."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--rows", type=int, default=rows)
    parser.add_argument("--rounds", type=int, default=count)
    parser.add_argument("--only", nargs="*", default=list(peers), help="the sides beside dtserve")
    for name, default, text in more:
        parser.add_argument(name, type=int, default=default, help=text)
    return parser.parse_args()


def dtexec(package: Path, *more: str) -> list[str]:
    """The command that runs a package."""
    return [sys.executable, "-m", "dtserve.cli.dtexec", "/FILE", str(package), "/REPORTING", "E", *more]


def run_sides(
    file: str,
    source: Path,
    own: Callable[[Path, Path], Sequence[str]],
    names: Sequence[str],
    count: int,
    *,
    most: Mapping[str, int] | None = None,
    compare: Callable[[Path, Path, str], None] | None = None,
) -> list[Figures]:
    """Measure dtserve (``own`` makes its command) and the named peers, comparing what they wrote in the first round."""
    stem = Path(file).stem
    folders = {name: DATA / f"{stem}-{number}" for number, name in enumerate([DTSERVE, *names])}
    for folder in folders.values():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    commands: dict[str, Sequence[str]] = {
        name: [sys.executable, file, "--side", name, str(source), str(folder)] for name, folder in folders.items()
    }
    commands[DTSERVE] = own(source, folders[DTSERVE])

    def check(name: str) -> None:
        if name != DTSERVE and compare is not None:
            compare(folders[DTSERVE], folders[name], name)

    figures = rounds(commands, count, most=most, after=check)
    for folder in folders.values():
        shutil.rmtree(folder, ignore_errors=True)
    return figures
