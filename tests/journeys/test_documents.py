# SPDX-License-Identifier: Apache-2.0
"""A finder sends what a scanner wrote through every door of a living instance, sees what came of it, and nobody else
does; what is broken, too large or cut off is told, and leaves nothing behind.
"""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import threading
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from tests.worlds.living import ROOT, living
from tests.worlds.stalling import answer, head

TRIES, BETWEEN = 100, 0.2
MEGABYTE = 1_000_000
LARGEST = 100 * MEGABYTE
GROWS_AT_MOST = 60 * MEGABYTE  # what is sent is larger than that
INVALID = 2
SEED = """
import os, json
os.environ["DJANGO_SETTINGS_MODULE"] = "weir.shell.settings"
import django
django.setup()
from django.conf import settings
from tests.worlds.callers import Instance
from tests.worlds.people import People
from weir.foundation.identity.models import PersonRow
instance = Instance()
lab = instance._organization("Another", "finder")
other = instance._person(lab, "nora", "finder", "administrator")
person = PersonRow.objects.get(number=instance.finder.id)
cookie = People.browser(None, person).cookies[settings.SESSION_COOKIE_NAME]
print(json.dumps({"finder": instance.token(instance.finder), "other": instance.token(other), "stranger": "",
                  "cookie": [cookie.key, cookie.value]}))
"""


def scan(*results):
    return json.dumps({"runs": [{"tool": {"driver": {"name": "MadeUp"}}, "results": list(results)}]}).encode()


def result(text):
    return {"ruleId": "overflow", "message": {"text": text}}


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    with living(tmp_path_factory.mktemp("documents"), WEIR_DOCUMENT_BYTES=str(LARGEST)) as there:
        yield there


@pytest.fixture(scope="module")
def tokens(instance):
    command = [sys.executable, "-c", SEED]
    seeded = subprocess.run(command, env=instance.environ, cwd=ROOT, capture_output=True, text=True, check=False)
    assert seeded.returncode == 0, seeded.stderr
    return json.loads(seeded.stdout.splitlines()[-1])


@pytest.fixture
def weir(instance, tokens):
    def typed(*arguments, who="finder", typed=None):
        ran = subprocess.run(
            [sys.executable, "-m", "weir.shell", "--json", *arguments],
            env=instance.environ | {"WEIR_TOKEN": tokens[who]},
            cwd=ROOT,
            input=typed,
            capture_output=True,
            check=False,
        )
        return ran.returncode, json.loads(ran.stdout) if ran.stdout.strip() else None, ran.stderr.decode()

    return typed


def soon(look):
    """Until it has happened, in a process that tells nobody."""
    for _ in range(TRIES):
        if found := look():
            return found
        threading.Event().wait(BETWEEN)
    raise AssertionError("it did not happen")


