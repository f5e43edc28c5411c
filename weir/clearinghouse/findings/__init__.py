# SPDX-License-Identifier: Apache-2.0
"""Findings: many reports, one finding per cause.

In: a report; what speaks for two findings being one.   Out: a finding on the coordinators' queue, merged and split by
people, with reasons; an answer to whoever asks blindly whether something is held (docs/blind-check.md).
"""
