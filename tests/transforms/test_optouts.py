"""Declared objections to text mining and AI use, wherever they stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from transforms.optouts import concerns_text, of_answer, of_origins, robots_objections
from transforms.records import Exchange, OriginDocument

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("robots", "signals"),
    [
        ("User-agent: GPTBot\nDisallow: /\n", ["GPTBot"]),
        (
            "User-Agent: gptbot\nUser-agent: CCBot\nCrawl-delay: 5\nDisallow: /*",
            ["CCBot", "gptbot"],
        ),
        ("\ufeffUser-agent: GPTBot # no\nDisallow: / # all\n", ["GPTBot"]),
        ("User-agent: GPTBot\nDisallow: /archive/", []),  # a part of the site
        ("User-agent: GPTBot\nDisallow:", []),
        ("User-agent: GPTBot\nAllow: /\n\nUser-agent: *\nDisallow: /", []),  # not for AI's sake
        ("User-agent: GoodBot\nDisallow: /", []),
        ("User-agent: *\nContent-Signal: search=yes, ai-train=no", ["ai-train"]),
        ("User-agent: *\nContent-Signal: ai-train=yes, ai-input=no", ["ai-input"]),
        ("User-agent: *\nContent-Usage: train-ai=n", ["train-ai"]),
        ("no rules at all", []),
        ("", []),
    ],
)
def test_objections_are_read_in_robots_txt(robots: str, signals: list[str]) -> None:
    found = robots_objections(robots.encode())
    assert sorted(one.signal for one in found) == signals
    assert all(one.evidence for one in found)


def test_whatever_bytes_a_robots_txt_has_it_is_read() -> None:
    assert robots_objections(b"\xff\xfe\x00User-agent: x\n\xe9: \xe9") == ()


def answer(**headers: str) -> Exchange:
    return Exchange(
        exchange_id="x",
        run_id="r",
        purpose="page",
        requested_url="https://a.example/1",
        final_url="https://a.example/1",
        fetched_at=NOW,
        elapsed_ms=1,
        status=200,
        headers=tuple((name.replace("_", "-"), value) for name, value in headers.items()),
    )


@pytest.mark.parametrize(
    ("headers", "page", "expected"),
    [
        ({"TDM_Reservation": "1"}, "", [("header", "tdm-reservation")]),
        ({"TDM_Reservation": "0"}, "", []),
        ({"X_Robots_Tag": "otherbot: noindex, NoAI"}, "", [("header", "noai")]),
        ({"X_Robots_Tag": "noindex, nofollow"}, "", []),
        ({}, "<meta name='tdm-reservation' content='1'>", [("meta", "tdm-reservation")]),
        ({}, '<META content="1" NAME="TDM-Reservation"/>', [("meta", "tdm-reservation")]),
        ({}, '<meta name="tdm-reservation" content="0">', []),
        (
            {},
            '<meta name="robots" content="index, noai, noimageai">',
            [("meta", "noai"), ("meta", "noimageai")],
        ),
        ({}, "<meta name=robots content=noai>", [("meta", "noai")]),
        ({}, "<p>the words noai and tdm-reservation in a text</p>", []),
        ({}, '<meta name="description" content="on noai">', []),
        (
            {"X_Robots_Tag": "noai"},
            "<meta name=robots content=noai>",
            [("header", "noai"), ("meta", "noai")],
        ),
    ],
)
def test_objections_are_read_in_headers_and_metas_of_an_answer(
    headers: dict[str, str], page: str, expected: list[tuple[str, str]]
) -> None:
    found = of_answer(answer(**headers), page.encode(), "a.example")
    assert sorted((one.origin, one.signal) for one in found) == expected
    assert all("https://a.example/1" in one.evidence for one in found)
    assert {one.exchange_id for one in found} <= {"x"}


def test_pictures_are_not_text() -> None:
    pictures = of_answer(answer(X_Robots_Tag="noimageai"), b"", "a.example")
    assert len(pictures) == 1
    assert not concerns_text(pictures)
    assert concerns_text(of_answer(answer(X_Robots_Tag="noai"), b"", "a.example"))


def test_hosts_declare_for_their_outlets_with_the_exchange_that_shows_it() -> None:
    robots = b"User-agent: GPTBot\nDisallow: /"
    known = OriginDocument(
        origin="https://a.example",
        kind="robots",
        host="a.example",
        body=robots,
        exchange_id="x-robots",
        fetched_at=NOW,
    )
    never = OriginDocument(origin="https://b.example", kind="robots", host="b.example")
    (found,) = of_origins([known, never], {"a.example": "outlet"})
    assert (found.source_id, found.origin, found.signal) == ("outlet", "robots", "GPTBot")
    assert (found.exchange_id, found.seen_at) == ("x-robots", NOW)
    assert of_origins([known], {}) == ()


def test_a_page_that_is_free_stands_above_a_header_that_reserves_it() -> None:
    free = b'<meta name="tdm-reservation" content="0">'
    assert of_answer(answer(TDM_Reservation="1"), free, "a.example") == ()
    bad = b'<meta name="tdm-reservation" content="2">'
    (found,) = of_answer(answer(TDM_Reservation="1"), bad, "a.example")
    assert found.origin == "header"
    both = free + b'<meta name="tdm-reservation" content="1">'
    told = of_answer(answer(TDM_Reservation="1"), both, "a.example")
    assert {one.origin for one in told} == {"header", "meta"}
    assert of_answer(answer(X_Robots_Tag="noai"), free, "a.example") != ()


def test_a_tdmrep_file_is_recorded_with_its_locations_and_policies() -> None:
    rules = (
        b'[{"location": "/press", "tdm-reservation": 0}, {"location": "/a", "tdm-reservation": 1},'
        b'{"location": "/b", "tdm-reservation": 1, "tdm-policy": "https://a.example/p"}]'
    )
    known = OriginDocument(
        origin="https://a.example",
        kind="tdmrep",
        host="a.example",
        body=rules,
        exchange_id="x",
        fetched_at=NOW,
    )
    (found,) = of_origins([known], {"a.example": "outlet"})
    assert (found.origin, found.signal) == ("tdmrep", "tdm-reservation")
    assert found.evidence == "/.well-known/tdmrep.json: /a, /b (https://a.example/p)"
    assert of_origins([replace(known, body=rules[:59] + b"]")], {"a.example": "outlet"}) == ()
