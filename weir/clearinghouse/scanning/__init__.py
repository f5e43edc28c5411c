# SPDX-License-Identifier: Apache-2.0
"""Scanning: who scans what, when; overlaps seen before they happen (EO 14409, the clearinghouse's coordination and
deconfliction of scanning).

In: a target with its maintainers' rules, a claim on a part of it.   Out: a lease that ends by itself, an overlap
answer that names nobody, coverage, suggestions. Targets are code and artifacts: no live system is ever scanned.
"""
