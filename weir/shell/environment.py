# SPDX-License-Identifier: Apache-2.0
"""Every setting in one table: what it is for, what breaks when it is wrong. Read once at start; no secret printed."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from weir.kernel.errors import Invalid
from weir.shell.issuer.rules import guarded


class BadSetting(Invalid):
    """A setting cannot be used as it stands."""

    hint = "`weir settings` lists every setting with what it expects."


@dataclass(frozen=True)
class Setting:
    """One environment variable. `why` is for the operator who wonders; `breaks` for the one who got it wrong."""

    name: str
    read: Callable[[str], Any]
    default: str
    why: str
    breaks: str
    secret: bool = False


def whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isdecimal() or not low <= int(text) <= high:
            msg = f"expects a whole number from {low} to {high}"
            raise ValueError(msg)
        return int(text)

    return read


def yes_or_no(text: str) -> bool:
    if text.lower() not in {"yes", "no"}:
        msg = "expects yes or no"
        raise ValueError(msg)
    return text.lower() == "yes"


def folder(text: str) -> Path:
    return Path(text).expanduser().absolute()


def folder_or_none(text: str) -> Path | None:
    return folder(text) if text else None


def address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 <= int(port) < 65536:
        msg = "expects HOST:PORT"
        raise ValueError(msg)
    return host.strip("[]"), int(port)


def names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def database(text: str) -> dict[str, Any]:
    """`sqlite` (a file in WEIR_HOME), `sqlite:///path`, or `postgresql://user:password@host:port/name`."""
    if text == "sqlite":
        return {"vendor": "sqlite", "path": ""}
    url = urlsplit(text)
    if url.scheme == "sqlite" and url.path:
        return {"vendor": "sqlite", "path": url.path[1:] if url.path.startswith("//") else url.path}
    if url.scheme in {"postgresql", "postgres"} and url.path.strip("/"):
        return {
            "vendor": "postgresql",
            "name": unquote(url.path.strip("/")),
            "user": unquote(url.username or ""),
            "password": unquote(url.password or ""),
            "host": unquote(url.hostname or ""),
            "port": str(url.port or ""),
            "query": url.query,
        }
    msg = "expects sqlite, sqlite:///FILE or postgresql://USER:PASSWORD@HOST:PORT/NAME"
    raise ValueError(msg)


def origin(text: str) -> str:
    if not text or any(c.isspace() or c in "+\n" for c in text) or len(text) > 200:
        msg = "expects a name without spaces or plus signs, best a host name that is yours"
        raise ValueError(msg)
    return text


def issuer(text: str) -> str:
    """Kept as it was typed: tokens name it by the letter, with or without a slash at the end."""
    if text and (not guarded(text) or urlsplit(text).query or urlsplit(text).fragment):
        msg = "expects https://HOST or https://HOST/PATH, as the issuer itself writes it"
        raise ValueError(msg)
    return text


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "WEIR_HOME",
        folder,
        "~/.local/share/weir",
        "Where the SQLite files, sealed blobs and, unless WEIR_KEYS says otherwise, the keys lie.",
        "Pointed at an empty folder, Weir starts as new: nothing is lost, but nothing is found.",
    ),
    Setting(
        "WEIR_KEYS",
        folder_or_none,
        "",
        "Where all keys lie; best on another disk than WEIR_HOME. Empty: WEIR_HOME/keys.",
        "Without its keys a database is unreadable, which is the point. Back this folder up apart, with an end date.",
    ),
    Setting(
        "WEIR_DATABASE",
        database,
        "sqlite",
        "sqlite, sqlite:///FILE or postgresql://USER:PASSWORD@HOST:PORT/NAME, which several hosts can share.",
        "A superuser passes through row security: use a plain owner, or `weir doctor` warns.",
        secret=True,
    ),
    Setting(
        "WEIR_ADDRESS",
        address,
        "127.0.0.1:8470",
        "Where the web server listens.",
        "Anything but loopback without a TLS proxy in front sends passwords in the clear.",
    ),
    Setting(
        "WEIR_PUBLIC_URL",
        str,
        "",
        "The address people type, with scheme. Empty: http:// and WEIR_ADDRESS, with localhost for 127.0.0.1.",
        "Passkeys, links in mail and the API's origin check are bound to it; passkeys need a name, not an address.",
    ),
    Setting(
        "WEIR_INSTANCE",
        origin,
        "weir.invalid",
        "The name of this instance: origin of the log's checkpoints and of exported ids.",
        "Changed after the first start, the old log ends and a new one begins that names it.",
    ),
    Setting(
        "WEIR_TICK_SECONDS",
        whole(1, 3600),
        "5",
        "How often the log grows by exactly one leaf, whether or not anything happened.",
        "Longer: inclusion proofs come later. It is fixed so that cadence tells nothing.",
    ),
    Setting(
        "WEIR_BATCH_DEPTH",
        whole(4, 16),
        "12",
        "Each tick has room for two to this power entries; the rest waits for the next one.",
        "Too small under load: proofs come late (`weir doctor` shows the lag).",
    ),
    Setting(
        "WEIR_MAX_BODY",
        whole(10_000, 1_000_000_000),
        "10000000",
        "The largest request body in bytes; attachments are streamed and counted apart.",
        "Too small refuses honest reports; too large lets one request take the memory.",
    ),
    Setting(
        "WEIR_DOCUMENT_BYTES",
        whole(100_000, 1_000_000_000_000),
        "1073741824",
        "The largest document in bytes, such as what a scanner found in a night. It is sealed as it comes.",
        "Too small sends back honest scans; of each web process, twice as much may lie on the disk on its way in.",
    ),
    Setting(
        "WEIR_FINDER_BYTES",
        whole(100_000, 1_000_000_000_000),
        "10737418240",
        "Bytes of documents and files a day (UTC) after which a finder, with all their agents, sends no more.",
        "Too low stops honest scans until midnight; too high lets one finder fill the disk.",
    ),
    Setting(
        "WEIR_WEB_THREADS",
        whole(1, 64),
        "4",
        "Threads of the web server.",
        "Each holds one database connection.",
    ),
    Setting(
        "WEIR_WEB_PROCESSES",
        whole(1, 64),
        "1",
        "Processes of the web server.",
        "On SQLite more than two gain nothing.",
    ),
    Setting(
        "WEIR_EXECUTOR",
        origin,
        "slot-1",
        "The name of this worker slot: the same after every restart, different for every worker that runs at once.",
        "Two workers with one name run each other's jobs twice; a changed name leaves work until its lease ends.",
    ),
    Setting(
        "WEIR_TRUSTED_PROXIES",
        names,
        "",
        "Addresses of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.",
        "A proxy missing here makes every visitor look like the proxy, and rate limits bite everyone at once.",
    ),
    Setting(
        "WEIR_RATE_PER_MINUTE",
        whole(1, 1_000_000),
        "300",
        "Requests a minute per signed-in actor; strangers get a tenth of it per address.",
        "Too low stops honest scripts (they are told when to come back).",
    ),
    Setting(
        "WEIR_STRANGERS_REPORTS",
        whole(1, 1_000_000),
        "1000",
        "Reports a day (UTC) that are taken without a name, from all strangers together.",
        "Too low turns honest strangers away until midnight; too high lets a flood of them bury the queue.",
    ),
    Setting(
        "WEIR_STRANGERS_BYTES",
        whole(1_000, 1_000_000_000_000),
        "100000000",
        "Bytes a day (UTC) after which no more reports are taken without a name, from all strangers together.",
        "As with their number: too low turns honest strangers away, too high lets them fill the disk.",
    ),
    Setting(
        "WEIR_LINE_BYTES",
        whole(1_000_000, 1_000_000_000_000),
        "64000000",
        "Bytes of one finder's reports that may wait for their turn. Beyond them the finder is told when to come back.",
        "Too low turns away whoever found much at once; too high lets one flood fill the disk.",
    ),
    Setting(
        "WEIR_CHECK_MINUTES",
        whole(1, 1440),
        "10",
        "How often the blind check gets a new edition of its buckets, whether or not anything changed.",
        "Longer: what was found today is found by others later. It is fixed so that cadence tells nothing.",
    ),
    Setting(
        "WEIR_CHECK_BUCKETS",
        whole(1, 65_536),
        "256",
        "Into how many buckets the blind check puts what is held. Each finding takes four places or more.",
        "Too few: entries have no room and are not found (the log says how many). It should not follow what is held.",
    ),
    Setting(
        "WEIR_CHECK_SLOTS",
        whole(1, 1024),
        "32",
        "Places in each bucket of the blind check, of 32 bytes each; what is not taken is filled with noise.",
        "As with the buckets. All of them together are what a client fetches: 256 of 32 places are 262 kB.",
    ),
    Setting(
        "WEIR_CHECK_BOUND",
        whole(4, 1_000_000),
        "1000",
        "Fingerprints that one member may have checked within 14 days, for commitments that stay unopened.",
        "Too high lets a member try out guesses; too low stops honest finders, who are told to open what they hold.",
    ),
    Setting(
        "WEIR_CHECK_KEY_DAYS",
        whole(1, 3650),
        "90",
        "After how many days the key of the blind check ends and everything held is evaluated under a new one.",
        "Longer: whoever learned something of a key, or of an entry's half of it, can use it for longer.",
    ),
    Setting(
        "WEIR_OIDC_ISSUER",
        issuer,
        "",
        "OpenID Connect issuer for sign-in, as it writes itself in its tokens. Empty: local accounts only.",
        "Off by one letter, every sign-in through it is refused; changed, everybody connects anew.",
    ),
    Setting("WEIR_OIDC_CLIENT", str, "", "Client id at that issuer.", "See WEIR_OIDC_ISSUER."),
    Setting("WEIR_OIDC_SECRET", str, "", "Client secret at that issuer.", "See WEIR_OIDC_ISSUER.", secret=True),
    Setting(
        "WEIR_OIDC_SECOND_FACTOR",
        yes_or_no,
        "no",
        "Whether signing in through the issuer counts as a second factor. Say yes if it asks all your staff for two.",
        "With yes and an issuer that asks for a password only, one stolen password opens all that staff may do.",
    ),
    Setting(
        "WEIR_OIDC_LINKS_BY_MAIL",
        yes_or_no,
        "no",
        "Whether a mail address that the issuer calls confirmed signs in whoever has it here. With no, people sign in "
        "with what they have and connect the issuer themselves.",
        "With yes, whoever runs the issuer, or gets an address there that is another's, signs in as that person.",
    ),
    Setting(
        "WEIR_MAIL",
        str,
        "file",
        "`file` writes mail into WEIR_HOME/mail; smtp://USER:PASSWORD@HOST:PORT sends it.",
        "With `file` nobody but the operator reads sign-up confirmations.",
        secret=True,
    ),
    Setting(
        "WEIR_URL",
        str,
        "",
        "The instance that the commands of its users call, such as https://weir.example.org. Empty: WEIR_PUBLIC_URL.",
        "Commands say that nobody answers there, or that what answers is not Weir. The server does not read it.",
    ),
    Setting(
        "WEIR_TOKEN",
        str,
        "",
        "The token with which those commands call; --token-file names a file instead. Empty: they call as a stranger.",
        "Commands are refused. Whoever reads the environment of your processes can act as you until the token ends.",
        secret=True,
    ),
    Setting(
        "WEIR_DEMO",
        yes_or_no,
        "no",
        "Fill an empty instance with a small made-up world, and say so on every page.",
        "Refused on an instance that holds anything real.",
    ),
    Setting("WEIR_LOG_LEVEL", str, "INFO", "How much the log says.", "DEBUG shows SQL, never values of sealed fields."),
)


class Values:
    """The settings of this process, by name without the WEIR_ and in lower case."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._values: dict[str, Any] = {}
        faults = {}
        for setting in SETTINGS:
            try:
                self._values[setting.name] = setting.read(environ.get(setting.name, "") or setting.default)
            except ValueError as error:
                faults[setting.name] = str(error)
        known = {setting.name for setting in SETTINGS} | TEST_ONLY
        for name in sorted(environ):
            if name.startswith("WEIR_") and name not in known:
                faults[name] = "is not a setting"
        if faults:
            sentence = "; ".join(f"{name} {fault}" for name, fault in faults.items())
            raise BadSetting(sentence + ".", faults=faults)

    def __getattr__(self, name: str) -> Any:
        try:
            return self._values["WEIR_" + name.upper()]
        except KeyError:
            raise AttributeError(name) from None


TEST_ONLY = {"WEIR_TEST_DATABASE", "WEIR_TEST_POSTGRES", "WEIR_DATA"}


def values() -> Values:
    return Values(os.environ)
