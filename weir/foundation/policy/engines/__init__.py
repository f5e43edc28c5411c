# SPDX-License-Identifier: Apache-2.0
"""Outside engines that decide and compute: Cedar, and the translation of what it leaves open into SQL."""
