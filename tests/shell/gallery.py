# SPDX-License-Identifier: Apache-2.0
"""Every page in every state, as files one can look at: python -m tests.shell.gallery FOLDER [--pictures [NAME ...]]

With `--pictures` also what a phone and a desk show of each page, in the light and in the dark.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from itertools import product
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment, FileSystemLoader

from tests.shell.samples import PAGES
from tests.shell.samples.frame import everywhere
from tests.shell.sign_in import sign_in_pages
from tests.shell.states import faulty_states, full_states

SHELL = Path(__file__).parents[2] / "weir/shell"
TEMPLATES, STATIC = SHELL / "templates", SHELL / "static"
WIDTHS = (390, 1280)
LIGHTS: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def drawing() -> Environment:
    """The shell's own environment, with addresses that need no server."""
    from weir.shell.pages.rendering import environment

    env = environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, extensions=["jinja2.ext.i18n"])
    env.globals.update(static=lambda path: f"static/{path}", url=lambda name, *_, **__: f"#{name}")
    return env


def states() -> dict[str, tuple[str, dict[str, Any]]]:
    """Each page as it usually is, empty, faulty and overfull: its template and what that takes."""
    return PAGES | sign_in_pages() | full_states() | faulty_states()


def pages() -> dict[str, str]:
    env = drawing()
    return {name: env.get_template(path).render(everywhere(path) | more) for name, (path, more) in states().items()}


def write(folder: Path) -> None:
    shutil.copytree(STATIC, folder / "static", dirs_exist_ok=True)
    import allauth

    for app in ("mfa", "account"):
        shutil.copytree(Path(allauth.__file__).parent / app / "static", folder / "static", dirs_exist_ok=True)
    for name, html in pages().items():
        # From the root of a site as from a folder of files.
        (folder / f"{name}.html").write_text(re.sub(r'href="/"', 'href="home-in.html"', html))


def picture(folder: Path, names: list[str]) -> None:
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--allow-file-access-from-files"]
        )
        for width, light in product(WIDTHS, LIGHTS):
            page = browser.new_page(
                viewport={"width": width, "height": 800}, color_scheme=light, reduced_motion="reduce"
            )
            for name in names:
                page.goto((folder / f"{name}.html").absolute().as_uri())
                page.screenshot(path=folder / f"{name}-{width}-{light}.png", full_page=True)
        browser.close()


if __name__ == "__main__":
    os.environ.setdefault("WEIR_HOME", tempfile.mkdtemp())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "weir.shell.settings")
    import django

    django.setup()
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    write(Path(sys.argv[1]))
    if "--pictures" in sys.argv:
        picture(Path(sys.argv[1]), sys.argv[3:] or list(states()))
