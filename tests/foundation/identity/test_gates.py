# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.worlds.forges import Answer, internet
from weir.foundation.identity.gates import is_public
from weir.foundation.identity.terms import ControlMethod, OutOfReach, Seen

NOWHERE = ".".join("0000")
CHALLENGE = "weir-challenge=0123456789abcdef"
SITE = ("example.org", "/.well-known/weir-challenge.txt")
REPOSITORY = ("raw.githubusercontent.com", "/example/thing/HEAD/weir-challenge.txt")
A_REPOSITORY = "https://github.com/example/thing"


@pytest.fixture(scope="module")
def net_for_all(tmp_path_factory):
    with internet(tmp_path_factory.mktemp("internet")) as made:
        yield made


@pytest.fixture
def net(net_for_all):
    net_for_all.records.clear()
    net_for_all.pages.clear()
    net_for_all.asked.clear()
    net_for_all.broken = False
    net_for_all.records |= {
        ("example.org", "A"): ["127.0.0.1"],
        ("example.org", "NS"): ["ns1.example.net.", "ns2.example.net."],
        ("raw.githubusercontent.com", "A"): ["127.0.0.1"],
    }
    return net_for_all


def look(net, method=ControlMethod.DNS, target="example.org", **how):
    return net.lookout(**how).look(method, target, CHALLENGE)


def test_a_record_in_its_place_is_seen(net):
    net.records["_weir-challenge.example.org", "TXT"] = ['"v=spf1 -all"', f'"{CHALLENGE}"']
    assert look(net).seen is Seen.FOUND


def test_a_record_cut_in_two_is_one(net):
    net.records["_weir-challenge.example.org", "TXT"] = [f'"{CHALLENGE[:9]}" "{CHALLENGE[9:]}"']
    assert look(net).seen is Seen.FOUND


@pytest.mark.parametrize("value", ['"weir-challenge=other"', f'"x{CHALLENGE}"', f'"{CHALLENGE}0"', '""'])
def test_another_record_is_not_the_challenge(net, value):
    net.records["_weir-challenge.example.org", "TXT"] = [value]
    assert look(net).seen is Seen.NOT_FOUND


def test_no_record_is_an_answer_and_no_name_server_is_none(net):
    assert look(net).seen is Seen.NOT_FOUND
    net.broken = True
    with pytest.raises(OutOfReach):
        look(net)


def test_who_runs_the_zone_is_told_by_its_name_servers(net):
    before = look(net).fingerprint
    net.records["example.org", "NS"].reverse()
    assert look(net).fingerprint == before
    net.records["example.org", "NS"] = ["ns1.elsewhere.net."]
    assert look(net).fingerprint not in {before, ""}


def test_a_name_below_belongs_to_the_zone_above(net):
    assert look(net, target="deep.down.example.org").fingerprint == look(net).fingerprint


@pytest.mark.parametrize(
    ("method", "target", "place"),
    [
        (ControlMethod.SITE_FILE, "example.org", SITE),
        (ControlMethod.REPOSITORY_FILE, A_REPOSITORY, REPOSITORY),
    ],
)
def test_a_file_in_its_place_is_seen(net, method, target, place):
    assert look(net, method, target).seen is Seen.NOT_FOUND
    net.pages[place] = Answer(parts=(f"hello\n  {CHALLENGE}\r\n".encode(),))
    assert look(net, method, target).seen is Seen.FOUND
    assert place in net.asked


def site(net, answer, **how):
    net.pages[SITE] = answer
    return look(net, ControlMethod.SITE_FILE, **how).seen


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(net, status):
    net.pages["example.org", "/elsewhere"] = Answer(parts=(CHALLENGE.encode(),))
    assert site(net, Answer(status, headers={"Location": "/elsewhere"})) is Seen.NOT_FOUND
    assert ("example.org", "/elsewhere") not in net.asked


@pytest.mark.parametrize("status", [206, 403, 404, 410])
def test_a_page_that_is_not_there_proves_nothing(net, status):
    assert site(net, Answer(status, (CHALLENGE.encode(),))) is Seen.NOT_FOUND


def test_a_server_that_fails_proves_nothing_either_way(net):
    with pytest.raises(OutOfReach):
        site(net, Answer(503))


def test_no_more_is_read_than_a_challenge_takes(net):
    with pytest.raises(OutOfReach, match="more than"):
        site(net, Answer(parts=(CHALLENGE.encode() + b"\n", *[b"x" * 1000] * 1000)))


def test_what_comes_packed_is_not_unpacked(net):
    packed = gzip.compress(CHALLENGE.encode() + b"\n" * 1_000_000)
    assert len(packed) < 4096
    assert site(net, Answer(parts=(packed,), headers={"Content-Encoding": "gzip"})) is Seen.NOT_FOUND


def test_a_slow_answer_is_given_up(net):
    with pytest.raises(OutOfReach, match="too long"):
        site(net, Answer(parts=(CHALLENGE.encode(),)), longest=-1.0)


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["10.0.0.1"], ["192.168.1.1"], ["169.254.169.254"], [NOWHERE], ["93.184.216.34", "127.0.0.1"]],
)
def test_a_name_that_leads_inside_is_not_followed(net, addresses):
    net.records["example.org", "A"] = addresses
    with pytest.raises(OutOfReach, match="no public address"):
        site(net, Answer(parts=(CHALLENGE.encode(),)), inside=False)
    assert SITE not in net.asked


def test_the_name_is_looked_up_once_so_that_no_second_answer_leads_elsewhere(net):
    site(net, Answer(parts=(CHALLENGE.encode(),)))
    assert net.asked.count(("example.org", "A")) == 1


def test_a_certificate_for_another_name_is_not_believed(net):
    net.records["gitlab.com", "A"] = ["127.0.0.1"]
    with pytest.raises(OutOfReach):
        look(net, ControlMethod.REPOSITORY_FILE, "https://gitlab.com/example/thing")


def test_a_proxy_from_the_environment_is_not_asked(net, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    assert site(net, Answer(parts=(CHALLENGE.encode(),))) is Seen.FOUND


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        NOWHERE,
        "255.255.255.255",
        "224.0.0.1",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
        "2001::a00:1",
        "2001:db8::1",
    ],
)
def test_an_inside_address_is_known(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700:4700::1111"])
def test_a_public_address_is_known(address):
    assert is_public(address)


@given(st.ip_addresses(v=4, network="10.0.0.0/8"))
def test_an_inside_address_stays_inside_however_it_is_wrapped(address):
    wrapped = [f"::ffff:{address}", f"64:ff9b::{address}", f"64:ff9b:1::{address}"]
    assert not any(is_public(text) for text in [str(address), *wrapped])
