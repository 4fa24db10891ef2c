"""dtserve events."""

import json

from support.cli import dtserve
from support.service import serve


def test_the_start_is_in_the_log(tmp_path, capsys) -> None:
    with serve(tmp_path):
        text = dtserve(capsys, tmp_path, "events")[1]
        assert "257  Microsoft SSIS Service started." in text
        rows = json.loads(dtserve(capsys, tmp_path, "events", "--json", "--limit", "1")[1])
        assert len(rows) == 1
