# SPDX-License-Identifier: Apache-2.0
"""Envelopes: the vectors that the specification's authors publish, one of our own, and all that must not open."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weir.kernel import envelopes
from weir.kernel.envelopes import BadEnvelope, Envelope, Signature
from weir.kernel.notes import NoteKey

# The keys are tests 1 and 2 of RFC 8032, section 7.1; the signatures are those of the DSSE test vectors.
A = NoteKey.from_seed("a.example", bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))
B = NoteKey.from_seed("b.example", bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))
KIND = "application/vnd.in-toto+json"
STATEMENT = "eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90by5pby9TdGF0ZW1lbnQvdjEifQ=="
BY_A = "2WAfaHm5jluo0w+0rk8uVkluELJYWjSmU9x7EUzx+AyteDGJ4/nqyJXfmAUVFIAoQafWm7AxBZNw5M9ixNHiCA=="
BY_B = "c1+67/aT0yqEpwx8PsVY3MLHsj9D0CZ014/Fv/QlG59P+9CobUZ7xECJ/V3USG0Ob9CiE5LjReEZUzNF2l7eBw=="


def written(kind: str, payload: str, *signatures: str) -> str:
    return json.dumps({"payload": payload, "payloadType": kind, "signatures": [{"sig": each} for each in signatures]})


def opened(text: str, threshold: int = 1) -> bytes:
    return envelopes.open_envelope(Envelope.parse(text), [A.verifier(), B.verifier()], threshold)


@pytest.mark.parametrize(
    ("text", "threshold"),
    [
        (written(KIND, STATEMENT, BY_A), 1),
        (written(KIND, STATEMENT, BY_A, BY_B), 2),
        (
            written(
                KIND,
                "-_-_Pj8=",
                "P-_KHICeR7tI6S_YyejJTRtrXhcQyQ2LYPaL8h90KjC9qN8HU_svOQ6TuDOT1HIrsGW886DbWNWcCmX5twLrAw==",
            ),
            1,
        ),
        (
            written(
                "application/vnd.exämple+json",
                STATEMENT,
                "xmSk/ug66ysT7ayhkCIjhAq42zgZXSsEWuzUaNL7w2eGAdF/NU6/fRXPtmfN+5DNSAs5/i2lUnHjbbjPsu0tAw==",
            ),
            1,
        ),
        (
            written(
                KIND, "", "gSggCAaTLTYyRH6FIDBem6meyIynsYy8RTHVzwx9tnTb7Bg/1jMWnuVgI/gffqmbsC2VX5/jHfkkDqsj7CDbDg=="
            ),
            1,
        ),
    ],
    ids=["one signature", "two signers", "the other base64", "a type beyond ASCII", "an empty payload"],
)
def test_the_published_vectors_open(text, threshold):
    opened(text, threshold)


@pytest.mark.parametrize(
    ("text", "threshold"),
    [
        (written("application/vnd.example.other+json", STATEMENT, BY_A), 1),
        (
            written(
                "",
                STATEMENT,
                "iC3q/+3Rm0+lpAJRueDmDh15PnwCfxKmS0NAfKsbv+zgulXQC/WM9trc+j1XEqlwDIg/vf/uNfebeD6sxInrDg==",
            ),
            1,
        ),
        (written(KIND, STATEMENT, BY_A, BY_A), 2),
    ],
    ids=["another type", "no type", "one signer twice"],
)
def test_the_published_vectors_that_must_not_open_do_not(text, threshold):
    with pytest.raises(BadEnvelope):
        opened(text, threshold)


def test_what_is_signed_is_what_the_specification_spells_out():
    encoded = envelopes.pre_authentication_encoding("http://example.com/HelloWorld", b"hello world")
    assert encoded == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert envelopes.pre_authentication_encoding("é", b"") == "DSSEv1 2 é 0 ".encode()


def test_an_envelope_is_always_spelled_the_same_way():
    assert envelopes.seal("application/vnd.weir.test+json", b"{}", [A]).to_json() == (
        '{"payloadType":"application/vnd.weir.test+json","payload":"e30=","signatures":[{"keyid":"a'
        '.example+a55f698c","sig":"t4XkxeXuj+e9GalQOundPsy86floUeD/zi+kVC9UjwXIQXAB4dE0WkRunfVF0HxeNM1OHHs8c6B15vdiOZXfBQ=="}]}'
    )


@given(st.text(st.characters(codec="utf-8"), min_size=1), st.binary(max_size=200), st.sampled_from([[A], [B], [A, B]]))
def test_what_is_sealed_opens_after_a_journey_as_json(kind, payload, keys):
    envelope = envelopes.seal(kind, payload, keys)
    arrived = Envelope.parse(envelope.to_json())
    assert arrived == envelope
    assert envelopes.open_envelope(arrived, [A.verifier(), B.verifier()], len(keys), payload_type=kind) == payload
    with pytest.raises(BadEnvelope):
        envelopes.open_envelope(arrived, [A.verifier(), B.verifier()], len(keys) + 1)


@given(st.binary(min_size=1, max_size=50), st.data())
def test_neither_payload_nor_type_nor_signature_can_be_changed(payload, data):
    sealed = envelopes.seal(KIND, payload, [A])
    at = data.draw(st.integers(0, len(payload) - 1))
    changed = payload[:at] + bytes([payload[at] ^ data.draw(st.integers(1, 255))]) + payload[at + 1 :]
    signature = sealed.signatures[0].sig
    bit = data.draw(st.integers(0, 63))
    for envelope in (
        Envelope(KIND, changed, sealed.signatures),
        Envelope(KIND + "x", payload, sealed.signatures),
        Envelope(KIND, payload, (Signature(signature[:bit] + bytes([signature[bit] ^ 1]) + signature[bit + 1 :]),)),
        Envelope(KIND, payload, (Signature(signature[:-1]), Signature(b""))),
    ):
        with pytest.raises(BadEnvelope):
            envelopes.open_envelope(envelope, [A.verifier()])


def test_nothing_slides_between_type_and_payload():
    sealed = envelopes.seal("a", b"b 1 c", [A])
    with pytest.raises(BadEnvelope):
        envelopes.open_envelope(Envelope("a 5 b", b"c", sealed.signatures), [A.verifier()])


def test_the_hint_whose_signature_it_is_is_not_believed():
    sealed = envelopes.seal(KIND, b"x", [A])
    as_if_by_b = Envelope(KIND, b"x", (Signature(sealed.signatures[0].sig, envelopes.key_id(B.verifier())),))
    assert envelopes.open_envelope(as_if_by_b, [A.verifier()]) == b"x"
    with pytest.raises(BadEnvelope):
        envelopes.open_envelope(as_if_by_b, [B.verifier()])


def test_one_key_under_two_names_is_one_signer():
    again = NoteKey("c.example", A.private)
    sealed = envelopes.seal(KIND, b"x", [A, again])
    with pytest.raises(BadEnvelope, match="1 of the trusted keys"):
        envelopes.open_envelope(sealed, [A.verifier(), again.verifier()], 2)


def test_a_payload_of_another_type_than_the_expected_one_stays_closed():
    sealed = envelopes.seal(KIND, b"x", [A])
    with pytest.raises(BadEnvelope, match="another type"):
        envelopes.open_envelope(sealed, [A.verifier()], payload_type="application/vnd.weir.receipt+json")


def test_no_keys_or_no_threshold_open_nothing():
    sealed = envelopes.seal(KIND, b"x", [A])
    for keys, threshold in (([], 1), ([A.verifier()], 0), ([], 0), ([A.verifier()], -1)):
        with pytest.raises(BadEnvelope):
            envelopes.open_envelope(sealed, keys, threshold)


def test_members_that_nobody_knows_are_passed_over():
    read = json.loads(written(KIND, STATEMENT, BY_A)) | {"comment": [1, {"deep": True}]}
    assert opened(json.dumps(read)).startswith(b'{"_type"')


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        pytest.param("[" * 200_000, id="deep list"),
        pytest.param('{"a":' * 200_000, id="deep object"),
        b"\xff\xfe\xfa",
        b"\x80",
        pytest.param(written(KIND, STATEMENT, BY_A).encode("utf-16"), id="UTF-16"),
        pytest.param("1" * 5000, id="long number"),
        "{}",
        '{"payloadType":"t","payload":"","signatures":[]}',
        '{"payloadType":"t","payload":"","signatures":{}}',
        '{"payloadType":"t","payload":"","signatures":["x"]}',
        '{"payloadType":"t","payload":"","signatures":[{"sig":7}]}',
        '{"payloadType":"t","payload":"","signatures":[{"sig":"AA==","keyid":7}]}',
        '{"payloadType":7,"payload":"","signatures":[{"sig":"AA=="}]}',
        '{"payloadType":"t","payload":7,"signatures":[{"sig":"AA=="}]}',
        '{"payloadType":"t","payload":"A","signatures":[{"sig":"AA=="}]}',
        '{"payloadType":"t","payload":"é===","signatures":[{"sig":"AA=="}]}',
        '{"payloadType":"t","payload":"AA==\\n","signatures":[{"sig":"AA=="}]}',
        '{"payloadType":"t","payload":"","payload":"AA==","signatures":[{"sig":"AA=="}]}',
        '{"payloadType":"t","payload":"","signatures":[' + ",".join(['{"sig":"AA=="}'] * 101) + "]}",
        pytest.param(written(KIND, STATEMENT, BY_A) + " " * 16 * 1024 * 1024, id="too long"),
    ],
)
def test_what_is_not_an_envelope_is_refused(text):
    with pytest.raises(BadEnvelope):
        Envelope.parse(text)


def test_a_type_that_cannot_be_written_is_refused():
    with pytest.raises(BadEnvelope):
        opened('{"payloadType":"\\ud800","payload":"","signatures":[{"sig":"AA=="}]}')
    with pytest.raises(BadEnvelope):
        envelopes.seal("t", b"", [])
