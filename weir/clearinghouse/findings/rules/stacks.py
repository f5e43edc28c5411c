# SPDX-License-Identifier: Apache-2.0
"""Stacks of crashes, without the frames of the machinery that noticed the crash.

Equal stacks can hide different bugs, and one bug can crash in many places: what stands here nominates, and a proof
decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from weir.clearinghouse.intake.rules.stacks import frame_of

TELLING = 3  # frames that make a signature: deeper ones are how the fuzzer came there
AGING = 0.8  # how much less each further frame counts
ALIKE = 0.6
MACHINERY = re.compile(
    r"""^(?:
      _*(?:asan|msan|tsan|ubsan|lsan|hwasan|sanitizer|interceptor)_ | .*sanitizer:: | __interceptor | _+asan
    | (?:__)?(?:libc_)?(?:malloc|calloc|realloc|reallocarray|free|memalign|posix_memalign|aligned_alloc|strn?dup)$
    | operator\s(?:new|delete) | (?:je|tc|mi)_ | __rust_(?:alloc|dealloc|realloc) | alloc::alloc
    | g_(?:malloc|free|realloc)
    | _*(?:mem(?:cpy|move|set|cmp|chr)|str(?:n?len|n?cpy|n?cmp|n?cat|chr|rchr|str)|bcmp|wcslen)(?:_\w+)?$
    | _*(?:abort|raise|gsignal|assert\w*|GI_\w+|pthread_kill\w*|kill|exit|fortify_fail|stack_chk_fail|chk_fail)$
    | .*(?:panicking|rust_panic|rust_begin_unwind|begin_panic|panic_fmt|panic_bounds_check)
    | std::(?:terminate|__throw) | runtime\.(?:go)?panic | runtime\.(?:sig|throw|fatal) | __cxa_ | _Unwind_
    | core::(?:result|option)::(?:unwrap|expect)_failed
    | fuzzer:: | LLVMFuzzer | RunOneInput | .*FuzzerDriver | honggfuzz | _*afl_ | libfuzzer | rust_fuzzer
    | .*libfuzzer_sys | com\.code_intelligence\. | jdk\.internal\.reflect
    | java\.(?:base/)?(?:java\.)?lang\.reflect | testing\.tRunner | go-fuzz
    | (?:__libc_start\w* | _start | main | start_thread | __clone\d? | clone\d? | _*libc_start_call_main)$
    )""",
    re.VERBOSE | re.IGNORECASE,
)


def telling_frames(frames: Iterable[str]) -> tuple[str, ...]:
    """The stack without machinery, the innermost first. A stack of nothing but machinery tells nothing."""
    named = (frame_of(line) for line in frames)
    return tuple(frame for frame in named if frame and not MACHINERY.match(frame))


def signature(frames: Iterable[str]) -> tuple[str, ...]:
    """What equal crashes share; empty where there are not frames enough to tell two bugs apart."""
    telling = telling_frames(frames)[:TELLING]
    return telling if len(telling) >= 2 else ()


def likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """How alike two telling stacks are, from 0 to 1: the heaviest common sequence, where inner frames weigh more."""
    whole = sum(AGING**place for place in range(max(len(one), len(other))))
    row = [0.0] * (len(other) + 1)
    for place, frame in enumerate(one):
        before = row
        row = [0.0]
        for back, against in enumerate(other):
            met = before[back] + AGING ** max(place, back) if frame == against else 0.0
            row.append(max(met, before[back + 1], row[back]))
    return row[-1] / whole if whole else 0.0
