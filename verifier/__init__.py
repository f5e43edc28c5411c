# SPDX-License-Identifier: Apache-2.0
"""Checks without Weir what a Weir instance claims to have recorded: `python -m verifier proof.json --vkey KEY`.

Written a second time, from the specifications and not from Weir's code; small enough to be read before it is used.
"""
