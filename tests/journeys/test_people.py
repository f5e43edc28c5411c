# SPDX-License-Identifier: Apache-2.0
"""People at the pages of a living instance: coming in, reporting, being told, leaving."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from tests.journeys.conftest import PASSWORD
from tests.worlds.living import ROOT

pytestmark = pytest.mark.browser


def joins(window, instance, email, name):
    """Opens the link in the letter, accepts the terms, signs in."""
    letter = wait_for(lambda: next((text for text in instance.letters() if text.startswith(email)), ""), window)
    link = re.findall(r"http://localhost:\d+/join/\S+", letter)[0]
    window.goes(link).fills(name=name, password=PASSWORD).looks("invitation")
    window.presses("Accept the terms and join")
    signs_in(window, email)
    return window


def signs_in(window, email):
    window.page.fill("#id_login", email)
    window.page.fill("#id_password", PASSWORD)
    window.page.locator("form.panel").get_by_role("button", name="Sign in").click()
    window.page.wait_for_load_state()
    return window


def wait_for(look, window, tries=100):
    """Until something that the worker does has happened; the browser keeps the time."""
    for _ in range(tries):
        if found := look():
            return found
        window.page.wait_for_timeout(200)
    raise AssertionError("it did not happen")


def reports(window, title):
    window.goes("/report/").fills(title=title, description="A length is trusted.\n\nSend a long one.")
    window.fills(component="pkg:pypi/made-up@1.0")
    return window.looks("report").presses("Send the report")


def verified(proof, vkey, tmp_path):
    path = tmp_path / "proof.json"
    path.write_bytes(proof)
    command = [sys.executable, "-m", "verifier", str(path), "--vkey", vkey]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_people_come_in_report_are_told_and_leave(instance, windows, tmp_path):  # noqa: PLR0915 - one story
    # The first administrator comes in through the link from the terminal.
    ida = windows()
    link = instance.hears(r"http://\S+/first-administrator/#\S+")
    ida.goes(link).looks("first-administrator")
    assert "#" not in ida.page.url
    assert ida.page.input_value("#f-secret").startswith("weirdoor_")
    ida.fills(organization="Lower Meadow CERT", name="Ida Sluice", email="ida@meadow.example", password="short")
    ida.presses("Create the administrator").looks("first-administrator-faults")
    assert ida.page.input_value("#f-organization") == "Lower Meadow CERT"
    ida.fills(password=PASSWORD).presses("Create the administrator")
    ida.looks("security").sets_up_the_app().looks("recovery-codes")
    ida.goes("/findings/").looks("queue-empty")
    assert "Nothing is in the queue" in ida.text()
    assert "There is an administrator already" in windows().goes("/first-administrator/", 403).text()

    # A team of finders applies, is admitted, and gets a letter; so does an outsider.
    for who, email in (("Mill Race", "nora@finders.example"), ("Others", "otto@others.example")):
        stranger = windows().goes("/").looks("home-out").goes("/join/")
        stranger.fills(organization=who, contact=email)
        stranger.page.get_by_label("Finder, or a team of finders").check()
        stranger.looks("apply").presses("Accept the terms and apply")
        assert "application was received" in stranger.text()
        ida.goes("/administration/").looks("administration").presses("Admit")
    nora = joins(windows(), instance, "nora@finders.example", "Nora Brook").looks("home-in")
    otto = joins(windows(), instance, "otto@others.example", "Otto Else")

    # She reports, and has a receipt at once and a proof after a tick.
    nora.goes("/reports/").looks("my-reports-empty")
    reports(nora, "Heap overflow in the frame parser").looks("receipt-fresh")
    number = re.findall(r"R-\d{4}-\w+-\w", nora.text())[0]
    page = nora.page.url

    def proof_link():
        nora.goes(page)
        return nora.page.get_by_role("link", name="Proof that it is in the log").count()

    wait_for(proof_link, nora)
    nora.looks("receipt")
    with nora.page.expect_download() as download:
        nora.page.get_by_role("link", name="Proof that it is in the log").click()
    vkey = ida.goes("/log/").looks("log").page.inner_text("aside dd.mono")
    proof = download.value.path().read_bytes()
    ran = verified(proof, vkey, tmp_path)
    assert (ran.returncode, "Verified." in ran.stdout) == (0, True), ran.stdout + ran.stderr
    bent = json.loads(proof)
    bent["checkpoint"] = bent["checkpoint"].replace("weir.example", "weir.exampel", 1)
    assert verified(json.dumps(bent).encode(), vkey, tmp_path).returncode == 1

    # The coordinator has it on the queue; neither the finder nor an outsider sees queue or finding.
    def on_the_queue():
        return "Heap overflow" in ida.goes("/findings/").text()

    wait_for(on_the_queue, ida)
    ida.looks("queue").page.get_by_role("link", name="Heap overflow in the frame parser").click()
    ida.looks("finding")
    finding = ida.page.url
    assert number in ida.text()
    for window in (nora, otto):
        window.goes(finding, 404)
        window.goes("/findings/")
        assert "Heap overflow" not in window.text()
    nora.looks("queue-of-a-finder")
    otto.goes(page, 404).looks("error-404")
    assert "Heap overflow" not in otto.goes("/reports/").text()
    assert "Heap overflow" in nora.goes("/reports/").looks("my-reports").text()

    # Pages of belonging.
    nora.goes("/organization/").looks("organization")
    nora.fills(target="meadow.example")
    nora.page.get_by_label("a DNS record").check()
    nora.presses("Tell me what to put where")
    assert "_weir-challenge.meadow.example" in nora.looks("organization-control").text()
    nora.goes("/tokens/").fills(name="nightly import").page.get_by_label("intake.list_reports").check()
    nora.presses("Make the token").looks("token-fresh")
    token = nora.page.input_value("#fresh-token")
    assert number in instance.weir("intake", "list-reports", token=token).stdout
    nora.goes("/tokens/").looks("tokens").goes("/agents/").looks("agents")

    # She leaves: the export is hers, the token is dead, the other window is signed out, the finding stays.
    nora.goes("/leave/").looks("leave")
    with nora.page.expect_download() as download:
        nora.page.get_by_role("link", name="Download the export").click()
    assert json.loads(download.value.path().read_bytes())["profile"]["email"] == "nora@finders.example"
    nora.page.get_by_label("Yes, I leave for good").check()
    nora.presses("Leave now").looks("left")
    assert "You have left" in nora.text()
    nora.goes("/reports/")
    assert "/account/login/" in nora.page.url
    assert instance.weir("intake", "list-reports", token=token).returncode == 3
    assert "Heap overflow" in ida.goes("/findings/").text()


def test_a_stranger_reports_without_a_name_and_gets_a_code_once(instance, windows):
    stranger = windows(java_script_enabled=True)
    stranger.goes("/report/").presses("Send the report")
    assert stranger.page.url.endswith("/report/")  # the browser says itself what is missing
    reports(stranger, "Path traversal in archive extraction").looks("receipt-anonymous")
    code = stranger.page.input_value("#claim")
    assert re.fullmatch("[0-9a-f]{40}", code)
    stranger.goes("/")
    assert code not in stranger.page.content()


def test_pages_work_without_javascript(instance, windows):
    plain = windows(java_script_enabled=False)
    plain.goes("/report/").fills(title="Integer wrap", description="It wraps.").presses("Send the report")
    assert re.fullmatch("[0-9a-f]{40}", plain.page.input_value("#claim"))
    plain.goes("/account/login/").page.fill("#id_login", "who@nowhere.example")
    plain.page.fill("#id_password", "not a password of anybody")
    plain.page.locator("form.panel").get_by_role("button", name="Sign in").click()
    assert "not correct" in plain.text()
