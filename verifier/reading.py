# SPDX-License-Identifier: Apache-2.0
"""Turns files from strangers into values of known shape, or says in one line why that cannot be done."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

LIMIT = 16 * 1024 * 1024
LARGEST = 2**63 - 1
DEEPEST = 32
LONGEST_PATH = 64


class Unreadable(Exception):
    """This input is not what it should be, so there is nothing to check."""


@dataclass(frozen=True)
class Key:
    """A public Ed25519 key and the name and id by which notes refer to it."""

    name: str
    id: bytes
    public: bytes


@dataclass(frozen=True)
class Bundle:
    """A proof of the form weir.proof/1. `content` is None where the bundle shows only a leaf."""

    schema: str
    content: bytes | None
    salt: bytes
    leaf: bytes
    tick: int
    depth: int
    place: int
    batch_path: list[bytes]
    index: int
    size: int
    log_path: list[bytes]
    checkpoint: str


@dataclass(frozen=True)
class Receipt:
    """The DSSE envelope of a receipt, not yet checked."""

    payload_type: str
    payload: bytes
    signatures: list[bytes]


def read_file(path: str) -> bytes:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - a path may also be a pipe
            data = file.read(LIMIT + 1)
    except (OSError, ValueError) as error:
        raise Unreadable(
            f"{plain(path)} cannot be read: {getattr(error, 'strerror', None) or 'no such name'}."
        ) from None
    if len(data) > LIMIT:
        raise Unreadable(f"{plain(path)} is larger than {LIMIT} bytes.")
    return data


def read_json(data: bytes) -> Any:
    """Strict JSON: no member twice, no NaN, no numbers or nesting without end."""
    try:
        return json.loads(data.decode(), object_pairs_hook=_once, parse_constant=_no_constant)
    except RecursionError:
        raise Unreadable("The JSON is nested too deeply.") from None
    except ValueError:
        raise Unreadable("This is not JSON in UTF-8.") from None


def read_bundle(data: bytes) -> Bundle:
    whole = members(read_json(data), "the bundle", ("format", "entry", "batch", "log", "checkpoint"))
    if whole["format"] != "weir.proof/1":
        raise Unreadable("The format of the bundle is not weir.proof/1.")
    batch = members(whole["batch"], "batch", ("tick", "depth", "place", "path"))
    log = members(whole["log"], "log", ("index", "size", "path"))
    schema, content, salt, leaf = _entry(whole["entry"])
    return Bundle(
        schema=schema,
        content=content,
        salt=salt,
        leaf=leaf,
        tick=number(batch["tick"], "batch.tick", 0, LARGEST),
        depth=number(batch["depth"], "batch.depth", 1, DEEPEST),
        place=number(batch["place"], "batch.place", 0, 2**DEEPEST - 1),
        batch_path=_hashes(batch["path"], "batch.path"),
        index=number(log["index"], "log.index", 0, LARGEST),
        size=number(log["size"], "log.size", 1, LARGEST),
        log_path=_hashes(log["path"], "log.path"),
        checkpoint=text(whole["checkpoint"], "checkpoint"),
    )


def read_receipt(data: bytes) -> Receipt:
    envelope = read_json(data)
    if not isinstance(envelope, dict):
        raise Unreadable("A receipt is a JSON object.")
    signatures = envelope.get("signatures")
    if not isinstance(signatures, list) or not 1 <= len(signatures) <= LONGEST_PATH:
        raise Unreadable("A receipt carries a list of signatures.")
    return Receipt(
        text(envelope.get("payloadType"), "payloadType"),
        unbase64(envelope.get("payload"), "payload"),
        [unbase64(each.get("sig") if isinstance(each, dict) else None, "signatures") for each in signatures],
    )


def read_keys(lines: Iterable[str]) -> list[Key]:
    """Keys as signed notes write them: name, id and key with a plus between; several may stand in one argument."""
    return [_key(line) for argument in lines for line in argument.split()]


def _key(line: str) -> Key:
    name, _, rest = line.partition("+")
    stated, _, encoded = rest.partition("+")
    kind_and_public = unbase64(encoded, "a key")
    computed = sha256(name.encode(errors="replace") + b"\n" + kind_and_public).digest()[:4]
    if not name or len(kind_and_public) != 33 or kind_and_public[0] != 1 or stated != computed.hex():
        raise Unreadable("A key is not an Ed25519 key of the form name+id+key, or was damaged on its way.")
    return Key(name, computed, kind_and_public[1:])


def _entry(value: object) -> tuple[str, bytes | None, bytes, bytes]:
    if isinstance(value, dict) and "leaf" in value:
        return "", None, b"", _hash(members(value, "entry", ("leaf",))["leaf"], "entry.leaf")
    entry = members(value, "entry", ("schema", "bytes", "salt"))
    content, salt = unbase64(entry["bytes"], "entry.bytes"), _hash(entry["salt"], "entry.salt")
    return text(entry["schema"], "entry.schema"), content, salt, sha256(b"\x00" + salt + content).digest()


def members(value: object, where: str, names: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(value, dict) or set(value) != set(names):
        raise Unreadable(f"{where} must have exactly these members: {', '.join(names)}.")
    return value


def number(value: object, where: str, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise Unreadable(f"{where} must be a whole number from {least} to {most}.")
    return value


def text(value: object, where: str) -> str:
    if not isinstance(value, str) or not value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise Unreadable(f"{where} must be text.")
    return value


def unbase64(value: object, where: str) -> bytes:
    """Either alphabet, padded, and only the one exact spelling of these bytes."""
    written = value.translate(str.maketrans("-_", "+/")) if isinstance(value, str) else "?"
    try:
        data = base64.b64decode(written, validate=True)
    except ValueError:
        data = None
    if data is None or base64.b64encode(data).decode() != written:
        raise Unreadable(f"{where} must be base64.")
    return data


def plain(shown: str) -> str:
    """What a stranger wrote, made harmless for a terminal."""
    return "".join(letter if " " <= letter <= "~" else "?" for letter in shown[:200])


def _hash(value: object, where: str) -> bytes:
    data = unbase64(value, where)
    if len(data) != 32:
        raise Unreadable(f"{where} must be 32 bytes in base64.")
    return data


def _hashes(value: object, where: str) -> list[bytes]:
    if not isinstance(value, list) or len(value) > LONGEST_PATH:
        raise Unreadable(f"{where} must be a list of at most {LONGEST_PATH} hashes.")
    return [_hash(each, where) for each in value]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise Unreadable("A member of the JSON comes twice.")
    return dict(pairs)


def _no_constant(_: str) -> None:
    raise ValueError
