"""dtserve servers, and --server."""

from support.cli import dtserve


def test_the_list(tmp_path, capsys) -> None:
    (tmp_path / "token").write_text("dtserve_canary\n")
    code, printed, _ = dtserve(
        capsys, tmp_path, "servers", "add", "prod", "https://prod01", "--token-file", tmp_path / "token"
    )
    assert (code, printed) == (0, "prod: https://prod01:8730\n")
    assert dtserve(capsys, tmp_path, "servers", "add", "test", "--ca", "ca.pem")[1] == "test: https://test:8730\n"
    listed = dtserve(capsys, tmp_path, "servers", "list")[1]
    assert "token: yes" in listed
    assert "canary" not in listed
    assert dtserve(capsys, tmp_path, "servers", "remove", "PROD")[0] == 0
    assert "DTSERVE_E_UNKNOWNSERVER" in dtserve(capsys, tmp_path, "servers", "remove", "prod")[2]
    assert "DTS_E_INVALIDSSISSERVERNAME" in dtserve(capsys, tmp_path, "servers", "add", "prod\\x")[2]
