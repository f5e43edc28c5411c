# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
import shutil
from html.parser import HTMLParser
from types import SimpleNamespace as Thing

import pytest

from tests.shell import gallery, samples, states
from tools import vendor

EMPTY = {"meta", "link", "input", "br", "wbr", "hr", "path", "rect", "use"}
VOID_OF_NAME = {"hidden", "submit", "button"}
QUIET = {"usa-button--outline", "usa-button--unstyled", "usa-button--secondary"}
# What a template compares, and the drawing of a secret that comes as it is.
DECIDING = {"kind", "state", "type", "totp_svg", "MFA_SUPPORTED_TYPES"}
COMPILED = re.compile(r"hx-on|hx-vals=.js:|hx-trigger=[^ >]*\[|javascript:")


class Page(HTMLParser):
    """What a test asks of a page: its elements with their attributes, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.within: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, tuple[tuple[str, dict[str, str]], ...]]] = []
        self.feed(html)

        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in EMPTY:
            self.within.append(self.elements[-1])

    def handle_endtag(self, tag):
        while tag not in EMPTY and self.within and self.within.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if data.strip():
            self.texts.append((data.strip(), tuple(self.within)))

    def all(self, *tags: str) -> list[dict[str, str]]:
        return [attrs for tag, attrs in self.elements if tag in tags]


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return gallery.pages()


def each(pages: dict[str, str]) -> list[tuple[str, Page, str]]:
    return [(name, Page(html), html) for name, html in pages.items()]


def test_every_page_template_is_in_the_gallery():
    frames = {"base.html", "account/door.html", "account/room.html", "account/reauthenticate_base.html"}
    parts = {"mfa/webauthn/scripts.html", "mfa/webauthn/said.html", "socialaccount/providers.html"}
    there = {path.relative_to(gallery.TEMPLATES).as_posix() for path in gallery.TEMPLATES.rglob("*.html")}
    shown = {template for template, _ in gallery.states().values()}
    assert {name for name in there - frames - parts if not name.startswith("parts/")} == shown


def test_a_page_says_its_language_and_title_and_has_one_heading(pages):
    for name, page, html in each(pages):
        assert [attrs["lang"] for attrs in page.all("html")] == ["en"], name
        assert re.search(r"<title>\s*\S.* · Weir</title>", html), name
        assert len(page.all("h1")) == 1, name
        assert len(page.all("main")) == 1, name


def test_nothing_on_a_page_needs_a_laxer_content_security_policy(pages):
    for name, page, html in each(pages):
        assert not COMPILED.search(html), name
        for tag, attrs in page.elements:
            assert "style" not in attrs, (name, tag, attrs)
            assert not [key for key in attrs if key.startswith("on")], (name, tag, attrs)
            assert tag != "style", name
            assert tag != "script" or "src" in attrs or attrs["type"] == "application/json", (name, attrs)
            assert not attrs.get("src", attrs.get("href", "")).startswith(("data:", "http:", "//")), (name, attrs)


def test_every_control_has_a_label_and_every_reference_a_target(pages):
    for name, page, _ in each(pages):
        ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
        assert len(ids) == len(set(ids)), (name, sorted(ids))
        labelled = {attrs["for"] for attrs in page.all("label")}
        assert labelled <= set(ids), name
        for attrs in page.all("input", "select", "textarea", "progress"):
            if attrs.get("type") not in VOID_OF_NAME:
                assert attrs["id"] in labelled, (name, attrs)
        for _, attrs in page.elements:
            for key in ("aria-describedby", "aria-labelledby"):
                assert set(attrs.get(key, "").split()) <= set(ids), (name, attrs)


def test_every_form_that_writes_carries_the_token_against_forgery(pages):
    for name, html in pages.items():
        posts = re.findall(r'(?s)<form[^>]*method="post".*?</form>', html)
        assert all("csrfmiddlewaretoken" in form for form in posts), name


def test_what_people_write_stays_text(pages):
    evil = "</title></script><img src=x onerror=alert(1)>'\""
    finding = vars(samples.findings.FINDING) | {
        "title": evil,
        "target": evil,
        "state_label": evil,
        "marking": evil,
        "number": evil,
    }
    html = (
        gallery.drawing()
        .get_template("findings/finding.html")
        .render(
            samples.frame.everywhere("")
            | {
                **samples.findings.found(**finding),
                "actor": Thing(name=evil, org_name=evil, roles=[evil], staff=False),
            }
        )
    )
    assert "<img" not in html
    assert html.count("&lt;img src=x") >= 7


def poisoned(value, key=""):
    """The same context, in which every text that decides nothing ends what it stands in and begins an element."""
    if isinstance(value, str):
        return value if key in DECIDING or not value else f"{value}\"'></textarea><b>"
    if isinstance(value, (list, tuple)):
        return type(value)(poisoned(each, key) for each in value)
    if isinstance(value, dict):
        return {name: poisoned(each, name) for name, each in value.items()}
    if type(value) is Thing:
        return Thing(**{name: poisoned(each, name) for name, each in vars(value).items()})
    return value


def test_no_text_of_any_page_can_begin_an_element():
    env = gallery.drawing()
    for name, (path, context) in gallery.states().items():
        html = env.get_template(path).render(poisoned(samples.frame.everywhere(path) | context))
        assert not Page(html).all("b"), (name, re.findall(r"[^\n]{60}<b>", html)[:3])
        assert "&lt;b&gt;" in html, name


def test_what_people_write_from_right_to_left_turns_nothing_around_it(pages):
    """A name in Arabic, or one that reverses what follows, stays within its own element."""
    heard = 0
    for name, page, _ in each(pages):
        for text, within in page.texts:
            if {states.ARABIC, states.TRICKED} & {text}:
                tags = {tag for tag, _ in within}
                hidden = [attrs for _, attrs in within if attrs.get("class") == "usa-sr-only"]
                kept = tags & {"bdi", "title", "textarea"} or hidden
                assert kept, (name, text, [tag for tag, _ in within])
                heard += "bdi" in tags
    assert heard > 30


def test_each_cell_of_a_table_that_becomes_cards_says_which_column_it_is(pages):
    cells = 0
    for name, html in pages.items():
        for table in re.findall(r'(?s)<table class="usa-table pile labelled".*?</table>', html):
            headings = re.findall(r'role="columnheader"[^>]*>([^<]+)</th>', table)
            labels = [attrs.get("data-label", "") for attrs in Page(table).all("td")]
            assert set(labels) <= set(headings), (name, labels)
            assert all(attrs.get("role") for attrs in Page(table).all("td", "th", "tr", "thead", "tbody")), name
            cells += len(labels)
    assert cells > 100


def test_each_point_in_time_says_its_zone(pages):
    for name, html in pages.items():
        times = re.findall(r"(?s)<time [^>]*>(.*?)</time>", html)
        assert times, name
        assert all(text.strip().endswith("UTC</span>") for text in times), name
        bare = re.sub(r"(?s)<time.*?</time>|<[^>]*>", " ", html)
        assert not re.search(r"\b20\d\d-\d\d-\d\d\b", bare), name


def test_a_page_has_one_main_action(pages):
    """What is pressed most stands out; all else is quieter. The same action on many rows counts once."""
    for name, html in pages.items():
        buttons = re.findall(r'(?s)<(?:a|button)[^>]*class="(usa-button[^"]*)"[^>]*>(.*?)</(?:a|button)>', html)
        loud = [
            re.sub(r"(?s)<(span|bdi).*?</\1>", "", text).strip()
            for look, text in buttons
            if not QUIET & set(look.split())
        ]
        assert len(set(loud)) <= 1, (name, loud)


def test_where_nothing_is_it_is_said_what_comes_next(pages):
    empty = [
        (name, block)
        for name, html in pages.items()
        for block in re.findall(r'(?s)<div class="nothing">.*?</div>', html)
    ]
    assert len(empty) > 8
    for name, block in empty:
        assert block.count("<p>") == 2, (name, block)


def test_a_page_marks_where_it_is_in_the_navigation(pages):
    for name, page, _ in each(pages):
        template = gallery.states()[name][0]
        here = [attrs for attrs in page.all("a") if attrs.get("aria-current") == "page"]
        somebody = any("who" in attrs.get("class", "") for attrs in page.all("details"))
        assert len(here) == any(template.startswith(place) for place in samples.frame.ROOMS.values() if somebody), name


def test_what_is_wrong_stands_above_the_form_as_links_and_in_the_title(pages):
    faulty = [(name, page, html) for name, page, html in each(pages) if "usa-form-group--error" in html]
    assert {name for name, _, _ in faulty} >= set(states.faulty_states()) | {
        "login-refused",
        "mfa-authenticate-refused",
    }
    for name, page, html in faulty:
        assert re.search(r"<title>\s*Error: ", html), name
        links = re.findall(r'<li><a href="#([^"]+)">', html[html.index("data-faults") :])
        assert len(links) == html.count("usa-form-group--error"), name
        assert set(links) <= {attrs.get("id") for attrs in page.all("input", "textarea", "select")}, (name, links)
    assert "<title>Error" not in pages["report"]


def test_a_page_is_never_taken_for_a_government_site(pages):
    for name, html in pages.items():
        assert "It is not a government system" in html, name
        assert not re.search(r"official website|usa-banner|us_flag|usa-identifier", html, re.IGNORECASE), name


def test_the_made_up_world_says_so_and_a_real_one_does_not(pages):
    assert "A made-up world." in pages["home-in"]
    assert "made-up world" not in pages["home-idle"]


def test_vendored_files_are_those_of_the_lock():
    assert vendor.faults(vendor.HOME) == []


def test_a_changed_or_missing_or_smuggled_vendored_file_is_named(tmp_path):
    copy = tmp_path / "vendor"
    shutil.copytree(vendor.HOME, copy)
    (copy / "htmx/htmx.min.js").write_text("alert(1)")
    (copy / "uswds/icons.svg").unlink()
    (copy / "extra.js").write_text("")
    assert vendor.faults(copy) == [
        "uswds/icons.svg is missing",
        "extra.js is not in the lock",
        "htmx/htmx.min.js was changed",
    ]


def test_every_uswds_part_and_icon_in_use_is_vendored(pages):
    used = set(
        re.findall(
            r"\busa-[a-z-]+", " ".join(" ".join(re.findall(r'class="([^"]*)"', html)) for html in pages.values())
        )
    )
    assert {name.split("__")[0].split("--")[0].rstrip("-") for name in used} <= set(vendor.PARTS)
    icons = {name for html in pages.values() for name in re.findall(r"icons\.svg#([a-z_]+)", html)}
    assert icons <= set(vendor.ICONS)


def test_every_file_that_a_stylesheet_names_is_there():
    for sheet in gallery.STATIC.rglob("*.css"):
        for url in re.findall(r"url\(\"?([^\")]+)\"?\)", sheet.read_text()):
            assert (sheet.parent / url).is_file(), (sheet, url)
