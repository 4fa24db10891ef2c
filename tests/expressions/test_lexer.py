import pytest

from dtserve.expressions.errors import (
    ExpressionFault,
    ExpressionTooDeep,
    FailedToParse,
    IllegalEscape,
    IllegalHexEscape,
    InvalidToken,
    LiteralOverflow,
    SingleQuote,
)
from dtserve.expressions.lexer import MAX_LENGTH, tokenize


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("457", "DT_I4", 457),
        ("785u", "DT_UI4", 785),
        ("986L", "DT_I8", 986),
        ("7945ul", "DT_UI8", 7945),
        ("7945LU", "DT_UI8", 7945),
        ("2147483647", "DT_I4", 2**31 - 1),
        ("18446744073709551615UL", "DT_UI8", 2**64 - 1),
        ("0xFF0A", "DT_I4", 65290),
        ("0X000010000U", "DT_UI4", 65536),
        ("4E8l", "DT_R8", 4e8),
        (".89E-2l", "DT_R8", 0.0089),
        ("1E3", "DT_R8", 1000.0),
        ("5.8L", "DT_R8", 5.8),
        ("13e-2f", "DT_R4", 0.12999999523162842),
        ('"x"', "DT_WSTR", "x"),
        ('"a\nb"', "DT_WSTR", "a\nb"),
        (r'"\a\b\f\n\r\t\v\"\\"', "DT_WSTR", '\a\b\f\n\r\t\v"\\'),
        (r'"\x0041BC"', "DT_WSTR", "ABC"),
        (r'"\xD83D\xDE00"', "DT_WSTR", "\U0001f600"),
        (r'"\xD83D"', "DT_WSTR", "\ufffd"),
    ],
)
def test_literals(text: str, kind: str, value: object) -> None:
    token = tokenize(text)[0]
    assert (token.type, token.value, token.end) == (kind, value, len(text))


@pytest.mark.parametrize(
    ("text", "precision", "scale"),
    [("5.8", 2, 1), ("0.02", 3, 2), (".346", 3, 3), ("8.", 1, 0), ("6.0", 2, 1), ("." + "9" * 38, 38, 38)],
)
def test_numeric_literals_keep_their_digits(text: str, precision: int, scale: int) -> None:
    token = tokenize(text)[0]
    assert (token.type, token.precision, token.scale) == ("DT_NUMERIC", precision, scale)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("Straße_1@$#", "name", "Straße_1@$#"),
        ('["State"]', "bracket", '"State"'),
        ("[\ufeffName]", "bracket", "\ufeffName"),
        ("@Counter", "variable", "Counter"),
        ("@[User::My Var]", "variable", "User::My Var"),
        ("@[$Package::P]", "variable", "$Package::P"),
        ("#123", "lineage", "123"),
        ("#{P\\DFT\\S.Outputs[O].Columns[a}b]}", "lineage", "P\\DFT\\S.Outputs[O].Columns[a}b]"),
        ("#{P.Columns[a[b}", "lineage", "P.Columns[a[b"),
    ],
)
def test_names(text: str, kind: str, value: str) -> None:
    token = tokenize(text)[0]
    assert (token.kind, token.value, token.end) == (kind, value, len(text))


def test_operators_and_places() -> None:
    kinds = [token.kind for token in tokenize("a<=b&&!c||d!=~e?f:g=h:=i")]
    assert kinds == [
        "name", "<=", "name", "&&", "!", "name", "||", "name", "!=", "~", "name", "?", "name", ":", "name", "=", "name",
        ":=", "name", "end",
    ]  # fmt: skip
    assert [(t.start, t.end) for t in tokenize(" a  +1")] == [(1, 2), (4, 5), (5, 6), (6, 6)]


@pytest.mark.parametrize(
    ("text", "fault", "start"),
    [
        ("'abc'", SingleQuote, 0),
        ("1 + `", InvalidToken, 4),
        ("457f", InvalidToken, 0),
        ("1.5UL", InvalidToken, 0),
        ("12abc", InvalidToken, 0),
        ("@ x", InvalidToken, 0),
        ("#x", InvalidToken, 0),
        ('"abc', FailedToParse, 0),
        ("[abc", FailedToParse, 0),
        ("[]", FailedToParse, 0),
        ("@[abc", FailedToParse, 1),
        ("#{abc", FailedToParse, 0),
        ("#{}", FailedToParse, 0),
        (r'"a\d"', IllegalEscape, 2),
        ('"a\\', IllegalEscape, 2),
        (r'"\x41"', IllegalHexEscape, 1),
        (r'"\x0000"', IllegalHexEscape, 1),
        ("2147483648", LiteralOverflow, 0),
        ("0x1FFFFFFFF", LiteralOverflow, 0),
        ("9" * 50 + "L", LiteralOverflow, 0),
        ("1E400", LiteralOverflow, 0),
        ("1E39F", LiteralOverflow, 0),
        ("." + "1" * 39, LiteralOverflow, 0),
        (" " * (MAX_LENGTH + 1), ExpressionTooDeep, -1),
    ],
)
def test_malformed(text: str, fault: type[ExpressionFault], start: int) -> None:
    with pytest.raises(fault) as caught:
        tokenize(text)
    assert caught.value.start == start
