"""Versions out of a home and into another."""

import pytest

from dtserve.service.backup_parts import Versions
from dtserve.service.config import load_home
from support.store_packages import package


@pytest.fixture
def homes(tmp_path):
    made = [load_home(tmp_path / name) for name in ("one", "two")]
    yield made
    for home in made:
        home.close()


def test_versions(homes):
    one, two = homes
    for home, secret in ((one, "a"), (two, "b")):
        home.msdb().write(("P",), package("P", secret=secret))
    one.msdb().write(("Q",), package("Q"))
    found = list(Versions(one).dump())
    part = Versions(two)
    planned = [each for name, data in found for each in part.plan(name, data, "skip")]
    assert [told.message for told, _ in planned] == ["2 histories"]
    assert two.msdb().versions(("Q",)) == []
    for name, data in found:
        part.load(name, data, "skip")
    assert two.msdb().read_version(("Q",), 1) == package("Q")
    assert two.msdb().read_version(("P",), 1) == package("P", secret="b")
    for _ in range(2):
        part.revert(planned[0][1])
    part.close()
    assert two.msdb().versions(("Q",)) == []
    assert two.msdb().read_version(("P",), 1) == package("P", secret="b")
