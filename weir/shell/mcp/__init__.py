# SPDX-License-Identifier: Apache-2.0
"""The door for AI agents: the verbs and questions as tools, over HTTP and over stdio, with the caller's permissions."""
