"""Slash options: every way to write one, and the lines that make no sense."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dtserve.cli.errors import (
    AmbiguousOption,
    ConflictingOptions,
    MissingArgument,
    OptionNeedsOther,
    RepeatedOption,
    UnexpectedArgument,
    UnknownOption,
)
from dtserve.cli.options import Option, OptionTable
from dtserve.errors import UsageError

TABLE = OptionTable(
    "tool",
    (
        Option("Fi[le]", "required", "path", "The file."),
        Option("SQ[L]", "required", "path", "The row."),
        Option("S[et]", "required", "path;value", "A value.", repeatable=True),
        Option("Pass[word]", "required", "password", "The password.", secret=True),
        Option("User", "required", "login", "The login."),
        Option("Check[Point]", "optional", "on|off", "A switch.", details="More of it."),
        Option("Q[uiet]", text="No questions."),
        Option("H[elp]", "optional", "option", "This text.", aliases=("?",)),
        Option("Com[mandFile]", "required", "file", "More options."),
    ),
    exclusive=(("file", "sql"),),
    needs=(("password", ("user",)),),
)
STRICT = OptionTable(TABLE.program, TABLE.options, last_wins=False)


@pytest.mark.parametrize(
    "words",
    [
        ["/File", "a.dtsx"],
        ["-FILE", "a.dtsx"],
        ["/fi", "a.dtsx"],
        ["/FIL", '"a.dtsx"'],
        ["/file;a.dtsx"],
        ["/file:a.dtsx"],
        ['-fi:"a.dtsx"'],
    ],
)
def test_one_option_in_all_its_forms(words):
    line = TABLE.parse(words)
    assert line.text("file") == "a.dtsx"
    assert "file" in line
    assert "quiet" not in line


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["/", "File", "a"], UnknownOption),
        (["/f", "a"], UnknownOption),
        (["/Files", "a"], UnknownOption),
        (["a.dtsx"], UnexpectedArgument),
        (["/Q", "yes"], UnexpectedArgument),
        (["/Q:yes"], UnexpectedArgument),
        (["/File"], MissingArgument),
        (["/File", "/Q"], MissingArgument),
        (["/File:"], MissingArgument),
        (["/File", "a", "/SQL", "b"], ConflictingOptions),
        (["/Pass", "p"], OptionNeedsOther),
        (["--quiet"], UnknownOption),
    ],
)
def test_lines_that_make_no_sense(words, error):
    with pytest.raises(error) as caught:
        TABLE.parse(words)
    assert isinstance(caught.value, UsageError)
    assert caught.value.exit_code == 6


def test_a_path_that_begins_with_the_prefix_is_an_argument():
    assert TABLE.parse(["/file", "/home/me/a.dtsx", "/q"]).text("file") == "/home/me/a.dtsx"
    assert TABLE.parse(["/file", "/tmp"]).text("file") == "/tmp"
    assert TABLE.parse(["/check", "/var/run/x.chk"]).text("checkpoint") == "/var/run/x.chk"
    assert TABLE.parse(["/check", "-1"]).text("checkpoint") == "-1"


def test_an_optional_argument_leaves_the_next_option_alone():
    line = TABLE.parse(["/CHECK", "/Q"])
    assert line.last("checkpoint").value is None
    assert "quiet" in line


def test_a_secret_takes_the_next_word_whatever_it_is():
    assert TABLE.parse(["/user", "u", "/password", "/Q"]).text("password") == "/Q"
    assert TABLE.parse(["/user", "u", "/password", ""]).text("password") == ""


def test_order_and_repetition():
    line = TABLE.parse(["/set", "a;1", "/q", "/set", 'b;"2;3"', "/fi", "x", "/fi", "y"])
    assert [each.parts() for each in line.all("set")] == [["a", "1"], ["b", "2;3"]]
    assert line.text("file") == "y"
    assert [each.position for each in line] == [0, 1, 2, 3, 4]
    with pytest.raises(RepeatedOption):
        STRICT.parse(["/fi", "x", "/fi", "y"])
    assert len(STRICT.parse(["/set", "a;1", "/set", "b;2"]).all("set")) == 2


def test_ambiguous_abbreviation_is_named():
    table = OptionTable("t", (Option("Ab[cd]"), Option("Ab[ef]")))
    with pytest.raises(AmbiguousOption, match="/Abcd, /Abef"):
        table.parse(["/ab"])


def test_command_files_are_read_where_they_are_met():
    def expand(each):
        return ["/q", "/set", "m;1"] if each.option.key == "commandfile" else None

    line = TABLE.parse(["/set", "a;0", "/com", "f", "/set", "z;2"], expand=expand)
    assert [each.option.key for each in line] == ["set", "quiet", "set", "set"]


@given(st.lists(st.text(max_size=8), max_size=6))
def test_any_words_give_a_line_or_a_usage_error(words):
    line = None
    with suppress(UsageError):
        line = TABLE.parse(words)
    assert line is None or len(line.given) <= len(words)
