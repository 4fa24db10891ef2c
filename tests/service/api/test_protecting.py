"""A protection level that is asked for on the way of a package."""

import pytest

from dtserve.errors import DtserveError
from dtserve.package.document import PackageDocument
from dtserve.service.api.protecting import Protection, _protection
from support.service import PACKAGE


def test_without_a_level_the_bytes_stay():
    assert Protection(password="x").applied(PACKAGE, takes_server_storage=False) is PACKAGE


def test_passwords_are_percent_encoded():
    found = _protection(2, "a%20b", "b%C3%A4n%25")
    assert (found.password, found.new_password) == ("a b", "bän%")
    assert "bän" not in repr(found)
    assert PackageDocument.open(found.applied(PACKAGE, takes_server_storage=False), "bän%").protection_level == 2


def test_what_cannot_be_done_is_a_coded_error():
    with pytest.raises(DtserveError):
        Protection(5).applied(PACKAGE, takes_server_storage=False)
    with pytest.raises(DtserveError):
        Protection(3).applied(PACKAGE, takes_server_storage=False)
