# SPDX-License-Identifier: Apache-2.0
"""Work that is done apart: in a process of its own, because it is long and its matter comes from strangers."""
