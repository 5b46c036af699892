from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.urls import (
    InvalidURL,
    absolute_url,
    canonical_url,
    host_of,
    is_http,
    origin_of,
    registrable_domain,
    requested_url,
    subscribed_url,
)

HOSTS = st.sampled_from(
    ["gazette.example", "WWW.Gazette.example.", "bücher.example", "127.0.0.1", "[::1]", "a.b:8080"]
)
PIECES = st.text(
    alphabet=st.sampled_from(list("abZ09%2fE7./?&=#;+ ~'\"<>[]|é中@:-_\\")), max_size=40
)


@given(scheme=st.sampled_from(["http", "HTTPS"]), host=HOSTS, rest=PIECES)
def test_canonical_url_is_idempotent(scheme: str, host: str, rest: str) -> None:
    once = canonical_url(f"{scheme}://{host}/{rest}")
    assert canonical_url(once) == once


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://user:word@A.Example.:443/feed?a#b", "https://a.example"),
        ("http://a.example:80/", "http://a.example"),
        ("http://a.example:443/", "http://a.example:443"),
        ("https://a.example:80/", "https://a.example:80"),
        ("HTTP://[::1]:8080/x", "http://[::1]:8080"),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, origin: str) -> None:
    assert origin_of(url) == origin
    assert origin_of(origin) == origin


@given(st.text(max_size=60))
def test_any_string_is_a_url_or_refused(text: str) -> None:
    try:
        once = canonical_url(text)
    except InvalidURL:
        assert not is_http(text)
    else:
        assert canonical_url(once) == once


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://gazette.example", "https://gazette.example/"),
        ("HTTP://Gazette.Example:80/A", "https://gazette.example/A"),
        ("https://gazette.example:443/a", "https://gazette.example/a"),
        ("https://gazette.example:8443/a", "https://gazette.example:8443/a"),
        ("https://user:secret@gazette.example./a#top", "https://gazette.example/a"),
        ("https://gazette.example/a/./b/../c", "https://gazette.example/a/c"),
        ("https://gazette.example/%7euser/%d0%bf", "https://gazette.example/~user/%D0%BF"),
        ("https://gazette.example/п", "https://gazette.example/%D0%BF"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://президент.рф/", "https://xn--d1abbgf6aiiy.xn--p1ai/"),
        ("https://g.example/a?utm_source=x&id=7&fbclid=y", "https://g.example/a?id=7"),
        ("https://g.example/a?utm_source=x", "https://g.example/a"),
        ("https://g.example/a?b=2&a=1&&", "https://g.example/a?b=2&a=1"),
        ("https://g.example/a?UTM_Campaign=x&p=1", "https://g.example/a?p=1"),
        ("https://g.example/a?ref=home&source=rss", "https://g.example/a?ref=home&source=rss"),
        ("  https://g.example/a\n", "https://g.example/a"),
        ("https://www.g.example/a/", "https://www.g.example/a/"),
    ],
)
def test_urls_of_one_article_have_one_canonical_form(url: str, expected: str) -> None:
    assert canonical_url(url) == expected


@pytest.mark.parametrize(
    "url",
    ["", "a/b", "//g.example/a", "mailto:a@b.example", "ftp://g.example/", "http://", "http://["],
)
def test_what_has_no_http_host_is_refused(url: str) -> None:
    with pytest.raises(InvalidURL):
        canonical_url(url)
    assert not is_http(url)


def test_host_keeps_only_a_port_that_is_not_the_default() -> None:
    assert host_of("http://WWW.Gazette.example:80/a") == "www.gazette.example"
    assert host_of("http://gazette.example:8080/a") == "gazette.example:8080"
    assert host_of("http://[::1]:8080/") == "[::1]:8080"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("news.bbc.co.uk", "bbc.co.uk"),
        ("https://www.lemonde.fr/a", "lemonde.fr"),
        ("http://tengrinews.kz:8080/", "tengrinews.kz"),
        ("one.blogspot.com", "one.blogspot.com"),
        ("two.blogspot.com", "two.blogspot.com"),
        ("a.b.gazette.test", "gazette.test"),
        ("localhost", "localhost"),
        ("co.uk", "co.uk"),
        ("127.0.0.1", "127.0.0.1"),
        ("http://[::1]/", "[::1]"),
        ("пример.рф", "xn--e1afmkfd.xn--p1ai"),
    ],
)
def test_hosts_of_one_owner_have_one_registrable_domain(host: str, expected: str) -> None:
    assert registrable_domain(host) == expected


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("/a?x=1#y", "https://gazette.example/a?x=1#y"),
        ("b", "https://gazette.example/news/b"),
        ("//cdn.example/c", "https://cdn.example/c"),
        ("http://other.example/d", "http://other.example/d"),
        ("www.other.example/e", "https://www.other.example/e"),
        (" /a\n", "https://gazette.example/a"),
        ("/two words", "https://gazette.example/two%20words"),
        ("mailto:a@b.example", None),
        ("javascript:void(0)", None),
        ("http://[bad", None),
    ],
)
def test_links_are_resolved_and_those_of_no_page_are_none(link: str, expected: str | None) -> None:
    assert absolute_url("https://gazette.example/news/", link) == expected


def test_an_absolute_link_needs_no_base() -> None:
    assert absolute_url("", "https://gazette.example/a") == "https://gazette.example/a"
    assert absolute_url("", "/a") is None


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("//b.example/1#part", "https://b.example/1"),
        ("https://name:word@b.example/1", "https://b.example/1"),
        ("http://日@b.example/", "http://b.example/"),
        ("?q=1#", "https://a.example/?q=1"),
        ("mailto:a@b.example", None),
    ],
)
def test_what_is_asked_for_has_neither_fragment_nor_password(
    link: str, expected: str | None
) -> None:
    assert requested_url("https://a.example/", link) == expected


@pytest.mark.parametrize(
    "spelling",
    [
        "https://bücher.example/feed",
        "HTTPS://XN--BCHER-KVA.example:443/feed",
        " https://bücher.example/a/../feed#top",
    ],
)
def test_a_feed_is_one_subscription_in_any_spelling(spelling: str) -> None:
    assert subscribed_url(spelling) == "https://xn--bcher-kva.example/feed"


@pytest.mark.parametrize("url", ["https://name@a.example/", "https://:word@a.example/"])
def test_a_password_is_no_part_of_a_subscription(url: str) -> None:
    with pytest.raises(InvalidURL, match="passwords are not kept"):
        subscribed_url(url)
