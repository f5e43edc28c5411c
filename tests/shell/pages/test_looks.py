# SPDX-License-Identifier: Apache-2.0
"""The gallery in a real browser, under the policy that the shell sends: nothing blocked, nothing for axe to find."""

from __future__ import annotations

import functools
import shutil
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.shell import gallery, samples, sign_in

pytestmark = pytest.mark.browser
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


class Strict(SimpleHTTPRequestHandler):
    """Files, under our content security policy; passkey options as allauth answers them."""

    def end_headers(self) -> None:
        from weir.shell.pages.middleware import CONTENT_SECURITY_POLICY

        self.send_header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        super().end_headers()

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


def complaints(page, rules):
    """What axe says of the page as it stands, by rule, with the first element that breaks it."""
    violations = page.evaluate("rules => axe.run(document, rules)", rules)["violations"]
    return [(violation["id"], violation["nodes"][0]["html"]) for violation in violations]


def seen_on(page, address, names):
    """What is wrong with each page: on a phone in the light, on a desk in the dark, and on the smallest phone."""
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
        seen += complaints(page, {"runOnly": ["color-contrast"]})
        page.set_viewport_size({"width": 320, "height": 800})
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            seen.append(("scrolls sideways", ""))
        found |= {name: seen} if seen else {}
    return found


def test_axe_finds_nothing_on_the_fullest_page_of_each_template_and_none_scrolls_sideways(opened, address):
    fullest: dict[str, str] = {}
    for name, (template, _) in (samples.PAGES | sign_in.sign_in_pages()).items():
        fullest.setdefault(template, name)
    assert seen_on(opened("home-out", reduced_motion="reduce"), address, fullest.values()) == {}


@pytest.mark.prove
def test_axe_finds_nothing_on_any_page_and_none_scrolls_sideways(opened, address):
    names = [*samples.PAGES, *sign_in.sign_in_pages()]
    assert seen_on(opened("home-out", reduced_motion="reduce"), address, names) == {}


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
