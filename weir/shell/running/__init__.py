# SPDX-License-Identifier: Apache-2.0
"""The processes of an instance: web, worker and the one that starts both."""
