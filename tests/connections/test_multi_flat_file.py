from dtserve.connections.registry import create_connection
from support.connections import environment, manager


def test_many_files_of_one_layout(tmp_path):
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("")
    xml = '<DTS:ConnectionManager><DTS:FlatFileColumns><DTS:FlatFileColumn DTS:ColumnDelimiter="_x000A_" DTS:ObjectName="A"/></DTS:FlatFileColumns></DTS:ConnectionManager>'
    found = create_connection(manager("MULTIFLATFILE", {"ConnectionString": "*.csv"}, xml=xml), environment(tmp_path))
    assert [path.name for path in found.paths()] == ["a.csv", "b.csv"]
    assert found.format.columns[0].name == "A"
    found.validate()
