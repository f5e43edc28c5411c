# SPDX-License-Identifier: Apache-2.0
"""Identity: people, organizations, agents; how they join, prove what they control, sign in and leave without a mark.

In: applications, invitations, proofs of control, tokens.   Out: the actor that every verb takes first.
"""
