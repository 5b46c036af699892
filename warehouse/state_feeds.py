"""Feeds inside the state file: what is remembered of them, who polls them, polls in hand."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from transforms.cadence import outside_skipped
from warehouse.state_rows import (
    FEED_FIELDS,
    archived_place,
    feed_row,
    feed_state,
    micros,
    moment,
    place_columns,
)
from warehouse.state_rows import place as place_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from transforms.records import Exchange, FeedState, Place

_COLUMNS = ", ".join(FEED_FIELDS)

_PUT = f"""
    insert into feeds ({_COLUMNS})
    values ({", ".join("?" * len(FEED_FIELDS))})
    on conflict (feed_id) do update set
    {", ".join(f"{name} = excluded.{name}" for name in FEED_FIELDS[1:])}
"""  # noqa: S608 (constants of ours)

_OF_IDS = f"""
    select {_COLUMNS} from feeds where feed_id in (select value from json_each(?))
"""  # noqa: S608 (constants of ours)

_ALL = f"select {_COLUMNS} from feeds"  # noqa: S608 (constants of ours)

# As one text: as rows, those of a large newsroom take four times as long.
_WAITING = """
    select json_group_array(feed_id) from feeds where due_at > :now or retry_after_at > :now
"""

_DUE = """
    select feed_id, due_at, skip_hours, skip_days from feeds
    where coalesce(due_at, 0) <= :now and coalesce(retry_after_at, 0) <= :now
"""

_CLAIM = """
    insert into feed_claims (feed_id, run_id)
    select distinct given.value, :run_id
    from json_each(:feed_ids) as given
    where given.value not in (select feed_id from polls)
    on conflict (feed_id) do nothing
"""

_CLAIMED = """
    select feed_id from feed_claims
    where run_id = :run_id and feed_id not in (select feed_id from polls)
"""

_RECORD_POLL = """
    insert or replace into polls (
        exchange_id, feed_id, run_id, fetched_at, place_file, place_offset, place_length,
        document_id
    ) values (
        :exchange_id, :feed_id, :run_id, :fetched_at, :place_file, :place_offset, :place_length,
        :document_id
    )
"""

_POLLS_OF = "select * from polls where run_id = ? order by fetched_at, exchange_id"

_TAKE_OVER_FEEDS = """
    insert or replace into feed_claims (feed_id, run_id)
    select feed_id, :run_id from polls
    where run_id in (select value from json_each(:from_runs))
"""

_TAKE_OVER_POLLS = """
    update polls set run_id = :run_id
    where run_id in (select value from json_each(:from_runs))
"""

_FREE_FEEDS = """
    delete from feed_claims where feed_id in (
        select feed_id from polls where exchange_id in (select value from json_each(:polls))
        union all
        select value from json_each(:feed_ids)
    )
