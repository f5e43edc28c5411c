# SPDX-License-Identifier: Apache-2.0
"""Ledger: what was done, provable by anyone with one small file, telling nothing to those who may not know.

In: each verb's outcome, inside its transaction.   Out: receipts, inclusion proofs, tiles, signed checkpoints.
"""
