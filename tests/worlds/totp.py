# SPDX-License-Identifier: Apache-2.0
"""An authenticator app (RFC 6238), as it is on somebody's phone."""

from __future__ import annotations

import base64
import hmac
import time


def code_at(secret: str, *, ahead: int = 0) -> str:
    """The six digits of now, or of so many half minutes later."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    counter = int(time.time()) // 30 + ahead
    digest = hmac.digest(key, counter.to_bytes(8, "big"), "sha1")
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"
