"""The client against a publisher on loopback that misbehaves in all the usual ways."""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
from typing import TYPE_CHECKING

import pytest

from flows.fetch.wire import Wire
from flows.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.flows.conftest import Lab, Visit
    from transforms.records import Exchange

    Said = Callable[..., bytes]


def code_of(exchange: Exchange) -> str | None:
    return exchange.problem.code if exchange.problem else None


def test_an_answer_is_kept_as_it_came(lab: Lab, said: Said) -> None:
    body = gzip.compress(b"<rss/>" * 100)

    async def story(visit: Visit) -> None:
        visit.answers["/feed"] = said(200, body, Content_Encoding="gzip", X_Odd="caf\xe9 \xff")
        exchange = await visit.feed("http://news.example/feed#part")
        assert (exchange.status, exchange.reason) == (200, "Said so")
        assert exchange.payload == body
        assert exchange.header("x-odd") == "caf\xe9 \xff"
        assert exchange.problem is None
        assert exchange.place is not None
        assert visit.publisher.asked == ["news.example/feed"]
        assert visit.state.host_state("news.example").requests == 1
        visit.state.end_run("none")  # bytes are written with whatever is written next
        assert visit.state.host_state("news.example").payload_bytes == len(body)

    lab(story)


def test_an_error_status_is_an_answer(lab: Lab, said: Said) -> None:
    async def story(visit: Visit) -> None:
        visit.answers["/feed"] = said(500, b"oh dear")
        exchange = await visit.feed("http://news.example/feed")
        assert (exchange.status, exchange.payload, exchange.problem) == (500, b"oh dear", None)

    lab(story)


def test_we_say_who_we_are_and_what_we_take(lab: Lab) -> None:
    async def story(visit: Visit) -> None:
        await visit.feed("http://news.example/feed")
        sent = visit.publisher.requests[0].headers
        assert sent["user-agent"] == "Copytaster/0.1.0 (+https://desk.example/robot)"
        assert sent["accept-encoding"] == "gzip, deflate"
        assert "cookie" not in sent
        assert "connection" not in sent
        assert "authorization" not in sent

    lab(story, contact="https://desk.example/robot")


def test_cookies_are_not_returned(lab: Lab, said: Said) -> None:
    async def story(visit: Visit) -> None:
        visit.answers["/feed"] = said(200, Set_Cookie="id=1; Path=/")
        for _ in range(3):
            await visit.feed("http://news.example/feed")
        assert len(visit.publisher.requests) == 3
        assert not any("cookie" in one.headers for one in visit.publisher.requests)

    lab(story)


@pytest.mark.parametrize(
    "etag", ['"a"', 'W/"b-gzip"', "unquoted, odd", '"caf\xc3\xa9"', '"\xe9\xff"']
)
def test_validators_are_echoed_byte_for_byte(lab: Lab, said: Said, etag: str) -> None:
    async def story(visit: Visit) -> None:
        visit.answers["/feed"] = said(200, ETag=etag, Last_Modified="tomorrow, 2041")
        first = await visit.feed("http://news.example/feed")
        visit.answers["/feed"] = said(304, ETag=etag)
        validators = {
            "If-None-Match": first.header("etag"),
            "If-Modified-Since": first.header("last-modified"),
        }
        second = await visit.feed("http://news.example/feed", **validators)
        assert (second.status, second.payload, second.problem) == (304, b"", None)
        sent = visit.publisher.requests[1].headers
        assert sent["if-none-match"] == etag
        assert sent["if-modified-since"] == "tomorrow, 2041"

    lab(story)


def test_bytes_of_no_encoding_are_echoed_on_a_kept_connection_and_over_redirects(
    lab: Lab, said: Said
) -> None:
    async def story(visit: Visit) -> None:
        visit.answers["a.example/1"] = said(301, Location="http://b.example/2")
        visit.answers["b.example/2"] = said(304)
        for _ in range(2):
            await visit.feed("http://a.example/1", If_None_Match='"\xe9\x80\xff"')
        requests = visit.publisher.requests
        assert {one.headers["if-none-match"] for one in requests} == {'"\xe9\x80\xff"'}
        assert len(requests) == 4
        assert len({one.connection for one in requests}) == 2
        await visit.feed("http://a.example/1")
        assert "if-none-match" not in requests[-1].headers

    lab(story)


