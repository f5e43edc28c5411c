# SPDX-License-Identifier: Apache-2.0
"""What projects say of themselves in text files, read without believing more than is plainly there."""
