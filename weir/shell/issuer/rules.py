# SPDX-License-Identifier: Apache-2.0
"""What is believed of an issuer's answer (OpenID Connect Core, section 3.1.3.7, and Discovery, section 4.3)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from weir.kernel.errors import Refused
from weir.kernel.moments import Moment

# The clocks of two hosts differ a little; a token that ended longer ago was kept by somebody.
LEEWAY = timedelta(minutes=2)
# Signed with the issuer's private key. The HS family is missing on purpose: its key is our own client secret.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_OURSELVES = {"localhost", "127.0.0.1", "::1"}


class NotBelieved(Refused):
    """What the issuer says about who somebody is cannot be believed."""

    hint = "Begin anew from the sign-in page. If it happens again, the operator finds the reason in the log."


@dataclass(frozen=True)
class Named:
    """Whom an issuer names: a mark that is theirs at this issuer only, and their address, if it was confirmed there."""

    uid: str
    email: str = ""


def guarded(url: object) -> bool:
    """Whether nobody on the way can read or change what is said: TLS, or this very machine."""
    try:
        parts = urlsplit(str(url))
        named = bool(parts.hostname)
    except ValueError:
        return False
    return named and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _OURSELVES))


def check_discovery(document: object, issuer: str) -> dict[str, str]:
    """The issuer's description of itself, if it is its own, and says where to ask."""
    if not isinstance(document, Mapping):
        raise NotBelieved("The issuer's description of itself is no JSON object.")
    if document.get("issuer") != issuer:
        raise NotBelieved("The issuer's description of itself is that of another issuer than WEIR_OIDC_ISSUER.")
    open_to_others = [name for name in ENDPOINTS if not guarded(document.get(name))]
    if open_to_others:
        raise NotBelieved(f"The issuer names no address with https for {', '.join(open_to_others)}.")
    return dict(document)


def nonce_of(verifier: str) -> str:
    """What the token must repeat. Only the browser's session holds the verifier, so no other browser's token fits."""
    if not verifier:
        raise NotBelieved("This browser did not ask the issuer.")
    digest = hashlib.sha256(b"weir nonce\0" + verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def named(claims: Mapping[str, object], *, issuer: str, client: str, nonce: str, now: Moment) -> Named:
    """Whom a token names, whose signature was found to be the issuer's."""
    if claims.get("iss") != issuer:
        raise NotBelieved("The token comes from another issuer.")
    _check_audience(claims, client)
    _check_time(claims, now)
    if claims.get("nonce") != nonce:
        raise NotBelieved("The token answers another question than this browser's.")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise NotBelieved("The token names nobody.")
    return Named(_uid(issuer, subject), _confirmed(claims))


def joined(claims: Mapping[str, object], more: object) -> dict[str, object]:
    """A token, and the address that the issuer tells only when asked again; about the same somebody, or not at all."""
    if not isinstance(more, Mapping) or more.get("sub") != claims.get("sub"):
        raise NotBelieved("The issuer was asked about one person and answered about another.")
    return {**claims, "email": more.get("email"), "email_verified": more.get("email_verified")}


def _check_audience(claims: Mapping[str, object], client: str) -> None:
    said = claims.get("aud")
    audience = said if isinstance(said, list) else [said]
    if client not in audience:
        raise NotBelieved("The token was made for somebody else than this instance.")
    if (len(audience) > 1 or "azp" in claims) and claims.get("azp") != client:
        raise NotBelieved("The token was given to somebody else than this instance.")


def _check_time(claims: Mapping[str, object], now: Moment) -> None:
    ends, began = _seconds(claims.get("exp")), _seconds(claims.get("iat"))
    seconds, leeway = now.timestamp(), LEEWAY.total_seconds()
    if ends is None or not seconds - leeway < ends:
        raise NotBelieved("The token has run out.")
    if began is None or not began <= seconds + leeway:
        raise NotBelieved("The token is from the future: one of the two clocks is wrong.")


def _seconds(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _confirmed(claims: Mapping[str, object]) -> str:
    """Exactly true: some issuers write "false" as a word, which would count as true."""
    email = claims.get("email")
    return email.strip().lower() if isinstance(email, str) and claims.get("email_verified") is True else ""


def _uid(issuer: str, subject: str) -> str:
    """Issuers number their people as they like, so a number counts only together with the issuer: who changes
    WEIR_OIDC_ISSUER must not hand one person's account to another.
    """
    return hashlib.sha256(f"{issuer}\0{subject}".encode()).hexdigest()
