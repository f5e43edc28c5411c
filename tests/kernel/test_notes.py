# SPDX-License-Identifier: Apache-2.0
"""Notes and checkpoints: the published examples byte for byte, and everything that must not open."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weir.kernel import notes
from weir.kernel.notes import BadKey, BadNote, Checkpoint, NoteKey, VerifierKey

# The example of the Go checksum database's note package: key, text, signature.
PETER_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
PETER_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
PETER_NOTE = PETER_TEXT + "\n" + PETER_LINE

LOG = NoteKey.from_seed("log.example/weir", bytes([1]) * 32)
WITNESS = NoteKey.from_seed("witness.example", bytes([2]) * 32)
STRANGER = NoteKey.from_seed("stranger.example", bytes([3]) * 32)
TEXT = "one\n\ntwo\n"

texts = st.text(
    st.characters(exclude_characters=[chr(code) for code in range(32) if chr(code) != "\n"], exclude_categories=["Cs"])
)


def test_key_and_note_are_those_of_the_published_example():
    peter = NoteKey.from_seed("PeterNeumann", PETER_SEED)
    assert peter.vkey() == PETER_VKEY
    assert notes.sign(PETER_TEXT, [peter]) == PETER_NOTE
    assert notes.open_note(PETER_NOTE, [VerifierKey.parse(PETER_VKEY)]).text == PETER_TEXT


def test_the_key_of_a_log_in_the_world_is_read():
    vkey = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
    assert VerifierKey.parse(vkey).vkey() == vkey


@given(texts.map(lambda text: text + "\n"), st.lists(st.sampled_from([LOG, WITNESS]), min_size=1, max_size=3))
def test_what_is_signed_opens_and_says_by_whom(text, keys):
    opened = notes.open_note(notes.sign(text, [*keys, STRANGER]), [LOG.verifier(), WITNESS.verifier()])
    assert opened.text == text
    assert opened.by == tuple(dict.fromkeys(key.verifier() for key in keys))


@given(st.data())
def test_no_letter_of_a_signed_note_can_be_changed(data):
    note = notes.sign(TEXT, [LOG])
    at = data.draw(st.integers(0, len(note) - 1))
    letter = data.draw(st.sampled_from("aZ+/= \n—\x00"))
    changed = note[:at] + letter + note[at + 1 :]
    if changed != note:
        with pytest.raises(BadNote):
            notes.open_note(changed, [LOG.verifier()])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: "",
        lambda _: "\n\n",
        lambda note: note[:-1],
        lambda note: note + "\n",
        lambda note: note + "x\n",
        lambda note: note.replace("\n\n— ", "\n— "),
        lambda note: note.replace("— ", "- "),
        lambda note: note.replace("— ", ""),
        lambda note: note + "— stranger.example AAAAAA==\n",
        lambda note: (note + PETER_LINE)[:-1],
        lambda note: note.replace("— ", "—  "),
        lambda note: note.replace("one\n", "one\r\n"),
        lambda note: note.replace("one", "one\x1b[31m"),
        lambda note: note.replace("one", "one\ud800"),
        lambda note: note.replace(LOG.name, ""),
        lambda note: note.replace(LOG.name, "log+example"),
        lambda note: note.replace(LOG.name, "log\u3000example"),
        lambda note: note[:-2] + "\n",
        lambda note: note[:-2] + "é\n",
        lambda _: TEXT + "\n— log.example/weir AAAA\n",
        lambda _: TEXT + "\n— log.example/weir\n",
        lambda note: note + note.splitlines(keepends=True)[-1] * 100,
        lambda note: note.split("\n\n—")[0] + "\n\n",
    ],
)
def test_what_is_not_a_note_does_not_open(spoil):
    with pytest.raises(BadNote):
        notes.open_note(spoil(notes.sign(TEXT, [LOG])), [LOG.verifier()])


def test_a_note_signed_only_by_strangers_does_not_open():
    for keys in ([], [WITNESS.verifier()], [NoteKey.from_seed(LOG.name, bytes(32)).verifier()]):
        with pytest.raises(BadNote, match="Nobody you trust"):
            notes.open_note(notes.sign(TEXT, [LOG]), keys)


def test_a_false_signature_of_a_trusted_key_spoils_the_note_though_another_holds():
    note = notes.sign(TEXT, [LOG])
    false = notes.sign("something else\n", [WITNESS]).splitlines(keepends=True)[-1]
    assert notes.open_note(note + false, [LOG.verifier()]).by == (LOG.verifier(),)
    with pytest.raises(BadNote, match="witness"):
        notes.open_note(note + false, [LOG.verifier(), WITNESS.verifier()])


def test_a_signature_that_is_cut_short_spoils_the_note():
    short = base64.b64encode(LOG.verifier().key_id + bytes(63)).decode()
    with pytest.raises(BadNote):
        notes.open_note(f"{TEXT}\n— {LOG.name} {short}\n", [LOG.verifier()])


@pytest.mark.parametrize("text", ["", "no newline at the end", "tab\there\n", "\x7f\x00\n", "\ud800\n"])
def test_such_a_text_is_not_signed(text):
    with pytest.raises(BadNote):
        notes.sign(text, [LOG])


def test_a_note_that_is_too_long_is_neither_made_nor_opened(monkeypatch):
    with pytest.raises(BadNote, match="at most"):
        notes.sign("x" * notes.MAX_NOTE + "\n", [LOG])
    note = notes.sign(TEXT, [LOG])
    monkeypatch.setattr(notes, "MAX_NOTE", len(note) - 1)
    with pytest.raises(BadNote, match="at most"):
        notes.open_note(note, [LOG.verifier()])


def test_a_note_without_a_signer_is_not_made():
    with pytest.raises(BadNote):
        notes.sign(TEXT, [])


@pytest.mark.parametrize("name", ["", "two words", "a+b", "a\u00a0b", "a\nb", "a\x00b", "\ud800"])
def test_such_a_name_is_no_name_for_a_key(name):
    with pytest.raises(BadKey):
        NoteKey.from_seed(name, bytes(32))
    with pytest.raises(BadKey):
        VerifierKey(name, bytes(32))


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "PeterNeumann",
        PETER_VKEY.replace("c74f20a3", "c74f20a4"),
        PETER_VKEY.replace("c74f20a3", "C74F20A3"),
        PETER_VKEY.replace("Peter", "Petra"),
        PETER_VKEY.replace("Peter", "Peter "),
        PETER_VKEY.replace("+ARpc", "+ZRpc"),
        PETER_VKEY + "AAAA",
        PETER_VKEY + "\n",
        PETER_VKEY[:-1],
        PETER_VKEY[:-4],
        "PeterNeumann+c74f20a3+",
        "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ],
)
def test_a_key_that_was_damaged_on_its_way_is_refused(vkey):
    with pytest.raises(BadKey):
        VerifierKey.parse(vkey)


def test_a_key_never_shows_its_secret():
    assert "private" not in repr(LOG)


@given(
    st.text(st.characters(codec="ascii", exclude_characters="\n"), min_size=1),
    st.integers(0, 2**63 - 1),
    st.binary(min_size=32, max_size=32),
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n"), min_size=1), max_size=3),
)
def test_a_checkpoint_can_be_read_back(origin, size, root, extensions):
    checkpoint = Checkpoint(origin, size, root, tuple(extensions))
    assert Checkpoint.parse(checkpoint.text()) == checkpoint


def test_a_checkpoint_is_spelled_as_the_specification_spells_it():
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    checkpoint = Checkpoint.parse(text)
    assert (checkpoint.origin, checkpoint.size, checkpoint.root.hex()[:8]) == (
        "example.com/behind-the-sofa",
        20852163,
        "0ac5186a",
    )
    assert checkpoint.text() == text


GOOD = ("log.example/weir", "5", base64.b64encode(bytes(32)).decode(), "")


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("",),
        GOOD[:3],
        ("", *GOOD[1:]),
        (GOOD[0], "05", *GOOD[2:]),
        (GOOD[0], "-5", *GOOD[2:]),
        (GOOD[0], "+5", *GOOD[2:]),
        (GOOD[0], "\u0665", *GOOD[2:]),
        (GOOD[0], "", *GOOD[2:]),
        (GOOD[0], str(2**63), *GOOD[2:]),
        (GOOD[0], "9" * 5000, *GOOD[2:]),
        (*GOOD[:2], GOOD[2][:-1], ""),
        (*GOOD[:2], GOOD[2].replace("A=", "B="), ""),
        (*GOOD[:2], base64.b64encode(bytes(31)).decode(), ""),
        (*GOOD[:2], "", ""),
        (*GOOD[:3], "", ""),
        (*GOOD[:3], "extension", "", ""),
        (*GOOD[:3], "extension without newline"),
    ],
)
def test_what_is_not_a_checkpoint_is_refused(lines):
    with pytest.raises(BadNote):
        Checkpoint.parse("\n".join(lines))


@pytest.mark.parametrize(
    "wrong",
    [
        ("", 5, bytes(32)),
        ("a\nb", 5, bytes(32)),
        ("a", -1, bytes(32)),
        ("a", 2**63, bytes(32)),
        ("a", 5, bytes(31)),
        ("a", 5, bytes(32), ("",)),
        ("a", 5, bytes(32), ("x\ny",)),
    ],
)
def test_a_checkpoint_that_could_not_be_read_back_is_not_made(wrong):
    with pytest.raises(BadNote):
        Checkpoint(*wrong)
