"""The queue of wanted pages inside the state file: who gets which, and in what order."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from itertools import chain, islice, zip_longest
from typing import TYPE_CHECKING, Literal

from transforms.fates import is_asked
from transforms.urls import InvalidURL, canonical_url
from warehouse.state_rows import archived_place, moment, place_columns
from warehouse.state_rows import want as want_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from transforms.records import Exchange, Want

# A page is fetched once for all who want it: while a live run has it in hand, the others wait.
_NOT_IN_OTHER_HANDS = """
    not exists (
        select 1 from wants as other
        where other.url_key = wants.url_key and other.claimed_by is not null
    )
"""

_INSERT = """
    insert into wants (
        want_id, url, url_key, host, source_id, reason, entry_id, feed_id, lane, attempts,
        next_try_at, exchange_id, place_file, place_offset, place_length
    )
    select
        :want_id, :url, :url_key, :host, :source_id, :reason, :entry_id, :feed_id, :lane,
        :attempts,
        :now, :exchange_id, :place_file, :place_offset, :place_length
    where not exists (select 1 from finished_wants where want_id = :want_id)
    on conflict (want_id) do nothing
"""

# Skips along the index from host to host, so that it costs hosts, not wants.
# A host that was asked least lately comes first; one that asked for peace is left in peace.
_HOSTS_TO_ASK = """
    with recursive waiting (host) as (
        select min(host) from wants
        where lane = :lane and claimed_by is null and place_file is null
        union all
        select (
            select min(host) from wants
            where lane = :lane and claimed_by is null and place_file is null
            and host > waiting.host
        )
        from waiting where waiting.host is not null
    )
    select waiting.host
    from waiting left join hosts on hosts.host = waiting.host
    where waiting.host is not null and coalesce(hosts.retry_after_at, :now) <= :now
    order by coalesce(hosts.free_at, 0), waiting.host
"""

_READY_OF_HOST = f"""
    select number, url_key from wants
    where lane = :lane and claimed_by is null and place_file is null and host = :host
    and next_try_at <= :now
    and {_NOT_IN_OTHER_HANDS}
    order by next_try_at, number
"""  # noqa: S608 (a constant of this module)

_ARCHIVED = """
    select number from wants
    where lane = :lane and claimed_by is null and place_file is not null
    order by number limit :limit
"""

# With each page come all wants of the same page. The index is named because the others
# that fit lead through the whole lane.
_CLAIM_TOGETHER = """
    update wants indexed by wants_of_url set claimed_by = :run_id
    where lane = :lane and claimed_by is null and place_file is null and url_key in (
        select picked.url_key
        from json_each(:numbers) as given join wants as picked on picked.number = given.value
    )
"""

_CLAIM_ARCHIVED = """
    update wants set claimed_by = :run_id
    where number in (select value from json_each(:numbers))
"""

_CLAIMED = """
    select wants.*
    from json_each(:numbers) as given
    join wants as picked on picked.number = given.value
    join wants on wants.url_key = picked.url_key and wants.claimed_by = :run_id
    where wants.number = picked.number
    or (wants.place_file is null and picked.place_file is null and wants.lane = picked.lane)
    order by given.key, wants.number
"""

_COUNT_READY = f"""
    select count(*) from wants left join hosts on hosts.host = wants.host
    where claimed_by is null and (
        place_file is not null
        or (
            next_try_at <= :now and coalesce(hosts.retry_after_at, :now) <= :now
            and {_NOT_IN_OTHER_HANDS}
        )
    )
"""  # noqa: S608 (a constant of this module)

_NEXT_READY_AT = """
    select min(case
        when place_file is not null then next_try_at
        else max(next_try_at, coalesce(hosts.retry_after_at, next_try_at))
    end)
    from wants left join hosts on hosts.host = wants.host
    where claimed_by is null
