"""--server: names of machines, verbs that work there, and that the rights there count."""

import pytest

from dtserve.cli.dtserve import VERBS
from dtserve.cli.remote import REMOTE_VERBS
from support.cli import dtserve
from support.service import serve


def test_remote_verbs_are_verbs() -> None:
    assert set(VERBS) >= REMOTE_VERBS


@pytest.mark.parametrize(
    ("words", "symbol"),
    [
        (("--server", "prod\\SQL2019", "connect"), "DTS_E_INVALIDSSISSERVERNAME (0xC00060AB)"),
        (("--server", "prod", "connect"), "DTSERVE_E_UNKNOWNSERVER"),
        (("--server", "http://127.0.0.1:9", "connect"), "DTS_E_CONNECTTOSERVERFAILED (0xC00160AA)"),
        (("--server", ".", "connect"), "DTS_E_CONNECTTOSERVERFAILED (0xC00160AA)"),
        (("--server", "prod", "firewall"), "DTSERVE_E_NOTREMOTE"),
        (("--server", "prod", "backup", "list", "x"), "DTSERVE_E_NOTREMOTE"),
    ],
)
def test_refusals(tmp_path, capsys, words, symbol) -> None:
    code, _, told = dtserve(capsys, tmp_path, *words)
    assert code != 0
    assert symbol in told


def test_rights_there_count(tmp_path, capsys) -> None:
    there, here = tmp_path / "there", tmp_path / "here"
    with serve(there, "--samples", "--self-signed") as served:

        def admin(*words: str) -> str:
            code, printed, told = dtserve(capsys, there, *words)
            assert code == 0, told
            return printed

        def remote(*words: str) -> tuple[int, str, str]:
            return dtserve(capsys, here, "--server", "prod", *words)

        admin("accounts", "add", "alice", "--no-password")
        (tmp_path / "token").write_text(admin("tokens", "create", "alice"))
        fingerprint = served.printed.split("(SHA-256): ")[1].split()[0]
        known = dtserve(
            capsys, here, "servers", "add", "prod", served.address, "--token-file", tmp_path / "token",
            "--fingerprint", fingerprint,
        )  # fmt: skip
        assert known[0] == 0, known
        assert "E_ACCESSDENIED" in remote("connect")[2]
        admin("access", "grant", "alice", "activate", "access", "db_ssisoperator")
        assert "roles: access, activate, db_ssisoperator" in remote("connect")[1]
        code, printed, told = remote("run", r"\MSDB\Samples\CountMonths")
        assert (code, told) == (0, "")
        assert r"\MSDB\Samples\CountMonths: succeeded" in printed
        begun = remote("run", r"\MSDB\Samples\SlowPackage", "--no-wait")[1].strip()
        assert begun in remote("running")[1]
        assert begun in admin("running")
        assert remote("stop", begun)[0] == 0
        assert "E_ACCESSDENIED" in remote("access", "grant", "alice", "administrator")[2]
        assert "E_ACCESSDENIED" in remote("audit")[2]
        assert "os:" in admin("--server", "(local)", "connect", "--json")
