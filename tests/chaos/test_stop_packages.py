"""A few stops; ``stop_packages.py`` does hundreds."""

from chaos.stop_packages import run, summary


def test_stopped_at_random_moments(tmp_path, postgres) -> None:
    stops = run(9, tmp_path, postgres.new_database(), seed=7)
    assert max(stop.seconds for stop in stops) <= 10, summary(stops)
    assert {stop.code for stop in stops} == {3}
