"""The hub of a service on a fresh home."""

from support.service import open_service


def test_a_fresh_home_gives_the_two_roots(tmp_path) -> None:
    with open_service(tmp_path) as (hub, _):
        assert [root.name for root in hub.tree.roots] == ["MSDB", "File System"]
        assert hub.server_name == hub.server_name.upper() != ""