def test_a_contact_in_any_script_is_sent_as_utf8(lab: Lab) -> None:
    async def story(visit: Visit) -> None:
        await visit.feed("http://news.example/feed", If_None_Match='"\xe9"')
        sent = visit.publisher.requests[0].headers
        assert sent["user-agent"].encode("latin-1").decode().endswith("(+почта@desk.example)")
        assert sent["if-none-match"] == '"\xe9"'

    lab(story, contact="почта@desk.example")


def test_redirects_are_followed_over_hosts_and_kept_as_hops(lab: Lab, said: Said) -> None:
    async def story(visit: Visit) -> None:
        visit.answers["a.example/1"] = said(301, Location="/2?x=%7e+y&z=a%2Fb")
        visit.answers["a.example/2?x=%7e+y&z=a%2Fb"] = said(302, Location="//b.example/3#top")
        visit.answers["b.example/3"] = said(200, b"there")
        exchange = await visit.feed("http://a.example/1", If_None_Match='"v"')
        assert exchange.payload == b"there"
        assert exchange.requested_url == "http://a.example/1"
        assert exchange.final_url == "http://b.example/3"
        assert [(hop.url, hop.status) for hop in exchange.hops] == [
            ("http://a.example/1", 301),
            ("http://a.example/2?x=%7e+y&z=a%2Fb", 302),
        ]
        assert len(visit.shelf.exchanges) == 1
        assert {one.headers["if-none-match"] for one in visit.publisher.requests} == {'"v"'}
        assert visit.state.host_state("a.example").requests == 2
        assert visit.state.host_state("b.example").requests == 1

    lab(story)


def test_no_password_of_a_stranger_is_sent_or_kept(lab: Lab, said: Said) -> None:
    async def story(visit: Visit) -> None:
        raw = "http://日:word@b.example/2".encode().decode("latin-1")
        visit.answers["a.example/1"] = said(302, Location=raw)
        visit.answers["b.example/2"] = said(302, Location="http://name:word@b.example/3#top")
        visit.answers["b.example/3"] = said(200)
        exchange = await visit.page("http://日:word@a.example/1")
        assert (exchange.status, exchange.final_url) == (200, "http://b.example/3")
        assert [hop.url for hop in exchange.hops] == ["http://a.example/1", "http://b.example/2"]
        assert not any("authorization" in one.headers for one in visit.publisher.requests)

    lab(story)


def test_no_password_of_the_operators_own_files_is_sent(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "netrc"
    file.write_text("machine a.example login name password word\n", encoding="utf-8")
    file.chmod(0o600)
    monkeypatch.setenv("NETRC", str(file))

    async def story(visit: Visit) -> None:
        await visit.feed("http://a.example/feed")
        assert "authorization" not in visit.publisher.requests[0].headers

    lab(story)


def test_a_redirect_in_raw_utf8_is_followed(lab: Lab, said: Said) -> None:
    async def story(visit: Visit) -> None:
        location = "/новости".encode().decode("latin-1")
        visit.answers["/1"] = said(302, Location=location)
        exchange = await visit.feed("http://a.example/1")
        assert exchange.final_url.endswith("/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8")

    lab(story)


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("http://a.example/1", "redirect_loop"),
        ("/2", "redirect_loop"),
        ("file:///etc/passwd", "bad_redirect"),
        ("javascript:alert(1)", "bad_redirect"),
        ("http://", "bad_redirect"),
        ("", "bad_redirect"),
    ],
)
def test_a_redirect_that_leads_nowhere_is_a_problem(
    lab: Lab, said: Said, location: str, code: str
) -> None:
    async def story(visit: Visit) -> None:
        visit.answers["/1"] = said(302, Location="/2")
        visit.answers["/2"] = said(302, Location=location)
        exchange = await visit.feed("http://a.example/1")
        assert code_of(exchange) == code
        assert exchange.status == 302
        assert visit.publisher.asked == ["a.example/1", "a.example/2"]

    lab(story)


def test_ten_redirects_are_followed_and_no_more(lab: Lab, said: Said) -> None:
    async def story(visit: Visit) -> None:
        for number in range(20):
            visit.answers[f"/{number}"] = said(302, Location=f"/{number + 1}")
        exchange = await visit.feed("http://a.example/0")
        assert code_of(exchange) == "too_many_redirects"
        assert len(visit.publisher.requests) == 11
        visit.answers["/10"] = said(200, b"end")
        assert (await visit.feed("http://a.example/0")).payload == b"end"

    lab(story)


BREAKS = {
    "cut by length": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
    "cut in a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nhalf",
    "last chunk missing": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
}


