# SPDX-License-Identifier: Apache-2.0
"""Which records are one vulnerability: exact keys, then a scored stage that can say why. Pure: arrays in, arrays out.

`exact` joins whatever shares a key. `words` turns records into bags of clues, `blocking` says which pairs are worth a
look, `features` compares them, `trees` scores them and tells what spoke for and against, `correlation` is the way
through all of it. `boosting` learns the trees; only training and the bench call it.
"""