"""

# One exchange answers all that were claimed together. Told twice, it counts once.
_RECORD_PAGE = """
    update wants set
        attempts = attempts + (:is_asked and exchange_id is not :exchange_id),
        waits = waits + (not :is_asked and exchange_id is not :exchange_id),
        exchange_id = :exchange_id,
        place_file = :place_file, place_offset = :place_offset, place_length = :place_length
    where want_id = :want_id or (
        url_key = (select url_key from wants where want_id = :want_id)
        and claimed_by = (select claimed_by from wants where want_id = :want_id)
        and place_file is null
    )
"""


_RETRY = """
    update wants set
        claimed_by = null, exchange_id = null,
        place_file = null, place_offset = null, place_length = null,
        next_try_at = :at, last_problem = :problem
    where want_id = :want_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How much of a lane's work a claim may take: pages in all, and of one host."""

    lane: str
    limit: int
    per_host: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WantInHand:
    """A want that is not finished, and how far it is.

    ``state``: ``archived`` once its page is, else ``claimed`` while a live run holds
    it, else ``waiting``.
    """

    want: Want
    state: Literal["waiting", "claimed", "archived"]
    attempts: int
    next_try_at: datetime
    last_problem: str | None
    run_id: str | None  # of the live run that holds it
    is_ready: bool  # its time has come


def insert(connection: sqlite3.Connection, wants: Iterable[Want], now: int) -> int:
    """Put wants in hand that neither are nor were; return how many."""
    rows = (
        {
            "want_id": want.want_id,
            "url": want.url,
            "url_key": url_key(want.url),
            "host": want.host,
            "source_id": want.source_id,
            "reason": want.reason,
            "entry_id": want.entry_id,
            "feed_id": want.feed_id,
            "lane": want.lane,
            "attempts": want.attempts,
            "now": now,
            "exchange_id": want.exchange_id,
            **place_columns(want.place),
        }
        for want in wants
    )
    return connection.executemany(_INSERT, rows).rowcount


def url_key(url: str) -> str:
    """Return what wants have in common if one request answers them: the canonical URL.

    A link that has no canonical form shares its request with its equals only.
    """
    try:
        return canonical_url(url)
    except InvalidURL:
        return url


def claim(connection: sqlite3.Connection, run_id: str, now: int, share: Share) -> tuple[Want, ...]:
    """Give a run what it may work on next; inside a write transaction."""
    found = connection.execute(_ARCHIVED, {"limit": share.limit, "lane": share.lane})
    archived = _numbers(found)
    to_fetch = _pick_to_fetch(connection, now, replace(share, limit=share.limit - len(archived)))
    given = {"run_id": run_id, "lane": share.lane, "numbers": json.dumps(archived)}
    connection.execute(_CLAIM_ARCHIVED, given)
    connection.execute(_CLAIM_TOGETHER, given | {"numbers": json.dumps(to_fetch)})
    rows = connection.execute(_CLAIMED, given | {"numbers": json.dumps(archived + to_fetch)})
    return tuple({row["number"]: want_of(row) for row in rows}.values())


def claimants(connection: sqlite3.Connection) -> set[str]:
    """Return the runs that hold wants."""
    sql = "select distinct claimed_by from wants where claimed_by is not null"
    return {run_id for (run_id,) in connection.execute(sql)}


def release(connection: sqlite3.Connection, run_ids: Collection[str]) -> None:
    """Free the wants that runs hold."""
    connection.execute(
        "update wants set claimed_by = null where claimed_by in (select value from json_each(?))",
        (json.dumps(list(run_ids)),),
    )


def record_page(connection: sqlite3.Connection, want_id: str, exchange: Exchange) -> None:
    """Note where the page of a want, and of those claimed with it, is archived."""
    given = {
        "want_id": want_id,
        "exchange_id": exchange.exchange_id,
        "is_asked": is_asked(exchange),
        **place_columns(archived_place(exchange)),
    }
    if connection.execute(_RECORD_PAGE, given).rowcount == 0:
        raise LookupError(f"want {want_id} is not in hand")


