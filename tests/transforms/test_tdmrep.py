"""tdmrep.json: which pages it reserves, and what becomes of files that are no such thing."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.records import Exchange, OriginDocument
from transforms.tdmrep import after_reservations, parse_reservations, reservation

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
URL = "https://a.example/.well-known/tdmrep.json"
NEVER = OriginDocument(origin="https://a.example", kind="tdmrep", host="a.example")


def is_reserved(rules: object, path: str) -> bool | None:
    rule = parse_reservations(json.dumps(rules).encode()).rule_for(f"https://a.example{path}")
    return rule.is_reserved if rule else None


def told(body: bytes, status: int | None = 200, **headers: str) -> Exchange:
    return Exchange(
        exchange_id="x",
        run_id="run",
        purpose="tdmrep",
        requested_url=URL,
        final_url=URL,
        fetched_at=NOW,
        elapsed_ms=3,
        status=status,
        headers=tuple((name.replace("_", "-"), value) for name, value in headers.items()),
        payload=body,
    )


@pytest.mark.parametrize(
    ("location", "path", "is_matched"),
    [
        ("/", "/", True),
        ("/", "/news/1?page=2", True),
        ("*", "/news/1", True),
        ("/news", "/newsletter", True),
        ("/news/", "/news", False),
        ("/news/", "/News/1", False),
        ("/news/1$", "/news/1", True),
        ("/news/1$", "/news/12", False),
        ("/news/1$", "/news/1?a", False),
        ("/*.jpg", "/a/b.jpg?w=3", True),
        ("/*.jpg$", "/a/b.jpg?w=3", False),
        ("/*.jpg$", "/a/b.jpg.jpg", True),
        ("/a*b*c", "/a-c-b-c", True),
        ("/a*b*c", "/a-c-b", False),
        ("/ab*bc$", "/abc", False),
        ("/*$", "/", True),
        ("/path/foo-%24", "/path/foo-$", True),
        ("/path/foo-$x", "/path/foo-$x", True),
        ("/a%2a", "/a*b", True),
        ("/%7Euser/", "/~user/1", True),
        ("/caf\u00e9", "/caf%C3%A9", True),
        ("/a b", "/a%20b", True),
    ],
)
def test_a_location_matches_as_paths_of_robots_txt_do(
    location: str, path: str, *, is_matched: bool
) -> None:
    found = is_reserved([{"location": location, "tdm-reservation": 1}], path)
    assert found is (True if is_matched else None)


def test_the_first_rule_that_matches_speaks() -> None:
    rules = [
        {"location": "/press/", "tdm-reservation": 0},
        {"location": "/", "tdm-reservation": 1, "tdm-policy": "https://a.example/policy.json"},
        {"location": "/late/", "tdm-reservation": 0},
    ]
    assert [is_reserved(rules, path) for path in ("/press/1", "/1", "/late/1")] == [
        False,
        True,
        True,
    ]
    known = after_reservations(NEVER, told(json.dumps(rules).encode()), now=NOW)
    rule = reservation(known, "https://a.example/1")
    assert rule is not None
    assert rule.policy == "https://a.example/policy.json"
    assert reservation(known, "https://a.example/press/1") is None


@pytest.mark.parametrize(
    ("body", "problem", "found"),
    [
        (b"", None, None),
        (b"[]", None, None),
        (b'\xef\xbb\xbf[{"location": "/", "tdm-reservation": "1"}]', None, True),
        (b"[{", "not_json", None),
        (b"[" * 100_000, "not_json", None),
        (b"9" * 10_000, "not_json", None),
        (b'{"location": "/", "tdm-reservation": 1}', "not_an_array", None),
        (b'["/", 1, null]', "bad_rules", None),
        (b'[{"tdm-reservation": 1}, {"location": "/", "tdm-reservation": 1}]', "bad_rules", True),
        (b'[{"location": "", "tdm-reservation": 1}]', "bad_rules", None),
        # A value that the protocol lacks counts as unset, and the rule is the first that matches.
        (b'[{"location": "/", "tdm-reservation": 2}, {"location": "/", "tdm-reservation": 1}]',
         "bad_rules", None),
        (b'[{"location": "/", "tdm-reservation": true}]', "bad_rules", None),
        (b'[{"location": "/"}]', "bad_rules", None),
        (b'[{"location": "/x\\ud800", "tdm-reservation": 1}]', None, None),
        (json.dumps([{"location": "/", "tdm-reservation": 1}] * 5001).encode(),
         "too_many_rules", True),
    ],
)  # fmt: skip
def test_what_the_protocol_does_not_allow_says_nothing_and_is_told(
    body: bytes, problem: str | None, *, found: bool | None
) -> None:
    read = parse_reservations(body)
    rule = read.rule_for("https://a.example/1")
    assert (read.problem, rule.is_reserved if rule else None) == (problem, found)


@given(st.binary(max_size=200), st.text(max_size=40))
def test_whatever_comes_is_read(body: bytes, location: str) -> None:
    parse_reservations(body).rule_for("https://a.example/1")
    is_reserved([{"location": location, "tdm-reservation": 1}], "/a/b?c=%d")


RESERVED = b'[{"location": "/", "tdm-reservation": 1}]'
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("exchange", "body", "lasts"),
    [
        (told(RESERVED), RESERVED, 24 * HOUR),
        (told(RESERVED, Cache_Control="max-age=7200"), RESERVED, 2 * HOUR),
        (told(RESERVED, 404), b"", 24 * HOUR),
        (told(RESERVED, 410), b"", 24 * HOUR),
        (told(b"\n<!doctype html><title>Not here</title>"), b"", 24 * HOUR),
        (told(RESERVED, 503), None, HOUR),
        (told(RESERVED, 429), None, HOUR),
        (told(b"", None), None, HOUR),
    ],
)
def test_how_long_an_answer_is_believed(
    exchange: Exchange, body: bytes | None, lasts: timedelta
) -> None:
    found = after_reservations(NEVER, exchange, now=NOW)
    assert (found.body, found.expires_at) == (body, NOW + lasts)
    assert (reservation(found, "https://a.example/1") is None) is (body != RESERVED)


def test_what_was_known_stays_while_it_cannot_be_asked_for() -> None:
    known = after_reservations(NEVER, told(RESERVED), now=NOW)
    later = NOW + 24 * HOUR
    found = after_reservations(known, told(b"", None), now=later)
    assert (found.body, found.fetched_at, found.expires_at) == (RESERVED, NOW, later + HOUR)
