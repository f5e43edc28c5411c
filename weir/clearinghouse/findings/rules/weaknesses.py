# SPDX-License-Identifier: Apache-2.0
"""Weakness classes: CWE numbers that different people give to one and the same fault. Written for the blind check.

A number that is in no class is a class of its own.
"""

from __future__ import annotations

CLASSES: dict[str, tuple[int, ...]] = {
    "bounds": (119, 120, 121, 122, 123, 124, 125, 126, 127, 129, 131, 170, 193, 786, 787, 788, 805, 806, 823),
    "lifetime": (415, 416, 562, 590, 672, 761, 762, 763, 825),
    "null": (476, 690, 824, 908, 909),
    "number": (128, 190, 191, 192, 194, 195, 196, 197, 369, 681, 682, 839),
    "type": (704, 843, 1287),
    "command": (77, 78, 88),
    "query": (89, 90, 564, 643, 652, 943),
    "code": (94, 95, 96, 97, 98, 470, 913, 915, 1321, 1336),
    "script": (79, 80, 83, 87, 692),
    "path": (22, 23, 24, 35, 36, 37, 38, 39, 40, 59, 61, 73, 426, 427),
    "deserialize": (502,),
    "xml": (91, 611, 776, 827),
    "forgery": (352, 441, 918),
    "authentication": (287, 288, 290, 294, 302, 303, 304, 305, 306, 307, 308, 521, 798, 1391),
    "authorization": (266, 269, 274, 284, 285, 425, 639, 732, 862, 863),
    "cryptography": (295, 296, 297, 321, 322, 323, 324, 325, 326, 327, 328, 330, 331, 335, 338, 345, 347, 354, 916),
    "disclosure": (200, 201, 203, 208, 209, 212, 226, 312, 319, 359, 497, 532, 538, 552),
    "exhaustion": (400, 401, 404, 405, 407, 409, 674, 770, 771, 772, 789, 834, 835, 1050, 1333),
    "race": (362, 364, 366, 367, 662, 667, 820, 821, 833),
}

_CLASS_OF = {number: name for name, numbers in CLASSES.items() for number in numbers}


def class_of(number: int) -> str:
    """The class of a CWE number."""
    return _CLASS_OF.get(number, f"cwe-{number}")
