from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.opml import InvalidOPML, Subscription, read_opml, write_opml

FIXTURE = Path(__file__).parents[1] / "data" / "feeds" / "subscriptions.opml"


def test_a_list_is_read_with_groups_and_our_own_attributes() -> None:
    assert read_opml(FIXTURE.read_bytes()) == (
        Subscription(
            url="https://wire-a.example/rss",
            title="Wire A",
            category="World/Agencies",
            source_name="Wire Agency",
            homepage="https://wire-a.example/",
            language="en-gb",
            country="gb",
        ),
        Subscription(url="https://steppe.example/rdf", title="Steppe Courier", category="World"),
        Subscription(url="http://ports.example/rss?a=1&b=2", title="Ports & ships"),
    )


WORDS = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="/"),
    min_size=1,
    max_size=12,
)
SUBSCRIPTIONS = st.builds(
    Subscription,
    url=st.integers(0, 10**6).map(lambda number: f"https://gazette.example/rss?n={number}&a=<1>"),
    title=st.none() | WORDS,
    category=st.none() | st.lists(WORDS, min_size=1, max_size=3).map("/".join),
    source_name=st.none() | WORDS,
    homepage=st.none() | st.just("https://gazette.example/?a=1&b=2"),
    language=st.none() | st.sampled_from(["en", "kk", "zh-hans"]),
    country=st.none() | st.sampled_from(["kz", "gb"]),
    is_tls_unchecked=st.booleans(),
)


@given(st.lists(SUBSCRIPTIONS, max_size=8, unique_by=lambda s: s.url))
def test_what_is_written_is_read_again(given_list: list[Subscription]) -> None:
    written = write_opml(given_list, title="Feeds <&>")
    expected = {
        (s.url.replace("<1>", "%3C1%3E"), s.title, s.category, s.is_tls_unchecked)
        for s in given_list
    }
    again = read_opml(written)
    assert {(s.url, s.title, s.category, s.is_tls_unchecked) for s in again} == expected
    assert read_opml(write_opml(again, title="Feeds")) == again


def test_an_entity_bomb_does_not_go_off() -> None:
    lines = [f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10)]
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE opml [<!ENTITY e0 "boom">' + "".join(lines) + "]>"
        '<opml version="2.0"><body><outline text="&e9;" xmlUrl="https://a.example/&e9;"/>'
        '<outline text="Plain" xmlUrl="https://b.example/"/></body></opml>'
    )
    found = read_opml(bomb.encode())
    assert [s.url for s in found] == ["https://a.example/&e9;", "https://b.example/"]


def test_windows_1251_and_broken_markup_are_read() -> None:
    text = (
        '<?xml version="1.0" encoding="windows-1251"?><opml><body>'
        '<outline text="Новости" xmlUrl="https://a.example/"><outline text="x" xmlUrl="https://b.'
        'example/"></body></opml>'
    )
    found = read_opml(text.encode("cp1251"))
    assert [s.title for s in found] == ["Новости", "x"]


@pytest.mark.parametrize("document", [b"", b"<html></html>", b"not a list"])
def test_what_is_no_list_is_refused(document: bytes) -> None:
    with pytest.raises(InvalidOPML):
        read_opml(document)
