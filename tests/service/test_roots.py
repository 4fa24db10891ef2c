"""MsDtsSrvr.ini.xml and its problems (SERVICE §2)."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.errors import DtserveError
from dtserve.service import roots
from dtserve.service.roots import (
    DEFAULT_CONFIGURATION,
    DEFAULT_FILE,
    ServiceConfiguration,
    TopLevelFolder,
    parse_configuration,
    read_configuration,
    render_configuration,
)

HEAD = '<DtsServiceConfiguration xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
TAIL = "</DtsServiceConfiguration>"


def parse(body):
    return parse_configuration((HEAD + body + TAIL).encode())


def test_the_default_file_is_the_default_configuration():
    assert parse_configuration(DEFAULT_FILE.encode()) == DEFAULT_CONFIGURATION
    assert render_configuration(DEFAULT_CONFIGURATION) == DEFAULT_FILE
    assert [(each.kind, each.name, each.place) for each in DEFAULT_CONFIGURATION.folders] == [
        ("SqlServerFolder", "MSDB", "."),
        ("FileSystemFolder", "File System", "..\\Packages"),
    ]


def test_any_number_of_roots_in_their_order():
    found = parse(
        "<StopExecutingPackagesOnShutdown>false</StopExecutingPackagesOnShutdown><TopLevelFolders>"
        '<Folder xsi:type="FileSystemFolder"><Name>B</Name><StorePath>D:\\SSIS</StorePath></Folder>'
        '<Folder xsi:type="SqlServerFolder"><Name>A</Name><ServerName>SRV\\INST</ServerName></Folder>'
        '<Folder xsi:type="x:SqlServerFolder"><Name>C</Name></Folder><Other/></TopLevelFolders><Unknown/>'
    )
    assert not found.stop_executing_packages_on_shutdown
    assert [(each.name, each.place) for each in found.folders] == [("B", "D:\\SSIS"), ("A", "SRV\\INST"), ("C", ".")]


def test_comments_within_values():
    found = parse(
        "<StopExecutingPackagesOnShutdown><!-- never --> false</StopExecutingPackagesOnShutdown><TopLevelFolders>"
        '<!-- one --><Folder xsi:type="SqlServerFolder"><Name>A<!-- b -->C</Name>'
        "<ServerName><!-- was OLD -->SRV</ServerName></Folder></TopLevelFolders>"
    )
    assert not found.stop_executing_packages_on_shutdown
    assert [(each.name, each.place) for each in found.folders] == [("AC", "SRV")]


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.replace("utf-8", "utf-16").encode("utf-16"),
        lambda text: text.replace("utf-8", "UTF-16").encode("utf-16-be"),
        lambda text: b"\xff\xfe" + text.replace("utf-8", "unicode").encode("utf-16-le"),
        lambda text: text.replace("utf-8", "windows-1252").encode("cp1252"),
        lambda text: text.replace("utf-8", "iso-8859-1").encode("latin-1"),
        lambda text: text.partition("?>")[2].encode("utf-8"),
        lambda text: text.replace("\n", "\r\n").encode("utf-8"),
    ],
)
def test_encodings(tmp_path, encode):
    path = tmp_path / "MsDtsSrvr.ini.xml"
    path.write_bytes(encode(DEFAULT_FILE.replace("<Name>MSDB", "<Name>Bücher")))
    configuration, problems = read_configuration(path)
    assert problems == []
    assert [each.name for each in configuration.folders] == ["Bücher", "File System"]


def test_what_is_missing_has_its_default():
    assert parse("") == ServiceConfiguration(True, ())


FOLDER = '<TopLevelFolders><Folder xsi:type="{}"><Name>{}</Name><StorePath>{}</StorePath></Folder></TopLevelFolders>'


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "valid XML"),
        (b"<a", "valid XML"),
        (b"<Other/>", "was not expected"),
        (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><DtsServiceConfiguration>&e;</DtsServiceConfiguration>', "DOCTYPE"),
        ((HEAD + "<StopExecutingPackagesOnShutdown>maybe</StopExecutingPackagesOnShutdown>" + TAIL).encode(), "valid Boolean"),
        ((HEAD + FOLDER.format("AzureFolder", "A", "x") + TAIL).encode(), "type was not recognized"),
        ((HEAD + FOLDER.format("FileSystemFolder", "A/B", "x") + TAIL).encode(), "not valid"),
        ((HEAD + FOLDER.format("FileSystemFolder", "", "x") + TAIL).encode(), "blank"),
        ((HEAD + FOLDER.format("FileSystemFolder", "A", "") + TAIL).encode(), "no StorePath"),
        ((HEAD + FOLDER.format("FileSystemFolder", "A", "x") + FOLDER.format("FileSystemFolder", "a", "y") + TAIL).encode(), "two"),
        (b" " * (roots.MAX_BYTES + 1), "bytes"),
    ],
)  # fmt: skip
def test_a_bad_file_is_event_273_and_the_defaults(tmp_path, data, reason):
    path = tmp_path / "MsDtsSrvr.ini.xml"
    path.write_bytes(data)
    configuration, problems = read_configuration(path)
    assert configuration == DEFAULT_CONFIGURATION
    assert [symbol for symbol, _ in problems] == ["DTS_MSG_SERVER_BAD_CONFIG"]
    assert reason in problems[0][1][0]


def test_an_absent_file_is_event_272_and_an_unreadable_one_273(tmp_path):
    assert read_configuration(tmp_path / "none.xml") == (DEFAULT_CONFIGURATION, [("DTS_MSG_SERVER_MISSING_CONFIG", ())])
    configuration, problems = read_configuration(tmp_path)
    assert (configuration, problems[0][0]) == (DEFAULT_CONFIGURATION, "DTS_MSG_SERVER_BAD_CONFIG")


NAMES = st.text(st.characters(exclude_characters='/\\:*?"<>|', categories=["L", "N", "P", "S"]), min_size=1, max_size=9)
FOLDERS = st.builds(
    TopLevelFolder,
    st.sampled_from(["SqlServerFolder", "FileSystemFolder"]),
    NAMES.filter(lambda n: n[-1] != "."),
    NAMES,
)


@settings(max_examples=40, deadline=None)
@given(st.booleans(), st.lists(FOLDERS, max_size=4, unique_by=lambda each: roots.name_key(each.name)))
def test_what_is_written_is_read(stop, folders):
    configuration = ServiceConfiguration(stop, tuple(folders))
    assert parse_configuration(render_configuration(configuration).encode()) == configuration


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60), st.integers(0, len(DEFAULT_FILE)))
def test_damage_never_escapes(noise, at):
    data = DEFAULT_FILE.encode()
    with suppress(DtserveError, roots._Wrong):
        assert isinstance(parse_configuration(data[:at] + noise + data[at:]), ServiceConfiguration)


def test_shares_of_their_own_kind():
    text = DEFAULT_FILE.replace(
        "  </TopLevelFolders>",
        '    <Folder xsi:type="SmbFolder"><Name>Files</Name><StorePath>\\\\srv\\ssis\\a</StorePath></Folder>\n  </TopLevelFolders>',
    )
    found = parse_configuration(text.encode())
    assert found.folders[2] == TopLevelFolder("SmbFolder", "Files", "\\\\srv\\ssis\\a")
    assert render_configuration(found) == text
    for place in ("", "\\\\srv", "C:"):
        wrong = text.replace("\\\\srv\\ssis\\a", place)
        with pytest.raises(Exception, match="StorePath"):
            parse_configuration(wrong.encode())
