"""Names without case, links that lead out or in circles, coded errors."""

import errno

import pytest

from dtserve.stores.durable import NotConfirmed
from dtserve.stores.errors import NameTooLong, NotDurable, PathWithoutPackage, WriteFailed
from dtserve.stores.file_lookup import coded_writing, facts_of, find_entry, package_name, resolve_link, revision_of


def test_the_exact_name_goes_first(tmp_path):
    for name in ("Load", "LOAD"):
        (tmp_path / name).touch()
    assert find_entry(tmp_path, "LOAD").name == "LOAD"
    assert find_entry(tmp_path, "load").name == "LOAD"
    for name in ("", ".", "..", "a/b", "a\\b", "a\0", "none"):
        assert find_entry(tmp_path, name) is None


def test_links(tmp_path):
    root, inside, outside = tmp_path / "root", tmp_path / "root" / "in", tmp_path / "out"
    for folder in (root, inside, outside):
        folder.mkdir()
    for name, target in (("out", outside), ("circle", root), ("in2", inside), ("nowhere", tmp_path / "none")):
        (root / name).symlink_to(target)
    trail = (root,)
    assert resolve_link(root / "plain", trail) == root / "plain"
    assert resolve_link(root / "in2", trail) == inside
    for name in ("out", "circle", "nowhere"):
        assert resolve_link(root / name, trail) is None


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (OSError(errno.ENAMETOOLONG, "long"), NameTooLong),
        (OSError(errno.ENOSPC, "No space left on device"), WriteFailed),
        (NotConfirmed(errno.EIO, "Input/output error"), NotDurable),
    ],
)
def test_what_the_system_refuses(error, kind):
    with pytest.raises(kind), coded_writing(("A", "P")):
        raise error


def test_facts(tmp_path):
    assert facts_of(tmp_path / "none") is None
    (tmp_path / "f").write_bytes(b"1")
    before = revision_of(facts_of(tmp_path / "f"))
    (tmp_path / "f").write_bytes(b"22")
    assert revision_of(facts_of(tmp_path / "f")) != before
    assert package_name(("a", "b")) == "b"
    with pytest.raises(PathWithoutPackage):
        package_name(())
