"""dtserve connect."""

import json

from support.cli import dtserve
from support.service import serve


def test_who_am_i(tmp_path, capsys) -> None:
    with serve(tmp_path):
        code, printed, _ = dtserve(capsys, tmp_path, "connect")
        assert code == 0
        assert "(Integration Services 0." in printed
        facts = json.loads(dtserve(capsys, tmp_path, "connect", "--json")[1])
        assert facts["may"]["access.manage"] == "all"
        assert facts["kind"] == "operating system"
    code, _, told = dtserve(capsys, tmp_path, "connect")
    assert code != 0
    assert "no service listens on this machine" in told
