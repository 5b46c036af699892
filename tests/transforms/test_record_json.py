"""Records come out of their JSON as they went in; what is no such record is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.record_json import NotThisRecord, rebuild
from transforms.records import (
    Article,
    ArticleKind,
    Block,
    BlockKind,
    Credit,
    CreditRole,
    Doubt,
    Entry,
    Moment,
    Precision,
    Tag,
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
maybe = st.none() | texts
times = st.datetimes(min_value=datetime(1, 1, 2), timezones=st.just(UTC))  # noqa: DTZ001 (the bound; the zone is given apart)
numbers = st.integers(0, 2**31)


def few(items: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(items, max_size=2).map(tuple)


moments = st.builds(
    Moment,
    at=times,
    precision=st.sampled_from(get_args(Precision)),
    has_zone=st.booleans(),
    raw=texts,
    origin=texts,
)
tags = st.builds(Tag, name=texts, origin=texts)
blocks = st.builds(
    Block,
    position=numbers,
    kind=st.sampled_from(get_args(BlockKind)),
    text=texts,
    start=st.none() | numbers,
    end=st.none() | numbers,
    level=st.none() | numbers,
    credit=maybe,
)
credits_ = st.builds(
    Credit, role=st.sampled_from(get_args(CreditRole)), name=texts, raw=texts, origin=texts
)
TEXTS = "entry_id feed_id source_id exchange_id"
MAYBE = (
    "guid url canonical_url title summary content raw_published raw_updated language origin_title"
    " origin_url"
)
entries = st.builds(
    Entry,
    **dict.fromkeys(TEXTS.split(), texts),
    **dict.fromkeys(MAYBE.split(), maybe),
    seen_at=times,
    position=numbers,
    published=st.none() | moments,
    updated=st.none() | moments,
    authors=few(texts),
    tags=few(tags),
)
TEXTS = (
    "article_id version_id exchange_id source_id canonical_url requested_url final_url headline"
    " headline_origin language language_origin kind_reason body body_hash content_hash extractor"
)
articles = st.builds(
    Article,
    **dict.fromkeys(TEXTS.split(), texts),
    **dict.fromkeys("entry_id amp_url kicker standfirst section dateline".split(), maybe),  # noqa: SIM905 (one line)
    fetched_at=times,
    published=st.none() | moments,
    modified=st.none() | moments,
    date_candidates=few(moments),
    kind=st.sampled_from(get_args(ArticleKind)),
    is_paywalled=st.booleans(),
    blocks=few(blocks),
    credits=few(credits_),
    tags=few(tags),
    words=numbers,
    doubts=few(st.builds(Doubt, code=texts, detail=texts)),
)


@settings(max_examples=150, deadline=None)
@given(record=entries | articles)
def test_a_record_comes_out_of_its_json_as_it_went_in(record: Entry | Article) -> None:
    value = orjson.loads(orjson.dumps(record, option=orjson.OPT_UTC_Z))
    assert rebuild(type(record), value) == record


PLAIN = Entry(
    entry_id="e",
    feed_id="f",
    source_id="s",
    exchange_id="x",
    seen_at=datetime(2022, 1, 20, tzinfo=UTC),
    position=0,
    guid=None,
    url=None,
    canonical_url=None,
    title="T",
)


def plain(**changes: object) -> dict[str, object]:
    value: dict[str, object] = json.loads(orjson.dumps(PLAIN))
    return value | changes


def test_a_field_that_came_later_takes_its_default() -> None:
    value = plain()
    del value["origin_url"], value["tags"]
    assert rebuild(Entry, value) == replace(PLAIN, origin_url=None, tags=())


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"unheard_of": 1}, "unheard_of"),
        ({"position": "0"}, "position"),
        ({"position": True}, "position"),
        ({"title": 3}, "title"),
        ({"seen_at": "2022-01-20T00:00:00"}, "no zone"),
        ({"seen_at": "yesterday"}, "no time"),
        ({"seen_at": None}, "seen_at"),
        ({"tags": [{"name": "World"}]}, "origin is missing"),
        ({"published": {"at": "2022-01-20T00:00:00Z", "precision": "week"}}, "precision"),
    ],
)
def test_what_is_no_such_record_is_refused(changes: dict[str, object], why: str) -> None:
    with pytest.raises(NotThisRecord, match=why):
        rebuild(Entry, plain(**changes))


def test_a_field_without_a_default_is_not_made_up() -> None:
    value = plain()
    del value["seen_at"]
    with pytest.raises(NotThisRecord, match="seen_at is missing"):
        rebuild(Entry, value)
