# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from tools.stylesheet import LAYER, linked, trim

SHEET = """@charset "UTF-8";/*! named */@font-face{font-family:x;src:url(../fonts/x.woff2)}
html{color:red}.usa-tag,.usa-banner{margin:0}.usa-tag__end:not(.usa-tag--big,.other){top:0}
.padding-1{padding:1px!important}
@media (min-width:1px){.usa-tag--big{left:0}.usa-banner{left:1px}}@media print{.usa-tag{color:#000}}
@supports (mask:x){.usa-tag:before{background:url(../img/a.svg)}}
@media (x){.usa-hero{background:url(../img/hero.jpg)}}"""


def rules(css: str) -> str:
    return css.replace("\n", "")


def test_plain_elements_and_parts_in_use_stay_and_everything_else_goes():
    assert rules(trim(SHEET, ("usa-tag",))) == (
        f"@layer {LAYER}{{html{{color:red}}.usa-tag{{margin:0}}"
        "@media (min-width:1px){.usa-tag--big{left:0}}"
        "@supports (mask:x){.usa-tag:before{background:url(../img/a.svg)}}}"
    )


def test_a_part_that_only_begins_like_one_in_use_is_another_part():
    assert "usa-button-group" not in trim(".usa-button-group{x:y}.usa-button{x:y}", ("usa-button",))


def test_only_pictures_that_are_still_shown_are_asked_for():
    assert linked(trim(SHEET, ("usa-tag",))) == ["../img/a.svg"]
