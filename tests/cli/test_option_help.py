"""Help and documentation of slash options."""

import pytest

from dtserve.cli.errors import UnknownOption
from dtserve.cli.option_help import help_for, markdown, usage
from dtserve.cli.options import Option, OptionTable

TABLE = OptionTable(
    "tool",
    (
        Option("Fi[le]", "required", "path", "The file."),
        Option("SQ[L]", "required", "path", "The row."),
        Option("Pass[word]", "required", "password", "The password.", secret=True),
        Option("User", "required", "login", "The login."),
        Option("Check[Point]", "optional", "on|off", "A switch.", details="More of it."),
        Option("Q[uiet]", text="No questions."),
    ),
    summary="Does it.",
    exclusive=(("file", "sql"),),
    needs=(("password", ("user",)),),
)


def test_help_holds_every_option():
    usage = TABLE.usage()
    for option in TABLE.options:
        assert f"/{option.name}" in usage
        assert f"### /{option.word}" in TABLE.markdown()
    assert "More of it." in TABLE.help_for("checkp")
    assert "Cannot be used with /SQL." in TABLE.help_for("/fi")
    assert "Needs /User." in TABLE.help_for("pass")
    with pytest.raises(UnknownOption):
        TABLE.help_for("nothing")


def test_the_table_gives_the_same_texts() -> None:
    assert usage(TABLE) == TABLE.usage()
    assert help_for(TABLE, "/file") == TABLE.help_for("/file")
    assert markdown(TABLE) == TABLE.markdown()
    assert "Does it." in usage(TABLE)
    assert "/Check[Point] [on|off]" in usage(TABLE)