@pytest.mark.parametrize("raw", BREAKS.values(), ids=BREAKS)
def test_a_truncated_body_is_never_a_success(lab: Lab, raw: bytes) -> None:
    async def story(visit: Visit) -> None:
        async def cut(writer: asyncio.StreamWriter) -> None:
            writer.write(raw)
            await writer.drain()

        visit.answers["/feed"] = cut
        exchange = await visit.feed("http://a.example/feed")
        assert code_of(exchange) == "truncated_body"
        assert not exchange.problem.is_final
        assert (exchange.status, exchange.payload) == (200, b"half")

    lab(story)


@pytest.mark.parametrize("is_declared", [True, False])
def test_a_body_over_the_cap_is_left_and_read_no_further(lab: Lab, *, is_declared: bool) -> None:
    written = 0

    async def story(visit: Visit) -> None:
        async def flood(writer: asyncio.StreamWriter) -> None:
            nonlocal written
            length = b"Content-Length: 100000000\r\n" if is_declared else b""
            writer.write(b"HTTP/1.1 200 OK\r\n" + length + b"\r\n")
            while written < 100_000_000:
                writer.write(b"x" * 65536)
                written += 65536
                await writer.drain()

        visit.answers["/feed"] = flood
        exchange = await visit.feed("http://a.example/feed")
        assert code_of(exchange) == "body_too_large"
        assert exchange.problem.is_final
        assert exchange.payload == b""

    lab(story, feed_max_bytes=100_000)
    assert written < 20_000_000


def test_a_body_of_exactly_the_cap_is_taken(lab: Lab, said: Said) -> None:
    async def story(visit: Visit) -> None:
        visit.answers["/feed"] = said(200, b"x" * 1000)
        assert (await visit.feed("http://a.example/feed")).payload == b"x" * 1000

    lab(story, feed_max_bytes=1000)


def test_a_slow_drip_ends_at_the_timeout(lab: Lab) -> None:
    async def story(visit: Visit) -> None:
        async def drip(writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            for _ in range(1000):
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.05)

        visit.answers["/feed"] = drip
        exchange = await visit.feed("http://a.example/feed")
        assert code_of(exchange) == "timeout"
        assert 300 <= exchange.elapsed_ms < 2000

    lab(story, request_timeout_seconds=0.4)


def test_a_server_that_says_nothing_ends_at_the_timeout(lab: Lab) -> None:
    async def story(visit: Visit) -> None:
        async def hang(_: asyncio.StreamWriter) -> None:
            await asyncio.sleep(60)

        visit.answers["/feed"] = hang
        exchange = await visit.feed("http://a.example/feed")
        assert (code_of(exchange), exchange.status) == ("timeout", None)

    lab(story, request_timeout_seconds=0.3)


@pytest.mark.parametrize(
    "raw",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000 + b"\r\n\r\n",
        b"HTTP/1.1 999999 What\r\n\r\n",
        b"\x16\x03\x01\x00\x00",
    ],
)
def test_what_is_no_http_is_a_problem(lab: Lab, raw: bytes) -> None:
    async def story(visit: Visit) -> None:
        async def babble(writer: asyncio.StreamWriter) -> None:
            writer.write(raw)
            await writer.drain()

        visit.answers["/feed"] = babble
        code = code_of(await visit.feed("http://a.example/feed"))
        assert code in {"http_protocol_error", "truncated_body", "connection_reset"}

    lab(story)


def test_three_hundred_headers_are_read(lab: Lab, said: Said) -> None:
    async def story(visit: Visit) -> None:
        many = {f"X-{number}": "y" * 100 for number in range(300)}
        visit.answers["/feed"] = said(200, b"fine", **many)
        exchange = await visit.feed("http://a.example/feed")
        assert exchange.payload == b"fine"
        assert len(exchange.headers) == 301

    lab(story)


def test_a_server_that_hangs_up_is_asked_once(lab: Lab) -> None:
    async def story(visit: Visit) -> None:
        async def hang_up(_: asyncio.StreamWriter) -> None:
            return

        visit.answers["/feed"] = hang_up
        exchange = await visit.feed("http://a.example/feed")
        assert code_of(exchange) == "connection_reset"
        assert len(visit.publisher.requests) == 1

    lab(story)


