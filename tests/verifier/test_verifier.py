# SPDX-License-Identifier: Apache-2.0
"""The verifier, run as an outsider runs it, on bundles that the kernel made: true ones hold, changed ones do not."""

from __future__ import annotations

import ast
import base64
import contextlib
import copy
import io
import json
import random
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import verifier.__main__
from verifier import checks
from weir.kernel import batch, envelopes, merkle, notes
from weir.kernel.notes import Checkpoint, NoteKey

ROOT = Path(verifier.__file__).parents[1]
LOG = NoteKey.from_seed("log.example/weir", bytes([1]) * 32)
RECEIPTS = NoteKey.from_seed("log.example/weir/receipts", bytes([2]) * 32)
OTHER = NoteKey.from_seed("other.example", bytes([3]) * 32)
SCHEMA = "intake.receive_report/1"
CONTENT = b'{"about":"R-2026-EXAMPLE","outcome":{"size":2048},"schema":"intake.receive_report/1"}'
SALT = bytes(range(32))
LEAF = batch.blind_leaf(SALT, CONTENT)
TICK, SIZE = 123, 130


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def made_bundle(*, entries: int = 40, depth: int = 12, content: bytes = CONTENT, tick: int = TICK, size: int = SIZE):
    """A bundle as an instance makes it: a tick with some entries, in a log of empty ticks before and after."""
    leaf = batch.blind_leaf(SALT, content)
    places = batch.choose_places(entries, depth, random.Random(5).randbytes)
    leaves = {place: merkle.leaf_hash(bytes([at])) for at, place in enumerate(places)} | {places[0]: leaf}
    tree = batch.Batch(depth, tick, bytes(32), leaves)
    ticks = [batch.Batch(depth, at, bytes(32), {}).root() for at in range(size)]
    ticks[tick] = tree.root()
    log = [merkle.leaf_hash(batch.public_leaf_data(root, depth)) for root in ticks]
    return {
        "format": "weir.proof/1",
        "entry": {"schema": SCHEMA, "bytes": b64(content), "salt": b64(SALT)},
        "batch": {
            "tick": tick,
            "depth": depth,
            "place": places[0],
            "path": [b64(step) for step in tree.path(places[0])],
        },
        "log": {"index": tick, "size": size, "path": [b64(step) for step in merkle.inclusion_path(tick, log)]},
        "checkpoint": notes.sign(Checkpoint(LOG.name, size, merkle.root(log)).text(), [LOG, OTHER]),
    }


def made_receipt(key: NoteKey = RECEIPTS, kind: str = "application/vnd.weir.receipt+json", **changed: object) -> str:
    payload = {
        "format": "weir.receipt/1",
        "instance": "weir.example",
        "subject": "R-2026-EXAMPLE",
        "leaf": b64(LEAF),
        "made_at": "2026-11-20T12:00:00Z",
        "promise_by": "2026-11-20T12:03:00Z",
    }
    return envelopes.seal(kind, json.dumps(payload | changed).encode(), [key]).to_json()


BUNDLE: dict[str, Any] = made_bundle()


@pytest.fixture
def verify(tmp_path):
    """Run the command on this bundle (and receipt) in a process of its own."""

    def run(bundle: object, *options: str, receipt: str | bytes = b"", vkey: str = LOG.vkey()):
        proof = tmp_path / "proof.json"
        proof.write_bytes(bundle if isinstance(bundle, bytes) else json.dumps(bundle).encode())
        if receipt:
            kept = tmp_path / "receipt.json"
            kept.write_bytes(receipt if isinstance(receipt, bytes) else receipt.encode())
            options = (*options, "--receipt", str(kept))
        command = [sys.executable, "-m", "verifier", str(proof), "--vkey", vkey, *options]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
        assert "Traceback" not in done.stderr
        return done

    return run


