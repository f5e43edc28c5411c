# SPDX-License-Identifier: Apache-2.0
"""Store: bytes by digest, streamed, sealed under a key per case; drop the key and the case is gone.

In: bytes and the case they belong to.   Out: the same bytes, to whoever policy lets read them; or nothing, forever.
"""
