"""Which addresses may be dialled: public ones, and those that the operator allowed.

The check stands where an address is dialled, after names are resolved, so that
neither a redirect nor a DNS server that changes its answer gets around it.

Source: the IANA IPv4 and IPv6 special-purpose address registries.
`ipaddress.is_global` is not enough: it holds 64:ff9b::7f00:1, 2002:7f00:1:: and
224.0.0.1 for global.
"""

from __future__ import annotations

import errno
import socket
from ipaddress import (
    AddressValueError,
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

SPECIAL_IPV4: tuple[tuple[IPv4Network, str], ...] = tuple(
    (IPv4Network(network), name)
    for network, name in (
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private use"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "cloud platform service"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private use"),
        ("192.0.0.0/24", "protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.31.196.0/24", "AS112"),
        ("192.52.193.0/24", "multicast tunnelling"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private use"),
        ("192.175.48.0/24", "AS112"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)
GLOBAL_UNICAST = IPv6Network("2000::/3")
SPECIAL_IPV6: tuple[tuple[IPv6Network, str], ...] = tuple(
    (IPv6Network(network), name)
    for network, name in (
        ("2001::/23", "protocol assignments, Teredo among them"),
        ("2001:db8::/32", "documentation"),
        ("2620:4f:8000::/48", "AS112"),
        ("3fff::/20", "documentation"),
    )
)
# Networks whose addresses carry an IPv4 address, and how far it stands from the right.
EMBEDDING: tuple[tuple[IPv6Network, int], ...] = (
    (IPv6Network("::ffff:0:0/96"), 0),  # mapped
    (IPv6Network("::ffff:0:0:0/96"), 0),  # translated (RFC 2765)
    (IPv6Network("64:ff9b::/96"), 0),  # NAT64
    (IPv6Network("2002::/16"), 80),  # 6to4
)
ISATAP_MARKS = frozenset({0x00005EFE, 0x02005EFE})  # RFC 5214


class AddressRefused(OSError):  # noqa: N818 (named for what happened)
    """An address that must not be dialled. An OSError, because sockets raise those."""

    def __init__(self, address: str, why: str) -> None:
        super().__init__(errno.EACCES, f"{address} is not public: {why}")


def embedded_ipv4(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 address stands for or tunnels to, if any."""
    for network, shift in EMBEDDING:
        if address in network:
            return IPv4Address(int(address) >> shift & 0xFFFFFFFF)
    if (int(address) >> 32) & 0xFFFFFFFF in ISATAP_MARKS:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def why_special(address: Address) -> str | None:
    """Return the use that keeps an address out of the public internet; None if it is public."""
    if isinstance(address, IPv4Address):
        return next((name for network, name in SPECIAL_IPV4 if address in network), None)
    inner = embedded_ipv4(address)
    if inner is not None:
        why = why_special(inner)
        if why is not None or address not in GLOBAL_UNICAST:
            return None if why is None else f"{why} ({inner} inside)"
    if address not in GLOBAL_UNICAST:
        return "outside global unicast"
    return next((name for network, name in SPECIAL_IPV6 if address in network), None)


def literal_address(host: str) -> Address | None:
    """Return the address that a URL's host spells, in any form a resolver would take.

    That includes ``2130706433``, ``0x7f.1``, ``0177.0.0.1`` and a trailing dot.
    None if the host is a name.
    """
    text = host.strip("[]").rstrip(".").partition("%")[0]
    if ":" in text:
        try:
            return IPv6Address(text)
        except AddressValueError:
            return None
    try:
        return IPv4Address(socket.inet_aton(text)) if text[:1].isdigit() else None
    except (OSError, UnicodeError):
        return None


class Guard:
    """The rule of one run: public addresses, and the networks that were allowed."""

    def __init__(self, allowed_networks: tuple[str, ...] = ()) -> None:
        self._allowed: tuple[Network, ...] = tuple(ip_network(item) for item in allowed_networks)

    def refusal(self, address: Address | str) -> str | None:
        """Return why an address must not be dialled; None if it may be.

        Raises: ValueError if the text is no address.
        """
        given = _address(address)
        why = why_special(given)
        if why is None or self._is_allowed(given):
            return None
        return why

    def check(self, address: str) -> None:
        """Raise AddressRefused unless the address may be dialled."""
        why = self.refusal(address)
        if why is not None:
            raise AddressRefused(address, why)

    def _is_allowed(self, address: Address) -> bool:
        inner = embedded_ipv4(address) if isinstance(address, IPv6Address) else None
        return any(
            candidate in network
            for network in self._allowed
            for candidate in (address, inner)
            if candidate is not None and candidate.version == network.version
        )


def _address(address: Address | str) -> Address:
    if isinstance(address, str):
        return ip_address(address.partition("%")[0])
    return address
