# SPDX-License-Identifier: Apache-2.0
"""The outside that identity meets: name servers and web servers of those who say that a name is theirs, and the post.

A stranger chooses the address that we fetch. So a name is resolved once, every address it has must be public, the
connection goes to the address that was checked (a second answer cannot send it elsewhere), redirects are not followed,
and length and time are bounded.
"""

from __future__ import annotations

import hashlib
import ipaddress
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

import dns.exception
import dns.name
import dns.resolver
import httpx
from django.core.mail import EmailMessage

from weir.foundation.identity import rules
from weir.foundation.identity.terms import ControlMethod, Evidence, Letter, OutOfReach, Seen

PATIENCE = 5.0
LONGEST = 10.0
LARGEST = 4096

# What looks like a public IPv6 address and carries an IPv4 one inside: NAT64, 6to4, Teredo.
_CARRIERS = tuple(ipaddress.ip_network(text) for text in ("64:ff9b::/32", "2002::/16", "2001::/32"))


class Lookout(Protocol):
    """Looks whether a challenge stands in its place. Raises `OutOfReach` when that cannot be told now."""

    def look(self, method: ControlMethod, target: str, challenge: str) -> Evidence: ...


class Post(Protocol):
    """Sends a letter, or raises."""

    def send(self, letter: Letter) -> None: ...


class Mail:
    """Whatever the operator's settings send mail with."""

    def send(self, letter: Letter) -> None:
        EmailMessage(letter.subject, letter.text, to=[letter.to]).send()


def is_public(address: str) -> bool:
    """Whether an address belongs to the internet and not to somebody's inside."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and any(ip in network for network in _CARRIERS):
        return False
    return ip.is_global and not ip.is_multicast


@dataclass(frozen=True)
class PublicInternet:
    """The real lookout. Tests hand it another resolver, port and trust, and say which addresses it may reach."""

    resolver: dns.resolver.Resolver = field(default_factory=dns.resolver.Resolver)
    may_reach: Callable[[str], bool] = is_public
    port: int = 443
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    longest: float = LONGEST

    def look(self, method: ControlMethod, target: str, challenge: str) -> Evidence:
        place = rules.place_of(method, target)
        found = challenge in (self._texts(place) if method is ControlMethod.DNS else self._lines(place))
        # A forge does not say, without an account there, who holds a repository: only for domains is a change noticed.
        runs_it = "" if method is ControlMethod.REPOSITORY_FILE else self._name_servers(target)
        return Evidence(Seen.FOUND if found else Seen.NOT_FOUND, runs_it)

    def _texts(self, name: str) -> list[str]:
        answer = self._ask(name, "TXT")
        return [b"".join(record.strings).decode("ascii", "replace") for record in answer] if answer else []

    def _name_servers(self, domain: str) -> str:
        """A digest of who serves the zone: when a domain is sold or taken over, this is what moves."""
        name = dns.name.from_text(domain)
        while len(name) > 2:
            if answer := self._ask(name.to_text(), "NS"):
                servers = sorted(record.target.to_text().lower() for record in answer)
                return hashlib.sha256("\n".join(servers).encode()).hexdigest()
            name = name.parent()
        return ""

    def _ask(self, name: str, kind: str) -> dns.resolver.Answer | None:
        try:
            return self.resolver.resolve(name, kind, lifetime=PATIENCE, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.name.EmptyLabel, dns.name.LabelTooLong):
            return None
        except dns.exception.DNSException:
            raise OutOfReach(f"No name server answered for {name}.") from None

    def _lines(self, url: str) -> list[str]:
        body = self._read(url)
        return [line.strip() for line in body.decode("utf-8", "replace").splitlines()]

    def _read(self, url: str) -> bytes:
        """The first bytes of what lies there; nothing, if nothing lies there or it points elsewhere."""
        parts = urlsplit(url)
        host, address = parts.hostname or "", self._address(parts.hostname or "")
        literal = f"[{address}]" if ":" in address else address
        deadline = time.monotonic() + self.longest
        try:
            with (
                # No proxy from the environment: it would resolve the name again, and reach what we may not.
                httpx.Client(verify=self.trust, trust_env=False, timeout=PATIENCE) as client,
                client.stream(
                    "GET",
                    f"https://{literal}:{self.port}{parts.path}",
                    headers={"Host": host, "Accept-Encoding": "identity", "User-Agent": "Weir"},
                    extensions={"sni_hostname": host},
                    follow_redirects=False,
                ) as response,
            ):
                if response.is_server_error:
                    raise OutOfReach(f"{host} answered {response.status_code}.")
                return b"" if response.status_code != httpx.codes.OK else _bounded(response.iter_raw(), host, deadline)
        except httpx.HTTPError:
            raise OutOfReach(f"{host} could not be reached.") from None

    def _address(self, host: str) -> str:
        try:
            addresses = list(self.resolver.resolve_name(host, lifetime=PATIENCE, search=False).addresses())
        except dns.exception.DNSException:
            raise OutOfReach(f"{host} has no address.") from None
        # All of them, not the first: a name that is public and private at once is somebody's trick.
        if not addresses or not all(self.may_reach(address) for address in addresses):
            raise OutOfReach(f"{host} has no public address.")
        return addresses[0]


def _bounded(chunks: Iterator[bytes], host: str, deadline: float) -> bytes:
    """At most so much and for so long: each byte in time is not yet an end in time."""
    body = b""
    for chunk in chunks:
        body += chunk
        if len(body) > LARGEST:
            raise OutOfReach(f"{host} sent more than a challenge.")
        if time.monotonic() > deadline:
            raise OutOfReach(f"{host} took too long.")
    return body
