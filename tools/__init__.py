# SPDX-License-Identifier: Apache-2.0
"""Small programs that build, check and measure Weir. Nothing in `weir/` imports them."""
