# SPDX-License-Identifier: Apache-2.0
"""Figures we hold ourselves to: each a ratio, both sides measured in one run, interleaved, medians of at least five."""
