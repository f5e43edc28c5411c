# SPDX-License-Identifier: Apache-2.0
"""The gallery in a real browser, under the policy that the shell sends: nothing blocked, nothing for axe to find."""

from __future__ import annotations

import functools
import random
import shutil
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.shell import gallery, samples

pytestmark = pytest.mark.browser
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


class Strict(SimpleHTTPRequestHandler):
    """Files, under our content security policy; passkey options as allauth answers them."""

    def end_headers(self) -> None:
        from weir.shell.pages.middleware import CONTENT_SECURITY_POLICY

        self.send_header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        super().end_headers()

    def do_POST(self) -> None:
        """A report that was sent has a receipt."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(303)
        self.send_header("Location", "/receipt.html")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gallery")
    gallery.write(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Strict, directory=folder))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    if CHROMIUM is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def opened(browser, address):
    """Opens a page of the gallery; at the end, nothing may have been said to the console."""
    contexts, said = [], []

    def open_page(name, *, width=1280, light="light", **more):
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=light, **more)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda message: said.append((name, message.text)) if message.type in {"error", "warning"} else None,
        )
        page.on("pageerror", lambda error: said.append((name, str(error))))
        page.goto(f"{address}/{name}.html")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []


# What runs over the edge, and what it is: on the smallest phone, at 200 %, on a tablet held either way, at a desk.
WIDTHS = (320, 640, 768, 1024, 1280)
OVER = """() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return null;
  const over = [...document.querySelectorAll("body *")].find((e) => e.getBoundingClientRect().right > room + 1);
  return over ? over.outerHTML.slice(0, 120) : "something";
}"""
USUAL = (
    "home-in",
    "report-faults",
    "receipt",
    "receipt-followed",
    "findings-queue",
    "pair",
    "finding",
    "organization",
    "tokens",
    "login-refused",
)
HARDEST = (
    "home-full",
    "report-faults",
    "receipt",
    "receipt-followed-full",
    "clocks-full",
    "findings-queue-full",
    "scanning-claims-full",
    "pair-full",
    "finding-full",
    "organization-faults",
    "tokens-full",
)


def complaints(page, rules):
    """What axe says of the page as it stands, by rule, with the first element that breaks it."""
    violations = page.evaluate("rules => axe.run(document, rules)", rules)["violations"]
    return [(violation["id"], violation["nodes"][0]["html"]) for violation in violations]


def over_the_edge(page):
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        if over := page.evaluate(OVER):
            yield (f"scrolls sideways at {width}", over)


def seen_on(page, address, names, rules_in_the_dark):
    """What is wrong with each page: on a phone in the light, at a desk in the dark, and at every width."""
    from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]

    axe = Axe().axe_script
    found: dict[str, list[tuple[str, str]]] = {}
    for name in names:
        page.set_viewport_size({"width": 390, "height": 800})
        page.emulate_media(color_scheme="light")
        page.goto(f"{address}/{name}.html")
        page.evaluate(axe)
        seen = complaints(page, {})
        page.set_viewport_size({"width": 1280, "height": 800})
        page.emulate_media(color_scheme="dark")
        seen += [*complaints(page, rules_in_the_dark), *over_the_edge(page)]
        found |= {name: seen} if seen else {}
    return found


def test_axe_finds_nothing_on_pages_that_hold_all_parts_and_none_scrolls_sideways(opened, address):
    """`make prove` looks at every page in every state."""
    dark = {"runOnly": ["color-contrast"]}
    assert seen_on(opened("home-out", reduced_motion="reduce"), address, USUAL, dark) == {}


def test_the_longest_words_run_over_no_edge(opened, address):
    page = opened("home-out")
    for name in HARDEST:
        page.goto(f"{address}/{name}.html")
        assert list(over_the_edge(page)) == [], name


@pytest.fixture
def states(rounds, seed):
    """Every page in every state; in a slice of the proofs as many of them as fit, others with each seed."""
    names = list(gallery.states())
    random.Random(seed).shuffle(names)
    return (name for _, name in zip(rounds(len(names)), names, strict=False))


@pytest.mark.prove
def test_axe_finds_nothing_on_any_page_in_any_state_and_none_scrolls_sideways(opened, address, states):
    assert seen_on(opened("home-out", reduced_motion="reduce"), address, states, {}) == {}


@pytest.mark.prove
def test_axe_finds_nothing_at_a_desk_in_the_light_nor_on_a_phone_in_the_dark(opened, address, states):
    from axe_playwright_python.sync_playwright import Axe

    found, axe, page = {}, Axe().axe_script, opened("home-out", reduced_motion="reduce")
    for name in states:
        for width, light in ((1280, "light"), (390, "dark")):
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=light)
            page.goto(f"{address}/{name}.html")
            page.evaluate(axe)
            found[name, width] = complaints(page, {})
    assert {where: seen for where, seen in found.items() if seen} == {}


def all_letters_twice_as_large(page):
    page.evaluate("document.documentElement.style.fontSize = '200%'")


def test_letters_twice_as_large_run_over_no_edge(opened, address):
    page = opened("home-out")
    for name in HARDEST:
        page.goto(f"{address}/{name}.html")
        all_letters_twice_as_large(page)
        assert page.evaluate(OVER) is None, name


@pytest.mark.prove
def test_letters_twice_as_large_run_over_no_edge_on_any_page(opened, address, states):
    page = opened("home-out")
    for name in states:
        page.goto(f"{address}/{name}.html")
        all_letters_twice_as_large(page)
        assert page.evaluate(OVER) is None, name


def test_a_list_is_cards_on_a_phone_and_a_table_at_a_desk_and_a_table_to_who_listens(opened):
    phone, desk = opened("tokens-full", width=390), opened("tokens-full")
    for page in (phone, desk):
        assert page.get_by_role("columnheader").count() == 6
        assert page.get_by_role("row").count() == 14
        assert page.get_by_role("rowheader", name="O'Neil").is_visible()
    label = "td => getComputedStyle(td, '::before').content"
    assert phone.get_by_role("cell").nth(1).evaluate(label) == '"Made "'
    assert desk.get_by_role("cell").nth(1).evaluate(label) == "none"
    tops = "cells => new Set(cells.map((cell) => cell.getBoundingClientRect().top)).size"
    first = "tbody tr:first-child > *"
    assert (phone.locator(first).evaluate_all(tops), desk.locator(first).evaluate_all(tops)) == (6, 1)


NOW_IN_TRACKS = """() => {
  const left = (element) => element.getBoundingClientRect().left;
  const now = left(document.querySelector(".axis .now"));
  const line = (track) => left(track) + parseFloat(getComputedStyle(track, "::after").left);
  return [...document.querySelectorAll(".track")].map((track) => Math.round(line(track) - now));
}"""


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_now_is_at_one_place_in_the_lane_of_every_target(opened, width):
    """Under the word for it, though the track of a claim is drawn elsewhere than the axis."""
    page = opened("scanning-claims-full", width=width)
    assert page.locator(".lane").count() == 3
    off = page.evaluate(NOW_IN_TRACKS)
    assert len(off) == 9
    assert all(abs(each) <= 2 for each in off), off


def test_what_is_wrong_has_the_focus_and_leads_to_what_is_to_be_mended(opened):
    page = opened("report-refused")
    assert page.title().startswith("Error: ")
    assert page.evaluate("document.activeElement.matches('[data-faults]')")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "title"


def seen_focus(page):
    """What has the focus, and whether one can see that it has."""
    return page.evaluate("""() => {
      const it = document.activeElement, style = getComputedStyle(it);
      const shown = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 3;
      return [it.name || it.textContent.trim(), shown];
    }""")


def pressed_through(page, times):
    for _ in range(times):
        page.keyboard.press("Tab")
        yield seen_focus(page)


def test_a_report_is_sent_with_the_keyboard_alone(opened):
    """Past the navigation by the first link, through the form in the order in which it is read, to its end."""
    page = opened("report")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    names = [field.name for field in samples.intake.report_fields(faulty=False).fields]
    stops = list(pressed_through(page, len(names) + 1))
    assert [stop for stop, _ in stops] == [*names, "Send the report"]
    assert all(shown for _, shown in stops), stops
    page.get_by_label("What is it, in one line?").fill("Heap overflow")
    page.get_by_label("Where is it?").fill("pkg:npm/left-pad@1.3.0")
    page.get_by_label("What happens, and how can we see it?").fill("It writes past the end.")
    page.get_by_role("button", name="Send the report").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/receipt.html*")
    assert page.get_by_role("heading", name="What to do now").is_visible()


def test_the_queue_is_worked_with_the_keyboard_alone(opened):
    """Through the rows with j and k; x ticks, a slash searches, a question mark tells. In a field they are letters."""
    page = opened("findings-queue")
    press, on = page.keyboard.press, "document.activeElement"
    press("j")
    press("j")
    assert seen_focus(page) == [samples.parts.TITLES[1], True]
    press("x")
    ticked = page.locator("#rows input:checked")
    assert ticked.evaluate_all("boxes => boxes.map((box) => box.id)") == [f"tick-{samples.parts.NUMBERS[1]}-2"]
    press("/")
    page.keyboard.type("jx?/")
    assert page.evaluate(f"[{on}.name, {on}.value]") == ["text", "jx?/"]
    press("Tab")
    assert page.evaluate(f"{on}.name") == "state"
    page.evaluate(f"{on}.blur()")
    assert not page.get_by_text("the next, the one before").is_visible()
    press("?")
    assert page.get_by_text("the next, the one before").is_visible()
    assert ticked.count() == 1
    press("j")
    press("k")
    press("Enter")
    page.wait_for_url("**/finding.html")
    assert page.get_by_role("heading", level=1).inner_text() == samples.parts.LONG


def test_a_filter_and_a_row_are_reached_by_tab_in_the_order_in_which_they_are_read(opened):
    page = opened("findings-queue-read")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    stops = list(pressed_through(page, 7))
    assert [stop for stop, _ in stops] == ["text", "state", "marking", "age", "owner", "Filter", samples.parts.LONG]
    assert all(shown for _, shown in stops), stops


MOVING = """() => [...document.querySelectorAll("*")].filter((e) => {
  const style = getComputedStyle(e);
  return style.animationName !== "none" || style.transitionDuration.split(", ").some((span) => parseFloat(span) > 0);
}).length"""


def test_nothing_moves_for_who_wants_nothing_to_move(opened):
    assert opened("home-in", reduced_motion="no-preference").evaluate(MOVING) > 0
    assert opened("home-in", reduced_motion="reduce").evaluate(MOVING) == 0


SHIFTED = """() => new Promise((told) => {
  let sum = 0;
  const watch = new PerformanceObserver((list) => { for (const shift of list.getEntries()) sum += shift.value; });
  watch.observe({type: "layout-shift", buffered: true});
  requestAnimationFrame(() => setTimeout(() => told(sum), 100));
})"""


PAINTED = """() => new Promise((told) => {
  const watch = new PerformanceObserver((list) => list.getEntriesByName("first-contentful-paint").forEach(told));
  watch.observe({type: "paint", buffered: true});
})"""


@pytest.mark.parametrize("late", ["nothing", "woff2"])
@pytest.mark.parametrize("name", ["home-in", "tokens-fresh", "report-faults"])
def test_nothing_jumps_while_a_page_appears(browser, address, name, late):
    """Also where the letters come after the page was first painted, as they do over a slow line."""
    context = browser.new_context(viewport={"width": 390, "height": 800})
    page, held = context.new_page(), []
    page.route(f"**/*.{late}", lambda route: held.append(route))  # noqa: PLW0108 - playwright marks what it is given
    page.goto(f"{address}/{name}.html", wait_until="commit")
    page.evaluate(PAINTED)
    for route in held:
        route.continue_()
    page.wait_for_load_state("networkidle")
    assert (held != []) is (late != "nothing")
    assert page.evaluate(SHIFTED) == 0
    context.close()


@pytest.mark.parametrize("name", ["finding", "receipt", "findings-queue", "entry-erased", "log"])
def test_on_paper_there_is_what_was_said_and_nothing_to_press(opened, name):
    page = opened(name, light="dark")
    page.emulate_media(media="print", color_scheme="dark")
    for gone in ("nav", ".hand", ".usa-skipnav", ".filters", ".usa-button", ".flash"):
        assert page.locator(gone).locator("visible=true").count() == 0, gone
    assert page.get_by_role("heading", level=1).is_visible()
    assert page.locator("main time, main pre, main .usa-alert__text").locator("visible=true").count() > 0
    said = page.locator("main .usa-alert:not(.flash *)")
    assert said.count() == said.locator("visible=true").count()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(19, 39, 44)"


def test_show_more_adds_rows_in_place_and_ends_where_the_queue_ends(opened):
    page = opened("findings-queue")
    assert page.locator("#rows > tr").count() == 14
    page.get_by_role("link", name="Show more").click()
    page.wait_for_function("document.querySelectorAll('#rows > tr').length === 20")
    assert page.url.endswith("/findings-queue.html")
    assert page.get_by_role("link", name="Show more").count() == 0


def test_show_more_is_a_plain_link_without_javascript(opened):
    page = opened("findings-queue", java_script_enabled=False)
    page.get_by_role("link", name="Show more").click()
    assert page.url.endswith("/findings-queue-more.html")
    assert page.locator("#rows > tr").count() == 6


def test_the_theme_follows_the_system_until_somebody_chooses_and_is_then_remembered(opened):
    page = opened("home-out", light="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    page.get_by_role("button", name="Switch to light").click()
    light = page.evaluate(ground)
    assert light != dark
    page.reload()
    assert page.evaluate(ground) == light
    assert page.get_by_role("button", name="Switch to dark").is_visible()


def test_the_rooms_are_a_menu_on_a_phone_and_stand_there_at_a_desk(opened):
    phone, desk = opened("findings-queue", width=390), opened("findings-queue", width=1280)
    log = {page: page.get_by_role("navigation", name="Main").get_by_role("link", name="Log") for page in (phone, desk)}
    assert (log[phone].is_visible(), log[desk].is_visible()) == (False, True)
    menu = phone.locator(".menu summary")
    menu.focus()
    phone.keyboard.press("Enter")
    assert log[phone].is_visible()
    phone.keyboard.press("Escape")
    assert not log[phone].is_visible()
    assert phone.evaluate("document.activeElement.textContent.includes('Menu')")
    assert not desk.locator(".menu summary").is_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_what_can_be_done_with_many_is_in_sight_as_soon_as_one_is_ticked(opened, width):
    page = opened("findings-queue", width=width)
    take = page.get_by_role("button", name="Take on")
    seen = "button => button.getBoundingClientRect().bottom <= innerHeight"
    assert not take.evaluate(seen)
    page.locator("#rows input").first.check()
    assert take.evaluate(seen)


def test_a_keyboard_reaches_the_content_and_closes_the_menu(opened):
    page = opened("findings-queue")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "usa-skipnav"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    menu = page.locator("details.who")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    assert menu.get_by_role("link", name="Sign out").is_visible()
    page.keyboard.press("Escape")
    assert not menu.get_by_role("link", name="Sign out").is_visible()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_a_secret_is_copied_whole(opened):
    page = opened("tokens-fresh", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    page.get_by_text("Copied.").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == samples.PAGES["tokens-fresh"][1]["fresh"].secret


def test_a_passkey_that_does_not_answer_is_said_on_the_page(opened):
    page = opened("mfa-authenticate")
    page.get_by_role("button", name="Use the passkey").click()
    page.get_by_text("The passkey did not answer.").wait_for()
