# SPDX-License-Identifier: Apache-2.0
"""What an operator does to keep an instance well: look at its health, back it up, put it back."""
