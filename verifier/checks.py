# SPDX-License-Identifier: Apache-2.0
"""The checks themselves. Each says in one line what it found, or raises `Failed` with one line on what is wrong."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from verifier.reading import Bundle, Key, Receipt, Unreadable, members, plain, read_json, text, unbase64

RECEIPT_TYPE = "application/vnd.weir.receipt+json"
RECEIPT_MEMBERS = ("format", "instance", "subject", "leaf", "made_at", "promise_by")
_SIGNATURE = re.compile("\u2014 ([^ +]+) ([A-Za-z0-9+/=]+)")
_SIZE = re.compile("0|[1-9][0-9]{0,18}", re.ASCII)


class Failed(Exception):
    """A check found that the claim does not hold."""


@dataclass(frozen=True)
class Check:
    """The outcome of one check: ok, FAIL, or skip because an earlier one failed."""

    name: str
    result: str
    says: str


Step = tuple[str, Callable[[], str]]


def run(steps: list[Step]) -> Iterator[Check]:
    """One outcome per step, in order. After a failure the rest proves nothing and is skipped."""
    failed = False
    for name, step in steps:
        if failed:
            yield Check(name, "skip", "Not checked, because an earlier check failed.")
            continue
        try:
            yield Check(name, "ok", step())
        except Failed as reason:
            failed = True
            yield Check(name, "FAIL", str(reason))


def steps_for(
    bundle: Bundle, keys: list[Key], receipt: Receipt | None, receipt_keys: list[Key], origin: str
) -> list[Step]:
    """What is to be checked, in the order in which each rests on the one before."""
    steps: list[Step] = [
        ("entry", partial(check_entry, bundle)),
        ("batch", partial(check_batch, bundle)),
        ("checkpoint", partial(check_checkpoint, bundle, keys, origin)),
        ("log", partial(check_log, bundle)),
    ]
    return [*steps, ("receipt", partial(check_receipt, receipt, bundle, receipt_keys))] if receipt else steps


def check_entry(bundle: Bundle) -> str:
    """The leaf was computed from salt and bytes while reading; here: are these bytes what the bundle calls them?"""
    if bundle.content is None:
        return f"The content was not shown. What follows is about the leaf {bundle.leaf.hex()} and nothing else."
    try:
        content = read_json(bundle.content)
    except Unreadable:
        raise Failed("The bytes of the entry are not JSON, so they do not name their schema.") from None
    if not isinstance(content, dict) or content.get("schema") != bundle.schema:
        raise Failed("The bytes of the entry do not name the schema that the bundle names.")
    return f"{len(bundle.content)} bytes of {plain(bundle.schema)} and their salt make the leaf {bundle.leaf.hex()}."


def check_batch(bundle: Bundle) -> str:
    """The shape of the claim; whether the path is true shows when its root is looked for in the log."""
    if len(bundle.batch_path) != bundle.depth or bundle.place >> bundle.depth:
        raise Failed(f"Place and path do not fit a batch of depth {bundle.depth}.")
    if bundle.tick != bundle.index:
        raise Failed("The tick of the batch is not its index in the log.")
    return f"The leaf stands at place {bundle.place} of the batch of tick {bundle.tick}, {batch_root(bundle).hex()}."


def check_checkpoint(bundle: Bundle, keys: list[Key], origin: str) -> str:
    """Signed by a key that the caller trusts, for the log that this key (or the caller) names."""
    signers = note_signers(bundle.checkpoint, keys)
    named, size, _ = head(bundle.checkpoint)
    if named not in ([origin] if origin else signers):
        raise Failed(f"The checkpoint is of another log: {plain(named)}.")
    if size != bundle.size:
        raise Failed(f"The checkpoint is for {size} leaves and the proof for {bundle.size}.")
    return f"{plain(', '.join(signers))} signed the log {plain(named)} at {size} leaves."


def check_log(bundle: Bundle) -> str:
    public_leaf = sha256(b"\x00weir.batch/1\n" + bytes([bundle.depth]) + batch_root(bundle)).digest()
    if inclusion_root(public_leaf, bundle.index, bundle.size, bundle.log_path) != head(bundle.checkpoint)[2]:
        raise Failed("The proof does not lead from the entry to the root that was signed.")
    return f"The batch is leaf {bundle.index} of that log."


def check_receipt(receipt: Receipt, bundle: Bundle, keys: list[Key]) -> str:
    """DSSE v1: the signature covers the type and the payload, each behind its length."""
    kind = receipt.payload_type.encode()
    message = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(receipt.payload), receipt.payload)
    signers = [key.name for key in keys if any(holds(key, each, message) for each in receipt.signatures)]
    if not signers:
        raise Failed("None of the given keys has signed the receipt.")
    try:
        said = members(read_json(receipt.payload), "the receipt", RECEIPT_MEMBERS)
        values = {name: text(said[name], name) for name in RECEIPT_MEMBERS}
        leaf = unbase64(said["leaf"], "leaf")
    except Unreadable as reason:
        raise Failed(f"What was signed is no receipt: {reason}") from None
    if receipt.payload_type != RECEIPT_TYPE or values["format"] != "weir.receipt/1":
        raise Failed("What was signed is no receipt of the form weir.receipt/1.")
    if leaf != bundle.leaf:
        raise Failed("The receipt is for another leaf.")
    promise = f"{values['instance']} promised for {values['subject']} at {values['made_at']}: by {values['promise_by']}"
    return f"{plain(signers[0])} signed this leaf. {plain(promise)}."


def batch_root(bundle: Bundle) -> bytes:
    """A complete binary tree: each bit of the place says on which side the entry stands."""
    joined, place = bundle.leaf, bundle.place
    for sibling in bundle.batch_path:
        joined = node(sibling, joined) if place & 1 else node(joined, sibling)
        place >>= 1
    return joined


def inclusion_root(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """RFC 9162, section 2.1.3.2, in its own steps and names."""
    fn, sn, r = index, size - 1, leaf
    if fn > sn:
        raise Failed("The index is outside the log.")
    for p in path:
        if sn == 0:
            raise Failed("The proof in the log is too long.")
        if fn & 1 or fn == sn:
            r = node(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node(r, p)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:
        raise Failed("The proof in the log is too short.")
    return r


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def note_signers(note: str, keys: list[Key]) -> list[str]:
    """C2SP signed-note: the names of the given keys that have signed the text above the last empty line."""
    above, _, below = note.rpartition("\n\n")
    lines = below.split("\n")
    matches = [_SIGNATURE.fullmatch(line) for line in lines[:-1]]
    if lines[-1] or not matches or len(matches) > 100 or not note.replace("\n", "").isprintable():
        raise Failed("The checkpoint is not a signed note.")
    signers = []
    for match in matches:
        signature = _bytes(match[2] if match else "?")
        for key in keys:
            if match and match[1] == key.name and signature[:4] == key.id:
                if not holds(key, signature[4:], (above + "\n").encode()):
                    raise Failed(f"The signature of {plain(key.name)} does not belong to this checkpoint.")
                signers.append(key.name)
    if not signers:
        raise Failed("None of the given keys has signed the checkpoint.")
    return list(dict.fromkeys(signers))


def head(note: str) -> tuple[str, int, bytes]:
    """C2SP tlog-checkpoint: origin, size and root are the first three lines."""
    lines = note.rpartition("\n\n")[0].split("\n")
    if len(lines) < 3 or not all(lines) or not _SIZE.fullmatch(lines[1]) or len(_bytes(lines[2])) != 32:
        raise Failed("What was signed is not a checkpoint.")
    return lines[0], int(lines[1]), _bytes(lines[2])


def holds(key: Key, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _bytes(written: str) -> bytes:
    """Standard base64 in its one exact spelling, as notes have it."""
    try:
        data = base64.b64decode(written, validate=True)
    except ValueError:
        data = b""
    if not data or base64.b64encode(data).decode() != written:
        raise Failed("The checkpoint holds something that is not base64.")
    return data
