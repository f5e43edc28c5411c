# SPDX-License-Identifier: Apache-2.0
"""What is true without us: ids, moments, hashes, proofs, tables, errors. Values in, values out; no Django, no I/O."""