"""

_FINISH_POLLS = "delete from polls where exchange_id in (select value from json_each(?))"

_RELEASE = "delete from feed_claims where run_id in (select value from json_each(?))"


@dataclass(frozen=True, slots=True, kw_only=True)
class PollInHand:
    """A poll that is archived and not yet parsed and loaded."""

    feed_id: str
    exchange_id: str
    place: Place
    run_id: str
    document_id: str | None = None  # set where it is a further document of the feed


class Calendar(NamedTuple):
    """The feeds whose time has not come, and since when the others are due (None: ever)."""

    waiting: set[str]
    due: dict[str, datetime | None]


def states(
    connection: sqlite3.Connection, feed_ids: Collection[str] | None = None
) -> dict[str, FeedState]:
    """Return what is remembered of feeds, by feed_id; of all where none are given."""
    if feed_ids is None:
        rows = _plain(connection).execute(_ALL)
    else:
        rows = _plain(connection).execute(_OF_IDS, (json.dumps(list(feed_ids)),))
    return {state.feed_id: state for state in map(feed_state, rows)}


def _plain(connection: sqlite3.Connection) -> sqlite3.Cursor:
    """Return a cursor whose rows are read by position only."""
    cursor = connection.cursor()
    cursor.row_factory = None
    return cursor


def calendar(connection: sqlite3.Connection, now: datetime) -> Calendar:
    """Return which feeds wait and which are due: as `transforms.schedule.is_due` has it."""
    given = {"now": micros(now)}
    (feed_ids,) = connection.execute(_WAITING, given).fetchone()
    waiting = set(json.loads(feed_ids))
    due: dict[str, datetime | None] = {}
    for feed_id, due_at, hours, days in _plain(connection).execute(_DUE, given):
        skips = hours != "[]" or days != "[]"
        if skips and outside_skipped(now, json.loads(hours), json.loads(days)) != now:
            waiting.add(feed_id)
        else:
            due[feed_id] = None if due_at is None else moment(due_at)
    return Calendar(waiting, due)


def put(connection: sqlite3.Connection, states: Iterable[FeedState]) -> None:
    """Replace what is remembered of feeds."""
    connection.executemany(_PUT, map(feed_row, states))


def claim(
    connection: sqlite3.Connection, run_id: str, feed_ids: Collection[str]
) -> tuple[str, ...]:
    """Take the feeds that nobody has and that have no poll in hand; return those now held."""
    given = {"run_id": run_id, "feed_ids": json.dumps(list(feed_ids))}
    connection.execute(_CLAIM, given)
    held = {feed_id for (feed_id,) in connection.execute(_CLAIMED, given)}
    return tuple(feed_id for feed_id in dict.fromkeys(feed_ids) if feed_id in held)


def claimants(connection: sqlite3.Connection) -> set[str]:
    """Return the runs that have claimed feeds."""
    return {run_id for (run_id,) in connection.execute("select distinct run_id from feed_claims")}


def release(connection: sqlite3.Connection, run_ids: Collection[str]) -> None:
    """Free the feeds that runs have claimed."""
    connection.execute(_RELEASE, (json.dumps(list(run_ids)),))


def holders(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Return (feed_id, run_id) of all feeds claimed or with a poll in hand."""
    rows = connection.execute(
        "select feed_id, run_id from feed_claims union select feed_id, run_id from polls"
    )
    return [(row["feed_id"], row["run_id"]) for row in rows]


def record_poll(
    connection: sqlite3.Connection,
    run_id: str,
    exchange: Exchange,
    feed_id: str,
    document_id: str | None = None,
) -> None:
    """Put an archived poll in hand."""
    given = {
        "exchange_id": exchange.exchange_id,
        "feed_id": feed_id,
        "document_id": document_id,
        "run_id": run_id,
        "fetched_at": micros(exchange.fetched_at),
        **place_columns(archived_place(exchange)),
    }
    connection.execute(_RECORD_POLL, given)


def poll_holders(connection: sqlite3.Connection) -> set[str]:
    """Return the runs that have polls in hand."""
    return {run_id for (run_id,) in connection.execute("select distinct run_id from polls")}


def take_over(connection: sqlite3.Connection, run_id: str, from_runs: Collection[str]) -> None:
    """Give a run the polls of others, and their feeds."""
    given = {"run_id": run_id, "from_runs": json.dumps(list(from_runs))}
    connection.execute(_TAKE_OVER_FEEDS, given)
    connection.execute(_TAKE_OVER_POLLS, given)


def polls_of(connection: sqlite3.Connection, run_id: str) -> tuple[PollInHand, ...]:
    """Return the polls that a run has in hand, oldest first."""
    return tuple(_poll_in_hand(row) for row in connection.execute(_POLLS_OF, (run_id,)))


def finish_polls(
    connection: sqlite3.Connection, exchange_ids: Collection[str], feed_ids: Collection[str]
) -> None:
    """Take polls out of hand; free their feeds and those given."""
    polls = json.dumps(list(exchange_ids))
    connection.execute(_FREE_FEEDS, {"polls": polls, "feed_ids": json.dumps(list(feed_ids))})
    connection.execute(_FINISH_POLLS, (polls,))


def _poll_in_hand(row: sqlite3.Row) -> PollInHand:
    place = place_of(row)
    if place is None:
        raise ValueError(f"poll {row['exchange_id']} has no place")
    return PollInHand(
        feed_id=row["feed_id"],
        exchange_id=row["exchange_id"],
        place=place,
        run_id=row["run_id"],
        document_id=row["document_id"],
    )
