"""A loaded package, not run: its tree of containers."""

from pathlib import Path

from dtserve.connections.environment import Environment
from dtserve.controlflow.containers.package import PackageContainer
from dtserve.controlflow.engine import load_package
from dtserve.controlflow.events import EventSink
from dtserve.controlflow.runtime import PackageRun, SharedRun
from dtserve.dataflow.host import FlowSettings
from dtserve.package.document import PackageDocument
from support.control_flow import package


def load_tree(body: str, temp: Path, sink: EventSink = lambda event: None, **attributes: str) -> PackageContainer:
    run = PackageRun(SharedRun(sink, FlowSettings(temp)))
    return load_package(PackageDocument.open(package(body, **attributes)).model, run, Environment(folder=temp))
