"""No private address is ever dialled, however it is spelt or arrived at."""

from __future__ import annotations

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import chain, repeat
from typing import TYPE_CHECKING

import pytest

from flows.fetch import dialling
from flows.fetch.guard import Guard, literal_address
from tests.flows.conftest import response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.flows.conftest import Lab, Visit

PUBLIC = [
    "8.8.8.8",
    "93.184.216.34",
    "192.167.255.255",
    "172.32.0.1",
    "100.128.0.1",
    "2606:2800:220:1:248:1893:25c8:1946",
    "2a00:1450:4001:830::200e",
    "64:ff9b::808:808",  # NAT64 of 8.8.8.8
    "2002:808:808::1",  # 6to4 of 8.8.8.8
    "::ffff:8.8.8.8",
]
SPECIAL = [
    "0.0.0.0",  # noqa: S104 (not bound to)
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "10.255.255.255",
    "100.127.255.254",
    "169.254.170.2",
    "192.31.196.1",
    "192.52.193.1",
    "192.175.48.1",
    "198.19.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:a9fe:a9fe",
    "::ffff:0:7f00:1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::808:808",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",  # Teredo
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2002:c0a8:101::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "2606:2800:220:1:0:5efe:10.0.0.1",  # ISATAP
    "2606:2800:220:1:200:5efe:7f00:1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "2620:4f:8000::1",
    "2001:4:112::1",
    "2002:a9fe:a9fe::1",
    "64:ff9b::192.168.0.1",
]
SPELLINGS = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0x7F.1",
    "017700000001",
    "0177.0.0.1",
    "0177.0x0.0.01",
    "00000177.0.0.1",
    "127.0.0.1.",
    "\uff11\uff12\uff17.\uff10.\uff10.\uff11",  # full-width digits
    "\u2460\u2461\u2466.0.0.1",  # circled digits
    "127\u30020\u30020\u30021",
    "%31%32%37.0.0.1",
    "0",
    "0.0.0.0",  # noqa: S104 (not bound to)
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[2002:7f00:0001::1]",
    "[fe80::1]",
    "[fd00::1]",
    "169.254.169.254",
    "2852039166",
    "0xA9FEA9FE",
    "[::ffff:a9fe:a9fe]",
    "localhost",
    "LOCALHOST",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_public(address: str) -> None:
    assert Guard().refusal(address) is None


@pytest.mark.parametrize("address", SPECIAL)
def test_special_addresses_are_not_public(address: str) -> None:
    assert Guard().refusal(address) is not None


def test_what_is_no_address_raises() -> None:
    with pytest.raises(ValueError, match="localhost"):
        Guard().refusal("localhost")


def test_a_name_is_no_literal() -> None:
    assert literal_address("example.com") is None
    assert literal_address("1.example.com") is None
    assert literal_address("dead.beef") is None


def test_allowed_networks_are_allowed_and_no_more() -> None:
    guard = Guard(("10.1.0.0/16", "fd00::/8"))
    assert guard.refusal("10.1.2.3") is None
    assert guard.refusal("::ffff:10.1.2.3") is None
    assert guard.refusal("fd00::1") is None
    assert guard.refusal("10.2.0.1") == "private use"
    assert guard.refusal("::1") is not None


def v4_spellings(address: IPv4Address) -> list[str]:
    """Return the ways in which a URL can name an IPv4 address, or tunnel to it."""
    number, parts = int(address), address.packed
    first, rest = parts[0], number & 0xFFFFFF
    last = int.from_bytes(parts[2:], "big")
    dotted, pair = str(address), f"{number >> 16:x}:{number & 0xFFFF:x}"
    names = [
        dotted,
        f"{dotted}.",
        str(number),
        f"{number:#x}",
        f"{number:#X}",
        f"0{number:o}",
        f"000000{number:o}",
        f"{first}.{rest}",
        f"{first}.{parts[1]}.{last}",
        f"{first:#x}.{rest:#x}",
        ".".join(f"{part:#x}" for part in parts),
        ".".join(f"0{part:o}" for part in parts),
        ".".join(f"0000{part:o}" for part in parts),
        f"{first:#x}.0{parts[1]:o}.{last}",
        "".join(chr(0xFF10 + int(one)) if one.isdigit() else one for one in dotted),
        "".join(chr(0xFF10 + int(one)) if one.isdigit() else "\uff0e" for one in dotted),
        "".join(chr(0x1D7D8 + int(one)) if one.isdigit() else one for one in dotted),
        dotted.replace(".", "\u3002"),
        "".join(f"%{ord(one):02x}" for one in dotted),
    ]
    tunnels = [
        f"::ffff:{dotted}",
        f"::ffff:{pair}",
        f"0:0:0:0:0:ffff:{pair}",
        f"::ffff:0:{dotted}",
        f"::{dotted}",
        f"64:ff9b::{dotted}",
        f"64:ff9b::{pair}",
        f"64:ff9b:1::{pair}",
        f"2002:{pair}::",
        f"2002:{pair}::1",
        f"2001:0:4136:e378:8000:63bf:{number >> 16 ^ 0xFFFF:x}:{number & 0xFFFF ^ 0xFFFF:x}",
        f"2606:2800:220:1:0:5efe:{pair}",
        f"fe80::5efe:{dotted}",
    ]
    return names + [f"[{one}]" for one in tunnels]


