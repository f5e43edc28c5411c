# SPDX-License-Identifier: Apache-2.0
"""One instance, one browser, and people who come in one after the other, each in a window of their own."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.living import Living, living
from tests.worlds.totp import code_at

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PASSWORD = "correct horse battery staple"
# Where to keep pictures of every page that is seen, for people who look at them; nowhere, unless they say.
PICTURES = os.environ.get("JOURNEY_PICTURES", "")


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    with living(tmp_path_factory.mktemp("living")) as there:
        yield there


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    if CHROMIUM is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Window:
    """One person's browser. What it looks at, axe looks at in both themes; what its console says is heard."""

    page: Any
    url: str
    said: list[str]
    seen: dict[str, list[Any]]
    secret: str = ""
    names: list[str] = field(default_factory=list)

    def goes(self, path: str, status: int = 200) -> Window:
        answer = self.page.goto(f"{self.url}{path}" if path.startswith("/") else path)
        assert answer.status == status, (path, answer.status, self.page.inner_text("main"))
        return self

    def fills(self, **fields: str) -> Window:
        for name, value in fields.items():
            self.page.fill(f"#f-{name}", value)
        return self

    def presses(self, name: str) -> Window:
        self.page.locator("main").get_by_role("button", name=name).click()
        self.page.wait_for_load_state()
        return self

    def text(self) -> str:
        return str(self.page.inner_text("main"))

    def looks(self, name: str) -> Window:
        """Axe on a phone in the light and at a desk in the dark; nothing may run over the edge."""
        from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]

        self.page.evaluate(Axe().axe_script)
        found: list[Any] = []
        for width, theme, rules in ((390, "light", {}), (1280, "dark", {"runOnly": ["color-contrast"]})):
            self.page.set_viewport_size({"width": width, "height": 844})
            self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            seen = self.page.evaluate("rules => axe.run(document, rules)", rules)["violations"]
            found += [(each["id"], each["nodes"][0]["html"]) for each in seen]
            if self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                found.append(("scrolls sideways", width))
            self._picture(f"{name}-{width}-{theme}")
        if PICTURES:
            for width, theme in ((390, "dark"), (1280, "light")):
                self.page.set_viewport_size({"width": width, "height": 844})
                self.page.emulate_media(color_scheme=theme)
                self._picture(f"{name}-{width}-{theme}")
        self.seen |= {name: found} if found else {}
        return self

    def _picture(self, name: str) -> None:
        if PICTURES:
            Path(PICTURES).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)

    def sets_up_the_app(self) -> Window:
        """From the page about signing in: an authenticator app, as staff must."""
        self.page.locator("section", has_text="Authenticator app").get_by_role("link", name="Set up").click()
        self.secret = self.page.input_value("#authenticator_secret")
        self.page.fill("#id_code", code_at(self.secret))
        self.presses("Switch it on")
        assert re.search("recovery codes", self.text(), re.IGNORECASE)
        return self


def first_administrator(browser: Any, instance: Living, email: str) -> None:
    """Somebody who has a password and nothing more yet, in a browser that is closed again."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(instance.hears(r"http://\S+/first-administrator/#\S+"))
    said = {"organization": "Lower Meadow", "name": "Ida Sluice", "email": email, "password": PASSWORD}
    for name, value in said.items():
        page.fill(f"#f-{name}", value)
    page.get_by_role("button", name="Create the administrator").click()
    page.wait_for_url("**/account/2fa/**")
    context.close()


@pytest.fixture
def windows(browser, instance: Living):
    """Opens windows; at the end axe has found nothing and no console has said anything."""
    contexts: list[Any] = []
    said: list[str] = []
    seen: dict[str, list[Any]] = {}

    def window(to: Living = instance, **more: Any) -> Window:
        context = browser.new_context(viewport={"width": 1280, "height": 844}, accept_downloads=True, **more)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()

        def hears(message: Any) -> None:
            # A browser says itself that a page answered 404 or 422; that is our answer, and no fault.
            if message.type in {"error", "warning"} and "the server responded with a status of 4" not in message.text:
                said.append(f"{page.url}: {message.text}")

        page.on("console", hears)
        page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
        return Window(page, to.url, said, seen)

    yield window
    for context in contexts:
        context.close()
    assert seen == {}
    assert said == []
