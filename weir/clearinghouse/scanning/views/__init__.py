# SPDX-License-Identifier: Apache-2.0
"""The pages of scanning: the board, claims, targets, and the maintainers' one page."""