def in_process(bundle: bytes, folder: Path, receipt: bytes = b"") -> int:
    """The same without a process, for when there are many."""
    proof = folder / "proof.json"
    proof.write_bytes(bundle)
    (folder / "receipt.json").write_bytes(receipt)
    options = ["--receipt", str(folder / "receipt.json"), "--receipt-vkey", RECEIPTS.vkey()] if receipt else []
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return verifier.__main__.main([str(proof), "--vkey", LOG.vkey(), *options])


def test_a_true_bundle_is_verified_line_by_line(verify):
    done = verify(BUNDLE)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert [line.split()[:2] for line in lines[:-1]] == [
        ["ok", "entry"],
        ["ok", "batch"],
        ["ok", "checkpoint"],
        ["ok", "log"],
    ]
    assert lines[-1] == "Verified."


@pytest.mark.parametrize(
    ("entries", "depth", "tick", "size"), [(1, 12, 0, 1), (4, 2, 0, 2), (2, 1, 6, 7), (9, 20, 3, 4)]
)
def test_a_bundle_of_any_shape_is_verified(tmp_path, entries, depth, tick, size):
    bundle = made_bundle(entries=entries, depth=depth, tick=tick, size=size)
    assert in_process(json.dumps(bundle).encode(), tmp_path) == 0


def test_a_bundle_that_shows_only_the_leaf_says_so(verify):
    done = verify(BUNDLE | {"entry": {"leaf": b64(LEAF)}})
    assert done.returncode == 0
    assert "The content was not shown" in done.stdout


def test_answers_for_machines_are_json(verify):
    answer = json.loads(verify(BUNDLE, "--json").stdout)
    assert answer["verified"] is True
    assert {check["result"] for check in answer["checks"]} == {"ok"}
    refused = json.loads(verify(b"no", "--json").stdout)
    assert (refused["verified"], refused["checks"]) == (False, [])
    assert refused["unreadable"]


def changes() -> list[tuple[str, object]]:
    """Every field of the bundle, changed as little as it can be and still be read."""
    found: list[tuple[str, object]] = []
    for name, value in [*BUNDLE["entry"].items()]:
        other = (
            "intake.receive_report/2"
            if name == "schema"
            else b64(bytes([base64.b64decode(value)[0] ^ 1]) + base64.b64decode(value)[1:])
        )
        found.append((f"entry/{name}", other))
    for part in ("batch", "log"):
        for name, value in BUNDLE[part].items():
            if isinstance(value, int):
                found += [(f"{part}/{name}", value + change) for change in (1, -1)]
        path = BUNDLE[part]["path"]
        found += [(f"{part}/path/{at}", b64(merkle.leaf_hash(step.encode()))) for at, step in enumerate(path)]
        found += [(f"{part}/path", path[:-1]), (f"{part}/path", [*path, path[0]]), (f"{part}/path", path[::-1])]
    note = BUNDLE["checkpoint"]
    lines = note.split("\n")
    found += [
        ("checkpoint", note.replace(line, line[:-2] + ("A" if line[-2] != "A" else "B") + line[-1]))
        for line in lines[:3]
    ]
    found += [("batch/place", BUNDLE["batch"]["place"] + 4096), ("log/index", TICK + 128)]
    found += [("checkpoint", note.replace(f"\n{SIZE}\n", f"\n{SIZE + 1}\n")), ("checkpoint", note[:-1])]
    found += [("checkpoint", "\n".join([*lines[:3], "more", *lines[3:]]))]
    found += [("checkpoint", note.replace(lines[4], ""))]
    return found


def changed(pointer: str, value: object) -> dict[str, Any]:
    bundle: dict[str, Any] = copy.deepcopy(BUNDLE)
    *way, last = pointer.split("/")
    place: Any = bundle
    for step in way:
        place = place[step]
    place[int(last) if last.isdigit() else last] = value
    return bundle


@pytest.mark.parametrize(
    ("pointer", "value"), changes(), ids=[f"{at}-{where}" for at, (where, _) in enumerate(changes())]
)
def test_a_bundle_with_one_field_changed_is_not_verified(tmp_path, pointer, value):
    bundle = changed(pointer, value)
    assert bundle != BUNDLE
    assert in_process(json.dumps(bundle).encode(), tmp_path) == 1


