"""States of feeds that are copied field by field are those that the constructor makes."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, replace
from datetime import UTC, datetime

import pytest

from transforms.feed_states import FIELDS, changed, state_of, values_of
from transforms.records import FeedState

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
STATE = FeedState(feed_id="f", url="http://a.example/feed", etag='"a"', skip_hours=(1, 2))
CHANGES = {"due_at": NOW, "due_reason": "answered", "failures": 0.5, "interval_minutes": 60.0}


def test_the_fields_are_those_of_the_record_in_their_order() -> None:
    assert tuple(field.name for field in fields(FeedState)) == FIELDS
    assert values_of(STATE) == tuple(getattr(STATE, name) for name in FIELDS)


def test_a_copy_is_what_replace_makes_of_it() -> None:
    copy = changed(STATE, CHANGES)
    assert copy == replace(STATE, **CHANGES)  # type: ignore[arg-type]
    assert hash(copy) == hash(replace(copy))
    assert STATE.due_at is None
    with pytest.raises(FrozenInstanceError):
        copy.url = "http://b.example/feed"  # type: ignore[misc]


def test_what_is_no_field_or_not_all_of_them_is_refused() -> None:
    with pytest.raises(KeyError):
        changed(STATE, {"etags": "x"})
    with pytest.raises(ValueError, match="shorter"):
        state_of(values_of(STATE)[:-1])
    with pytest.raises(ValueError, match="longer"):
        state_of([*values_of(STATE), None])
