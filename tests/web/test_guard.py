"""Only public addresses are connected to, whatever they are written or wrapped as."""

from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from backend import web
from backend.errors import Invalid, Unavailable
from backend.web import Guard
from backend.web.guard import is_public

CLOSED = (
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.1.1",
    "192.0.0.192",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2001::1",
    "2002:7f00:1::",
    "2001:db8::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1%eth0",
    "fec0::1",
    "ff02::1",
)
OPEN = ("1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1")


def guard(*found: str, allowed: Sequence[str] = ()) -> Guard:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return found

    return Guard(web.networks(allowed), resolve)


@pytest.mark.parametrize("text", CLOSED)
def test_an_address_of_special_use_is_closed(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize("text", OPEN)
def test_an_ordinary_address_is_open(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize("text", CLOSED)
async def test_a_name_with_one_closed_address_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as raised:
        await guard("1.1.1.1", text).addresses("rebind.example", 80)
    assert raised.value.code == "WEB_PAGE_FORBIDDEN"


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "017700000001", "127.1", "0", "localhost"])
async def test_every_spelling_of_this_machine_is_refused(host: str) -> None:
    with pytest.raises(Invalid) as raised:
        await Guard().addresses(host, 80)
    assert raised.value.code == "WEB_PAGE_FORBIDDEN"


async def test_a_name_without_addresses_is_unreachable() -> None:
    with pytest.raises(Unavailable) as raised:
        await guard().addresses("nowhere.example", 80)
    assert raised.value.code == "WEB_PAGE_UNREACHABLE"


async def test_only_the_networks_that_are_allowed_are_opened() -> None:
    allowed = ["127.0.0.0/8"]
    assert await guard("127.0.0.9", allowed=allowed).addresses("a", 80) == [ip_address("127.0.0.9")]
    assert len(await guard("::ffff:127.0.0.9", allowed=allowed).addresses("a", 80)) == 1
    with pytest.raises(Invalid):
        await guard("10.0.0.1", allowed=allowed).addresses("a", 80)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:70/",
        "javascript:alert(1)",
        "http://",
        "http:///path",
        "http://user:secret@example.com/",
        "http://user@example.com/",
        "http://example.com@127.0.0.1/",
        "http://[fe80::1%25eth0]/",
        "http://[fe80::1%eth0]/",
        "http://example.com:22/",
        "http://example.com:25/",
        "http://example.com:70000/",
        "http://example.com\\@127.0.0.1/",
        "http://example.com/a b",
        "http://example.com/\r\nHost: x",
        "http://[::1/",
        "http://exa\u00a0mple.com/",
        "https://example.com/" + "a" * 2048,
    ],
)
def test_what_is_no_pages_address_is_refused_with_its_field(url: str) -> None:
    with pytest.raises(Invalid) as raised:
        web.checked(url)
    assert raised.value.field == "url"


def test_an_address_keeps_its_query_and_loses_its_fragment() -> None:
    assert str(web.checked(" https://Example.com:8443/a?b=c#d ")) == "https://example.com:8443/a?b=c"
    assert str(web.checked("https://bücher.example/")) == "https://xn--bcher-kva.example/"
