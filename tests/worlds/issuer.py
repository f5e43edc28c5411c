# SPDX-License-Identifier: Apache-2.0
"""An OpenID Connect issuer on loopback: discovery, authorize, token, userinfo and keys, with real signatures.

It is strict, as real ones are: a client it knows, an exact way back, PKCE, each code once. A test tells it who sits at
the keyboard, and may bend one thing.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

Claims = dict[str, Any]


@dataclass
class Key:
    """What tokens are signed with."""

    private: Any
    algorithm: str
    kid: str

    @classmethod
    def fresh(cls, algorithm: str, kid: str) -> Key:
        made = (
            ec.generate_private_key(ec.SECP256R1()) if algorithm == "ES256" else rsa.generate_private_key(65537, 2048)
        )
        return cls(made, algorithm, kid)

    def published(self) -> dict[str, Any]:
        kind = jwt.algorithms.ECAlgorithm if self.algorithm == "ES256" else jwt.algorithms.RSAAlgorithm
        known: dict[str, Any] = kind.to_jwk(self.private.public_key(), as_dict=True)
        return known | {"kid": self.kid, "alg": self.algorithm, "use": "sig"}

    def signs(self, claims: Claims) -> str:
        return jwt.encode(claims, self.private, self.algorithm, {"kid": self.kid})


@dataclass
class Issuer:
    """Who it is, who sits at the keyboard, and what of its next answer is bent."""

    url: str
    client: str = "weir"
    secret: str = "made-up issuer secret"
    way_back: str = ""
    key: Key = field(default_factory=lambda: Key.fresh("RS256", "one"))
    person: Claims = field(default_factory=dict)
    telling: bool = True
    bent: Callable[[Claims], Claims] = lambda claims: claims
    signs: Callable[[Claims], str] | None = None
    described_as: str = ""
    bends_state: bool = False
    asked: list[str] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)
    _spent: dict[str, Claims] = field(default_factory=dict)

    def is_used_by(self, subject: str, email: str = "", *, confirmed: object = True) -> None:
        """From now on this person answers the sign-in page, without a bend."""
        self.person = {"sub": subject} | ({"email": email, "email_verified": confirmed} if email else {})
        self.telling, self.bent, self.signs = True, lambda claims: claims, None
        self.described_as, self.bends_state = "", False

    def settings(self) -> dict[str, str]:
        return {"WEIR_OIDC_ISSUER": self.url, "WEIR_OIDC_CLIENT": self.client, "WEIR_OIDC_SECRET": self.secret}

    # What it answers ------------------------------------------------------------------------------------------------

    def description(self) -> Claims:
        return {
            "issuer": self.described_as or self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "id_token_signing_alg_values_supported": [self.key.algorithm],
        }

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser is sent: back, with a code. Who sits there has signed in already."""
        assert asked["client_id"] == self.client
        assert asked["redirect_uri"] == self.way_back, asked["redirect_uri"]
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        state = asked["state"][::-1] if self.bends_state else asked["state"]
        return f"{self.way_back}?{urlencode({'code': code, 'state': state})}"

    def token(self, asked: dict[str, str]) -> Claims:
        assert (asked["client_id"], asked["client_secret"]) == (self.client, self.secret)
        question = self._codes.pop(asked["code"])  # once
        assert asked["redirect_uri"] == question["redirect_uri"]
        digest = hashlib.sha256(asked["code_verifier"].encode()).digest()
        assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == question["code_challenge"]
        access, now = secrets.token_urlsafe(16), int(time.time())
        self._spent[access] = self.person
        claims: Claims = {"iss": self.url, "aud": self.client, "iat": now, "exp": now + 300}
        claims |= {"nonce": question["nonce"], "sub": self.person["sub"]} | (self.person if self.telling else {})
        signs = self.signs or self.key.signs
        return {"access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": signs(self.bent(claims))}

    def userinfo(self, bearer: str) -> Claims:
        return self._spent[bearer.removeprefix("Bearer ")]

    def keys(self) -> Claims:
        return {"keys": [Key.fresh("ES256", "another").published(), self.key.published()]}


class _Door(BaseHTTPRequestHandler):
    issuer: Issuer

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.issuer.asked.append(parts.path)
        if parts.path == "/authorize":
            self.send_response(302)
            self.send_header("Location", self.issuer.authorize(dict(parse_qsl(parts.query))))
            self.end_headers()
            return
        answers = {
            "/.well-known/openid-configuration": self.issuer.description,
            "/keys": self.issuer.keys,
            "/userinfo": lambda: self.issuer.userinfo(self.headers["Authorization"]),
        }
        self._says(answers[parts.path]())

    def do_POST(self) -> None:
        self.issuer.asked.append(self.path)
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._says(self.issuer.token(dict(parse_qsl(form))))

    def _says(self, answer: Claims) -> None:
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@contextmanager
def issuing() -> Iterator[Issuer]:
    """An issuer that answers until the test is over."""
    door = type("Door", (_Door,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), door)
    door.issuer = Issuer(f"http://127.0.0.1:{server.server_port}")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield door.issuer  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
