# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL as Django speaks to it, except that nobody waits for ever; `settings.DATABASES` names this folder."""
