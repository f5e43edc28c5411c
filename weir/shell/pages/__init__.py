# SPDX-License-Identifier: Apache-2.0
"""What every page shares: how it is drawn, what stands before it, how one finds one's way, what an error looks like."""
