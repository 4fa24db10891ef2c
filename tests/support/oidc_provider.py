"""A small OpenID provider on loopback: discovery, authorization with PKCE, tokens signed with its own key.

It signs in whoever is set as ``claims`` without asking; ``twist`` changes the ID token's claims, to be refused.
"""

import base64
import hashlib
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

import uvicorn
from fastapi import FastAPI, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

CLIENT, SECRET = "dtserve", "provider-secret-canary"


@dataclass
class Provider:
    """What the provider knows, for tests to change."""

    issuer: str
    claims: dict = field(default_factory=lambda: {"sub": "1", "email": "alice@example.com", "email_verified": True})
    twist: dict = field(default_factory=dict)
    key: object = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    codes: dict = field(default_factory=dict)
    algorithm: str = "RS256"
    seen: list = field(default_factory=list)

    def change_key(self) -> None:
        self.key, self.algorithm = ECKey.generate_key("P-256", {"kid": "two"}), "ES256"


def application(provider: Provider) -> FastAPI:
    app = FastAPI(openapi_url=None)

    @app.get("/.well-known/openid-configuration")
    def discovery() -> dict:
        return {
            "issuer": provider.issuer,
            "authorization_endpoint": f"{provider.issuer}/authorize",
            "token_endpoint": f"{provider.issuer}/token",
            "jwks_uri": f"{provider.issuer}/keys",
        }

    @app.get("/authorize")
    def authorize(request: Request) -> RedirectResponse:
        asked = dict(request.query_params)
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        provider.codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"], "iss": provider.issuer})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}", 302)

    @app.post("/token")
    def token(
        request: Request, code: str = Form(), code_verifier: str = Form(), redirect_uri: str = Form()
    ) -> JSONResponse:
        provider.seen.append(request.headers.get("authorization", ""))
        asked = provider.codes.pop(code, None)
        digest = base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).rstrip(b"=").decode()
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        right = request.headers.get("authorization") == f"Basic {basic}"
        if asked is None or not right or digest != asked["code_challenge"] or redirect_uri != asked["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {"iss": provider.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims |= provider.claims
        claims |= provider.twist
        header = {"alg": provider.algorithm, "kid": provider.key.kid}
        return JSONResponse({"token_type": "Bearer", "id_token": jwt.encode(header, claims, provider.key)})

    @app.get("/keys")
    def keys() -> dict:
        return {"keys": [provider.key.as_dict(private=False)]}

    return app


@contextmanager
def oidc_provider() -> Iterator[Provider]:
    """A provider that serves until the end of the block."""
    listener = socket.create_server(("127.0.0.1", 0))
    provider = Provider(f"http://127.0.0.1:{listener.getsockname()[1]}")
    server = uvicorn.Server(uvicorn.Config(application(provider), log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield provider
    finally:
        server.should_exit = True
        thread.join(10)
