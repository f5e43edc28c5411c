# SPDX-License-Identifier: Apache-2.0
"""The one file that a backup is: a plain tar that ends with a list of all that is in it, and a signature of that list.

Signed by the instance's receipt key (DSSE), which lies outside the backup: a file that somebody made, changed or cut
short is recognized before anything is touched. The list is not in the envelope itself, since it may be long.
"""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, BinaryIO

from weir.kernel import envelopes
from weir.kernel.canonical import canonical, loads
from weir.kernel.errors import Invalid, WeirError
from weir.kernel.moments import Moment
from weir.kernel.notes import NoteKey, VerifierKey

FORMAT = "weir.backup/1"
PAYLOAD_TYPE = "application/vnd.weir.backup+json"
MANIFEST = "manifest.json"
SIGNATURE = "manifest.dsse"
DATABASES = {"sqlite": "weir.sqlite", "postgresql": "database.dump"}
JOBS = "jobs.sqlite"
CHUNK = 1 << 20
_MEMBER = re.compile(r"weir\.sqlite|jobs\.sqlite|database\.dump|blobs/[0-9a-f]{2}/[0-9a-f]{64}")


class BrokenBackup(Invalid):
    """This file is no whole backup."""

    hint = "Nothing was touched. Take another backup, or the same file from another copy."


class ForeignBackup(Invalid):
    """This backup was not signed by the keys that lie here."""

    hint = "Put back the key folder that belongs to it (WEIR_KEYS), and WEIR_INSTANCE as it was. Nothing was touched."


@dataclass(frozen=True)
class Member:
    """One file inside."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What was backed up, when, and from where. `missing` are blobs that were damaged already then."""

    format: str
    weir: str
    made_at: Moment
    vendor: str
    instance: str
    origin: str
    checkpoint: str
    entries: int
    cases: int
    migrations: tuple[str, ...]
    missing: tuple[str, ...]
    members: tuple[Member, ...]


class Writer:
    """Adds files one by one and remembers what it added."""

    def __init__(self, file: BinaryIO, made_at: Moment) -> None:
        self._tar = tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - closed by `finish`
        self._at = int(made_at.timestamp())
        self.members: list[Member] = []

    def add(self, name: str, source: BinaryIO, size: int) -> None:
        hashing = _Hashing(source)
        self._tar.addfile(self._entry(name, size), hashing)  # type: ignore[arg-type]  # it only ever reads
        self.members.append(Member(name, size, hashing.sha256.hexdigest()))

    def finish(self, manifest: Manifest, key: NoteKey) -> None:
        said = canonical(manifest)
        signed = envelopes.seal(PAYLOAD_TYPE, sha256(said).digest(), [key]).to_json().encode()
        for name, text in ((MANIFEST, said), (SIGNATURE, signed)):
            self._tar.addfile(self._entry(name, len(text)), io.BytesIO(text))
        self._tar.close()

    def _entry(self, name: str, size: int) -> tarfile.TarInfo:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode, entry.mtime = size, 0o600, self._at
        return entry


class _Hashing:
    def __init__(self, source: BinaryIO) -> None:
        self._source, self.sha256 = source, sha256()

    def read(self, size: int) -> bytes:
        block = self._source.read(size)
        self.sha256.update(block)
        return block


class Reader:
    """Gives the manifest once its signature was checked, then each member while its digest is."""

    def __init__(self, path: Path, key: VerifierKey) -> None:
        with ExitStack() as undo, _readable(path):
            self._tar = undo.enter_context(tarfile.open(path, "r:"))
            self._entries = {entry.name: entry for entry in self._tar.getmembers()}
            self.manifest = _manifest(self._read(MANIFEST), self._read(SIGNATURE), key)
            self._check_members(path)
            undo.pop_all()

    def close(self) -> None:
        self._tar.close()

    def blocks(self, member: Member) -> Iterator[bytes]:
        """The bytes of a member. Only when the last one was given is it known that all of them are right."""
        seen = sha256()
        with _readable(Path(str(self._tar.name))):
            source = self._open(member.name)
            while block := source.read(CHUNK):
                seen.update(block)
                yield block
        if seen.hexdigest() != member.sha256:
            raise BrokenBackup(f"{member.name} in the backup is not what was put in.")

    def _check_members(self, path: Path) -> None:
        listed = {member.name: member.size for member in self.manifest.members}
        found = {name: entry.size for name, entry in self._entries.items() if name in listed and entry.isreg()}
        strange = [name for name in listed if not _MEMBER.fullmatch(name)]
        if strange or found != listed or len(self._entries) != len(listed) + 2:
            raise BrokenBackup(f"{path.name} does not hold what its manifest lists.")

    def _open(self, name: str) -> IO[bytes]:
        source = self._tar.extractfile(self._entries[name]) if name in self._entries else None
        if source is None:
            raise BrokenBackup(f"{name} is missing from the backup: it was cut short, or is no backup of Weir.")
        return source

    def _read(self, name: str) -> bytes:
        return self._open(name).read()


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, EOFError) as no:
        raise BrokenBackup(f"{path.name} cannot be read as a backup: {no}.") from no
    except FileNotFoundError:
        raise BrokenBackup(f"{path} is not there.") from None
    except OSError as no:
        raise BrokenBackup(f"{path.name} cannot be read: {no.strerror}.") from no


def _manifest(text: bytes, signature: bytes, key: VerifierKey) -> Manifest:
    try:
        envelope = envelopes.Envelope.parse(signature)
        signed = envelopes.open_envelope(envelope, [key], payload_type=PAYLOAD_TYPE)
    except WeirError as no:
        raise ForeignBackup from no
    # Its hints sign nothing, but a file in which they changed is not the one that was made.
    if [each.keyid for each in envelope.signatures] != [envelopes.key_id(key)]:
        raise ForeignBackup
    if signed != sha256(text).digest():
        raise BrokenBackup("The list of what is in the backup is not the one that was signed.")
    said: Any = loads(text)
    if said.get("format") != FORMAT:
        raise BrokenBackup(f"The backup's format is {said.get('format')}; this release reads {FORMAT}.")
    said["made_at"] = Moment.parse(said["made_at"])
    said["members"] = tuple(Member(**member) for member in said["members"])
    for name in ("migrations", "missing"):
        said[name] = tuple(said[name])
    return Manifest(**said)
