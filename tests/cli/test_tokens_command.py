"""dtserve tokens."""

import json

from support.cli import dtserve


def test_a_token_from_beginning_to_end(tmp_path, capsys) -> None:
    def run(*words: str) -> tuple[int, str, str]:
        return dtserve(capsys, tmp_path, "tokens", *words)

    dtserve(capsys, tmp_path, "accounts", "add", "robot", "--no-password")
    code, printed, _ = run(
        "create", "robot", "--days", "30", "--label", "nightly", "--action", "packages.view", "--folder", r"\MSDB\A"
    )
    secret = printed.strip()
    assert code == 0
    assert secret.startswith("dtserve_")
    (row,) = json.loads(run("list", "--json")[1])
    assert (row["principal"], row["actions"], row["folders"]) == ("robot", ["packages.view"], [r"\MSDB\A"])
    listed = run("list")[1]
    assert "nightly" in listed
    assert secret not in listed
    assert run("revoke", row["id"])[0] == 0
    assert run("list")[1] == ""
    assert "DTSERVE_E_TOKENNOTFOUND" in run("revoke", row["id"])[2]
    assert "DTSERVE_E_BADSCOPE" in run("create", "robot", "--action", "nonsense")[2]
