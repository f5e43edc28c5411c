# SPDX-License-Identifier: Apache-2.0
"""How often somebody may call: a bucket per caller that fills evenly. Kept in the memory of each web process.

With several processes each has its own buckets, so a caller who is spread over them gets up to that many times the
rate: this bounds load, it is no quota. Quotas that matter are counted in the database by the room that sets them.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

from weir.kernel.errors import Unavailable
from weir.kernel.moments import Moment
from weir.shell.problems import Spoken

MOST_CALLERS = 100_000
WINDOW = 60
STRANGERS_SHARE = 10
_NETWORK = 64  # who has one IPv6 address has the whole network of this length
_buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True)
class Budget:
    """What is left to a caller: how many more calls at once, and in how many seconds the bucket is full again."""

    per_minute: int
    left: int
    full_in: int

    @property
    def headers(self) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers-10 writes it."""
        return {
            "RateLimit-Policy": f'"calls";q={self.per_minute};w={WINDOW}',
            "RateLimit": f'"calls";r={self.left};t={self.full_in}',
        }


class TooFast(Spoken, Unavailable):
    """You are calling faster than your rate."""

    http_status = HTTPStatus.TOO_MANY_REQUESTS
    hint = "Wait as long as Retry-After says."

    def __init__(self, seconds: int, budget: Budget) -> None:
        super().__init__()
        self.headers = (*budget.headers.items(), ("Retry-After", str(seconds)))


def spend(caller: str, per_minute: int, now: Moment) -> Budget:
    """Take one call out of the caller's bucket, or say when to come back."""
    size, at = float(max(per_minute, 1)), now.timestamp()
    with _lock:
        left, since = _buckets.pop(caller, (size, at))
        # A clock that was set back takes nothing away.
        left = min(size, left + max(at - since, 0.0) * size / WINDOW)
        after = left - 1 if left >= 1 else left
        _buckets[caller] = (after, at)
        if len(_buckets) > MOST_CALLERS:
            _buckets.popitem(last=False)
    budget = Budget(int(size), int(after), math.ceil((size - after) * WINDOW / size))
    if left < 1:
        raise TooFast(max(1, math.ceil((1 - left) * WINDOW / size)), budget)
    return budget


def forget() -> None:
    """Every bucket is full again: after a restart, and between tests."""
    with _lock:
        _buckets.clear()


def spend_as_stranger(request: HttpRequest, now: Moment) -> Budget:
    """Strangers, and tokens that open nothing, are counted by the address they come from."""
    per_minute = max(1, settings.RATE_PER_MINUTE // STRANGERS_SHARE)
    return spend(f"address:{network_of(address_of(request))}", per_minute, now)


def address_of(request: HttpRequest) -> str:
    """The caller's address. Forwarded headers count only when a trusted proxy sent them."""
    direct = str(request.META.get("REMOTE_ADDR", ""))
    if direct not in settings.TRUSTED_PROXIES:
        return direct
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    return next((hop for hop in reversed(forwarded) if hop not in settings.TRUSTED_PROXIES), direct)


def network_of(address: str) -> str:
    """One caller's worth of addresses; what is no address at all counts as one caller."""
    try:
        known = ip_address(address)
    except ValueError:
        return "unknown"
    if not isinstance(known, IPv6Address):
        return str(known)
    return str(known.ipv4_mapped or ip_network((int(known), _NETWORK), strict=False))