def v6_spellings(address: IPv6Address) -> list[str]:
    """Return the ways in which a URL can name an IPv6 address."""
    dotted = IPv4Address(int(address) & 0xFFFFFFFF)
    head = address.exploded.rpartition(":")[0].rpartition(":")[0]
    names = [str(address), address.exploded, str(address).upper(), f"{head}:{dotted}"]
    return [f"[{one}]" for one in (*names, f"{address}%25eth0")]


def spellings(text: str) -> list[str]:
    address = ip_address(text.partition("%")[0])
    return v4_spellings(address) if isinstance(address, IPv4Address) else v6_spellings(address)


def test_none_of_64_special_addresses_is_dialled_in_any_spelling(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Spelt in the URL, told by the DNS, and by a DNS that changes its answer."""
    assert len(set(SPECIAL)) == 64
    dialled: list[str] = []

    def recorded(_: socket.socket, address: tuple[str, int]) -> None:
        dialled.append(address[0])
        raise ConnectionRefusedError(111, "recorded, not connected")

    answers: dict[str, Iterator[str]] = {}

    def lookup(host: str, port: int, *_: object) -> list[object]:
        address = next(answers[host])
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        rest = (0, 0) if ":" in address else ()
        return [(family, socket.SOCK_STREAM, 6, "", (address, port, *rest))]

    async def story(visit: Visit) -> None:
        port, asked = visit.publisher.port, 0
        hosts = [host for text in SPECIAL for host in spellings(text)]
        urls = [f"http://{host}:{port}/x" for host in hosts]
        for number, text in enumerate(SPECIAL):
            answers[f"named{number}.example"] = repeat(text.partition("%")[0])
            answers[f"turns{number}.example"] = chain(
                ["93.184.216.34"], repeat(text.partition("%")[0])
            )
        named = [f"http://{host}:{port}/x" for host in answers]
        monkeypatch.setattr(dialling.socket, "getaddrinfo", lookup)
        monkeypatch.setattr(socket.socket, "connect", recorded)
        for exchange in await asyncio.gather(*(visit.feed(url) for url in urls)):
            asked += 1
            assert exchange.problem is not None
            has_zone = "%25" in exchange.requested_url  # which no URL may have
            code = "bad_url" if has_zone else "address_refused"
            assert exchange.problem.code == code, exchange.requested_url
        assert dialled == []
        for _ in range(2):  # the second time their DNS has changed its mind
            for exchange in await asyncio.gather(*(visit.feed(url) for url in named)):
                asked += 1
                is_refused = exchange.problem is not None and exchange.status is None
                assert is_refused, exchange
            assert [one for one in dialled if Guard().refusal(one)] == []
            connector = visit.fetcher._wire._direct._connector  # type: ignore[union-attr]
            connector.clear_dns_cache()  # type: ignore[attr-defined]
        assert dialled == ["93.184.216.34"] * len(SPECIAL)  # before they changed it
        assert visit.publisher.requests == []
        assert asked == len(urls) + 2 * len(named) > 1300

    lab(story, is_direct=True)


def test_none_of_64_special_addresses_is_dialled_after_a_redirect(
    lab: Lab, dialled: list[object]
) -> None:
    inward = [text for text in SPECIAL if "127.0.0.1" not in text and "7f00:1" not in text]
    hosts = [host for text in inward for host in spellings(text)][::5]

    async def story(visit: Visit) -> None:
        port = visit.publisher.port
        for number, host in enumerate(hosts):
            location = f"http://{host}:{port}/x".encode().decode("latin-1")
            visit.answers[f"/{number}"] = response(302, Location=location)
        urls = [f"http://127.0.0.1:{port}/{number}" for number in range(len(hosts))]
        for exchange in await asyncio.gather(*(visit.feed(url) for url in urls)):
            assert exchange.problem is not None
            assert exchange.problem.code in {"address_refused", "bad_redirect"}, exchange
            assert exchange.status in {None, 302}
        assert set(dialled) == {("127.0.0.1", port)}
        assert len(visit.publisher.requests) == len(hosts) > 150

    lab(story, is_direct=True, allowed_networks=("127.0.0.1/32",))


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Addresses that a socket was connected to, the publisher's own port left out."""
    seen: list[object] = []
    connect = socket.socket.connect

    def watched(self: socket.socket, address: object) -> None:
        seen.append(address)
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", watched)
    return seen


@pytest.mark.parametrize("host", SPELLINGS)
def test_no_spelling_of_a_private_address_is_dialled(
    lab: Lab, dialled: list[object], host: str
) -> None:
    async def story(visit: Visit) -> None:
        exchange = await visit.feed(f"http://{host}:{visit.publisher.port}/feed")
        assert exchange.problem is not None
        assert exchange.problem.code == "address_refused", exchange.problem
        assert exchange.problem.is_final
        assert visit.publisher.requests == []
        assert dialled == []

    lab(story, is_direct=True)


def test_a_redirect_to_a_private_address_is_refused(lab: Lab, said: Callable[..., bytes]) -> None:
    async def story(visit: Visit) -> None:
        port = visit.publisher.port
        for target in ("http://10.0.0.1/", f"http://[::1]:{port}/", "http://169.254.169.254/x"):
            visit.answers["/feed"] = said(302, Location=target)
            exchange = await visit.feed(f"http://127.0.0.1:{port}/feed")
            assert exchange.problem is not None
            assert exchange.problem.code == "address_refused"
            assert len(exchange.hops) == 1
        assert len(visit.publisher.requests) == 3

    lab(story, is_direct=True, allowed_networks=("127.0.0.0/8",))


def test_a_redirect_to_a_private_address_is_refused_in_a_replay_too(
    lab: Lab, said: Callable[..., bytes]
) -> None:
    async def story(visit: Visit) -> None:
        visit.answers["/feed"] = said(302, Location="http://192.168.0.1/admin")
        exchange = await visit.feed("http://a.example/feed")
        assert exchange.problem is not None
        assert exchange.problem.code == "address_refused"
        visit.answers["/here"] = said(200, b"the address of all connections itself")
        exchange = await visit.feed(f"http://127.0.0.1:{visit.publisher.port}/here")
        assert exchange.problem is None

    lab(story)


def test_a_name_whose_answer_changes_is_judged_where_it_is_dialled(
    lab: Lab, dialled: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A resolver that lies past its own filter is caught by the socket."""
    answers = iter(["93.184.216.34", "127.0.0.1", "127.0.0.1"])

    def rebinding(_host: str, port: int, *_: object) -> list[object]:
        address = next(answers)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    async def story(visit: Visit) -> None:
        monkeypatch.setattr(dialling.GuardedResolver, "_dialled", lambda _, found: list(found))
        monkeypatch.setattr(dialling.socket, "getaddrinfo", rebinding)
        next(answers)
        exchange = await visit.feed(f"http://rebind.example:{visit.publisher.port}/feed")
        assert exchange.problem is not None
        assert exchange.problem.code == "address_refused"
        assert visit.publisher.requests == []

    lab(story, is_direct=True)
    assert dialled == []


def test_of_mixed_answers_only_public_ones_are_dialled(monkeypatch: pytest.MonkeyPatch) -> None:
    def mixed(_host: str, port: int, *_: object) -> list[object]:
        found = ["10.0.0.1", "93.184.216.34", "::1"]
        return [(0, 0, 0, "", (address, port)) for address in found]

    async def resolve() -> list[str]:
        monkeypatch.setattr(dialling.socket, "getaddrinfo", mixed)
        resolver = dialling.GuardedResolver(Guard())
        found = await resolver.resolve("mixed.example", 80)
        await resolver.close()
        return [one["host"] for one in found]

    assert asyncio.run(resolve()) == ["93.184.216.34"]
