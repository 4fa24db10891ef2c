import pytest

from dtserve.expressions.assignment import split_assignment


@pytest.mark.parametrize(
    ("text", "name", "expression"),
    [
        ("@x = 1", "x", "1"),
        ("@[User::x]=@[User::x]+1", "User::x", "@[User::x]+1"),
        ("@[$Package::p] := GETDATE()", "$Package::p", "GETDATE()"),
        ("  @x  =\n  1 ", "x", "1 "),
        ("@x == 1", None, "@x == 1"),
        ("@x", None, "@x"),
        ("1 = @x", None, "1 = @x"),
        ("@x =", "x", ""),
        ("", None, ""),
        ('@x = "unclosed', None, '@x = "unclosed'),
    ],
)
def test_split(text: str, name: str | None, expression: str) -> None:
    assert split_assignment(text) == (name, expression)
