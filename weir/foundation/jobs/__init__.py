# SPDX-License-Identifier: Apache-2.0
"""Jobs: what runs later, survives a crash, and is seen while it runs.

In: entries that wake a station, rows that fall due.   Out: verbs called once each, and what would not go, set aside.
"""
