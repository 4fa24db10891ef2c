import json
from pathlib import Path

from dtserve.connections import ConnectionTarget, Environment, load_connection_map


def test_round_trip_as_json():
    before = Environment(
        folder=Path("/p"),
        temp=Path("/t"),
        connection_map=load_connection_map({"a": "sqlite://", "//s/d": "sqlite:///x"}),
        path_map={"C:\\data": "/srv"},
        variables={"X": "1"},
    )
    assert Environment.from_dict(json.loads(json.dumps(before.to_dict()))) == before
    assert Environment.from_dict({}) == Environment()


def test_a_url_with_a_password_is_not_printed():
    assert "secret" not in repr(
        Environment(connection_map=(ConnectionTarget("postgresql://u:secret@h/d", manager="m"),))
    )


def test_targets_and_paths(tmp_path):
    (tmp_path / "A.txt").write_text("x")
    place = Environment(
        folder=tmp_path, connection_map=load_connection_map({"m": "sqlite://"}), path_map={"D:\\in": str(tmp_path)}
    )
    assert place.target("M").url == "sqlite://"
    assert place.target("other") is None
    assert Environment().target("m") is None
    assert place.map_path("d:/IN/a.TXT") == tmp_path / "A.txt"
    assert place.map_path("a.txt") == tmp_path / "A.txt"