def finish(connection: sqlite3.Connection, want_ids: Collection[str], now: int) -> None:
    """Move wants from those in hand to those finished."""
    ids = json.dumps(list(want_ids))
    connection.execute(
        "insert or ignore into finished_wants select want_id, ? from wants"
        " where want_id in (select value from json_each(?))",
        (now, ids),
    )
    connection.execute(
        "delete from wants where want_id in (select value from json_each(?))", (ids,)
    )


def retry(connection: sqlite3.Connection, want_id: str, at: int, problem_code: str) -> None:
    """Put a want back to be fetched anew, not before a time."""
    given = {"want_id": want_id, "at": at, "problem": problem_code}
    if connection.execute(_RETRY, given).rowcount == 0:
        raise LookupError(f"want {want_id} is not in hand")


def known(connection: sqlite3.Connection, want_ids: Collection[str]) -> set[str]:
    """Return those wants that are in hand or finished and not forgotten."""
    ids = json.dumps(list(want_ids))
    rows = connection.execute(
        "select want_id from wants where want_id in (select value from json_each(?))"
        " union all"
        " select want_id from finished_wants where want_id in (select value from json_each(?))",
        (ids, ids),
    )
    return {want_id for (want_id,) in rows}


def in_hand(connection: sqlite3.Connection, alive: set[str], now: int) -> tuple[WantInHand, ...]:
    """Return all wants that are not finished, oldest first."""
    rows = connection.execute("select * from wants order by number")
    return tuple(_want_in_hand(row, alive, now) for row in rows)


def _want_in_hand(row: sqlite3.Row, alive: set[str], now: int) -> WantInHand:
    want = want_of(row)
    run_id = row["claimed_by"] if row["claimed_by"] in alive else None
    return WantInHand(
        want=want,
        state="archived" if want.place else "claimed" if run_id else "waiting",
        attempts=want.attempts,
        next_try_at=moment(row["next_try_at"]),
        last_problem=row["last_problem"],
        run_id=run_id,
        is_ready=row["next_try_at"] <= now,
    )


def count_ready(connection: sqlite3.Connection, now: int) -> int:
    """Return how many wants a claim without limits would give."""
    (count,) = connection.execute(_COUNT_READY, {"now": now}).fetchone()
    return int(count)


def next_ready_at(connection: sqlite3.Connection) -> int | None:
    """Return when the first of the wants that nobody holds is ready."""
    (at,) = connection.execute(_NEXT_READY_AT).fetchone()
    return at  # type: ignore[no-any-return]  # SQLite's own: integer or null


def _pick_to_fetch(connection: sqlite3.Connection, now: int, share: Share) -> list[int]:
    given = {"now": now, "lane": share.lane}
    hosts = (host for (host,) in connection.execute(_HOSTS_TO_ASK, given).fetchall())
    ready = (_ready_of_host(connection, host, now, share) for host in hosts)
    return round_robin(islice(filter(None, ready), max(share.limit, 0)), share.limit)


def _ready_of_host(connection: sqlite3.Connection, host: str, now: int, share: Share) -> list[int]:
    first_of_page: dict[str, int] = {}
    given = {"host": host, "now": now, "lane": share.lane}
    for number, key in connection.execute(_READY_OF_HOST, given):
        if len(first_of_page) == share.per_host and key not in first_of_page:
            break
        first_of_page.setdefault(key, number)
    return list(first_of_page.values())


def round_robin(queues: Iterable[Iterable[int]], limit: int) -> list[int]:
    """Return the first of each queue, then the second of each, ... up to a limit."""
    turns = chain.from_iterable(zip_longest(*queues))
    return list(islice((number for number in turns if number is not None), max(limit, 0)))


def _numbers(rows: Iterable[tuple[int]]) -> list[int]:
    return [number for (number,) in rows]
