# SPDX-License-Identifier: Apache-2.0

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weir.clearinghouse.intake.formats.stacks import MOST_FRAMES, first_stack, frames_in, place_of, places_in
from weir.clearinghouse.intake.terms import Place

STACKS = {
    "asan": (
        (
            "==1==ERROR: AddressSanitizer\n"
            "    #0 0x4f1 in lid_open(lid*, int) /build/src/lid.c:12:5\n"
            "    #1 0x4f2 in boil /build/src/boil.c:30\n"
            "    #2 0x4f3 in __libc_start_main (/lib/libc.so.6+0x29) (BuildId: 11)\n"
            "    #3 0x4f4  (/bin/kettle+0x11)\n"
            "freed by thread T0 here:\n"
            "    #0 0x4f5 in free /asan.c:1\n"
        ),
        ("lid_open(lid*, int)", "boil", "__libc_start_main", "/bin/kettle+0x11"),
        (Place("/build/src/lid.c", 12, "lid_open(lid*, int)"), Place("/build/src/boil.c", 30, "boil")),
    ),
    "gdb": (
        (
            "#0  __GI_raise (sig=6) from /lib/libc.so.6\n"
            "#0  0x00007f in __GI_raise (sig=sig@entry=6) at raise.c:50\n"
            "#1  0x00007e in abort () from /lib/libc.so.6\n"
            "#2  main (argc=1, argv=0x7ff) at kettle.c:3\n"
        ),
        ("__GI_raise", "abort", "main"),
        (Place("raise.c", 50, "__GI_raise"), Place("kettle.c", 3, "main")),
    ),
    "python": (
        (
            "Traceback (most recent call last):\n"
            '  File "/a/tea.py", line 3, in <module>\n    boil()\n    ~~~~^^\n'
            '  File "/a/lid.py", line 9, in boil\n    raise Steam\nSteam\n'
        ),
        ("boil", "<module>"),
        (Place("/a/lid.py", 9, "boil"), Place("/a/tea.py", 3, "<module>")),
    ),
    "faulthandler": (
        'Current thread 0x1 (most recent call first):\n  File "a.py", line 2 in boil\n  File "a.py", line 9 in main\n',
        ("boil", "main"),
        (Place("a.py", 2, "boil"), Place("a.py", 9, "main")),
    ),
    "java": (
        (
            "Exception in thread main java.lang.IllegalStateException: lid\n"
            "\tat org.tea.Lid.open(Lid.java:12)\n\tat java.base/java.lang.Thread.run(Unknown Source)\n\t... 2 more\n"
            "Caused by: x\n\tat org.tea.Pot.pour(Pot.java:1)\n"
        ),
        ("org.tea.Lid.open", "java.base/java.lang.Thread.run"),
        (Place("Lid.java", 12, "org.tea.Lid.open"),),
    ),
    "node": (
        (
            "TypeError: lid\n    at Lid.open (/a/lid.js:12:5)\n    at async boil (file:///a/boil.mjs:3:1)\n"
            "    at /a/x.js:1:2\n"
        ),
        ("Lid.open", "async boil", "/a/x.js"),
        (Place("/a/lid.js", 12, "Lid.open"), Place("file:///a/boil.mjs", 3, "async boil"), Place("/a/x.js", 1)),
    ),
    "dotnet": (
        "   at Tea.Lid.Open(Int32 force) in C:\\src\\Lid.cs:line 12\n   at Tea.Pot.Main() in C:\\src\\Pot.cs:line 3\n",
        ("Tea.Lid.Open", "Tea.Pot.Main"),
        (Place("C:\\src\\Lid.cs", 12, "Tea.Lid.Open"), Place("C:\\src\\Pot.cs", 3, "Tea.Pot.Main")),
    ),
    "rust": (
        (
            "thread 'main' panicked\nstack backtrace:\n   0: rust_begin_unwind\n"
            "             at /rustc/a/std/panicking.rs:1:5\n"
            "   1: tea::lid::open\n             at ./src/lid.rs:12:9\n   2: main\nnote: Some details\n"
        ),
        ("rust_begin_unwind", "tea::lid::open", "main"),
        (Place("/rustc/a/std/panicking.rs", 1, "rust_begin_unwind"), Place("./src/lid.rs", 12, "tea::lid::open")),
    ),
    "go": (
        (
            "panic: lid\n\ngoroutine 1 [running]:\nmain.(*Lid).Open({0xc0, 0x1}, 0x2)\n\t/a/lid.go:12 +0x1d\n"
            "created by main.boil in goroutine 7\n\t/a/boil.go:3 +0x2\n\ngoroutine 2 [select]:\nmain.x()\n"
        ),
        ("main.(*Lid).Open", "main.boil"),
        (Place("/a/lid.go", 12, "main.(*Lid).Open"), Place("/a/boil.go", 3, "main.boil")),
    ),
    "ruby": (
        "lid.rb:12:in `open': steam (Tea::Steam)\n\tfrom boil.rb:3:in 'Pot#boil'\n\tfrom x.rb:1:in `<main>'\n",
        ("open", "Pot#boil", "<main>"),
        (Place("lid.rb", 12, "open"), Place("boil.rb", 3, "Pot#boil"), Place("x.rb", 1, "<main>")),
    ),
    "php": (
        "Stack trace:\n#0 /a/lid.php(12): Lid->open('x')\n#1 /a/boil.php(3): boil()\n#2 {main}\n",
        ("Lid->open", "boil"),
        (Place("/a/lid.php", 12, "Lid->open"), Place("/a/boil.php", 3, "boil")),
    ),
    "kernel": (
        (
            "[   1.23] Call Trace:\n[   1.23]  <TASK>\n[   1.23]  lid_open+0x1a/0x40 [tea]\n"
            "[   1.23]  ? boil+0x2/0x9\n[   1.23]  </TASK>\n"
        ),
        ("lid_open", "boil"),
        (),
    ),
    "crash state": (
        "Crash type: Stack-overflow\nCrash state:\nlid_open\nboil\n\nSanitizer: address",
        ("lid_open", "boil"),
        (),
    ),
}


