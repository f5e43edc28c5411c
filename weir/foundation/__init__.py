# SPDX-License-Identifier: Apache-2.0
"""The floor every room stands on: who acts, who may, what was done, where bytes lie, what runs later.

Read in this order: `actor`, `verb`, `question`, `transactions`. Rooms: store, ledger, policy, identity, jobs.
"""
