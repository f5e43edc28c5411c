# SPDX-License-Identifier: Apache-2.0
"""Asks a Weir instance whether it already holds a finding, without telling it which: `python -m checker FILE`.

Written a second time, from the specifications and not from Weir's code; small enough to be read before it is used.
"""
