"""Items that come back under another guid."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from transforms.guids import doubtful_links, recognised
from transforms.identity import entry_id
from transforms.records import Entry, ParsedFeed

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def entry(guid: str | None, link: str | None) -> Entry:
    return Entry(
        entry_id=entry_id("f", guid or link or ""),
        feed_id="f",
        source_id="a.example",
        exchange_id="x",
        seen_at=NOW,
        position=0,
        guid=guid,
        url=link,
        canonical_url=link,
        title="T",
    )


def document(*items: tuple[str | None, str | None]) -> ParsedFeed:
    entries = tuple(entry(*item) for item in items)
    return ParsedFeed(
        feed_id="f",
        exchange_id="x",
        format="rss20",
        body_hash="",
        items=len(items),
        entries=entries,
    )


def told(parsed: ParsedFeed, *known: Entry) -> ParsedFeed:
    by_link = {
        one.canonical_url: (one.entry_id, one.guid)
        for one in known
        if one.canonical_url is not None
    }
    return recognised(parsed, {one.entry_id for one in known}, by_link)


def test_items_under_new_guids_keep_the_ids_that_their_links_had() -> None:
    before = entry("1", "l1"), entry("2", "l2")
    after = told(document(("7", "l1"), ("8", "l2"), ("9", "l3")), *before)
    assert [one.entry_id for one in after.entries[:2]] == [one.entry_id for one in before]
    assert [one.guid for one in after.entries] == ["1", "2", "9"]
    (problem,) = after.problems
    assert (problem.stage, problem.code) == ("poll", "guid_unstable")
    assert problem.detail.startswith("2 of 3 items")


@pytest.mark.parametrize(
    "items",
    [
        (("1", "l1"), ("2", "l2")),  # the guids that are known
        (("7", "l1"), ("8", "l3"), ("9", "l4")),  # one of three: a new guid with a new title
        (("1", "l1"), ("7", "l1")),  # a second item about the same page
        (("7", "l1"), ("8", "l1")),  # two of them, both new
        ((None, "l8"), (None, "l9")),
        (("7", None), ("8", None)),
    ],
)
def test_other_documents_stay_as_they_are(items: tuple[tuple[str | None, str | None], ...]) -> None:
    parsed = document(*items)
    assert told(parsed, entry("1", "l1"), entry("2", "l2")) is parsed


@pytest.mark.parametrize(
    ("items", "links"),
    [
        ((("1", "l1"), ("2", "l2")), {"l2"}),
        ((("1", "l1"), ("2", "l2"), ("3", "l3")), {"l2", "l3"}),
        ((("1", "l1"), ("2", "l2"), ("1", "l4")), set()),  # one of three
        ((("2", "l2"), ("3", "l3"), ("4", "l3"), (None, "l5")), set()),  # l3 stands twice
        ((), set()),
    ],
)
def test_only_unknown_items_are_looked_up_and_only_where_they_are_half(
    items: tuple[tuple[str | None, str | None], ...], links: set[str]
) -> None:
    assert doubtful_links(document(*items).entries, {entry("1", "l1").entry_id}) == links
