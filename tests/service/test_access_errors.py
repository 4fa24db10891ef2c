"""Codes of their own, and texts that hold no secret."""

from dtserve.errors import DtserveError
from dtserve.service import access_errors


def test_codes_differ() -> None:
    classes = [getattr(access_errors, name) for name in access_errors.__all__]
    codes = {cls.code for cls in classes}
    assert len(codes) == len(classes)
    assert all(0xC0D51860 <= code <= 0xC0D5187F for code in codes)
    assert all(issubclass(cls, DtserveError) and cls.remedy for cls in classes)


def test_wrong_logins_are_told_alike() -> None:
    assert "{" not in access_errors.BadLogin().describe()
