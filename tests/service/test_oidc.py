"""OpenID Connect against a provider of the test's own: what holds is believed, everything else refused."""

import time
from urllib.parse import parse_qs, urlsplit

import httpx2 as httpx
import pytest

from dtserve.service import oidc as module
from dtserve.service.access_errors import OidcDisabled, OidcRefused, OidcUnavailable
from dtserve.service.oidc import OpenId
from dtserve.service.settings import read_settings
from support.oidc_provider import CLIENT, SECRET, oidc_provider

BACK = "http://127.0.0.1:8730/api/session/openid/callback"


@pytest.fixture
def provider():
    with oidc_provider() as running:
        yield running


@pytest.fixture
def settings(tmp_path, provider):
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    text = f'[oidc]\nissuer = "{provider.issuer}"\nclient_id = "{CLIENT}"\nclient_secret_file = "{tmp_path}/secret"\n'
    (tmp_path / "dtserve.toml").write_text(text)
    return read_settings(tmp_path / "dtserve.toml", {})


def come_back(openid: OpenId) -> tuple[str, str, str]:
    """State, code and issuer as the browser brings them."""
    address, state = openid.begin(BACK)
    answer = httpx.get(address, follow_redirects=False)
    told = parse_qs(urlsplit(answer.headers["location"]).query)
    assert told["state"] == [state]
    return state, told["code"][0], told["iss"][0]


def test_who_signs_in_is_told(provider, settings) -> None:
    provider.claims["groups"] = ["etl", "ops", 7]
    openid = OpenId(settings)
    state, code, issuer = come_back(openid)
    claims = openid.finish(state, state, code, issuer)
    assert (claims.name, claims.groups) == ("alice@example.com", ("etl", "ops"))
    with pytest.raises(OidcRefused):
        openid.finish(state, state, code, issuer)


def test_the_state_must_be_the_browsers_own(provider, settings) -> None:
    openid = OpenId(settings)
    state, code, _ = come_back(openid)
    with pytest.raises(OidcRefused):
        openid.finish(state, "another browser", code)
    with pytest.raises(OidcRefused):
        openid.finish("unknown", "unknown", code)
    state, code, _ = come_back(openid)
    with pytest.raises(OidcRefused, match="another provider"):
        openid.finish(state, state, code, "https://evil.example")


def test_a_sign_in_may_not_take_for_ever(settings, monkeypatch) -> None:
    openid = OpenId(settings)
    state, code, _ = come_back(openid)
    now = time.monotonic()
    monkeypatch.setattr(module.time, "monotonic", lambda: now + module.PENDING_SECONDS + 1)
    with pytest.raises(OidcRefused):
        openid.finish(state, state, code)


@pytest.mark.parametrize(
    "twist",
    [
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"exp": 1},
        {"nonce": "replayed"},
        {"iat": "never"},
        {"email_verified": False},
        {"email": None},
        {"email": "a\nb"},
    ],
    ids=lambda twist: "-".join(f"{key}" for key in twist),
)
def test_tokens_that_do_not_hold(provider, settings, twist) -> None:
    provider.twist = twist
    openid = OpenId(settings)
    state, code, _ = come_back(openid)
    with pytest.raises(OidcRefused):
        openid.finish(state, state, code)


def test_keys_may_change_but_not_be_swapped(provider, settings, monkeypatch) -> None:
    openid = OpenId(settings)
    state, code, _ = come_back(openid)
    openid.finish(state, state, code)
    provider.change_key()
    state, code, _ = come_back(openid)
    with pytest.raises(OidcRefused):  # asked for again only now and then
        openid.finish(state, state, code)
    monkeypatch.setattr(module, "KEYS_AGAIN_SECONDS", 0.0)
    state, code, _ = come_back(openid)
    assert openid.finish(state, state, code).name == "alice@example.com"


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_signatures_without_a_private_key_are_refused(provider, settings, monkeypatch, algorithm) -> None:
    import base64
    import json

    openid = OpenId(settings)
    state, code, _ = come_back(openid)
    nonce = provider.codes[code]["nonce"]
    now = int(time.time())
    parts = [
        {"alg": algorithm},
        {"iss": provider.issuer, "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": nonce, **provider.claims},
    ]
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    monkeypatch.setattr(openid, "_exchange", lambda *_: ".".join([*encoded, ""]))
    with pytest.raises(OidcRefused):
        openid.finish(state, state, code)


def test_wrong_secrets_and_codes(provider, settings, tmp_path) -> None:
    openid = OpenId(settings)
    state, _, _ = come_back(openid)
    with pytest.raises(OidcRefused):
        openid.finish(state, state, "guessed")
    (tmp_path / "secret").write_text("wrong")
    state, code, _ = come_back(openid)
    with pytest.raises(OidcRefused) as caught:
        openid.finish(state, state, code)
    assert "wrong" not in caught.value.describe()


def test_no_provider_and_none_that_answers(tmp_path) -> None:
    nothing = read_settings(tmp_path / "none.toml", {})
    with pytest.raises(OidcDisabled):
        OpenId(nothing).begin(BACK)
    for issuer in ("http://127.0.0.1:9", "http://provider.example"):
        gone = read_settings(tmp_path / "none.toml", {"DTSERVE_OIDC_ISSUER": issuer})
        with pytest.raises(OidcUnavailable):
            OpenId(gone).begin(BACK)