@pytest.mark.parametrize(("text", "frames", "places"), STACKS.values(), ids=STACKS)
def test_the_first_stack_is_read_the_innermost_first(text, frames, places):
    assert frames_in(text) == frames
    assert places_in(text) == places


@pytest.mark.parametrize(
    "prose",
    [
        "# 1 Steam\n#2 more steam (see below)\n#3 last",
        "at home\nat work (near a.b)\nat noon",
        "1: boil\n2: pour",
        'File "a.py", line 3',
        "  at one.two(place)",
        "12:30 is tea time\n13:30 is not",
    ],
)
def test_prose_is_no_stack(prose):
    assert frames_in(prose) == ()


@pytest.mark.parametrize(
    ("token", "place"),
    [
        ("src/a.c:12:5", ("src/a.c", 12)),
        ("src/a.c:12", ("src/a.c", 12)),
        ("C:\\a.cs:3", ("C:\\a.cs", 3)),
        ("C:\\a.cs:3:9", ("C:\\a.cs", 3)),
        ("a.c", None),
        (":12", None),
        ("a.c:x", None),
        ("a.c:12345678901", None),
    ],
)
def test_a_place_is_a_path_and_a_line(token, place):
    assert place_of(token) == place


LINES = st.sampled_from([line for text, *_ in STACKS.values() for line in text.splitlines()] + ["", " ", "x" * 50])


@given(st.lists(LINES, max_size=60).map("\n".join))
def test_stacks_may_be_mixed_and_cut_in_any_way(text):
    frames = first_stack(text)
    assert all(frame.name for frame in frames)
    assert len(frames) <= MOST_FRAMES
    assert first_stack(text) == frames


@pytest.mark.parametrize(
    "line",
    [
        "#0 0x1 in a b.c:1",
        '  File "a", line 1, in b',
        "\tat a.b(C.java:1)",
        "goroutine 1 [x]:",
        "stack backtrace:",
        "#",
        "Crash state:",
        "#0 0x1 " + "(" * 1900,
    ],
)
def test_lines_without_end_take_no_time_without_end(line):
    """Each line begins a stack that comes to nothing, or one that never ends."""
    begun = time.process_time()
    first_stack("\n\n".join([line] * 10_000))
    first_stack("\n".join([line] * 10_000))
    assert time.process_time() - begun < 10
