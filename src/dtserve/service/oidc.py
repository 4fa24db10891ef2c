"""Sign in through an OpenID provider: authorization code with PKCE, for any provider with discovery.

The provider is asked for its addresses and keys when somebody first signs in. What it tells of a user is
believed only when the ID token's signature, issuer, audience, times and nonce hold. Blocking: for threads.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import ssl
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from dtserve.service.access_errors import OidcDisabled, OidcRefused, OidcUnavailable
from dtserve.service.settings import Settings

if TYPE_CHECKING:
    import httpx2 as httpx

__all__ = ["Claims", "OpenId"]

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Signatures with a public key only: never ``none``, never a shared secret."""
TIMEOUT_SECONDS = 10.0
METADATA_SECONDS = 3600.0
KEYS_AGAIN_SECONDS = 30.0
PENDING_SECONDS = 600.0
MAX_PENDING = 1000
MAX_ANSWER = 1024 * 1024
LEEWAY_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Claims:
    """Who signed in."""

    name: str
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Pending:
    nonce: str
    verifier: str
    redirect: str
    end: float


class OpenId:
    """One provider; nothing is asked of it before it is needed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.issuer = settings.text("oidc.issuer").strip()
        self._pending: dict[str, _Pending] = {}
        self._lock = threading.Lock()
        self._metadata: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, dict[str, Any]] | None = None

    def begin(self, redirect: str) -> tuple[str, str]:
        """The provider's address to send the browser to, and the state that its cookie must hold.

        OidcDisabled, OidcUnavailable.
        """
        endpoint = str(self._provider()["authorization_endpoint"])
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        now = time.monotonic()
        with self._lock:
            self._pending = {key: each for key, each in self._pending.items() if each.end > now}
            while len(self._pending) >= MAX_PENDING:
                self._pending.pop(next(iter(self._pending)))
            self._pending[state] = _Pending(nonce, verifier, redirect, now + PENDING_SECONDS)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = urlencode(
            {
                "response_type": "code",
                "client_id": self._settings.text("oidc.client_id"),
                "redirect_uri": redirect,
                "scope": self._settings.text("oidc.scopes"),
                "state": state,
                "nonce": nonce,
                "code_challenge": challenge,
                "code_challenge_method": "S256",
            }
        )
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{query}", state

    def finish(self, state: str, cookie: str, code: str, issuer: str = "") -> Claims:
        """Who comes back with a code; OidcRefused, OidcUnavailable. A state is good once."""
        with self._lock:
            pending = self._pending.pop(state, None)
        if pending is None or pending.end <= time.monotonic() or not secrets.compare_digest(state, cookie):
            raise OidcRefused(reason="it was not begun here, or took too long")
        if issuer and issuer != self._provider()["issuer"]:
            raise OidcRefused(reason="another provider answered")
        return self._claims(self._exchange(code, pending), pending.nonce)

    def _exchange(self, code: str, pending: _Pending) -> str:
        """The ID token for a code."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": pending.redirect,
            "client_id": self._settings.text("oidc.client_id"),
            "code_verifier": pending.verifier,
        }
        secret = self._secret()
        auth = (form["client_id"], secret) if secret else None
        with self._client() as client:
            answer = self._ask(client, "POST", str(self._provider()["token_endpoint"]), data=form, auth=auth)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise OidcRefused(reason="the provider gave no ID token")
        return token

    def _claims(self, token: str, nonce: str) -> Claims:
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        client_id = self._settings.text("oidc.client_id")
        try:
            try:
                decoded = jwt.decode(token, KeySet.import_key_set(self._key_set()), algorithms=list(ALGORITHMS))  # type: ignore[arg-type]
            except (JoseError, ValueError):
                keys = self._key_set(again=True)  # the provider may have changed its keys
                decoded = jwt.decode(token, KeySet.import_key_set(keys), algorithms=list(ALGORITHMS))  # type: ignore[arg-type]
            jwt.JWTClaimsRegistry(
                leeway=LEEWAY_SECONDS,
                iss={"essential": True, "value": str(self._provider()["issuer"])},
                aud={"essential": True, "value": client_id},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": nonce},
            ).validate(decoded.claims)
        except (JoseError, ValueError, TypeError) as error:
            raise OidcRefused(reason=f"its ID token does not hold: {type(error).__name__}") from None
        if "azp" in decoded.claims and decoded.claims["azp"] != client_id:
            raise OidcRefused(reason="its ID token is meant for another client")
        return self._told(decoded.claims)

    def _told(self, claims: dict[str, Any]) -> Claims:
        name_claim = self._settings.text("oidc.name_claim")
        name = claims.get(name_claim)
        if not isinstance(name, str) or not name.strip() or len(name) > 300 or not name.isprintable():
            raise OidcRefused(reason=f"its ID token has no claim {name_claim}")
        if name_claim == "email" and claims.get("email_verified") is not True:
            raise OidcRefused(reason="the mail address is not verified")
        groups = claims.get(self._settings.text("oidc.groups_claim"), [])
        told = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
        return Claims(name.strip(), tuple(str(each) for each in told[:1000] if isinstance(each, str)))

    # the provider

    def _provider(self) -> dict[str, Any]:
        """Its metadata (OpenID Connect Discovery)."""
        if not self.issuer:
            raise OidcDisabled()
        if self._metadata is None or self._metadata[0] < time.monotonic():
            self._secure(self.issuer)
            with self._client() as client:
                found = self._ask(client, "GET", self.issuer.rstrip("/") + "/.well-known/openid-configuration")
            if found.get("issuer") != self.issuer:
                raise OidcUnavailable(issuer=self.issuer, reason="it calls itself by another name")
            for each in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                self._secure(str(found.get(each, "")))
            self._metadata = (time.monotonic() + METADATA_SECONDS, found)
        return self._metadata[1]

    def _key_set(self, *, again: bool = False) -> dict[str, Any]:
        now = time.monotonic()
        if self._keys is None or self._keys[0] + (KEYS_AGAIN_SECONDS if again else METADATA_SECONDS) < now:
            with self._client() as client:
                self._keys = (now, self._ask(client, "GET", str(self._provider()["jwks_uri"])))
        return self._keys[1]

    def _secure(self, url: str) -> None:
        """Without TLS only on this machine."""
        parts = urlsplit(url)
        if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1")):
            return
        raise OidcUnavailable(issuer=self.issuer, reason="its addresses must begin with https://")

    def _client(self) -> httpx.Client:
        import httpx2 as httpx

        authority = self._settings.text("oidc.ca")
        try:
            context = ssl.create_default_context(cafile=authority or None)
        except OSError as error:
            raise OidcUnavailable(issuer=self.issuer, reason=f"oidc.ca cannot be read: {error.strerror}") from None
        return httpx.Client(timeout=TIMEOUT_SECONDS, verify=context, follow_redirects=False)

    def _ask(self, client: httpx.Client, method: str, url: str, **options: Any) -> dict[str, Any]:
        import httpx2 as httpx

        try:
            answer = client.request(method, url, headers={"Accept": "application/json"}, **options)
            found = answer.json() if len(answer.content) <= MAX_ANSWER else None
        except (httpx.HTTPError, ValueError) as error:
            raise OidcUnavailable(issuer=self.issuer, reason=type(error).__name__) from None
        if answer.status_code >= 400 and method == "POST":
            raise OidcRefused(reason="the provider does not take the code")
        if answer.status_code >= 400 or not isinstance(found, dict):
            raise OidcUnavailable(issuer=self.issuer, reason=f"it answered with {answer.status_code}")
        return found

    def _secret(self) -> str:
        from pathlib import Path

        file = self._settings.text("oidc.client_secret_file")
        if not file:
            return ""
        try:
            return Path(file).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise OidcUnavailable(issuer=self.issuer, reason="oidc.client_secret_file cannot be read") from None
