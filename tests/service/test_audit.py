"""The audit keeps, filters and pages."""

from dtserve.service.audit import Audit
from dtserve.service.state import open_state


def test_rows_are_kept_filtered_and_paged(tmp_path) -> None:
    state = open_state(tmp_path / "state.sqlite")
    audit = Audit(state)
    for number in range(5):
        audit.write("alice", "packages.delete", rf"\MSDB\P{number}", before="a", after="b", address="10.0.0.1")
    audit.write("bob", "packages.import", r"\MSDB\Q", outcome="denied", kind="token")
    assert [each["target"] for each in audit.entries(limit=2)] == [r"\MSDB\Q", r"\MSDB\P4"]
    first = audit.entries(user="alice", limit=3)
    rest = audit.entries(user="alice", limit=3, before=first[-1]["number"])
    assert [each["target"][-1] for each in (*first, *rest)] == ["4", "3", "2", "1", "0"]
    assert [each["user"] for each in audit.entries(outcome="denied")] == ["bob"]
    assert [each["kind"] for each in audit.entries(action="packages.import")] == ["token"]
    assert len(audit.entries(target=r"\MSDB\P")) == 5
    assert (first[0]["before"], first[0]["after"], first[0]["address"]) == ("a", "b", "10.0.0.1")
    audit.write("x", "y", "z" * 10_000)
    assert len(audit.entries(limit=1)[0]["target"]) == 4000
    state.close()
