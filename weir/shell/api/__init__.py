# SPDX-License-Identifier: Apache-2.0
"""The door for programs: JSON over HTTP under /api/v1, and the OpenAPI document that describes it."""
