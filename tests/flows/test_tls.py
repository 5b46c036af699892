"""Feeds, pages and what origins say of them over TLS, with certificates good and bad."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tls_publisher import Authority, TlsPublisher

from tests.flows.conftest import Machine, in_thread, response
from transforms.tdmrep import parse_reservations
from warehouse.state import State

if TYPE_CHECKING:
    from collections.abc import Sequence

GOOD, PLAIN = "https://news.example", "http://news.example"
WRONG = "wrong.example"
ANSWERS = {
    f"{GOOD}/feed": response(200, b"<rss/>"),
    f"{GOOD}/robots.txt": response(200, b"User-agent: *\nDisallow: /closed/\n"),
    f"{GOOD}/.well-known/tdmrep.json": response(200, b"[{"),
    f"{GOOD}/open/1": response(200, b"one"),
    f"{GOOD}/open/4": response(200, b"four"),
    f"{PLAIN}/robots.txt": response(200, b"User-agent: *\nDisallow: /open/\n"),
    f"{PLAIN}/closed/3": response(200, b"three"),
    f"{PLAIN}/away": response(301, Location=f"{GOOD}/open/4"),
    f"{PLAIN}/away/closed": response(301, Location=f"{GOOD}/closed/2"),
}
ASKED = [
    f"{GOOD}/feed",
    f"{GOOD}/open/1",
    f"{GOOD}/closed/2",
    f"{PLAIN}/open/1",
    f"{PLAIN}/closed/3",
    f"{PLAIN}/away",
    f"{PLAIN}/away/closed",
    "https://expired.example/feed",
    "https://selfsigned.example/feed",
    f"https://{WRONG}/feed",
    "https://expired.example/1",
]
DIRECT = "https://localhost:{port}/feed"


class Told:
    """What came of all that was asked for, what the publisher saw, and what is remembered."""

    def __init__(self, folder: Path) -> None:
        authority = Authority(folder)
        publisher = TlsPublisher(Machine())
        publisher.answers.update(ANSWERS)
        publisher.servers = {
            "news.example": authority.server("news.example"),
            "expired.example": authority.server("expired.example", expired=True),
            "selfsigned.example": authority.server("selfsigned.example", by_itself=True),
            WRONG: authority.server("other.example"),
            "localhost": authority.server("localhost", expired=True),
        }
        with in_thread(publisher):
            asked = [*ASKED, DIRECT.format(port=publisher.port)]
            said = subprocess.run(
                [
                    sys.executable,
                    str(Path(__file__).with_name("tls_client.py")),
                    str(folder),
                    str(publisher.port),
                    *asked,
                ],
                env=os.environ
                | {
                    "SSL_CERT_FILE": str(authority.ca_file),
                    "PYTHONPATH": os.pathsep.join(sys.path),
                },
                capture_output=True,
                check=True,
                text=True,
                timeout=100,
            ).stdout
        self.came = {
            url: (final, status, code, detail)
            for url, (final, status, code, detail) in zip(
                [*ASKED, DIRECT], json.loads(said), strict=True
            )
        }
        self.seen: Sequence[str] = publisher.asked_with
        with State(folder / "state.sqlite") as state:
            self.documents = state.origin_documents(("news.example", "expired.example"))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return Told(tmp_path_factory.mktemp("tls"))


def test_each_scheme_is_ruled_by_its_own_robots(told: Told) -> None:
    came = {url: answer[:3] for url, answer in told.came.items() if "//news.example" in url}
    assert came == {
        f"{GOOD}/feed": (f"{GOOD}/feed", 200, None),
        f"{GOOD}/open/1": (f"{GOOD}/open/1", 200, None),
        f"{GOOD}/closed/2": (f"{GOOD}/closed/2", None, "robots_disallowed"),
        f"{PLAIN}/open/1": (f"{PLAIN}/open/1", None, "robots_disallowed"),
        f"{PLAIN}/closed/3": (f"{PLAIN}/closed/3", 200, None),
        f"{PLAIN}/away": (f"{GOOD}/open/4", 200, None),
        f"{PLAIN}/away/closed": (f"{GOOD}/closed/2", None, "robots_disallowed"),
    }
    assert f"{GOOD}/closed/2" not in told.seen
    assert f"{PLAIN}/open/1" not in told.seen


def test_what_an_origin_says_is_asked_for_once_and_with_its_own_scheme(told: Told) -> None:
    documents = [one for one in told.seen if one.endswith((".txt", ".json"))]
    names = ("/robots.txt", "/.well-known/tdmrep.json")
    assert sorted(documents) == sorted(origin + name for origin in (GOOD, PLAIN) for name in names)
    kept = {(one.origin, one.kind): (one.status, one.body) for one in told.documents}
    assert kept[GOOD, "tdmrep"] == (200, b"[{")
    assert kept[PLAIN, "tdmrep"] == (404, b"")
    assert parse_reservations(b"[{").problem == "not_json"
    assert kept[GOOD, "robots"] != kept[PLAIN, "robots"]


def test_no_certificate_that_cannot_be_verified_is_taken(told: Told) -> None:
    why = {url: answer[3] for url, answer in told.came.items() if answer[2] == "tls_error"}
    assert "expired" in why.pop("https://expired.example/feed")
    assert "self-signed" in why.pop("https://selfsigned.example/feed")
    assert "not valid for 'wrong.example'" in why.pop(f"https://{WRONG}/feed")
    assert "expired" in why.pop(DIRECT)  # without a detour
    assert why == {}
    assert not any("news.example" not in one for one in told.seen)


def test_where_tls_fails_robots_are_unreachable_and_the_page_waits(told: Told) -> None:
    assert told.came["https://expired.example/1"][2] == "robots_unreachable"
    (known,) = [one for one in told.documents if one.host == "expired.example"]
    assert (known.origin, known.status, known.body) == ("https://expired.example", 0, None)
