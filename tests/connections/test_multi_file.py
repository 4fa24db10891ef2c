from dtserve.connections.registry import create_connection
from support.connections import environment, manager


def test_several_files(tmp_path):
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("")
    found = create_connection(manager("MULTIFILE", {"ConnectionString": "b.txt|a.txt"}), environment(tmp_path))
    assert [path.name for path in found.paths()] == ["b.txt", "a.txt"]
    assert found.path().name == "b.txt"
