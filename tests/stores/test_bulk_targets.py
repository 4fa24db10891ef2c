"""What a target knows, and what becomes of names that are taken."""

from dtserve.stores.bulk import BulkJob
from dtserve.stores.bulk_targets import Item, Known, decide, make_folders
from support.memory_store import MemoryStore


def stores():
    source, target = MemoryStore("S"), MemoryStore("T")
    source.write(("P",), b"1")
    target.write(("p",), b"2")
    return source, target


def decided(job, known, before=None):
    return decide(job, job.source.info(("P",)), ("P",), before or {}, known)


def test_what_becomes_of_a_name_that_is_taken():
    source, target = stores()
    assert decided(BulkJob("copy", source, target=target), Known(target)).code == "0xC0D51701"
    assert decided(BulkJob("copy", source, target=target, existing="skip"), Known(target)).outcome == "skipped"
    assert decided(BulkJob("copy", source, target=target, existing="replace"), Known(target)).replace
    both = decided(BulkJob("copy", source, target=target, existing="both"), Known(target))
    assert (both.target, both.replace) == (("P (2)",), False)
    asked = BulkJob("copy", source, target=target, existing="ask", ask=lambda shown: "both" if shown == "P" else "skip")
    assert decided(asked, Known(target)).target == ("P (2)",)
    assert decided(BulkJob("copy", source, target=source), Known(source)).code == "0xC0D51713"
    revision = source.info(("P",)).revision
    assert decided(BulkJob("copy", source, target=target), Known(target), {"P": revision}).outcome == "done before"


def test_a_job_that_goes_on_knows_its_own_packages():
    source, target = stores()
    target.write(("P (2)",), b"1")
    both = decided(BulkJob("copy", source, target=target, existing="both"), Known(target, resumed=True))
    assert (both.target, both.replace) == (("P (2)",), True)
    target.write(("P",), b"1", overwrite=True)
    assert decided(BulkJob("copy", source, target=target), Known(target, resumed=True)).replace
    assert decided(BulkJob("copy", source, target=target), Known(target)).outcome == "failed"


def test_folders_are_made_once():
    store = MemoryStore("T")
    known = Known(store)
    known.make(("A", "B"))
    known.make(("A", "B"))
    make_folders(store, ("A", "B", "C"))
    assert store.folder_exists(("A", "B", "C"))
    assert not known.has(("A", "B", "P"))
    assert not known.has(("Nowhere", "P"))
    assert isinstance(decided(BulkJob("copy", stores()[0], target=store), known), Item)