def web_processes(instance):
    """Those that serve pages, by where they live and what they are."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            here = f"WEIR_HOME={instance.home}\0".encode() in (folder / "environ").read_bytes()
            if here and b"\0web\0" in (folder / "cmdline").read_bytes():
                found.append(folder)
        except OSError:
            continue
    assert found
    return found


def peak(instance):
    """The most memory that one of them ever had, in bytes."""
    told = [re.search(r"VmHWM:\s+(\d+) kB", (each / "status").read_text()) for each in web_processes(instance)]
    return max(int(each[1]) * 1024 for each in told if each)


def waiting(instance):
    """Files without a name that a web process holds, and files of bytes that belong to nobody yet."""
    held = [where for each in web_processes(instance) for path in each.glob("fd/*") if (where := leads_to(path))]
    nameless = [where for where in held if where.startswith(f"{instance.home}/") and where.endswith("(deleted)")]
    return [*nameless, *(instance.home / "blobs" / "incoming").glob("*")]


def leads_to(path):
    try:
        return str(path.readlink())
    except OSError:
        return ""


def test_by_command_with_what_could_not_be_read_and_nobody_else_sees_it(weir, tmp_path):
    file = tmp_path / "night.sarif"
    file.write_bytes(scan(result("one"), 5, result("two")))
    code, sent, told = weir("documents", "send", str(file), "--watch")
    assert (code, told) == (0, "")
    found = sent["read"]
    assert (sent["kind"], sent["again"], found["name"]) == ("document", False, "night.sarif")
    assert (found["state"], found["added"], found["troubles"]) == ("read", 2, 1)
    assert found["first_troubles"][0][0] == "/runs/0/results/1"
    assert weir("documents", "show", sent["id"])[1]["added"] == 2
    assert weir("documents", "list")[1]["lines"][0]["id"] == sent["id"]
    for who in ("other", "stranger"):
        code, shown, _ = weir("documents", "show", sent["id"], who=who)
        assert (code, shown) == (4, None)
        code, listed, _ = weir("documents", "list", who=who)
        assert code or listed["lines"] == []
    code, again, _ = weir("documents", "send", str(file))
    assert (code, again["id"], again["again"]) == (0, sent["id"], True)


def test_by_command_from_standard_input_cut_off_in_the_middle(weir):
    code, sent, _ = weir(
        "documents", "send", "-", "--name", "../../cut.sarif", "--watch", typed=scan(result("cut"))[:-5]
    )
    assert (code, sent["read"]["name"]) == (0, "cut.sarif")
    assert sent["read"]["troubles"] >= 1


def test_by_command_a_report_with_what_lies_beside_it(weir, tmp_path):
    proof, other = b"print('A' * 4097)\n", b"another than was said"
    (tmp_path / "proof.py").write_bytes(proof)
    (tmp_path / "fix.diff").write_bytes(other)
    said = {
        "format": "weir.report/1",
        "title": "Overflow, with a proof",
        "proof": {"attachments": ["proof.py"]},
        "patch": {"attachments": ["fix.diff"]},
        "attachments": [
            {"name": "proof.py", "sha256": sha256(proof).hexdigest()},
            {"name": "fix.diff", "sha256": sha256(b"what was said").hexdigest()},
        ],
    }
    (tmp_path / "report.json").write_text(json.dumps(said))
    code, sent, _ = weir("documents", "send", str(tmp_path / "report.json"))
    assert (code, sent["kind"], sent["attached"]) == (0, "report", ["report.json", "proof.py"])
    assert [each["name"] for each in sent["awaited"]] == ["fix.diff"], "another file under that name is not sent"
    course = weir("intake", "read-course", sent["id"])[1]
    assert {(each["name"], each["role"]) for each in course["attachments"]} >= {("proof.py", "proof")}


def test_one_that_cannot_be_sent_does_not_stop_the_others(weir, tmp_path):
    fine, large = tmp_path / "fine.sarif", tmp_path / "large.sarif"
    fine.write_bytes(scan(result("fine")))
    with large.open("wb") as file:
        file.truncate(LARGEST + MEGABYTE)
    code, sent, told = weir("documents", "send", str(tmp_path / "none"), str(large), str(fine))
    assert code == INVALID
    assert [each["kind"] for each in sent] == ["document"]
    faults = [json.loads(line) for line in told.splitlines() if line.startswith("{")]
    assert [fault.get("status") for fault in faults] == [422, 422]
    assert "WEIR_DOCUMENT_BYTES" in faults[1]["hint"]


def test_a_large_one_takes_no_memory_and_ends_where_it_should(instance, tokens):
    block = b"PK\x03\x04" + bytes(MEGABYTE - 4)
    count = LARGEST // MEGABYTE - 1
    before = peak(instance)
    headers = {"Authorization": f"Bearer {tokens['finder']}", "Content-Length": str(count * MEGABYTE)}
    url = f"{instance.url}/api/v1/documents?name=large.zip"
    told = httpx.post(url, content=(block for _ in range(count)), headers=headers, timeout=120)
    assert told.status_code == 201, told.text
    digest = sha256()
    for _ in range(count):
        digest.update(block)
    assert told.json()["answer"]["digest"] == digest.hexdigest()
    assert peak(instance) - before < GROWS_AT_MOST
    assert soon(lambda: not waiting(instance))

    def read():
        found = httpx.get(
            f"{instance.url}{told.headers['Location']}", headers={"Authorization": headers["Authorization"]}
        )
        return found.json() if found.json()["state"] != "received" else None

    assert soon(read)["added"] == 0


@pytest.mark.parametrize("sent", [0, 64_000, 20 * MEGABYTE])
def test_a_connection_that_drops_half_way_leaves_nothing(instance, tokens, sent):
    def listed():
        own = {"Authorization": f"Bearer {tokens['finder']}"}
        return httpx.get(f"{instance.url}/api/v1/intake/list-documents", headers=own, timeout=30).json()["lines"]

    before = {line["id"] for line in listed()}
    own = f"Authorization: Bearer {tokens['finder']}"
    port = int(instance.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        line.sendall(head(50 * MEGABYTE, own, path="/api/v1/documents?name=half"))
        line.sendall(bytes(sent))
        assert soon(lambda: waiting(instance)), "it waits on the disk, without a name"
    assert soon(lambda: not waiting(instance))
    assert {line["id"] for line in listed()} == before


@pytest.mark.parametrize("own", ["", "Authorization: Bearer {finder}"])
def test_what_is_too_large_is_told_by_its_head(instance, tokens, own):
    length = LARGEST * 10 if own else LARGEST // 2
    port = int(instance.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        line.sendall(head(length, *filter(None, [own.format(**tokens)]), path="/api/v1/documents"))
        status, kind, body = answer(line)
    assert (status, kind) == (413, "application/problem+json")
    assert ("WEIR_DOCUMENT_BYTES" in json.loads(body)["hint"]) is bool(own)
    assert not waiting(instance)


@pytest.mark.browser
def test_on_the_page_with_what_could_not_be_read(instance, tokens, windows, tmp_path):
    file, name = tmp_path / "page.sarif", tokens["cookie"][0]
    file.write_bytes(scan(*(result(f"{n} on the page") for n in range(3000)), 5))
    window = windows(instance)
    window.page.context.add_cookies([{"name": name, "value": tokens["cookie"][1], "url": instance.url}])
    window.goes("/documents/new/").looks("new-document")
    window.page.set_input_files("#f-file", file)
    window.presses("Send it")
    assert "It is received and sealed." in window.text()
    window.page.locator("[hx-trigger]").wait_for(state="detached", timeout=60_000)
    assert re.search(r"New items\s+3,000\s+Sent before\s+0\s+Could not be read\s+1", window.text())
    assert "/runs/0/results/3000" in window.text()
    window.looks("document")
    window.goes("/documents/new/").page.set_input_files("#f-file", file)
    assert "It was sent before" in window.presses("Send it").text()
    window.goes("/documents/").looks("documents")
    assert "page.sarif" in window.text()


@pytest.mark.browser
def test_a_large_file_goes_through_the_page_too(instance, tokens, windows, tmp_path):
    file = tmp_path / "large.bin"
    with file.open("wb") as stream:
        stream.truncate(30 * MEGABYTE)
    window = windows(instance)
    window.page.context.add_cookies([{"name": tokens["cookie"][0], "value": tokens["cookie"][1], "url": instance.url}])
    window.goes("/documents/new/").page.set_input_files("#f-file", file)
    window.presses("Send it")
    assert "30,000,000" in window.text()
