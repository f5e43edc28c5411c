# SPDX-License-Identifier: Apache-2.0
"""One way to write each target, so that whoever means the same thing names the same thing; and each path in it."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, urlsplit

from weir.clearinghouse.scanning.terms import LiveSystem, NotALocator, NotAPath, TargetKind
from weir.kernel.spelled import quoted

LONGEST = 300
LONGEST_PATH = 400
MOST_PATHS = 16
# Hosts that hold repositories at /owner/name and nothing else there. Elsewhere `git+` says that it is one.
FORGES = ("github.com", "gitlab.com", "codeberg.org", "bitbucket.org")
_FORGE_OF_TYPE = {"github": "github.com", "bitbucket": "bitbucket.org", "gitlab": "gitlab.com"}
_TYPE = re.compile(r"[a-z][a-z0-9.+-]{0,39}")
_SEGMENT = re.compile(r"[\w.~+@-]{1,150}", re.ASCII)
_HOST = re.compile(r"(?=.{4,253}$)(?:(?!-)[a-z0-9-]{1,63}(?<!-)\.)+(?!\d+$)[a-z0-9-]{2,63}")
_GIT = ("git+https", "git+ssh", "git", "ssh")
_ALIKE = {"pypi": (str.lower, "_", "-"), "npm": (str.lower, "", ""), "github": (str.lower, "", "")}


def locator_of(text: str) -> tuple[TargetKind, str]:
    """The kind of target and its one spelling, or why it is none."""
    said = text.strip()
    if len(said) > LONGEST or not said.isprintable():
        raise NotALocator(f"{quoted(said)} cannot name a target.")
    scheme = said.partition(":")[0].lower()
    if scheme == "pkg":
        return TargetKind.PACKAGE, _package(said)
    if scheme == "product":
        return TargetKind.PRODUCT, _product(said)
    if scheme in {"http", "https", *_GIT}:
        return TargetKind.REPOSITORY, _repository(said)
    # A name with a dot before any slash, or an address with a port, is a machine that somebody runs.
    if re.fullmatch(r"[\w.-]+\.[A-Za-z0-9-]+(:\d+)?(/.*)?|\[.*\].*|[\w.-]+:\d+", said):
        raise LiveSystem
    raise NotALocator


def home_of(kind: TargetKind, locator: str) -> str:
    """What to show control of to speak for this target; empty where its name alone does not tell."""
    if kind is TargetKind.REPOSITORY:
        url = urlsplit(locator)
        return locator if url.hostname in FORGES else str(url.hostname)
    if kind is TargetKind.PRODUCT:
        return locator.removeprefix("product:").partition("/")[0]
    type_, *names = locator.removeprefix("pkg:").split("/")
    forge = _FORGE_OF_TYPE.get(type_)
    return f"https://{forge}/{'/'.join(names)}" if forge and len(names) == 2 else ""


def path_of(text: str) -> str:
    """A path in one spelling; empty is all of the code."""
    if len(text) > LONGEST_PATH or not (text.isprintable() or not text):
        raise NotAPath(f"{quoted(text)} cannot be a path.")
    parts = [part for part in text.strip().replace("\\", "/").split("/") if part not in {"", "."}]
    if ".." in parts:
        raise NotAPath(f"{quoted(text)} leaves the code.")
    return "/".join(parts)


def paths_of(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Several paths, none of which lies in another; none named is all of the code."""
    paths = sorted({path_of(text) for text in texts} or {""})
    return tuple(path for path in paths if not any(within(path, other) for other in paths if other != path))


def within(path: str, other: str) -> bool:
    """Whether the first lies in the second, or is it."""
    return not other or path == other or path.startswith(f"{other}/")


def _package(said: str) -> str:
    plain = said[4:].lstrip("/").partition("#")[0].partition("?")[0]
    head, _, tail = plain.rpartition("/")
    type_, *names = f"{head}/{tail.partition('@')[0] if not tail.startswith('@') else tail}".split("/")
    names = [unquote(name) for name in names if name]
    if not _TYPE.fullmatch(type_.lower()) or not names or not all(map(_SEGMENT.fullmatch, names)):
        raise NotALocator(f"{quoted(said)} is no package URL.")
    alike = _ALIKE.get(type_.lower())
    if alike:
        spell, old, new = alike
        names = [spell(name).replace(old, new) if old else spell(name) for name in names]
    return "/".join([f"pkg:{type_.lower()}", *(quote(name, safe="@~+") for name in names)])


def _repository(said: str) -> str:
    try:
        url = urlsplit(said)
        host, port = (url.hostname or "").lower(), url.port
    except ValueError:
        raise NotALocator(f"{quoted(said)} is no address.") from None
    names = [name for name in url.path.removesuffix("/").removesuffix(".git").split("/") if name]
    is_git = url.scheme.lower() in _GIT or url.path.endswith(".git") or (host in FORGES and len(names) == 2)
    if not is_git or port or url.query or not _HOST.fullmatch(host):
        raise LiveSystem
    if not names or not all(map(_SEGMENT.fullmatch, names)) or {".", ".."} & set(names):
        raise NotALocator(f"{quoted(said)} is no repository.")
    names = [name.lower() for name in names] if host in FORGES else names
    return f"https://{host}/{'/'.join(names)}"


def _product(said: str) -> str:
    host, _, name = said[len("product:") :].lower().partition("/")
    if not _HOST.fullmatch(host) or not name or not all(map(_SEGMENT.fullmatch, name.split("/"))):
        raise NotALocator(f"{quoted(said)} is no product.")
    return f"product:{host}/{name}"


def home_named(text: str) -> str:
    """A repository on a forge or a domain, as somebody names it."""
    plain = text.strip()
    if _HOST.fullmatch(plain.lower()):
        return plain.lower()
    locator = _repository(plain)
    if urlsplit(locator).hostname not in FORGES:
        raise NotALocator("Control is shown over a repository on a forge that is looked at, or over a domain.")
    return locator
