# SPDX-License-Identifier: Apache-2.0
"""Every page with the contexts of samples.py, as files one can look at: python -m tests.shell.gallery FOLDER"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from tests.shell.samples import PAGES, everywhere
from tests.shell.sign_in import sign_in_pages

SHELL = Path(__file__).parents[2] / "weir/shell"
TEMPLATES, STATIC = SHELL / "templates", SHELL / "static"


def drawing() -> Environment:
    """The shell's own environment, with addresses that need no server."""
    from weir.shell.pages.rendering import environment

    env = environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, extensions=["jinja2.ext.i18n"])
    env.globals.update(static=lambda path: f"static/{path}", url=lambda name, *_, **__: f"#{name}")
    return env


def pages() -> dict[str, str]:
    env, wanted = drawing(), PAGES | sign_in_pages()
    return {name: env.get_template(path).render(everywhere(path) | context) for name, (path, context) in wanted.items()}


def write(folder: Path) -> None:
    shutil.copytree(STATIC, folder / "static", dirs_exist_ok=True)
    import allauth

    for app in ("mfa", "account"):
        shutil.copytree(Path(allauth.__file__).parent / app / "static", folder / "static", dirs_exist_ok=True)
    for name, html in pages().items():
        # From the root of a site as from a folder of files.
        (folder / f"{name}.html").write_text(re.sub(r'href="/"', 'href="home-in.html"', html))


if __name__ == "__main__":
    os.environ.setdefault("WEIR_HOME", tempfile.mkdtemp())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "weir.shell.settings")
    import django

    django.setup()
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    write(Path(sys.argv[1]))
