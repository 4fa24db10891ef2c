"""Names and URLs of services."""

import pytest

from dtserve.client.address import LOCAL_NAMES, Address, fetch_certificate
from dtserve.client.errors import ConnectFailed, FingerprintDiffers, InvalidServerName
from dtserve.errors import UsageError
from support.service import serve


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("prod01", "https://prod01:8730"),
        ("prod01:9000", "https://prod01:9000"),
        ("http://127.0.0.1:1234/", "http://127.0.0.1:1234"),
        ("https://[::1]:9", "https://[::1]:9"),
        ("https://ssis.example.com", "https://ssis.example.com:8730"),
    ],
)
def test_addresses(text, url) -> None:
    assert Address.parse(text).url == url


@pytest.mark.parametrize(
    "text", ["ftp://x", "https://", "https://user:canary@x", "https://x/path", "https://x:port", "https://x:99999"]
)
def test_what_is_no_address(text) -> None:
    with pytest.raises(UsageError) as caught:
        Address.parse(text)
    assert "canary" not in caught.value.describe()


def test_instances_are_refused() -> None:
    with pytest.raises(InvalidServerName) as caught:
        Address.parse("prod01\\SQL2019")
    assert caught.value.hresult == "0xC00060AB"
    assert set(LOCAL_NAMES) == {"", ".", "(local)", "localhost"}


def test_certificates_are_compared_before_they_are_trusted(tmp_path) -> None:
    with serve(tmp_path, "--self-signed") as served:
        address = Address.parse(served.address)
        with pytest.raises(FingerprintDiffers) as caught:
            fetch_certificate(address, "00:11")
        shown = caught.value.facts["found"]
        assert shown in served.printed
        assert "BEGIN CERTIFICATE" in fetch_certificate(address, shown.lower())
    with pytest.raises(ConnectFailed):
        fetch_certificate(address, shown)


def test_files_that_cannot_be_used(tmp_path) -> None:
    with pytest.raises(ConnectFailed):
        Address("https://x", authority=str(tmp_path / "absent")).context()
