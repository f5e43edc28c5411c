# SPDX-License-Identifier: Apache-2.0
"""What was reported in the made-up world, and what is scanned there."""

from __future__ import annotations

from weir.clearinghouse.intake.terms import AiUse
from weir.clearinghouse.scanning.terms import Method
from weir.shell.demo.people import ALONE, HOSPITAL, LAB_ONE, LAB_TWO

NOBODY = ""
PARSER, QUEUE, GATE, PUMP = (
    "pkg:pypi/example-parser@2.1.0",
    "pkg:npm/example-queue@0.9.4",
    "https://code.example/appliances/gate.git",
    "https://code.example/appliances/pump.git",
)
A, U = AiUse.ASSISTED, AiUse.AUTONOMOUS
N, C, X = AiUse.NONE, AiUse.CONFIDENTIAL, AiUse.UNSAID
# Who, what, where, which weakness, and what is said of tools; in the order in which they came.
REPORTS: tuple[tuple[str, str, str, str, AiUse], ...] = (
    (LAB_ONE, "Heap overflow when a table has more columns than its head", PARSER, "CWE-122", U),
    (LAB_TWO, "Out-of-bounds write while reading a table head", PARSER, "CWE-787", U),
    (ALONE, "Crash on a table with a negative width", PARSER, "CWE-191", N),
    (LAB_ONE, "Quadratic time in nested lists", PARSER, "CWE-407", A),
    (NOBODY, "The update check of the gate follows redirects to anywhere", GATE, "CWE-601", X),
    (LAB_TWO, "Session of the gate survives a changed password", GATE, "CWE-613", A),
    (HOSPITAL, "Pump accepts a rate above its own limit over the serial port", PUMP, "CWE-1284", N),
    (LAB_ONE, "Use after free when a queue closes twice", QUEUE, "CWE-416", U),
    (LAB_ONE, "Integer overflow in the length of a queue message", QUEUE, "CWE-190", U),
    (ALONE, "Messages of other tenants are seen after a reconnect", QUEUE, "CWE-200", N),
    (LAB_TWO, "Format string in the error log", PARSER, "CWE-134", A),
    (NOBODY, "Default password in the printed manual of the pump", PUMP, "CWE-1392", X),
    (LAB_ONE, "Path of an archive member leaves the folder", PARSER, "CWE-22", U),
    (LAB_TWO, "Archive member overwrites a file outside", PARSER, "CWE-22", C),
    (ALONE, "Certificate of the update server is not checked", GATE, "CWE-295", A),
    (LAB_ONE, "Race between reload and shutdown of the queue", QUEUE, "CWE-362", U),
    (HOSPITAL, "Pump restarts on a malformed clock telegram", PUMP, "CWE-20", N),
    (LAB_TWO, "Regular expression takes minutes on a long line", PARSER, "CWE-1333", U),
    (LAB_ONE, "Gate answers with memory of earlier requests", GATE, "CWE-908", U),
    (ALONE, "Header is split by a carriage return in the queue's name", QUEUE, "CWE-113", A),
    (LAB_TWO, "Signed configuration is applied before its signature is checked", GATE, "CWE-347", A),
    (NOBODY, "Something is wrong with the maintenance page", "", "", X),
    (LAB_ONE, "Stack exhaustion by deep nesting", PARSER, "CWE-674", U),
    (LAB_TWO, "Null pointer on an empty table", PARSER, "CWE-476", U),
    (ALONE, "Token of the queue stands in its own log", QUEUE, "CWE-532", N),
)

# Who, what, how, which paths, for how many hours, and how many days ago they began.
CLAIMS: tuple[tuple[str, str, tuple[Method, ...], tuple[str, ...], int, int], ...] = (
    (LAB_ONE, PARSER, (Method.FUZZING,), ("src/tables",), 40, 6),
    (LAB_TWO, PARSER, (Method.MODEL_AUDIT,), ("src/tables", "src/archive"), 20, 5),
    (ALONE, QUEUE, (Method.MANUAL,), ("src/session",), 8, 4),
    (LAB_ONE, QUEUE, (Method.STATIC, Method.MODEL_AUDIT), (), 30, 3),
    (LAB_TWO, GATE, (Method.FUZZING,), ("update",), 25, 1),
)
# How much stands on each, as the coordinator weighed it.
EXPOSURE = {PARSER: 900, QUEUE: 400, GATE: 120, PUMP: 60}
