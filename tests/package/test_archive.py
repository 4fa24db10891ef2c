"""Archives: what is read, what is refused (the attacks run in test_xml.py)."""

import io
import zipfile

import pytest

from dtserve.package.archive import Archive, ArchiveLimits
from dtserve.package.errors import ArchiveRefused
from support.package_attacks import zip_attacks
from support.package_corpus import CORPUS, needs_corpus


def pack(*entries: tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return stream.getvalue()


def test_names_are_decoded_and_have_no_case() -> None:
    archive = Archive(pack(("Export%20Column.dtsx", b"1"), ("ü.conmgr", b"2")))
    assert archive.names == ["Export Column.dtsx", "ü.conmgr"]
    assert archive.read("export column.DTSX") == b"1"
    assert "Ü.conmgr" in archive
    assert archive.read("none") is None


def test_a_damaged_entry_is_named_but_content_types_are_let_pass() -> None:
    for name, readable in (("a.dtsx", False), ("[Content_Types].xml", True)):
        data = bytearray(pack((name, b"x" * 100)))
        at = data.index(b"PK\x01\x02") + 16
        data[at] ^= 0xFF
        archive = Archive(bytes(data))
        if readable:
            assert archive.read(name) == b"x" * 100
        else:
            with pytest.raises(ArchiveRefused, match=r"a\.dtsx"):
                archive.read(name)


def test_limits() -> None:
    data = pack(*((f"{n}.dtsx", b"x" * 1000) for n in range(10)))
    for limits in (
        ArchiveLimits(entries=9),
        ArchiveLimits(entry=999),
        ArchiveLimits(total=9999),
        ArchiveLimits(directory=10),
        ArchiveLimits(ratio=1, free=100),
    ):
        with pytest.raises(ArchiveRefused):
            Archive(data, limits)
    assert len(Archive(data).names) == 10


@pytest.mark.parametrize(("name", "data"), list(zip_attacks()), ids=lambda v: v if isinstance(v, str) else "")
def test_attacks_raise_one_of_our_errors(name: str, data: bytes) -> None:
    from dtserve.errors import DtserveError
    from dtserve.package.project import Project

    with pytest.raises(DtserveError):
        Project.open(data).packages["x"]


@needs_corpus
def test_every_archive_of_the_collection_is_read() -> None:
    seen = 0
    for path in CORPUS.rglob("*.ispac"):
        archive = Archive(path.read_bytes())
        assert all(archive.read(name) is not None for name in archive.names)
        seen += 1
    assert seen >= 70
