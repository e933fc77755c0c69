from __future__ import annotations

from ipaddress import ip_address

import pytest

from aggregator.errors import ConfigError
from aggregator.http.guard import Guard, why_not_public

REFUSED = {
    "0.0.0.0": "unspecified",
    "0.1.2.3": "unspecified",
    "10.255.255.255": "private",
    "100.64.0.1": "carrier",
    "100.100.100.200": "cloud metadata",
    "127.0.0.1": "this machine",
    "127.255.255.254": "this machine",
    "168.63.129.16": "cloud metadata",
    "169.254.1.1": "link-local",
    "169.254.169.254": "cloud metadata",
    "172.16.0.1": "private",
    "172.31.255.255": "private",
    "192.0.0.8": "reserved",
    "192.0.2.1": "documentation",
    "192.88.99.1": "6to4",
    "192.168.1.1": "private",
    "198.18.0.1": "benchmarking",
    "198.19.255.255": "benchmarking",
    "198.51.100.7": "documentation",
    "203.0.113.7": "documentation",
    "224.0.0.1": "multicast",
    "240.0.0.1": "reserved",
    "255.255.255.255": "reserved",
    "::": "unspecified",
    "::1": "this machine",
    "::2": "wrapped",
    "::7f00:1": "wrapped",
    "::ffff:10.0.0.1": "wrapped",
    "::ffff:8.8.8.8": "wrapped",
    "::ffff:0:127.0.0.1": "wrapped",
    "64:ff9b::7f00:1": "NAT64",
    "64:ff9b::808:808": "NAT64",
    "64:ff9b:1::1": "NAT64",
    "100::1": "reserved",
    "1::1": "reserved",
    "2001::1": "Teredo",
    "2001:2::1": "benchmarking",
    "2001:10::1": "reserved",
    "2001:db8::1": "documentation",
    "2002:7f00:1::1": "6to4",
    "3fff::1": "documentation",
    "4000::1": "reserved",
    "5f00::1": "reserved",
    "fc00::1": "private",
    "fd00:ec2::254": "cloud metadata",
    "fdff::1": "private",
    "fe80::1": "link-local",
    "fec0::1": "site-local",
    "ff02::1": "multicast",
}
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.1",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2606:4700::1111",
    "2a00:1450::1",
]


@pytest.mark.parametrize(("address", "reason"), REFUSED.items())
def test_an_address_off_the_public_internet_is_named_for_what_it_is(address, reason):
    assert reason in why_not_public(ip_address(address))
    assert reason in Guard(allow_private=False).refusal("example.org", address)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_passes(address):
    assert Guard(allow_private=False).refusal("example.org", address) is None


def test_a_scope_is_no_way_around():
    assert Guard(allow_private=False).refusal("example.org", "fe80::1%eth0") == "a link-local address"


@pytest.mark.parametrize(
    ("allowed", "host", "address", "passes"),
    [
        (True, "example.org", "127.0.0.1", True),
        (["nas.lan"], "nas.lan", "192.168.1.5", True),
        (["NAS.lan."], "nas.LAN.", "192.168.1.5", True),
        (["nas.lan"], "www.nas.lan", "192.168.1.5", False),
        (["nas.lan"], "evilnas.lan", "192.168.1.5", False),
        (["*.lan"], "nas.lan", "192.168.1.5", True),
        (["*.lan"], "a.b.lan", "192.168.1.5", True),
        (["*.lan"], "lan", "192.168.1.5", False),
        (["*.lan"], "plan", "192.168.1.5", False),
        (["192.168.0.0/16"], "anything.example", "192.168.1.5", True),
        (["192.168.1.1/16"], "anything.example", "192.168.1.5", True),
        (["192.168.1.5"], "anything.example", "192.168.1.5", True),
        (["192.168.1.6"], "anything.example", "192.168.1.5", False),
        (["[::1]"], "localhost", "::1", True),
        (["fd00::/8"], "anything.example", "fd12::1", True),
        (["127.0.0.1"], "localhost", "::1", False),
        (["64:ff9b::/96"], "example.org", "64:ff9b::808:808", True),
        ([], "localhost", "127.0.0.1", False),
    ],
)
def test_the_operator_allows_hosts_and_networks(allowed, host, address, passes):
    assert (Guard(allowed).refusal(host, address) is None) is passes


@pytest.mark.parametrize("entry", ["10.0.0.0/33", "10.0.0/x", "::zz", " ", ""])
def test_an_entry_that_is_neither_host_nor_network_is_a_mistake_in_the_configuration(entry):
    with pytest.raises(ConfigError, match=r"fetch\.allow_private"):
        Guard([entry])
