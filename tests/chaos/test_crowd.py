"""The short form of the crowd; ten thousand: python tests/chaos/crowd.py."""

from chaos.crowd import run


def test_a_crowd_is_served_up_to_the_limit_and_holds_nobody_up(tmp_path) -> None:
    found = run(tmp_path / "home", watchers=600, places=150)
    assert found.statuses == {200: 150, 503: 450}
    assert found.symbols == {"DTSERVE_E_TOOMANYWATCHERS"}
    assert max(found.answers) < 5
    assert found.during - found.before < 100
