# SPDX-License-Identifier: Apache-2.0
"""Another package brings a reader, as `pip install` leaves it: its files and what they are, on the path."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap

import pytest

READS = """
from weir.clearinghouse.intake.formats import written_as
from weir.clearinghouse.intake.terms import Grain, Item, Trouble

@written_as("recipe", lambda head, name: head.startswith(b"Take "))
def read(stream):
    for at, line in enumerate(stream, start=1):
        if line.strip() == b"burn":
            raise ValueError("a stranger's words")
        if line.strip() == b"nothing":
            yield 7
        elif line.strip():
            yield Item(f"line {at}", Grain.WORDS, line.decode().strip())
        else:
            yield Trouble(f"line {at}", "Write something here.")
"""
SAYS = """
import io, json
from weir.clearinghouse.intake.engines.apart import Task, read_here
from weir.clearinghouse.intake.formats import LEFT_OUT, format_of, load_formats, reading
from weir.clearinghouse.intake.rules.items import item_of

def said(data):
    found = format_of(io.BytesIO(data))
    pieces = list(read_here(lambda: iter([data]), Task(found.name, 0, b"s" * 32, "somebody")))
    items = [item_of(each.words).title for piece in pieces for each in piece.items]
    return [found.name, found.by, items, [each.what for piece in pieces for each in piece.troubles]]

print(json.dumps([
    list(load_formats()), LEFT_OUT, said(b"Take two eggs\\n\\nTake milk"), said(b"Take two eggs\\nburn\\nTake milk"),
    said(b"Take two eggs\\nnothing\\nTake milk"), said(b"# Words"),
    said(b'{"version": "2.1.0", "runs": [{"tool": 7}]}'),
]))
"""
REPLACES = """
from weir.clearinghouse.intake.formats import FORMATS
FORMATS["sarif"] = FORMATS["sarif"]._replace(looks_like=lambda head, name: False)
"""
OURS = ["sarif", "csaf", "cyclonedx", "openvex", "weir-report", "cve", "osv-scanner", "osv", "mail", "words"]


def package(folder, name, entries, **modules):
    """What an installed package leaves behind."""
    told = folder / f"{name}-1.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    listed = "".join(f"{key} = {value}\n" for key, value in entries.items())
    (told / "entry_points.txt").write_text(f"[weir.formats]\n{listed}")
    for module, text in modules.items():
        (folder / f"{module}.py").write_text(textwrap.dedent(text))


def run(folder, program=SAYS):
    path = os.pathsep.join([str(folder), *filter(None, sys.path)])
    told = subprocess.run(
        [sys.executable, "-c", program], check=False, env={**os.environ, "PYTHONPATH": path}, capture_output=True
    )
    assert told.returncode == 0, told.stderr.decode()
    return json.loads(told.stdout)


def test_a_reader_of_another_package_is_asked_before_plain_words(tmp_path):
    package(tmp_path, "kitchen", {"recipe": "kitchen"}, kitchen=READS)
    formats, left_out, recipe, burnt, odd, words, sarif = run(tmp_path)
    assert formats == [*OURS, "recipe"]
    assert left_out == []
    assert recipe == ["recipe", "kitchen 1.0", ["Take two eggs", "Take milk"], ["Write something here."]]
    assert burnt[2] == ["Take two eggs"]
    assert burnt[3] == [
        "The reader of recipe failed (ValueError). Nothing after this was read. Tell whoever runs this instance."
    ]
    assert odd[2] == ["Take two eggs", "Take milk"]
    assert len(odd[3]) == 1
    assert words[0] == "words"
    assert sarif[0] == "sarif"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("raise RuntimeError('no stove')", "It cannot be loaded: RuntimeError, no stove."),
        ("import there_is_no_such_module", "It cannot be loaded: ModuleNotFoundError"),
        ("class Nothing: pass", "It declares no format"),
        (READS.replace('"recipe"', '"sarif"'), "declared twice"),
        (REPLACES, "It would take the place of sarif"),
        ("from weir.clearinghouse.intake.formats import FORMATS\nFORMATS.clear()", "It declares no format"),
    ],
)
def test_a_broken_one_is_named_and_the_others_are_as_they_were(tmp_path, text, why):
    package(tmp_path, "kitchen", {"a-broken-one": "broken", "recipe": "kitchen"}, kitchen=READS, broken=text)
    formats, ((name, by, told),), recipe, *_, sarif = run(tmp_path)
    assert formats == [*OURS, "recipe"]
    assert (name, by) == ("a-broken-one", "kitchen 1.0")
    assert why in told
    assert (recipe[0], sarif[0]) == ("recipe", "sarif")


def test_one_that_fails_to_look_at_a_file_does_not_get_it(tmp_path):
    package(tmp_path, "kitchen", {"recipe": "kitchen"}, kitchen=READS.replace("head.startswith", "head.no_such"))
    _, left_out, recipe, *_ = run(tmp_path)
    assert not left_out
    assert recipe[0] == "words"


def test_the_doctor_names_them(tmp_path):
    broken = "raise RuntimeError('no stove')"
    package(tmp_path, "kitchen", {"a-broken-one": "broken", "recipe": "kitchen"}, kitchen=READS, broken=broken)
    rows = run(
        tmp_path,
        "import django, json; django.setup(); from weir.shell.keeping.doctor import _formats\n"
        "print(json.dumps(list(map(vars, _formats()))))",
    )
    assert [(row["name"], row["state"]) for row in rows] == [("formats", "ok"), ("format: a-broken-one", "warn")]
    assert rows[0]["found"] == "11 are read, recipe by kitchen 1.0."
    assert "kitchen 1.0" in rows[1]["hint"]
