"""Which addresses may be connected to: the public ones, and those that the operator allows by name."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from backend.web import failures

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

_PUBLIC_V6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
# Not private by the registry of every Python, or public and yet a cloud's own inside (168.63.129.16).
_CLOSED: tuple[Network, ...] = tuple(
    map(
        ip_network,
        (
            "100.64.0.0/10",
            "168.63.129.16/32",
            "192.0.0.0/24",
            "192.88.99.0/24",
            "198.18.0.0/15",
            "2001::/23",
            "2001:db8::/32",
            "2002::/16",
            "3fff::/20",
        ),
    )
)


async def resolve(host: str, port: int) -> Sequence[str]:
    """Every address of the host, as the system finds them; raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


def literal(host: str) -> Address | None:
    """The address that a host spells, in any of the ways that systems read (`127.1`, `0x7f000001`)."""
    host = host.rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return IPv4Address("127.0.0.1")
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return None
    return ip_address(str(found[0][4][0]))


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Networks such as `10.1.0.0/16`; raises ValueError."""
    return tuple(ip_network(text) for text in texts)


@dataclass(frozen=True)
class Guard:
    """Asks for the addresses of hosts and lets through only those that may be connected to."""

    allowed: tuple[Network, ...] = ()
    resolve: Resolve = resolve

    async def addresses(self, host: str, port: int) -> list[Address]:
        """Where to connect to for this host; it must be connected to these and not by its name.

        One closed address among them refuses all. Raises WEB_PAGE_FORBIDDEN, or WEB_PAGE_UNREACHABLE when
        the host has no address.
        """
        try:
            found = [ip_address(text) for text in await self.resolve(host, port)]
        except (OSError, UnicodeError) as error:
            raise failures.unreachable(f"There is no host {host}.") from error
        if not found:
            raise failures.unreachable(f"There is no host {host}.")
        if not all(self.lets(address) for address in found):
            raise failures.forbidden(f"{host} is inside a private network.")
        return list(dict.fromkeys(found))

    def check_literal(self, host: str) -> None:
        """Refuse a host that says by itself, without anybody being asked, that it is inside.

        Raises WEB_PAGE_FORBIDDEN with field `url`. Names are left to `addresses`, when they are connected to.
        """
        address = literal(host)
        if address is not None and not self.lets(address):
            raise failures.forbidden(f"{host} is inside a private network.", field="url")

    def lets(self, address: Address) -> bool:
        """Whether the address is public, or within an allowed network."""
        inner = _inner(address)
        return is_public(inner) or any(inner in network for network in self.allowed)


def is_public(address: Address) -> bool:
    """Whether this is an ordinary address of the Internet: no address of some special use is."""
    address = _inner(address)
    if isinstance(address, IPv6Address) and (address.scope_id or address not in _PUBLIC_V6):
        return False
    if not address.is_global or address.is_multicast or address.is_reserved or address.is_unspecified:
        return False
    return not any(address in network for network in _CLOSED)


def _inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 one only wraps; 6to4 and Teredo are refused whatever they wrap."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address
