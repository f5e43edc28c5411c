# SPDX-License-Identifier: Apache-2.0
"""A device that keeps one passkey and counts its signatures (WebAuthn level 2), without a browser around it."""

from __future__ import annotations

import copy
import json
import os
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

HOST = "localhost"
FLAG = AuthenticatorData.FLAG
SEEN = FLAG.UP | FLAG.UV


class Device:
    """`counter` is what the last signature showed; a device that does not count shows zero for ever."""

    def __init__(self, *, counter: int = 0, counts: bool = True) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.id, self.counter, self.counts, self.owner = os.urandom(16), counter, counts, b""

    def copied(self) -> Device:
        """Whoever has the key has the count of that moment, and goes on from there."""
        return copy.copy(self)

    def register(self, options: dict[str, Any]) -> dict[str, Any]:
        """What a browser sends for `navigator.credentials.create`."""
        self.owner = options["publicKey"]["user"]["id"]
        public = ES256.from_cryptography_key(self.private.public_key())
        known = AttestedCredentialData.create(Aaguid.NONE, self.id, public)
        data = AuthenticatorData.create(self._host(), SEEN | FLAG.AT, self._next(), known)
        response = {
            "clientDataJSON": websafe_encode(self._client("webauthn.create", options)),
            "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
        }
        return self._credential(response) | {"clientExtensionResults": {"credProps": {"rk": True}}}

    def sign(self, options: dict[str, Any]) -> dict[str, Any]:
        """What a browser sends for `navigator.credentials.get`."""
        client = self._client("webauthn.get", options)
        data = AuthenticatorData.create(self._host(), SEEN, self._next())
        signature = self.private.sign(data + sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": websafe_encode(client),
            "authenticatorData": websafe_encode(data),
            "signature": websafe_encode(signature),
            "userHandle": self.owner,
        }
        return self._credential(response)

    def _next(self) -> int:
        self.counter += self.counts
        return self.counter

    def _host(self) -> bytes:
        return sha256(HOST.encode()).digest()

    def _client(self, act: str, options: dict[str, Any]) -> bytes:
        challenge = options["publicKey"]["challenge"]
        return json.dumps({"type": act, "challenge": challenge, "origin": f"http://{HOST}"}).encode()

    def _credential(self, response: dict[str, Any]) -> dict[str, Any]:
        id = websafe_encode(self.id)
        return {
            "id": id,
            "rawId": id,
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
        }
