# SPDX-License-Identifier: Apache-2.0
"""Formats that others defined and that the store recognizes."""
