"""/VERIFY… options."""

import pytest

from dtserve.execution.errors import VerificationFailed
from dtserve.execution.options import ExecutionOptions
from dtserve.execution.verification import verify
from dtserve.package.document import PackageDocument
from dtserve.package.errors import SignatureNotPresent
from support.control_flow import package
from support.controlflow_tree import load_tree

ATTRIBUTES = {"VersionMajor": "2", "VersionMinor": "3", "VersionBuild": "4", "VersionGUID": "{AA}", "DTSID": "{BB}"}


def check(tmp_path, **options: object) -> None:
    document = PackageDocument.open(package("", **ATTRIBUTES))
    verify(load_tree("", tmp_path, **ATTRIBUTES), document, ExecutionOptions(**options))


@pytest.mark.parametrize(
    "options",
    [
        {"verify_build": (2,)},
        {"verify_build": (2, 3)},
        {"verify_build": (2, 3, 4)},
        {"verify_package_id": "bb"},
        {"verify_version_id": "{aa}"},
    ],
)
def test_the_right_package(tmp_path, options) -> None:
    assert check(tmp_path, **options) is None


@pytest.mark.parametrize(
    "options",
    [{"verify_build": (1,)}, {"verify_build": (2, 3, 5)}, {"verify_package_id": "{AA}"}, {"verify_version_id": "{BB}"}],
)
def test_the_wrong_package(tmp_path, options) -> None:
    with pytest.raises(VerificationFailed):
        check(tmp_path, **options)


def test_an_unsigned_package(tmp_path) -> None:
    with pytest.raises(SignatureNotPresent):
        check(tmp_path, verify_signed=True)
