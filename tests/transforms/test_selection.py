from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from transforms.records import Entry, KnownEntry, Moment
from transforms.selection import decide

AT = datetime(2022, 1, 7, 9, 0, tzinfo=UTC)
ENTRY = Entry(
    entry_id="e1",
    feed_id="f1",
    source_id="gazette.example",
    exchange_id="x1",
    seen_at=AT,
    position=0,
    guid="g1",
    url="https://gazette.example/1",
    canonical_url="https://gazette.example/1",
    title="Ferry service resumes",
    updated=Moment(at=AT, precision="second", has_zone=True, raw="", origin="feed:updated"),
)
KNOWN = KnownEntry(
    entry_id="e1",
    title="Ferry service resumes",
    url="https://gazette.example/1",
    updated_at=AT,
)


@pytest.mark.parametrize(
    ("known", "action", "reason"),
    [
        (None, "fetch", "new"),
        (KNOWN, "keep", "unchanged"),
        (replace(KNOWN, title="Ferry stopped"), "fetch", "retitled"),
        (replace(KNOWN, title=None), "fetch", "retitled"),
        (replace(KNOWN, url="https://gazette.example/2"), "fetch", "relinked"),
        (replace(KNOWN, url=None), "fetch", "relinked"),
        (replace(KNOWN, url="http://gazette.example/1?utm_source=rss"), "keep", "unchanged"),
        (replace(KNOWN, updated_at=AT - timedelta(seconds=1)), "fetch", "updated"),
        (replace(KNOWN, updated_at=AT + timedelta(days=1)), "keep", "unchanged"),
        (replace(KNOWN, updated_at=None), "keep", "unchanged"),
        (replace(KNOWN, title="Ferry", url="https://gazette.example/2"), "fetch", "retitled"),
    ],
)
def test_an_entry_is_fetched_when_it_is_new_or_changed(
    known: KnownEntry | None, action: str, reason: str
) -> None:
    (decision,) = decide([ENTRY], {} if known is None else {"e1": known})
    assert (decision.entry, decision.action, decision.reason) == (ENTRY, action, reason)


@pytest.mark.parametrize("entry", [replace(ENTRY, title=None), replace(ENTRY, updated=None)])
def test_what_a_feed_no_longer_says_is_no_change(entry: Entry) -> None:
    (decision,) = decide([entry], {"e1": KNOWN})
    assert decision.reason == "unchanged"


def test_an_entry_without_link_is_skipped_known_or_not() -> None:
    bare = replace(ENTRY, url=None, canonical_url=None)
    for known in ({}, {"e1": KNOWN}):
        (decision,) = decide([bare], known)
        assert (decision.action, decision.reason) == ("skip", "no_link")


def test_each_entry_gets_one_decision_in_order() -> None:
    entries = [replace(ENTRY, entry_id=f"e{number}") for number in range(3)]
    decisions = decide(entries, {"e1": KNOWN})
    assert [d.entry.entry_id for d in decisions] == ["e0", "e1", "e2"]
    assert [d.reason for d in decisions] == ["new", "unchanged", "new"]
