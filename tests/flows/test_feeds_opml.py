"""The feeds that ship with the project: a list that can be imported as it is."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from urllib.parse import urlsplit

import pytest

OPML = Path(__file__).parents[2] / "deployments" / "feeds.opml"

CENTRAL_ASIAN = {"kk", "ky", "uz"}
FAR_AND_WIDE = {"en", "ru", "de", "fr", "es", "ar", "tr", "zh", "fa"}


@pytest.fixture(scope="module")
def body() -> ET.Element:
    root = ET.parse(OPML).getroot()  # noqa: S314 (a file of our own)
    assert (root.tag, root.get("version")) == ("opml", "2.0")
    assert root.findtext("head/title")
    found = root.find("body")
    assert found is not None
    return found


@pytest.fixture(scope="module")
def feeds(body: ET.Element) -> list[ET.Element]:
    return [outline for outline in body.iter("outline") if outline.get("xmlUrl")]


def test_at_least_eighty_distinct_feeds_are_listed(feeds: list[ET.Element]) -> None:
    addresses = [feed.attrib["xmlUrl"].removesuffix("/").casefold() for feed in feeds]
    assert len(addresses) >= 80
    assert sorted(addresses) == sorted(set(addresses))


def test_languages_of_the_region_and_of_the_world_are_covered(feeds: list[ET.Element]) -> None:
    languages = {feed.attrib["language"] for feed in feeds}
    assert languages >= CENTRAL_ASIAN | FAR_AND_WIDE


def test_every_feed_stands_in_one_named_category(body: ET.Element, feeds: list[ET.Element]) -> None:
    categories = {group.attrib["text"]: list(group) for group in body}
    assert categories.keys() >= {"World", "Central Asia", "Agencies"}
    assert sum(map(len, categories.values())) == len(feeds)
    assert all(group.get("xmlUrl") is None for group in body)


def test_every_feed_tells_what_an_import_needs(feeds: list[ET.Element]) -> None:
    for feed in feeds:
        values = feed.attrib
        assert values["type"] == "rss", values
        assert values["text"] == values["title"].strip() != "", values
        assert values["sourceName"], values
        assert len(values["country"]) == 2, values
        assert values["country"].islower(), values
        assert 2 <= len(values["language"]) <= 3, values


def test_every_address_is_a_plain_web_address(feeds: list[ET.Element]) -> None:
    for feed in feeds:
        for key in ("xmlUrl", "htmlUrl"):
            parts = urlsplit(feed.attrib[key])
            assert parts.scheme in {"http", "https"}, feed.attrib
            assert "." in parts.netloc, feed.attrib
            assert "@" not in parts.netloc, feed.attrib
            assert not parts.fragment, feed.attrib
