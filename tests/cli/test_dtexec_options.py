"""The table of dtexec's options."""

import re
from pathlib import Path

import pytest

from dtserve.cli.dtexec_options import LONG_OPTIONS, TABLE

REFERENCE = [
    "?",
    "Ca[llerInfo]",
    "CheckF[ile]",
    "CheckP[ointing]",
    "Com[mandFile]",
    "Conf[igFile]",
    "Conn[ection]",
    "Cons[oleLog]",
    "D[ts]",
    "De[crypt]",
    "Dump",
    "DumpOnError",
    "Env[Reference]",
    "F[ile]",
    "H[elp]",
    "ISServer",
    "L[ogger]",
    "M[axConcurrent]",
    "Pack[age]",
    "Proj[ect]",
    "P[assword]",
    "Par[ameter]",
    "Rem",
    "Rep[orting]",
    "Res[tart]",
    "Set",
    "Ser[ver]",
    "SQ[L]",
    "Su[m]",
    "U[ser]",
    "Va[lidate]",
    "VerifyB[uild]",
    "VerifyP[ackageID]",
    "VerifyS[igned]",
    "VerifyV[ersionID]",
    "VLog",
    "W[arnAsError]",
    "X86",
]


def test_every_option_of_the_reference_is_there() -> None:
    assert sorted(option.name for option in TABLE.options) == sorted(REFERENCE)


@pytest.mark.parametrize(
    ("short", "word"),
    [("f", "File"), ("va", "Validate"), ("verifyv", "VerifyVersionID"), ("conf", "ConfigFile"), ("cons", "ConsoleLog"),
     ("p", "Password"), ("par", "Parameter"), ("pack", "Package"), ("proj", "Project"), ("d", "Dts"), ("de", "Decrypt"),
     ("dump", "Dump"), ("sq", "SQL"), ("ser", "Server"), ("set", "Set"), ("rep", "Reporting"), ("res", "Restart")],
)  # fmt: skip
def test_short_forms(short, word) -> None:
    found = TABLE.find(short)
    assert found is not None
    assert found.word == word


def test_own_options_are_documented() -> None:
    text = (Path(__file__).parents[2] / "docs/reference/dtexec.md").read_text("utf-8")
    assert [name for name in LONG_OPTIONS if not re.search(rf"`--{name}\b", text)] == []