def test_a_reset_connection_is_a_problem(lab: Lab) -> None:
    async def story(visit: Visit) -> None:
        async def reset(writer: asyncio.StreamWriter) -> None:
            connection = writer.get_extra_info("socket")
            linger = struct.pack("ii", 1, 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

        visit.answers["/feed"] = reset
        exchange = await visit.feed("http://a.example/feed")
        assert code_of(exchange) == "connection_reset"

    lab(story)


def test_a_kept_connection_that_was_closed_meanwhile_costs_no_failure(lab: Lab) -> None:
    async def story(visit: Visit) -> None:
        async def answer_and_close_late(writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            await writer.drain()
            await asyncio.sleep(0.05)  # the next request is on its way by then

        visit.answers["/feed"] = answer_and_close_late
        await visit.feed("http://a.example/feed")
        exchange = await visit.feed("http://a.example/feed")
        assert exchange.problem is None
        assert exchange.payload == b"ok"

    lab(story)


def test_a_closed_port_is_a_problem(lab: Lab) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    async def story(visit: Visit) -> None:
        exchange = await visit.feed("http://a.example/feed")
        assert code_of(exchange) == "connection_refused"
        assert exchange.place is not None

    async def direct(visit: Visit) -> None:
        exchange = await visit.feed(f"http://127.0.0.1:{port}/feed")
        assert code_of(exchange) == "connection_refused"

    lab(direct, is_direct=True, allowed_networks=("127.0.0.0/8",))


def test_tls_that_cannot_be_verified_is_a_problem(lab: Lab) -> None:
    async def story(visit: Visit) -> None:
        exchange = await visit.feed("https://a.example/feed")  # the publisher speaks no TLS
        assert code_of(exchange) in {"tls_error", "connection_reset", "timeout"}

    lab(story, request_timeout_seconds=0.5)


@pytest.mark.parametrize("url", ["ftp://a.example/x", "not a url", "http://", "mailto:a@b.example"])
def test_what_is_no_http_url_is_refused_before_anything_is_sent(lab: Lab, url: str) -> None:
    async def story(visit: Visit) -> None:
        exchange = await visit.feed(url)
        assert code_of(exchange) == "bad_url"
        assert exchange.problem.is_final
        assert exchange.place is not None

    lab(story)


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "x" * 64 + ".example"])
def test_a_name_that_leads_nowhere_is_a_problem(lab: Lab, host: str) -> None:
    async def story(visit: Visit) -> None:
        exchange = await visit.feed(f"http://{host}/feed")
        assert code_of(exchange) == "dns_failure"

    lab(story, is_direct=True)


def test_connect_to_serves_many_hosts_from_one_address(lab: Lab, said: Said) -> None:
    hosts = ["a.example", "b.example:8080", "93.184.216.34", "[2606:2800:220:1::1]"]

    async def story(visit: Visit) -> None:
        for host in hosts:
            visit.answers[f"{host}/feed"] = said(200, host.encode())
        for host in hosts * 2:
            exchange = await visit.feed(f"http://{host}/feed")
            assert exchange.payload == host.encode(), exchange.problem
        assert visit.publisher.asked == [f"{host}/feed" for host in hosts * 2]
        by_host = {one.host: one.connection for one in visit.publisher.requests}
        assert len(set(by_host.values())) == len(hosts)  # the pool knows the hosts apart
        assert len({one.connection for one in visit.publisher.requests}) == len(hosts)

    lab(story)


def test_what_is_unexpected_raises(lab: Lab, said: Said) -> None:
    async def story(visit: Visit) -> None:
        visit.answers["/feed"] = said(200)
        visit.state.close()
        await visit.feed("http://a.example/feed")

    with pytest.raises(Exception, match="closed"):
        lab(story)


def test_a_proxy_of_the_environment_is_used_and_private_literals_still_refused(
    lab: Lab, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(visit: Visit) -> None:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{visit.publisher.port}")
        monkeypatch.setenv("no_proxy", "direct.invalid")
        visit.answers["http://a.example/feed"] = said(200, b"by proxy")
        wire = Wire(Settings(), visit.machine.clock)
        try:
            answer = await wire.send("http://a.example/feed", {}, max_bytes=1000)
            assert (answer.payload, answer.fault) == (b"by proxy", None)
            assert visit.publisher.requests[0].target == "http://a.example/feed"
            refused = wire.refusal("http://10.0.0.1/")
            assert refused is not None
            assert refused.code == "address_refused"
            direct = await wire.send("http://direct.invalid/", {}, max_bytes=1000)
            assert direct.fault is not None
            assert direct.fault.code == "dns_failure"
        finally:
            await wire.close()

    lab(story)


@pytest.mark.parametrize("contact", ["", "desk@a.example\nX-Odd: 1", "desk\x7f"])
def test_a_contact_that_no_request_may_hold_is_no_setting(contact: str) -> None:
    with pytest.raises(ValueError, match="contact"):
        Settings(contact=contact)
