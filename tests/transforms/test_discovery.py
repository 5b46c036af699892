"""The feeds of a page: declared, or linked to."""

from __future__ import annotations

import pytest

from transforms.discovery import feed_links, is_site_address

SITE = "https://paper.example/"
RSS = 'rel="alternate" type="application/rss+xml"'


def found(page: str, url: str = SITE) -> list[str]:
    return [link.url for link in feed_links(page, url)]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (f'<link {RSS} href="/rss.xml">', ["https://paper.example/rss.xml"]),
        (f'<LINK HREF="//cdn.example/f" {RSS.upper()}>', ["https://cdn.example/f"]),
        (
            "<link rel='alternate home' type='application/atom+xml; charset=utf-8' href=a>",
            [SITE + "a"],
        ),
        ('<link rel="alternate" type="application/feed+json" href="f.json">', [SITE + "f.json"]),
        ('<link rel="feed" href="f">', [SITE + "f"]),
        (f'<base href="https://b.example/x/"><link {RSS} href="f">', ["https://b.example/x/f"]),
        (f'<link {RSS} href="a"><link {RSS} href="a">', [SITE + "a"]),
        (
            f'<link {RSS} href="/comments/feed"><link {RSS} href="/feed">',
            [SITE + "feed", SITE + "comments/feed"],
        ),
        ('<link rel="alternate" hreflang="de" href="/de">', []),
        ('<link rel="stylesheet" type="application/rss+xml" href="a">', []),
        ('<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/1">', []),
        (f'<link {RSS} href="javascript:void(0)"><link {RSS}>', []),
        (f'<!-- <link {RSS} href="a"> -->', []),
    ],
)
def test_feeds_are_found_where_a_page_declares_them(head: str, expected: list[str]) -> None:
    assert found(f"<html><head>{head}</head><body></body></html>") == expected


def test_what_is_declared_says_its_kind_and_title() -> None:
    (link,) = feed_links(f'<link {RSS} title="News &amp; views" href="a">', SITE)
    assert (link.kind, link.title, link.origin) == ("RSS", "News & views", "link")


@pytest.mark.parametrize(
    ("href", "is_guessed"),
    [
        *(("/feed", True), ("/feed/", True), ("/rss.xml", True), ("/news/atom.xml", True)),
        *(("/world.rss", True), ("/?feed=rss2", True), ("/rss/world", False), ("/feedback", False)),
        *(("/2022/feed-prices-rise", False), ("https://other.example/feed", False)),
        *(("/comments/feed", False), ("/atomic", False), ("mailto:rss@paper.example", False)),
    ],
)
def test_links_that_look_like_feeds_are_a_guess(href: str, *, is_guessed: bool) -> None:
    links = feed_links(f'<body><a href="{href}">RSS</a><a href="{href}#x">again</a></body>', SITE)
    assert [link.origin for link in links] == ["anchor"] * is_guessed


def test_a_declaration_goes_before_any_guess() -> None:
    page = f'<head><link {RSS} href="/a"></head><body><a href="/feed">x</a></body>'
    assert found(page) == [SITE + "a"]


@pytest.mark.parametrize("page", ["", " ", "<!-- -->", "\x00\x01", "<", "plain words"])
def test_a_page_that_is_none_has_no_feeds(page: str) -> None:
    assert found(page) == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        *(("https://paper.example", True), ("https://paper.example/", True)),
        *(("http://paper.example:8080/", True), ("https://paper.example/rss", False)),
        *(("https://paper.example/?feed=rss2", False), ("https://paper.example?x", False)),
        *(("no address", False), ("paper.example", False), ("", False)),
    ],
)
def test_a_site_has_neither_path_nor_query(url: str, *, expected: bool) -> None:
    assert is_site_address(url) == expected