@pytest.mark.parametrize("pointer", ["entry/bytes", "batch/place", "log/index", "log/path/0", "checkpoint"])
def test_what_is_not_verified_says_which_check_failed_and_skips_what_rests_on_it(verify, pointer):
    done = verify(changed(pointer, dict(changes())[pointer]))
    assert done.returncode == 1
    results = [line.split()[0] for line in done.stdout.splitlines()]
    assert results[-1] == "NOT"
    assert results.count("FAIL") == 1
    assert set(results[results.index("FAIL") + 1 : -1]) <= {"skip"}


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_no_letter_of_the_file_can_be_changed(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("proof")
    note = BUNDLE["checkpoint"].rpartition("\u2014 other")[0]  # a stranger's signature is nobody's concern
    bundle = BUNDLE | {"checkpoint": note}
    written = json.dumps(bundle)
    at = data.draw(st.integers(0, len(written) - 1))
    letter = data.draw(st.sampled_from('aQ07+/= \\"{}[],:\n\x00é'))
    spoiled = written[:at] + letter + written[at + 1 :]
    try:
        same = json.loads(spoiled) == bundle
    except ValueError:
        same = False
    assert same or in_process(spoiled.encode(), folder) in (1, 2)


def test_an_entry_must_name_its_schema_itself(tmp_path):
    for content in (
        b"no JSON",
        b"[]",
        b'{"about":"R-2026-EXAMPLE"}',
        CONTENT.replace(b"2048", b"NaN"),
        b"[" * 100_000,
        b"\xff",
    ):
        assert in_process(json.dumps(made_bundle(content=content)).encode(), tmp_path) == 1


def test_an_inner_node_of_a_batch_does_not_pass_for_a_leaf(tmp_path):
    path = [base64.b64decode(step) for step in BUNDLE["batch"]["path"]]
    inner = batch.root_from_path(LEAF, BUNDLE["batch"]["place"] & 1, path[:1])
    shorter = {"tick": TICK, "place": BUNDLE["batch"]["place"] >> 1, "path": BUNDLE["batch"]["path"][1:]}
    for depth in (11, 12):
        bundle = BUNDLE | {"entry": {"leaf": b64(inner)}, "batch": shorter | {"depth": depth}}
        assert in_process(json.dumps(bundle).encode(), tmp_path) == 1


def test_only_the_key_that_is_trusted_for_this_log_counts(verify):
    another_seed = NoteKey.from_seed(LOG.name, bytes([9]) * 32).vkey()
    assert verify(BUNDLE, vkey=another_seed).returncode == 1
    by_other = verify(BUNDLE, vkey=OTHER.vkey())
    assert by_other.returncode == 1
    assert "another log: log.example/weir" in by_other.stdout
    assert verify(BUNDLE, "--origin", LOG.name, vkey=OTHER.vkey()).returncode == 0
    assert verify(BUNDLE, "--origin", "elsewhere.example").returncode == 1
    assert verify(BUNDLE, "--origin", LOG.name, vkey=RECEIPTS.vkey()).returncode == 1
    assert verify(BUNDLE, vkey=f"{LOG.vkey()}\n{RECEIPTS.vkey()}\n").returncode == 0


def test_a_false_signature_beside_a_true_one_spoils_the_checkpoint(verify):
    false = notes.sign("something else\n", [OTHER]).splitlines()[-1]
    note = "\n".join([*BUNDLE["checkpoint"].split("\n")[:-2], false, ""])
    assert verify(BUNDLE | {"checkpoint": note}).returncode == 0
    assert verify(BUNDLE | {"checkpoint": note}, vkey=f"{LOG.vkey()} {OTHER.vkey()}").returncode == 1


def test_the_signatures_of_strangers_are_passed_over(tmp_path):
    checkpoint = BUNDLE["checkpoint"]
    same_name = notes.sign("older\n", [NoteKey.from_seed(LOG.name, bytes([9]) * 32)]).splitlines()[-1]
    same_id = f"\u2014 stranger.example {b64(LOG.verifier().key_id + bytes(64))}"
    for line in (same_name, same_id):
        assert in_process(json.dumps(BUNDLE | {"checkpoint": f"{checkpoint}{line}\n"}).encode(), tmp_path) == 0
    many = checkpoint + f"{same_id}\n" * 100
    assert in_process(json.dumps(BUNDLE | {"checkpoint": many}).encode(), tmp_path) == 1


def signed_as_it_is(text: str) -> str:
    """A note that the kernel would not sign."""
    return f"{text}\n\u2014 {LOG.name} {b64(LOG.verifier().key_id + LOG.sign(text.encode()))}\n"


def test_what_is_signed_must_still_be_a_checkpoint(tmp_path):
    origin, size, root = BUNDLE["checkpoint"].split("\n")[:3]
    respelled = f"{root[:-2]}{chr(ord(root[-2]) + 1)}="
    assert base64.b64decode(respelled) == base64.b64decode(root)
    good = f"{origin}\n{size}\n{root}\n"
    wrong = [
        f"{origin}\n{size}\n",
        f"\n{size}\n{root}\n",
        f"{origin}\n0{size}\n{root}\n",
        f"{origin}\n{size} \n{root}\n",
        f"{origin}\n{size}\n{respelled}\n",
        f"{origin}\n{size}\n{b64(bytes(31))}\n",
        f"{good}\nmore\n",
        f"{good}\x1b[2J\n",
        "\n",
    ]
    outcomes = {
        text: in_process(json.dumps(BUNDLE | {"checkpoint": signed_as_it_is(text)}).encode(), tmp_path)
        for text in [good, f"{good}an extension\n", *wrong]
    }
    assert outcomes == {good: 0, f"{good}an extension\n": 0} | dict.fromkeys(wrong, 1)


def test_proofs_in_the_log_are_read_as_the_rfc_reads_them():
    leaves = [merkle.leaf_hash(bytes([at])) for at in range(40)]
    for size in range(1, 41):
        for index in range(size):
            path = merkle.inclusion_path(index, leaves[:size])
            assert checks.inclusion_root(leaves[index], index, size, path) == merkle.root(leaves[:size])
            for wrong in ([*path, leaves[0]], path[:-1] if path else [leaves[0]]):
                with pytest.raises(checks.Failed):
                    checks.inclusion_root(leaves[index], index, size, wrong)
        with pytest.raises(checks.Failed):
            checks.inclusion_root(leaves[0], size, size, merkle.inclusion_path(size - 1, leaves[:size]))


def test_a_receipt_for_the_same_leaf_is_verified(verify):
    done = verify(BUNDLE, "--receipt-vkey", RECEIPTS.vkey(), receipt=made_receipt())
    assert done.returncode == 0, done.stdout
    assert "weir.example promised for R-2026-EXAMPLE at 2026-11-20T12:00:00Z: by 2026-11-20T12:03:00Z" in done.stdout
    assert verify(BUNDLE, receipt=made_receipt(), vkey=f"{LOG.vkey()} {RECEIPTS.vkey()}").returncode == 0


@pytest.mark.parametrize(
    "receipt",
    [
        made_receipt(OTHER),
        made_receipt(leaf=b64(merkle.leaf_hash(b"another"))),
        made_receipt(leaf="no hash"),
        made_receipt(leaf=7),
        made_receipt(format="weir.receipt/2"),
        made_receipt(kind="application/vnd.weir.verdict+json"),
        made_receipt(more="than a receipt"),
        envelopes.seal("application/vnd.weir.receipt+json", b"[" * 100_000, [RECEIPTS]).to_json(),
    ],
)
def test_a_receipt_that_is_not_one_for_this_entry_fails(tmp_path, receipt):
    assert in_process(json.dumps(BUNDLE).encode(), tmp_path, receipt.encode()) == 1


@settings(deadline=None)
@given(st.data())
def test_no_letter_of_a_receipt_can_be_changed(tmp_path_factory, data):
    folder, written = tmp_path_factory.mktemp("receipt"), made_receipt()
    at = data.draw(st.integers(0, written.index('"keyid"') - 1))  # behind it stands the hint, which nobody signs
    letter = data.draw(st.sampled_from('aQ07=\\"{}[],:\n\x00é'))
    spoiled = written[:at] + letter + written[at + 1 :]
    try:
        same = json.loads(spoiled) == json.loads(written)
    except ValueError:
        same = False
    assert same or in_process(json.dumps(BUNDLE).encode(), folder, spoiled.encode()) in (1, 2)


MISSHAPEN: list[tuple[str, object]] = [
    ("format", "weir.proof/2"),
    ("format", ["weir.proof/1"]),
    ("entry", None),
    ("entry", []),
    ("entry", {}),
    ("entry", {"leaf": 7}),
    ("entry", {"leaf": b64(bytes(31))}),
    ("entry", {"leaf": b64(LEAF), "salt": b64(SALT)}),
    ("entry/schema", 7),
    ("entry/schema", "\ud800"),
    ("entry/bytes", 7),
    ("entry/bytes", "é"),
    ("entry/bytes", "AAA"),
    ("entry/salt", b64(bytes(33))),
    ("entry/salt", b64(SALT)[:-2] + "9="),  # the same bytes, spelled otherwise
    ("entry/more", "x"),
    ("batch", 7),
    ("batch/tick", True),
    ("batch/tick", 123.0),
    ("batch/tick", -1),
    ("batch/depth", 0),
    ("batch/depth", 10**30),
    ("batch/place", "17"),
    ("batch/path", {"0": b64(LEAF)}),
    ("batch/path", [b64(LEAF)] * 65),
    ("batch/path", [[]]),
    ("log/index", None),
    ("log/size", 0),
    ("log/size", 2**63),
    ("log/path", "x"),
    ("log/path", [b64(LEAF)[:-1]]),
    ("checkpoint", 7),
    ("checkpoint", ""),
    ("checkpoint", "\ud800\n"),
    ("more", "x"),
]

ANOTHER_KIND = (
    f"a+{sha256(b'a' + chr(10).encode() + bytes([2]) + bytes(32)).digest()[:4].hex()}+{b64(bytes([2]) + bytes(32))}"
)
HOSTILE = {
    "nothing": b"",
    "no JSON": b"\x7fELF",
    "no UTF-8": b"\xff\xfe\x00",
    "UTF-16": json.dumps(BUNDLE).encode("utf-16"),
    "deep lists": b"[" * 1_000_000,
    "deep objects": b'{"a":' * 1_000_000,
    "a number without end": b'{"format":' + b"9" * 1_000_000 + b"}",
    "not a number": b'{"format":NaN}',
    "null": b"null",
    "too large": json.dumps(BUNDLE).encode() + b" " * 16 * 1024 * 1024,
    "a member twice": json.dumps(BUNDLE)[:-1].encode() + b',"format":"weir.proof/1"}',
    **{
        f"{pointer} is {json.dumps(value)[:20]}": json.dumps(changed(pointer, value)).encode()
        for pointer, value in MISSHAPEN
    },
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_cannot_be_a_bundle_is_unreadable(tmp_path, name):
    assert in_process(HOSTILE[name], tmp_path) == 2


@pytest.mark.parametrize("name", ["nothing", "deep lists", "deep objects", "a number without end", "too large"])
def test_hostile_input_gets_one_clear_line(verify, name):
    done = verify(HOSTILE[name])
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("Cannot be read: ")
    assert done.stderr.count("\n") == 1


def test_every_member_is_needed(tmp_path):
    for name in BUNDLE:
        assert (
            in_process(json.dumps({key: value for key, value in BUNDLE.items() if key != name}).encode(), tmp_path) == 2
        )


@pytest.mark.parametrize(
    "receipt", [b"x", b"[]", b"{}", b"[" * 100_000, b'{"payloadType":"t","payload":"","signatures":[7]}', b"\xff" * 9]
)
def test_what_cannot_be_a_receipt_is_unreadable(tmp_path, receipt):
    assert in_process(json.dumps(BUNDLE).encode(), tmp_path, receipt) == 2


@pytest.mark.parametrize(
    "vkey",
    [
        "x",
        "a+b+c",
        ANOTHER_KIND,
        LOG.vkey()[:-1],
        LOG.vkey().replace("log", "lag"),
        LOG.vkey() + " x",
        "\x1b[31m+00000000+AAAA",
    ],
)
def test_a_key_that_is_none_is_unreadable(verify, vkey):
    done = verify(BUNDLE, vkey=vkey)
    assert done.returncode == 2
    assert "\x1b" not in done.stderr


def test_a_file_that_is_not_there_is_unreadable():
    for path in ("no-such-file.json", ".", "a\x00b"):
        with contextlib.redirect_stderr(io.StringIO()) as said:
            assert verifier.__main__.main([path, "--vkey", LOG.vkey()]) == 2
        assert "cannot be read" in said.getvalue()


def test_nothing_a_stranger_wrote_reaches_the_terminal_as_it_is(tmp_path, capsys):
    bundle = made_bundle(content=b'{"schema":"\\u001b[2J\\u202e"}')
    bundle["entry"]["schema"] = "\x1b[2J\u202e"
    (tmp_path / "proof.json").write_text(json.dumps(bundle))
    assert verifier.__main__.main([str(tmp_path / "proof.json"), "--vkey", LOG.vkey()]) == 0
    shown = capsys.readouterr().out
    assert shown.isascii()
    assert "\x1b" not in shown


def test_the_verifier_needs_nothing_but_python_and_one_library():
    for path in (ROOT / "verifier").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                top = name.split(".")[0]
                assert top in sys.stdlib_module_names or top in ("cryptography", "verifier"), (
                    f"{path.name} imports {name}"
                )


def schema(name: str) -> object:
    return json.loads((ROOT / "verifier" / "schemas" / name).read_text())


def test_the_schema_says_what_the_verifier_reads():
    described = jsonschema.Draft202012Validator(schema("proof-1.schema.json"))
    described.validate(BUNDLE)
    described.validate(BUNDLE | {"entry": {"leaf": b64(LEAF)}})
    beyond = {
        "a member twice",
        "UTF-16",
        "too large",
        f'entry/salt is "{b64(SALT)[:19]}',
    }  # what a schema cannot see, because it looks at JSON that was read already
    for name, data in HOSTILE.items():
        with contextlib.suppress(ValueError, RecursionError):
            read = json.loads(data)
            same_to_json_schema = name.startswith(
                ("batch/tick is 123.0", 'entry/schema is "\\ud', 'checkpoint is "\\ud')
            )
            assert name in beyond or same_to_json_schema or not described.is_valid(read), name


def test_the_schema_of_receipts_describes_receipts():
    envelope = json.loads(made_receipt())
    described = jsonschema.Draft202012Validator(schema("receipt-1.schema.json"))
    payload = json.loads(base64.b64decode(envelope["payload"]))
    described.validate(payload)
    assert not described.is_valid(payload | {"format": "weir.receipt/2"})
    assert not described.is_valid({key: value for key, value in payload.items() if key != "leaf"})


def test_the_readme_names_every_option():
    readme = (ROOT / "verifier" / "README.md").read_text()
    with contextlib.redirect_stdout(io.StringIO()) as shown, pytest.raises(SystemExit):
        verifier.__main__.main(["--help"])
    options = {word.strip("[],") for word in shown.getvalue().split() if word.startswith(("--", "[--"))} - {"--help"}
    assert len(options) >= 5
    assert all(f"`{option}" in readme for option in options)
