# SPDX-License-Identifier: Apache-2.0
"""Findings: many reports, one finding per cause.

In: a report.   Out: a finding, new or joined, on the coordinators' queue.
"""
