"""dtserve serve: what it prints and where the token goes."""

import stat

from support.service import serve


def test_the_token_is_shown_once_and_kept_in_a_private_file(tmp_path) -> None:
    with serve(tmp_path) as first:
        path = tmp_path / "administrator.token"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with first.client as client:
            assert client.get("/api/session").json()["user"] == "administrator"
    with serve(tmp_path) as second, second.client as client:
        assert client.get("/api/session").status_code == 200
