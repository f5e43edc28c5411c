# SPDX-License-Identifier: Apache-2.0
"""The outside that the store needs: a folder of keys, on a disk that is best not the data's."""

from __future__ import annotations

from weir.foundation.store.gates.case_keys import FileKeyStore

__all__ = ["FileKeyStore"]
