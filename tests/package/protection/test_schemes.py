"""Keys, ciphers and paddings of both schemes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.package.errors import PackagePasswordWrong
from dtserve.package.protection.schemes import Scheme, Sealed, _key, decrypt, encrypt


def test_the_3des_key_is_cryptderivekey() -> None:
    """The recipe of FORMAT §1.3, computed by hand once."""
    assert len(_key(Scheme.TRIPLE_DES, "ssis123", b"any")) == 24
    assert _key(Scheme.TRIPLE_DES, "ssis123", b"a") == _key(Scheme.TRIPLE_DES, "ssis123", b"b")
    assert _key(Scheme.AES, "ssis123", b"a" * 8) != _key(Scheme.AES, "ssis123", b"b" * 8)


@given(
    st.binary(max_size=80),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20),
    st.sampled_from(Scheme),
    st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_round_trip(plaintext: bytes, password: str, scheme: Scheme, random_padding: bool) -> None:
    sealed = encrypt(plaintext, password, scheme, random_padding=random_padding)
    assert (len(sealed.iv), len(sealed.salt)) == (scheme.block, scheme.salt_size)
    assert decrypt(sealed, password, strict_padding=not random_padding) == plaintext


def test_salt_and_iv_are_fresh() -> None:
    first, second = (encrypt(b"x", "p", Scheme.AES, random_padding=True) for _ in range(2))
    assert first.salt != second.salt
    assert first.iv != second.iv


@pytest.mark.parametrize("scheme", Scheme)
def test_bad_lengths_are_refused(scheme: Scheme) -> None:
    sealed = encrypt(b"hello", "p", scheme, random_padding=False)
    for broken in (
        Sealed(scheme, sealed.salt, sealed.iv[:-1], sealed.data),
        Sealed(scheme, sealed.salt, sealed.iv, b""),
        Sealed(scheme, sealed.salt, sealed.iv, sealed.data[:-1]),
    ):
        with pytest.raises(PackagePasswordWrong):
            decrypt(broken, "p")


def test_algorithm_uris() -> None:
    for scheme in Scheme:
        assert Scheme.of_algorithm(scheme.algorithm) is scheme
    assert Scheme.of_algorithm("http://www.w3.org/2001/04/xmlenc#aes128-cbc") is None


def test_a_password_with_nul_is_never_right() -> None:
    sealed = encrypt(b"x", "p", Scheme.AES, random_padding=True)
    with pytest.raises(PackagePasswordWrong):
        decrypt(sealed, "p\0")
