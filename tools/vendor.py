# SPDX-License-Identifier: Apache-2.0
"""The files of other projects that our pages use: fetched, verified, trimmed to what is used, locked.

`make vendor` fetches each package with the npm client, refuses one that is not what the lock names, copies what is
used and rewrites the lock. `--check` compares the files with the lock and needs no network. To take a new version,
change `PACKAGES`; the lock then learns its digest, and the difference is in the commit for all to see.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.stylesheet import linked, trim

HOME = Path(__file__).parent.parent / "weir/shell/static/vendor"
LOCK = "lock.json"

# Only what our templates use: `tests/shell/test_templates.py` fails where one uses a part or an icon that is not here.
PARTS = (
    "usa-alert", "usa-button", "usa-button-group", "usa-checkbox", "usa-error-message", "usa-fieldset", "usa-form",
    "usa-form-group", "usa-hint", "usa-input", "usa-label", "usa-legend", "usa-link", "usa-list", "usa-prose",
    "usa-radio", "usa-select", "usa-skipnav", "usa-sr-only", "usa-table", "usa-tag", "usa-textarea",
)  # fmt: skip
ICONS = (
    "arrow_forward", "arrow_back", "bug_report", "check", "check_circle", "content_copy", "error", "expand_more",
    "file_download", "help_outline", "info", "lock", "login", "remove_circle", "schedule", "search", "security",
    "verified", "warning",
)  # fmt: skip


class NotAsLocked(Exception):
    """A package or a file is not the one that the lock names."""


@dataclass(frozen=True)
class Package:
    """One package of the registry: from where in it (`None`: made by us from it) each file comes, and its license."""

    name: str
    version: str
    folder: str
    files: tuple[tuple[str, str, str], ...]


OFL, APACHE, PUBLIC = "OFL-1.1", "Apache-2.0", "CC0-1.0 AND MIT"
PACKAGES = (
    Package(
        "@uswds/uswds",
        "3.14.0",
        "uswds",
        (
            ("dist/css/uswds.min.css", "uswds.css", PUBLIC),
            ("dist/img/sprite.svg", "icons.svg", APACHE),
            ("dist/fonts/public-sans/PublicSans-Regular.woff2", "fonts/public-sans-400.woff2", OFL),
            ("dist/fonts/public-sans/PublicSans-Italic.woff2", "fonts/public-sans-400-italic.woff2", OFL),
            ("dist/fonts/public-sans/PublicSans-SemiBold.woff2", "fonts/public-sans-600.woff2", OFL),
            ("dist/fonts/public-sans/PublicSans-Bold.woff2", "fonts/public-sans-700.woff2", OFL),
            ("dist/fonts/roboto-mono/roboto-mono-v5-latin-regular.woff2", "fonts/roboto-mono-400.woff2", APACHE),
            ("LICENSE.md", "LICENSE.md", "its own text"),
        ),
    ),
    Package(
        "htmx.org",
        "4.0.1",
        "htmx",
        (("dist/htmx.min.js", "htmx.min.js", "0BSD"), ("LICENSE", "LICENSE", "its own text")),
    ),
)


def _icons(sprite: str) -> str:
    """The sprite with our icons only."""
    drawn = dict(re.findall(r'(?s)<symbol id="([^"]+)"(.*?)</symbol>', sprite))
    symbols = "\n".join(f'<symbol id="{name}"{drawn[name]}</symbol>' for name in ICONS)
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n'


def _fetch(package: Package, into: Path) -> Path:
    asked = f"{package.name}@{package.version}"
    told = subprocess.run(["npm", "pack", asked, "--json", "--silent"], cwd=into, check=True, capture_output=True)
    return into / str(json.loads(told.stdout)[0]["filename"])


def _made(package: Package, member: dict[str, bytes]) -> Iterator[tuple[str, bytes, str]]:
    """Each file we keep of a package, trimmed, with its license; and the pictures that the trimmed stylesheet shows."""
    for source, name, license_ in package.files:
        body = member[source]
        if name == "uswds.css":
            css = trim(body.decode(), PARTS)
            for url in linked(css):
                yield f"{package.folder}/img/{Path(url).name}", member[f"dist/{url.removeprefix('../')}"], APACHE
            body = re.sub(r"\.\./img/[a-z-]+/|\.\./img/", "img/", css).encode()
        elif name == "icons.svg":
            body = _icons(body.decode()).encode()
        yield f"{package.folder}/{name}", body, license_


def _members(tarball: Path) -> dict[str, bytes]:
    with tarfile.open(tarball) as tar:
        files = [(member.name.removeprefix("package/"), tar.extractfile(member)) for member in tar if member.isfile()]
        return {name: file.read() for name, file in files if file}


def vendor(home: Path) -> None:
    """Fetch, verify, keep, lock. Stopped halfway, `--check` names what is missing and another run mends it."""
    known = {(p["name"], p["version"]): p["integrity"] for p in _lock(home)["packages"]}
    lock: dict[str, Any] = {"packages": [], "files": []}
    for package in PACKAGES:
        with tempfile.TemporaryDirectory() as folder:
            tarball = _fetch(package, Path(folder))
            integrity = "sha512-" + base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
            if known.get((package.name, package.version), integrity) != integrity:
                raise NotAsLocked(f"{package.name} {package.version} is not what the lock names: {integrity}")
            lock["packages"].append({"name": package.name, "version": package.version, "integrity": integrity})
            for name, body, license_ in _made(package, _members(tarball)):
                _keep(home / name, body)
                lock["files"].append(
                    {
                        "package": package.name,
                        "file": name,
                        "license": license_,
                        "sha512": hashlib.sha512(body).hexdigest(),
                    }
                )
    _forget_others(home, {entry["file"] for entry in lock["files"]})
    (home / LOCK).write_text(json.dumps(lock, indent=1) + "\n")


def _keep(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)


def _lock(home: Path) -> dict[str, Any]:
    path = home / LOCK
    lock: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {"packages": [], "files": []}
    return lock


def _present(home: Path) -> set[str]:
    return {path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file()} - {LOCK}


def _forget_others(home: Path, wanted: set[str]) -> None:
    for name in _present(home) - wanted:
        (home / name).unlink()


def faults(home: Path) -> list[str]:
    """What differs between the files and the lock, and between the lock and `PACKAGES`; nothing when all is well."""
    lock = _lock(home)
    locked = {entry["file"]: entry["sha512"] for entry in lock["files"]}
    present = _present(home)
    found = [f"{name} is missing" for name in sorted(locked.keys() - present)]
    found += [f"{name} is not in the lock" for name in sorted(present - locked.keys())]
    for name in sorted(present & locked.keys()):
        if hashlib.sha512((home / name).read_bytes()).hexdigest() != locked[name]:
            found.append(f"{name} was changed")
    if [(p["name"], p["version"]) for p in lock["packages"]] != [(p.name, p.version) for p in PACKAGES]:
        found.append("the lock names other packages than tools/vendor.py: run `make vendor`")
    return found


def main(arguments: list[str]) -> int:
    if arguments == ["--check"]:
        found = faults(HOME)
        for fault in found:
            print(f"static/vendor: {fault}", file=sys.stderr)
        return 1 if found else 0
    vendor(HOME)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
