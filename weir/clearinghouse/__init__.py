# SPDX-License-Identifier: Apache-2.0
"""The clearinghouse, in travel order: it reads as the Order's own sentence."""
