# SPDX-License-Identifier: Apache-2.0
"""Stacks without the machinery, and how alike two are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weir.clearinghouse.findings.rules.stacks import likeness, signature, telling_frames
from weir.clearinghouse.intake.rules.stacks import frame_of

NAMES = st.lists(st.sampled_from("abcdef"), max_size=6)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("#3 0x55d0c in png_read_row /src/libpng/pngread.c:412:7", "png_read_row"),
        (
            "    #0 0x4f2 in std::vector<int, std::allocator<int> >::at(unsigned long) /usr/include/v.h:9",
            "std::vector::at",
        ),
        ("ns::(anonymous namespace)::Parser::read(char const*, int)", "ns::Parser::read"),
        ("parse_header.isra.0.cold", "parse_header"),
        ("crate::parse::h0123456789abcdef", "crate::parse"),
        ("do_work+0x1f", "do_work"),
        ("operator new(unsigned long)", "operator new"),
    ],
)
def test_a_frame_is_its_function(line, name):
    assert frame_of(line) == name


def test_machinery_is_left_out():
    stack = [
        "#0 0x1 in __asan_memcpy /src/llvm/asan_interceptors.cpp:22",
        "#1 0x2 in __interceptor_malloc",
        "#2 0x3 in core::panicking::panic_fmt",
        "#3 0x4 in decode_row /src/a.c:3",
        "#4 0x5 in decode_image /src/a.c:9",
        "#5 0x6 in LLVMFuzzerTestOneInput /src/fuzz.cc:5",
        "#6 0x7 in fuzzer::Fuzzer::ExecuteCallback(unsigned char const*, unsigned long)",
        "#7 0x8 in main",
    ]
    assert telling_frames(stack) == ("decode_row", "decode_image")
    assert signature(stack) == ("decode_row", "decode_image")


def test_one_frame_signs_nothing():
    assert signature(["decode_row", "__libc_start_main"]) == ()
    assert signature(["abort", "raise"]) == ()


@given(NAMES, NAMES)
def test_likeness_is_between_nought_and_one_and_has_no_sides(one, other):
    assert 0 <= likeness(one, other) <= 1 + 1e-9
    assert likeness(one, other) == pytest.approx(likeness(other, one))
    assert likeness(one, one) == pytest.approx(1.0 if one else 0.0)


def test_inner_frames_weigh_more():
    assert likeness("abx", "aby") > likeness("xab", "yab")


def test_a_very_long_frame_takes_no_time():
    assert len(frame_of("x " * 100_000 + "/" + "<(" * 50_000)) < 1000
