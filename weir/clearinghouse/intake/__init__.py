# SPDX-License-Identifier: Apache-2.0
"""Intake: reports received, sealed, receipted (EO 14409, the clearinghouse's coordination of discovered
vulnerabilities).

In: a report, through any door; a commitment to one; a document that a tool wrote.   Out: a sealed report with a signed
receipt, its clocks and its course; items with the exact keys by which they meet. A report wakes findings.
"""
