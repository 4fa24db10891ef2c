"""Many light tasks in Luigi, Prefect and Dagster, each as its users would write them, in one process.

``python light_tasks_peers.py <name> <chain|fan-out> <count> <folder>``, with the Python of an environment that
has the package. Each keeps its own records (events, states) where it does by default, below the folder.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

__all__ = ["PEERS"]

done: list[int] = []


def with_luigi(shape: str, count: int, folder: Path) -> None:
    import logging

    import luigi
    from luigi.mock import MockTarget

    logging.basicConfig(filename=folder / "luigi.log", level=logging.INFO)

    class Light(luigi.Task):
        number = luigi.IntParameter()

        def requires(self):
            if self.number == 0:
                return []
            return [Light(number=self.number - 1 if shape == "chain" else 0)]

        def output(self):
            return MockTarget(f"t{self.number}")

        def run(self):
            done.append(self.number)
            with self.output().open("w") as file:
                file.write("x")

    last = [Light(number=count - 1)] if shape == "chain" else [Light(number=number) for number in range(count)]
    if not luigi.build(last, local_scheduler=True, workers=1, log_level="INFO"):
        raise SystemExit("luigi failed")


def with_prefect(shape: str, count: int, folder: Path) -> None:
    os.environ.update(
        PREFECT_HOME=str(folder / "prefect"),
        PREFECT_SERVER_ANALYTICS_ENABLED="false",
        PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS="300",
        PREFECT_SERVER_ALLOW_EPHEMERAL_MODE="true",
    )
    from prefect import flow, task

    @task
    def light(number: int, before: int | None) -> int:
        done.append(number)
        return number

    @flow
    def all_of_them() -> int:
        first = previous = light(0, None)
        for number in range(1, count):
            previous = light(number, previous if shape == "chain" else first)
        return previous

    all_of_them()


def with_dagster(shape: str, count: int, folder: Path) -> None:
    from dagster import DagsterInstance, In, Out, job, op

    def made(number: int):
        @op(name=f"t{number}", ins={"before": In(int)} if number else {}, out=Out(int))
        def light(**inputs: int) -> int:
            done.append(number)
            return number

        return light

    ops = [made(number) for number in range(count)]

    @job
    def all_of_them():
        first = previous = ops[0]()
        for number in range(1, count):
            previous = ops[number](previous if shape == "chain" else first)

    home = folder / "dagster"
    home.mkdir(exist_ok=True)
    with DagsterInstance.local_temp(str(home)) as instance:
        if not all_of_them.execute_in_process(instance=instance).success:
            raise SystemExit("dagster failed")


PEERS = {"luigi": with_luigi, "prefect": with_prefect, "dagster": with_dagster}

if __name__ == "__main__":
    name, shape, count, folder = sys.argv[1:]
    # chains of thousands are walked recursively by some; Luigi must be in the main thread
    sys.setrecursionlimit(20_000 if name == "luigi" else 1_000_000)
    threading.stack_size(1 << 30)
    if name == "luigi":
        with_luigi(shape, int(count), Path(folder))
    else:
        worker = threading.Thread(target=PEERS[name], args=(shape, int(count), Path(folder)))
        worker.start()
        worker.join()
    if sorted(done) != list(range(int(count))):
        raise SystemExit(f"{name} ran {len(done)} of {count} tasks")
