"""A crowd of watchers at a real service: as many as the settings say are served, the others get a coded answer.

python tests/chaos/crowd.py [--watchers 10000] [--places 1000]: prints what was answered, how long other requests took
meanwhile, and how much memory the service held.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parents[1]))

import psutil

from support.service import Served, serve

AT_ONCE = 200


@dataclass
class Outcome:
    """What came of it."""

    statuses: Counter[int] = field(default_factory=Counter)
    symbols: set[str] = field(default_factory=set)
    answers: list[float] = field(default_factory=list)
    before: float = 0.0
    during: float = 0.0
    after: float = 0.0


async def crowd(served: Served, watchers: int) -> Outcome:
    """Open the streams, hold those that are served, and ask other things meanwhile."""
    url, found, open_ones = urlsplit(served.address), Outcome(), []
    head = f"Host: {url.netloc}\r\nAuthorization: Bearer {served.token}\r\n\r\n"
    process, turns = psutil.Process(served.process.pid), asyncio.Semaphore(AT_ONCE)
    found.before = process.memory_info().rss / 2**20

    async def ask(path: str) -> tuple[int, asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection(url.hostname, url.port)
        writer.write(f"GET {path} HTTP/1.1\r\n{head}".encode())
        text = await reader.readuntil(b"\r\n\r\n")
        return int(text[9:12]), reader, writer

    async def watch() -> None:
        async with turns:
            status, reader, writer = await ask("/api/executions/stream")
            found.statuses[status] += 1
            if status == 200:
                open_ones.append(writer)
                return
            found.symbols.add(json.loads(await reader.readuntil(b"}"))["symbol"])
            writer.close()

    async def look(over: asyncio.Event) -> None:
        while not over.is_set():
            began = time.monotonic()
            status, _, writer = await ask("/api/executions")
            assert status == 200
            found.answers.append(time.monotonic() - began)
            writer.close()
            await asyncio.sleep(0.1)

    over = asyncio.Event()
    looking = asyncio.ensure_future(look(over))
    await asyncio.gather(*(watch() for _ in range(watchers)))
    found.during = process.memory_info().rss / 2**20
    over.set()
    await looking
    for each in open_ones:
        each.close()
    await asyncio.sleep(1)
    found.after = process.memory_info().rss / 2**20
    return found


def run(home: Path, watchers: int, places: int) -> Outcome:
    """One crowd at a fresh service."""
    os.environ["DTSERVE_SERVICE_MAX_WATCHERS"] = str(places)
    try:
        with serve(home) as served:
            return asyncio.run(crowd(served, watchers))
    finally:
        del os.environ["DTSERVE_SERVICE_MAX_WATCHERS"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--watchers", type=int, default=10_000)
    parser.add_argument("--places", type=int, default=1000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = run(Path(folder) / "home", options.watchers, options.places)
    waits = sorted(found.answers)
    sys.stdout.write(
        f"answers {dict(found.statuses)} {found.symbols}; others waited {waits[len(waits) // 2] * 1000:.0f} ms "
        f"(at most {waits[-1] * 1000:.0f} ms); MB {found.before:.0f}, {found.during:.0f}, {found.after:.0f}\n"
    )


if __name__ == "__main__":
    main()
