# SPDX-License-Identifier: Apache-2.0
"""Intake: reports received, sealed, receipted (EO 14409, the clearinghouse's coordination of discovered
vulnerabilities).

In: a report, through any door.   Out: a sealed report, a signed receipt; it wakes findings.
"""
