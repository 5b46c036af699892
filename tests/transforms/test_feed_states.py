"""States of feeds that are copied by position are those that are copied by name."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from transforms.due import changed
from transforms.records import FeedState

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
STATE = FeedState(feed_id="f", url="http://a.example/feed", etag='"a"', skip_hours=(1, 2))
CHANGES = {"due_at": NOW, "due_reason": "answered", "failures": 0.5, "interval_minutes": 60.0}


def test_a_copy_is_what_replacing_fields_by_name_makes_of_it() -> None:
    copy = changed(STATE, CHANGES)
    assert type(copy) is FeedState
    assert copy == STATE._replace(**CHANGES)  # type: ignore[arg-type]
    assert hash(copy) == hash(copy._replace())
    assert STATE.due_at is None
    with pytest.raises(AttributeError, match="can't set attribute"):
        copy.url = "http://b.example/feed"  # type: ignore[misc]


def test_what_is_no_field_is_refused() -> None:
    with pytest.raises(KeyError):
        changed(STATE, {"etags": "x"})
