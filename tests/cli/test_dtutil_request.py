"""Which lines make sense, and what they ask for (DTUTIL §3, §3.1, §4)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.cli.dtutil_request import read_request
from dtserve.errors import UsageError

HASH = "1767832648918a9d989fdac9819873a91f919"
ONE_ACTION = [
    ["/COPY", "FILE;y"], ["/MOVE", "FILE;y"], ["/DELETE"], ["/EXISTS"], ["/ENCRYPT", "FILE;y;0"],
    ["/SIGN", f"FILE;y;{HASH}"], ["/FCREATE", "SQL;\\;n"], ["/FDELETE", "SQL;\\;n"], ["/FDIRECTORY", "SQL"],
    ["/FEXISTS", "SQL;n"], ["/FRENAME", "SQL;\\;a;b"], ["/DUMP", "12"],
]  # fmt: skip


@pytest.mark.parametrize("first", ONE_ACTION)
@pytest.mark.parametrize("second", ONE_ACTION)
def test_one_action_per_line(first, second):
    if first is second:
        first = []
    words = ["/FILE", "x", *first, *second]
    alone = not first and second[0] in ("/COPY", "/MOVE", "/DELETE", "/EXISTS", "/ENCRYPT", "/SIGN")
    if alone:
        assert read_request(words).action == second[0][1:].lower()
    else:
        with pytest.raises(UsageError):
            read_request(words)


@pytest.mark.parametrize(
    "line",
    [
        "/COPY FILE;y",
        "/EXISTS",
        "/I",
        "/FILE x",
        "/Q",
        "/FILE x /DTS y /EXISTS",
        "/FILE x /SourceUser u /EXISTS",
        "/DTS x /SourcePassword p /SourceUser u /EXISTS",
        "/SQL x /SourcePassword p /EXISTS",
        "/SQL x /EXISTS /Decrypt p",
        "/SQL x /DELETE /I",
        "/FILE x /ENCRYPT FILE;y;0 /I",
        "/FILE x /EXISTS /DestServer s",
        "/FILE x /COPY y",
        "/FILE x /COPY FILE",
        "/FILE x /COPY FILE;",
        "/FILE x /COPY FTP;y",
        "/FILE x /ENCRYPT FILE;y",
        "/FILE x /ENCRYPT FILE;y;6",
        "/FILE x /ENCRYPT FILE;y;22;p",
        "/FILE x /ENCRYPT FILE;y;3",
        "/FILE x /ENCRYPT FILE;y;2;",
        "/FILE x /ENCRYPT FILE;y;0;p",
        "/FILE x /ENCRYPT DTS;y;0",
        "/FILE x /SIGN FILE;y",
        "/FILE x /SIGN FILE;y;nothex",
        "/FCREATE FILE;a;b",
        "/FCREATE SQL;a",
        "/FCREATE SQL;a;",
        "/FDELETE SQL",
        "/FRENAME SQL;a;b",
        "/FDIRECTORY SQL;a;X",
        "/FDIRECTORY SQL;a /FILE x",
        "/FCREATE SQL;a;b /DestServer s",
        "/DUMP x",
        "/DUMP 0",
        "/DUMP 12 /FILE x",
        "/FILE x /FILE y /EXISTS",
        "/NOSUCH",
    ],
)
def test_lines_that_make_no_sense(line):
    with pytest.raises(UsageError) as caught:
        read_request(line.split())
    assert caught.value.exit_code == 6


def test_no_secret_in_any_message():
    for line in (
        "/FILE x /ENCRYPT DTS;y;2;swordfish",
        "/FILE x /ENCRYPT FILE;y;0;swordfish",
        "/SQL x /SourceP swordfish",
    ):
        with pytest.raises(UsageError) as caught:
            read_request(line.split())
        assert "swordfish" not in caught.value.describe()
    assert "swordfish" not in repr(read_request(["/FILE", "x", "/COPY", "FILE;y", "/Dec", "swordfish"]))


def test_what_a_line_asks_for():
    words = [
        "/SQL",
        r"f\p",
        "/SourceS",
        r"srv\inst",
        "/SourceU",
        "u",
        "/SourceP",
        "pw",
        "/en",
        "SQL;a;3;x;y",
        "/DestS",
        "d",
    ]
    request = read_request(words)
    assert (request.action, request.level, request.password) == ("encrypt", 3, "x;y")
    assert (request.source.kind, request.source.path, request.source.server) == ("sql", r"f\p", r"srv\inst")
    assert (request.source.user, request.source.password) == ("u", "pw")
    assert (request.target.kind, request.target.path, request.target.server, request.target.user) == (
        "sql",
        "a",
        "d",
        "",
    )
    request = read_request(["-fdi", r"dts;MSDB\F;s", "-r"])
    assert (request.action, request.folder.path, request.recursive) == ("fdirectory", r"MSDB\F", True)
    request = read_request(["/I", "/FILE", "/home/me/x.dtsx", "/decrypt"])
    assert (request.action, request.source.path, request.ask_decrypt) == ("idregenerate", "/home/me/x.dtsx", True)
    assert read_request(["/FILE", "x", "/SIGN", f"file;y;{HASH}"]).thumbprint == HASH.upper()
    assert read_request(["/DELETE", "/DT", "x", "/q"]).quiet


WORDS = st.sampled_from(
    [
        "/FILE",
        "/SQL",
        "/DTS",
        "/COPY",
        "/I",
        "/Q",
        "/R",
        "FILE;a",
        "SQL;b;2;p",
        "x",
        "/En",
        "/FDe",
        "-Exists",
        "SQL;;",
        "/",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(WORDS, max_size=6))
def test_any_line_is_read_or_refused(words):
    try:
        request = read_request(words)
    except UsageError:
        return
    assert request.action
