"""The table of dtutil: short forms and completeness."""

import pytest

from dtserve.cli.dtutil_options import ACTIONS, ALLOWED, TABLE

SHORT_FORMS = {
    "H": "help", "SQ": "sql", "DT": "dts", "Fi": "file", "SourceS": "sourceserver", "SourceU": "sourceuser",
    "SourceP": "sourcepassword", "DestS": "destserver", "DestU": "destuser", "DestP": "destpassword",
    "Dec": "decrypt", "C": "copy", "M": "move", "Del": "delete", "Ex": "exists", "En": "encrypt", "Si": "sign",
    "I": "idregenerate", "Q": "quiet", "R": "remark", "FC": "fcreate", "FDe": "fdelete", "FDi": "fdirectory",
    "FE": "fexists", "FR": "frename", "Dump": "dump", "?": "?",
}  # fmt: skip


@pytest.mark.parametrize(("short", "key"), SHORT_FORMS.items())
def test_short_forms_and_every_longer_prefix(short, key):
    word = next(option.word for option in TABLE.options if option.key == key)
    for length in range(len(short), len(word) + 1):
        for text in (word[:length], word[:length].upper(), word[:length].lower()):
            assert TABLE.find(text).key == key
    if len(short) > 1:
        assert TABLE.find(short[:-1]) is None or TABLE.find(short[:-1]).key != key


def test_the_table_is_whole():
    assert {option.key for option in TABLE.options} == set(SHORT_FORMS.values())
    assert set(ALLOWED) == {*ACTIONS, "idregenerate"}
    known = {option.key for option in TABLE.options}
    assert all(allowed <= known for allowed in ALLOWED.values())
    assert all(option.text for option in TABLE.options)
