"""dtserve access."""

import json

from support.cli import dtserve


def test_granting_a_colleague_operator_rights(tmp_path, capsys) -> None:
    def run(*words: str) -> tuple[int, str, str]:
        return dtserve(capsys, tmp_path, "access", *words)

    assert run("check", "alice")[0] == 1
    code, printed, _ = run("grant", "alice", "activate", "access", "db_ssisoperator")
    assert (code, printed.count("granted.")) == (0, 3)
    assert "was granted already" in run("grant", "alice", "access")[1]
    code, printed, _ = run("check", "alice")
    assert code == 0
    assert "all  packages.execute" in printed
    assert run("check", "alice", r"\MSDB")[1] == "\\MSDB: enumerate, read\n"
    assert json.loads(run("check", "alice", "--json")[1])["may"]["packages.view"] == "all"
    assert "db_ssisoperator" in run("list")[1]
    assert len(json.loads(run("list", "alice", "--json")[1])) == 3
    assert "revoked" in run("revoke", "alice", "db_ssisoperator")[1]
    assert "was not granted" in run("revoke", "alice", "db_ssisoperator")[1]
    assert "DTSERVE_E_ROLENOTFOUND" in run("grant", "alice", "db_owner")[2]


def test_roles_and_folders(tmp_path, capsys) -> None:
    def run(*words: str) -> tuple[int, str, str]:
        return dtserve(capsys, tmp_path, "access", *words)

    assert run("add-role", "Finance", "--description", "the ledger")[0] == 0
    assert "the ledger" in run("roles")[1]
    assert run("folder", r"\MSDB", "--reader", "finance")[1] == "\\MSDB: reader Finance, writer (default)\n"
    assert "reader Finance" in run("folders")[1]
    assert "DTS_E_FOLDERNOTFOUND" in run("folder", r"\MSDB\Nothing", "--reader", "finance")[2]
    assert run("folder", r"\MSDB")[0] == 0
    assert run("folders")[1] == ""
    assert run("remove-role", "finance")[0] == 0
