# SPDX-License-Identifier: Apache-2.0
"""Signing in through the OpenID Connect issuer that the operator's settings name.

What comes in: an answer of the issuer. What goes out: whom it names, if every word of it can be believed, or a page
that says no. allauth carries the questions and answers; what is believed is decided in `rules.py`.
"""
