# SPDX-License-Identifier: Apache-2.0
"""One name for each package, whichever way a document names it: a purl without version, qualifiers and subpath.

The version is handed back beside it. What has neither purl nor ecosystem is `pkg:generic/<vendor>/<product>`.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

LONGEST = 2_000
ANY = frozenset({"", "*", "-", "n/a", "unspecified", "unknown", "none"})
TYPES = {
    "AlmaLinux": "rpm/almalinux",
    "Alpaquita": "apk/alpaquita",
    "Alpine": "apk/alpine",
    "Azure Linux": "rpm/azurelinux",
    "Bioconductor": "bioconductor",
    "Bitnami": "bitnami",
    "Chainguard": "apk/chainguard",
    "ConanCenter": "conan",
    "CRAN": "cran",
    "crates": "cargo",  # OSV adds the ending of its address
    "Debian": "deb/debian",
    "GitHub Actions": "github",
    "Go": "golang",
    "Hackage": "hackage",
    "Hex": "hex",
    "Julia": "julia",
    "Mageia": "rpm/mageia",
    "Maven": "maven",
    "MinimOS": "apk/minimos",
    "npm": "npm",
    "NuGet": "nuget",
    "opam": "opam",
    "openEuler": "rpm/openeuler",
    "openSUSE": "rpm/opensuse",
    "OSS-Fuzz": "generic",
    "Packagist": "composer",
    "Photon OS": "rpm/photon",
    "Pub": "pub",
    "PyPI": "pypi",
    "Red Hat": "rpm/redhat",
    "Rocky Linux": "rpm/rocky-linux",
    "RubyGems": "gem",
    "SUSE": "rpm/suse",
    "SwiftURL": "swift",
    "Ubuntu": "deb/ubuntu",
    "Wolfi": "apk/wolfi",
}
COLLECTIONS = {
    "crates": "crates",
    "go": "Go",
    "hex": "Hex",
    "maven": "Maven",
    "npmjs": "npm",
    "nuget": "NuGet",
    "packagist": "Packagist",
    "pub": "Pub",
    "pypi": "PyPI",
    "rubygems": "RubyGems",
}
LOWER = frozenset({"bitbucket", "composer", "deb", "github", "npm", "pypi", "rpm"})
_TYPE = re.compile(r"[a-z][a-z0-9.+-]*")
_RUNS = re.compile(r"[-_.]+")


def of_purl(purl: str) -> tuple[str, str]:
    """The package and the version of a purl, both empty where it is none."""
    scheme, _, rest = purl.strip().partition(":")
    if scheme.lower() != "pkg" or len(rest) > LONGEST:
        return "", ""
    rest = rest.partition("#")[0].partition("?")[0].strip("/")
    cut = rest.find("@", rest.rfind("/") + 2)  # an @ that begins a segment is a scope of npm
    name, version = (rest[:cut], rest[cut + 1 :]) if cut > 0 else (rest, "")
    kind, *segments = name.split("/")
    return package(kind.lower(), [unquote(one) for one in segments]), unquote(version)


def package(kind: str, segments: list[str]) -> str:
    """The purl of a type and a name in segments, in the spelling that its ecosystem holds to be the same."""
    named = [one for one in segments if one]
    if not named or not _TYPE.fullmatch(kind):
        return ""
    if kind in LOWER:
        named = [one.lower() for one in named]
    if kind == "pypi":
        named[-1] = _RUNS.sub("-", named[-1])
    return "/".join((f"pkg:{kind}", *(quote(one, safe="-._~:") for one in named)))


def of_ecosystem(ecosystem: str, name: str) -> str:
    """The package of a name in an ecosystem, as OSV spells both: `Debian:12` and `openssl`."""
    base = ecosystem.partition(":")[0].strip().removesuffix(".io")
    if not name or not base or base == "GIT":
        return generic(name) if name and not base else ""
    kind, *distribution = TYPES.get(base, f"generic/{base.lower()}").split("/")
    return package(kind, [*distribution, *re.split("[/:]" if base == "Maven" else "/", name)])


def of_collection(url: str, name: str) -> str:
    """The package of a name in the collection that stands at this address, where a part of the host names one."""
    host = url.partition("://")[2].partition("/")[0].lower()
    known = next((COLLECTIONS[part] for part in host.split(".") if part in COLLECTIONS), "")
    return of_ecosystem(known, name) if known else ""


def generic(*names: str) -> str:
    """The package of which only vendor and product are known, spelled as CPE does; `n/a` is no name."""
    spelled = ("_".join(name.lower().split()) for name in names)
    return package("generic", [name for name in spelled if name not in ANY])


def of_cpe(cpe: str) -> tuple[str, str]:
    """The package and the version of a CPE, 2.2 or 2.3; both empty where it is none."""
    parts = re.split(r"(?<!\\):", cpe.strip()[:LONGEST])
    if parts[:2] == ["cpe", "2.3"]:
        parts = parts[2:]
    elif parts[0] == "cpe" and len(parts) > 1 and parts[1].startswith("/"):
        parts = parts[1:]
    else:
        return "", ""
    vendor, product, version = ([unquote(one.replace("\\", "")) for one in parts[1:4]] + ["", "", ""])[:3]
    return generic(vendor, product), "" if version.lower() in ANY else version
