"""What the text and XML log providers share: where their file is, and the form of dates."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from pathlib import Path

from dtserve.controlflow.containers.package import PackageContainer
from dtserve.controlflow.errors import ConnectionNotFound

__all__ = ["log_date", "log_path"]


def log_path(package: PackageContainer, config_string: str) -> Path:
    """The file behind a configuration string: a connection manager's name or id, else a path."""
    environment = package.run.shared.environment
    try:
        return environment.map_path(package.run.connections.get(config_string).connection_string)
    except ConnectionNotFound:
        return environment.map_path(config_string)


def log_date(seconds: float) -> str:
    """A date as log files have it: ``5/23/2021 8:41:45 PM``."""
    return _date(int(seconds))


@lru_cache(maxsize=16)
def _date(seconds: int) -> str:
    moment = datetime.fromtimestamp(seconds)
    half = "AM" if moment.hour < 12 else "PM"
    return f"{moment.month}/{moment.day}/{moment.year} {moment.hour % 12 or 12}:{moment:%M:%S} {half}"
