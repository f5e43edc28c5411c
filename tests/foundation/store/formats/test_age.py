# SPDX-License-Identifier: Apache-2.0
"""age: what we encrypt others open, what others encrypt we recognize, and noise is noise."""

from __future__ import annotations

import shutil
import subprocess

import pyrage  # type: ignore[import-untyped]  # it ships no types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weir.foundation.store.formats import age
from weir.foundation.store.terms import UnreadableRecipient

AGE = shutil.which("age") and shutil.which("age-keygen") and shutil.which("ssh-keygen")
needs_age = pytest.mark.skipif(not AGE, reason="needs age and ssh-keygen: apt-get install age openssh-client")
PROOF = b"#!/bin/sh\n" * 10_000


@pytest.fixture
def reader(tmp_path):
    """A file of age's own making with an identity, and its recipient."""
    done = subprocess.run(["age-keygen", "-o", tmp_path / "identity"], check=True, capture_output=True, text=True)
    return tmp_path / "identity", done.stderr.split()[-1]


def decrypted(identity, sealed: bytes) -> bytes:
    return subprocess.run(["age", "-d", "-i", identity], input=sealed, check=True, capture_output=True).stdout


@needs_age
@pytest.mark.parametrize("armored", [False, True])
def test_age_opens_what_we_encrypted(reader, armored):
    identity, recipient = reader
    assert decrypted(identity, age.encrypt_to((recipient,), PROOF, armored=armored)) == PROOF


@needs_age
@pytest.mark.parametrize("armor", [[], ["-a"]])
def test_we_recognize_and_open_what_age_encrypted(reader, armor):
    identity, recipient = reader
    sealed = subprocess.run(["age", "-r", recipient, *armor], input=PROOF, check=True, capture_output=True).stdout
    assert age.recognize(sealed[: age.HEAD_SIZE]) == age.Envelope(bool(armor), ("X25519",))
    secret = pyrage.x25519.Identity.from_str(identity.read_text().split()[-1])
    assert pyrage.decrypt(sealed, [secret]) == PROOF


@needs_age
def test_an_ssh_key_is_a_recipient_too(tmp_path):
    key = tmp_path / "id"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    sealed = age.encrypt_to(((tmp_path / "id.pub").read_text(),), PROOF)
    envelope = age.recognize(sealed)
    assert envelope
    assert "ssh-ed25519" in envelope.kinds
    assert decrypted(key, sealed) == PROOF


def test_any_one_of_the_recipients_opens_it_and_nobody_else():
    readers = [pyrage.x25519.Identity.generate() for _ in range(3)]
    sealed = age.encrypt_to(tuple(str(reader.to_public()) for reader in readers[:2]), PROOF)
    assert [pyrage.decrypt(sealed, [reader]) for reader in readers[:2]] == [PROOF, PROOF]
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed, readers[2:])


@pytest.mark.parametrize(
    "recipients",
    [(), ("",), ("age1nobody",), ("ssh-ed25519 AAAA",), ("AGE-SECRET-KEY-1",), ("age1" + "q" * 5000,)],
)
def test_who_cannot_be_encrypted_to_is_refused(recipients):
    with pytest.raises(UnreadableRecipient):
        age.encrypt_to(recipients, PROOF)


def test_the_head_alone_is_enough():
    sealed = age.encrypt_to((str(pyrage.x25519.Identity.generate().to_public()),) * 40, PROOF)
    envelope = age.recognize(sealed[: age.HEAD_SIZE])
    assert envelope
    assert envelope.kinds.count("X25519") == 40


@given(st.binary(max_size=300).filter(lambda noise: b"age" not in noise and b"AGE" not in noise))
def test_noise_is_no_age_file(noise):
    assert age.recognize(noise) is None


@given(st.binary(max_size=300), st.sampled_from([age._VERSION, age._ARMOR + b"\n"]))
def test_noise_after_the_first_line_breaks_nothing(noise, first):
    envelope = age.recognize(first + noise)
    assert envelope is None or all(kind.isascii() for kind in envelope.kinds)


@pytest.mark.parametrize(
    "text", [b"", b"age-encryption.org/v1", b"age-encryption.org/v2\n", b" age-encryption.org/v1\n", b"-----BEGIN AGE"]
)
def test_what_only_looks_like_age_is_not(text):
    assert age.recognize(text) is None
