"""The samples go into every root once."""

from dtserve.service.samples import install_samples
from support.service import SAMPLES, open_service


def test_they_are_stored_unchanged_and_only_once(tmp_path) -> None:
    with open_service(tmp_path) as (hub, _):
        names = sorted(p.stem for p in SAMPLES.glob("*.dtsx"))
        assert install_samples(hub.home, hub.tree) == 2 * len(names)
        for root in ("MSDB", "File System"):
            _, packages = hub.tree.list((root, "Samples"))
            assert [p.name for p in packages] == names
            stored = hub.tree.read((root, "Samples", "LoadOrders"))
            assert stored == (SAMPLES / "LoadOrders.dtsx").read_bytes()
        hub.tree.delete(("MSDB", "Samples", "LoadOrders"))
        assert install_samples(hub.home, hub.tree) == 0
        assert not hub.tree.exists(("MSDB", "Samples", "LoadOrders"))
