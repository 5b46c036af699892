from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from flows.newsroom_feeds import (
    NEWS,
    SITEMAP,
    Channel,
    Item,
    cut_inside_last_item,
    render_feed,
)

ALMATY = timezone(timedelta(hours=6))
ITEM = Item(
    guid="guid-1",
    link="http://a.example/1?x=1&y=2",
    title="Fish & <chips> ]]>",
    summary="Summary",
    published=datetime(2022, 1, 13, 10, 15, tzinfo=ALMATY),
    updated=datetime(2022, 1, 13, 12, 0, tzinfo=ALMATY),
    authors=("Ann One", "Ben Two"),
    tags=("World",),
)
CHANNEL = Channel(
    url="http://a.example/feed",
    home="http://a.example/",
    title="A & B",
    source="A",
    language="en",
    poll_hint_minutes=30,
    items=(ITEM, Item(guid="guid-2", link="http://a.example/2", title="Second")),
)


@pytest.mark.parametrize(
    ("form", "version"), [("rss", "rss20"), ("rdf", "rss10"), ("atom", "atom10")]
)
def test_a_feed_reads_back_what_was_written(form: str, version: str) -> None:
    read = feedparser.parse(render_feed(CHANNEL, form))
    assert (read.version, read.bozo, read.feed.title) == (version, False, "A & B")
    assert [entry.id for entry in read.entries] == ["guid-1", "guid-2"]
    first = read.entries[0]
    assert first.link == ITEM.link
    assert first.title.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">") == ITEM.title
    stated = first.get("published_parsed") or first["updated_parsed"]
    assert stated[:5] == (2022, 1, 13, 4, 15)


def test_rss_writes_dates_as_mail_does() -> None:
    assert b"<pubDate>Thu, 13 Jan 2022 10:15:00 +0600</pubDate>" in render_feed(CHANNEL, "rss")


def test_a_guid_is_a_permanent_link_only_where_it_is_the_link() -> None:
    item = Item(guid="http://a.example/2", link="http://a.example/2", title="x")
    root = etree.fromstring(
        render_feed(
            Channel(
                url="http://a.example/feed",
                home="http://a.example/",
                title="A",
                source="A",
                items=(ITEM, item),
            ),
            "rss",
        )
    )
    assert [node.get("isPermaLink") for node in root.iter("guid")] == ["false", "true"]


def test_a_time_without_a_zone_and_a_day_alone_invent_nothing() -> None:
    unzoned = Item(guid="1", link="http://a.example/1", title="1", published=datetime(2022, 1, 1))  # noqa: DTZ001 (the case)
    day = Item(guid="2", link="http://a.example/2", title="2", published=date(2022, 1, 2))
    feed = render_feed(
        Channel(
            url="http://a.example/feed",
            home="http://a.example/",
            title="A",
            source="A",
            items=(unzoned, day),
        ),
        "rss",
    )
    assert b"<pubDate>Sat, 01 Jan 2022 00:00:00 -0000</pubDate>" in feed
    assert b"<dc:date>2022-01-02</dc:date>" in feed
    assert feed.count(b"<pubDate>") == 1


def test_json_feed_leaves_out_what_is_not_known() -> None:
    read = json.loads(render_feed(CHANNEL, "json"))
    assert read["version"] == "https://jsonfeed.org/version/1.1"
    assert read["items"][0]["date_published"] == "2022-01-13T10:15:00+06:00"
    assert read["items"][0]["authors"] == [{"name": "Ann One"}, {"name": "Ben Two"}]
    assert set(read["items"][1]) == {"id", "url", "title"}


def test_a_news_sitemap_names_publication_title_and_date() -> None:
    root = etree.fromstring(render_feed(CHANNEL, "sitemap"))
    names = {"s": SITEMAP, "n": NEWS}
    first = root.find("s:url", names)
    assert first is not None
    assert first.findtext("s:loc", namespaces=names) == ITEM.link
    assert first.findtext("n:news/n:title", namespaces=names) == ITEM.title
    assert first.findtext("n:news/n:publication/n:name", namespaces=names) == "A"
    stated = first.findtext("n:news/n:publication_date", namespaces=names)
    assert stated == "2022-01-13T10:15:00+06:00"


def test_windows_1251_carries_what_it_lacks_as_references() -> None:
    channel = Channel(
        url="http://a.example/feed",
        home="http://a.example/",
        title="Вестник",
        source="A",
        charset="windows-1251",
        items=(Item(guid="1", link="http://a.example/1", title="Қазақстан"),),
    )
    feed = render_feed(channel, "rss")
    assert "Вестник".encode("cp1251") in feed
    assert b"&#1178;" in feed
    assert feedparser.parse(feed).entries[0].title == "Қазақстан"


def test_a_cut_feed_breaks_off_inside_its_last_item() -> None:
    whole = render_feed(CHANNEL, "rss")
    cut = cut_inside_last_item(whole)
    assert whole.startswith(cut)
    assert cut.count(b"<item>") == 2
    assert cut.count(b"</item>") == 1
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(cut)


@given(title=st.text(min_size=1).filter(str.strip))
def test_any_title_makes_a_well_formed_feed(title: str) -> None:
    item = Item(
        guid="1", link="http://a.example/1", title=title, published=datetime(2022, 1, 1, tzinfo=UTC)
    )
    for form in ("rss", "rdf", "atom", "sitemap"):
        channel = Channel(
            url="http://a.example/feed",
            home="http://a.example/",
            title="A",
            source="A",
            items=(item,),
        )
        etree.fromstring(render_feed(channel, form))
