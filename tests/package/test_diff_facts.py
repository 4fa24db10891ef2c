"""The objects a diff compares."""

from dtserve.package.diff_facts import facts_of
from support.package_texts import sample


def test_every_object_is_a_fact() -> None:
    facts = facts_of(sample(8).model)
    kinds = [fact.kind for fact in facts.values()]
    assert {
        "Package",
        "Connection manager",
        "Log provider",
        "Configuration",
        "Variable",
        "Precedence constraint",
        "Component",
        "Path",
        "Column",
        "Event handler",
        "Sequence",
        "ForEachLoop",
        "ExecuteSQLTask",
        "Pipeline",
        "Input",
        "Output",
    } == set(kinds)
    assert kinds.count("Component") == 4
    assert kinds.count("Path") == 3
    assert facts["package\\Steps\\First"].properties["Connection"] == "Db"
    assert facts["package\\Files"].properties["Enumerator"] == "Foreach File Enumerator"
    assert facts["package\\Files"].properties["Mapping 0"] == "User::File"
    assert facts["package\\Files\\Flow/component/Write"].properties["Connection OleDbConnection"] == "Db"


def test_shared_ids_become_keys() -> None:
    package = sample(8).model
    ids = frozenset({package.executables[0].dtsid})
    assert package.executables[0].dtsid in facts_of(package, ids)
    assert facts_of(package, ids=True)["package"].properties["VersionBuild"] == "7"
