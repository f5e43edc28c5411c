# SPDX-License-Identifier: Apache-2.0
"""Policy: who may do and see what. Deny by default; Cedar files decide, and SQL filters by the same files.

In: an actor, an action, an object.   Out: silence, or a refusal; the rows that this actor may see.
"""
