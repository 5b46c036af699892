"""What changes with every request: feed and host state, and the work in hand.

One SQLite file that several processes share. Each method is one short durable
transaction, so a process may be killed between any two of them.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from transforms.records import LIVE_LANE
from warehouse import state_documents, state_feeds, state_hosts, state_rows, state_wants
from warehouse.run_locks import RunIsAliveError, RunIsNotAliveError, RunLocks, locked
from warehouse.state_documents import SettledDocuments
from warehouse.state_feeds import Calendar, PollInHand
from warehouse.state_rows import micros, moment
from warehouse.state_schema import StateVersionError, prepare
from warehouse.state_wants import WantInHand

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from transforms.records import (
        Complaint,
        Exchange,
        FeedDocument,
        FeedState,
        HostState,
        OriginDocument,
        Want,
    )
    from transforms.turns import Turn, Wish

__all__ = [
    "PollInHand",
    "RunIsAliveError",
    "RunIsNotAliveError",
    "SettledDocuments",
    "State",
    "StateVersionError",
    "WantInHand",
]

_BUSY_SECONDS = 60.0


class State:
    """The state file at ``path``, with the lock files of its runs in ``runs`` beside it.

    Safe to use from several threads, one at a time; not to be passed to another process:
    open it there anew. A call waits up to a minute for other processes' transactions, then
    raises sqlite3.OperationalError.

    Raises: StateVersionError if the file is of a newer version.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._locks = RunLocks(path.parent / "runs")
        self._turn = threading.RLock()
        self._bytes: Counter[str] = Counter()  # counted, and not written yet
        self._is_synced = True  # as `prepare` leaves it
        self._connection = sqlite3.connect(
            path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        self._connection.row_factory = sqlite3.Row
        # Switching to WAL does not wait for others, so openers take turns.
        with locked(path.with_name(path.name + ".lock")):
            prepare(self._connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file. Runs begun here and not ended count as dead from now on."""
        if self._bytes:
            with self._write():
                pass  # it writes what was counted
        self._connection.close()
        self._locks.close()

    # Runs

    def begin_run(self, run_id: str, kind: str, now: datetime) -> None:
        """Begin a run, which lives until `end_run`, `close` or the end of the process.

        Raises: RunIsAliveError if a run of this id is alive; ValueError if the id cannot
            be the name of a file.
        """
        self._locks.hold(run_id)  # first, so that nobody sees a run begun and dead
        with self._write() as connection:
            connection.execute(
                "insert or replace into runs (run_id, kind, begun_at) values (?, ?, ?)",
                (run_id, kind, micros(now)),
            )

    def end_run(self, run_id: str) -> None:
        """End a run begun here, or one that is dead, and free what it had claimed.

        Its polls in hand stay, for the next run to take over.

        Raises: RunIsAliveError if it is held elsewhere.
        """
        self._locks.require_free_for_us(run_id)
        with self._write() as connection:
            _release(connection, (run_id,))
            connection.execute("delete from runs where run_id = ?", (run_id,))
        self._locks.remove(run_id)

    def is_alive(self, run_id: str) -> bool:
        """Tell whether the process of a run lives and has not ended the run."""
        return self._locks.is_alive(run_id)

    def dead_runs(self) -> tuple[str, ...]:
        """Return the runs that were begun and never ended, and whose process is gone."""
        rows = self._read("select run_id from runs order by begun_at, run_id")
        return tuple(run_id for (run_id,) in rows if not self.is_alive(run_id))

    def release_run(self, run_id: str) -> None:
        """Free the wants and feeds that a run has claimed. Its polls in hand stay its own."""
        with self._write() as connection:
            _release(connection, (run_id,))

    # Feeds

    def feed_states(self, feed_ids: Collection[str] | None = None) -> dict[str, FeedState]:
        """Return what is remembered of feeds, by feed_id; of all where none are given."""
        with self._turn:
            return state_feeds.states(self._connection, feed_ids)

    def feed_state(self, feed_id: str) -> FeedState | None:
        """Return what is remembered of a feed; None if it was never polled."""
        return self.feed_states((feed_id,)).get(feed_id)

    def calendar(self, now: datetime) -> Calendar:
        """Return which feeds wait and which are due (see `transforms.schedule.is_due`)."""
        with self._turn:
            return state_feeds.calendar(self._connection, now)

    def put_feed_states(self, states: Iterable[FeedState]) -> None:
        """Replace what is remembered of feeds."""
        with self._write() as connection:
            state_feeds.put(connection, states)

    def claim_feeds(self, run_id: str, feed_ids: Collection[str]) -> tuple[str, ...]:
        """Take feeds for a run, so that no other polls them; return those obtained, in order.

        Not obtained are the feeds of other live runs, and feeds with a poll in hand:
        that one is to be finished first (see `polls_in_hand`).

        Raises: RunIsNotAliveError if the run was not begun.
        """
        self._require_alive(run_id)
        with self._write() as connection:
            self._release_dead(connection)
            return state_feeds.claim(connection, run_id, feed_ids)

    def feeds_in_hand(self) -> set[str]:
        """Return the feeds that live runs have claimed or have polled and not finished."""
        with self._turn:
            holders = state_feeds.holders(self._connection)
            alive = self._alive({run_id for _, run_id in holders})
        return {feed_id for feed_id, run_id in holders if run_id in alive}

    # Polls in hand

    def record_polls(
        self,
        run_id: str,
        polls: Sequence[tuple[Exchange, FeedState]],
        unread: Collection[str] = (),
    ) -> None:
        """Put archived polls in hand and remember the feeds' states with them.

        But for the feeds that are ``unread``: theirs follow from the polls in hand, and are
        put once the documents are read (`finish_polls`). The states must not have adopted
        the exchanges' validators: they are for after the parse. Raises: ValueError if an
        exchange is not archived.
        """
        with self._write() as connection:
            for exchange, state in polls:
                state_feeds.record_poll(connection, run_id, exchange, state.feed_id)
            state_feeds.put(connection, [one for _, one in polls if one.feed_id not in unread])

    def polls_in_hand(self, run_id: str) -> tuple[PollInHand, ...]:
        """Return a run's polls to be parsed and loaded, oldest first.

        Takes over, with their feeds, those that dead runs left behind.

        Raises: RunIsNotAliveError if the run was not begun.
        """
        self._require_alive(run_id)
        with self._write() as connection:
            holders = state_feeds.poll_holders(connection)
            state_feeds.take_over(connection, run_id, holders - self._alive(holders))
            return state_feeds.polls_of(connection, run_id)

    def finish_polls(
        self,
        exchange_ids: Collection[str],
        states: Sequence[FeedState],
        documents: SettledDocuments | None = None,
    ) -> None:
        """Take polls out of hand, put the feeds' refined states, settle further documents.

        Frees the feeds of both: a claimed feed that was not polled after all is freed by
        its state alone.
        """
        with self._write() as connection:
            state_feeds.finish_polls(connection, exchange_ids, [state.feed_id for state in states])
            state_feeds.put(connection, states)
            if documents is not None:
                state_documents.settle(connection, documents)

    # Further documents of feeds

    def want_documents(self, documents: Iterable[FeedDocument], now: datetime) -> None:
        """Put further documents in hand; those that are there stay as they are."""
        with self._write() as connection:
            state_documents.want(connection, documents, micros(now))

    def documents_ready(self, lane: str, now: datetime) -> tuple[FeedDocument, ...]:
        """Return the further documents of a lane that may be fetched now."""
        with self._turn:
            return state_documents.ready(self._connection, lane, micros(now))

    def documents(self, document_ids: Collection[str]) -> dict[str, FeedDocument]:
        """Return further documents in hand, by document_id."""
        with self._turn:
            return state_documents.of_ids(self._connection, document_ids)

    def gaps_in_hand(self) -> set[str]:
        """Return the gaps for which further documents are in hand."""
        with self._turn:
            return state_documents.gaps(self._connection)

    def record_documents(
        self, run_id: str, documents: Sequence[tuple[Exchange, FeedDocument]]
    ) -> None:
        """Put archived further documents in hand as polls of their feeds.

        Raises: ValueError if an exchange is not archived.
        """
        with self._write() as connection:
            for exchange, document in documents:
                state_feeds.record_poll(
                    connection, run_id, exchange, document.feed_id, document.document_id
                )

    # Wants

    def want(self, wants: Iterable[Want], now: datetime) -> int:
        """Put wants in hand, ready at once; return how many are new.

        A want that is in hand, or was finished and not forgotten since, stays as it is.
        """
        with self._write() as connection:
            return state_wants.insert(connection, wants, micros(now))

    def claim(
        self,
        run_id: str,
        now: datetime,
        limit: int,
        per_host: int,
        lane: str = LIVE_LANE,
    ) -> tuple[Want, ...]:
        """Give a run wants of a lane to work on, which no other gets while the run lives.

        First those whose page is archived; then those to be fetched, in turns over the
        hosts, at most ``per_host`` pages of each, the host asked least lately first. Left
        out are hosts that told us to come back later. Wants that one request answers come
        one after another, all of them at once, even where that exceeds ``limit``; fetch once
        and call `record_pages` for any of them.

        Raises: RunIsNotAliveError if the run was not begun.
        """
        self._require_alive(run_id)
        with self._write() as connection:
            self._release_dead(connection)
            share = state_wants.Share(lane=lane, limit=limit, per_host=per_host)
            return state_wants.claim(connection, run_id, micros(now), share)

    def record_pages(self, pages: Iterable[tuple[str, Exchange]]) -> None:
        """Note that wants' pages are archived, and count the attempts: (want_id, exchange) each.

        The same holds for the wants of the same pages that were claimed with them.

        Raises: LookupError if a want is not in hand; ValueError if an exchange is not
            archived.
        """
        with self._write() as connection:
            for want_id, exchange in pages:
                state_wants.record_page(connection, want_id, exchange)

    def finish(self, want_ids: Collection[str], now: datetime) -> None:
        """Take wants out of hand for good; they do not come back until `forget_done`."""
        with self._write() as connection:
            state_wants.finish(connection, want_ids, micros(now))

    def retry(self, want_id: str, next_try_at: datetime, problem_code: str) -> None:
        """Put a want back to be fetched anew, not before a time.

        Raises: LookupError if the want is not in hand.
        """
        with self._write() as connection:
            state_wants.retry(connection, want_id, micros(next_try_at), problem_code)

    def known_wants(self, want_ids: Collection[str]) -> set[str]:
        """Return those wants that are in hand, or were finished and not forgotten since."""
        with self._turn:
            return state_wants.known(self._connection, want_ids)

    def forget_done(self, before: datetime) -> int:
        """Forget the wants that were finished before a time; return how many."""
        with self._write() as connection:
            return connection.execute(
                "delete from finished_wants where finished_at < ?", (micros(before),)
            ).rowcount

    def in_hand(self, now: datetime) -> tuple[WantInHand, ...]:
        """Return all wants that are not finished, oldest first."""
        with self._turn:
            alive = self._alive(state_wants.claimants(self._connection))
            return state_wants.in_hand(self._connection, alive, micros(now))

    def count_ready(self, now: datetime) -> int:
        """Return how many wants `claim` would give if it had no limits."""
        with self._write() as connection:
            self._release_dead(connection)
            return state_wants.count_ready(connection, micros(now))

    def next_ready_at(self) -> datetime | None:
        """Return when the next want that no live run holds is ready; None if there is none.

        A time in the past means that it is ready now.
        """
        with self._write() as connection:
            self._release_dead(connection)
            at = state_wants.next_ready_at(connection)
        return None if at is None else moment(at)

    # Hosts

    def take_turns(self, wishes: Sequence[Wish]) -> list[Turn]:
        """Decide on wishes to start requests now; keep the names of those that start, count them.

        Two requests, of whatever processes, never start less than a gap apart. What was
        kept outlives the process; where the machine fails, it takes longer to come back
        than any gap.
        """
        with self._write(is_synced=False) as connection:
            return state_hosts.take_turns(connection, wishes)

    def turns(self, names: Collection[str]) -> dict[str, HostState]:
        """Return what decides when hosts may be asked."""
        with self._turn:
            return {one.host: one for one in state_hosts.turns(self._connection, names)}

    def complaints(self, domain: str) -> tuple[Complaint, ...]:
        """Return the last complaint of each host of a domain."""
        with self._turn:
            return state_hosts.complaints(self._connection, domain)

    def put_complaint(self, complaint: Complaint) -> None:
        """Remember the last complaint of a host."""
        with self._write() as connection:
            state_hosts.complain(connection, complaint)

    def host_state(self, host: str) -> HostState | None:
        """Return what is remembered of a host; None if it was never asked."""
        rows = self._read("select * from hosts where host = ?", host)
        return state_rows.host_state(rows[0]) if rows else None

    def host_states(self, hosts: Collection[str] | None = None) -> tuple[HostState, ...]:
        """Return what is remembered of hosts, by name; of all where none are given."""
        if hosts is None:
            rows = self._read("select * from hosts order by host")
        else:
            rows = self._read(
                "select * from hosts where host in (select value from json_each(?)) order by host",
                json.dumps(list(hosts)),
            )
        return tuple(state_rows.host_state(row) for row in rows)

    def put_host_state(self, state: HostState) -> None:
        """Remember of a host what is newer than what is known.

        Another process may have learnt more since ``state`` was read: times at which the
        host may be asked and counts only grow, and the crawl delay of a host that is known
        is what its documents say (see `put_origin_document`).
        """
        with self._write() as connection:
            state_hosts.put(connection, state)

    def origin_document(self, origin: str, kind: str) -> OriginDocument | None:
        """Return what is remembered of an origin's document; None if it was never asked for."""
        rows = self._read(
            "select * from origin_documents where origin = ? and kind = ?", origin, kind
        )
        return state_rows.origin_document(rows[0]) if rows else None

    def origins_naming_us(self) -> frozenset[str]:
        """Return the origins whose robots.txt, as it is known, has our name in it somewhere."""
        rows = self._read(state_hosts.ORIGINS_NAMING_US)
        return frozenset(row["origin"] for row in rows)

    def origin_documents(self, hosts: Collection[str]) -> tuple[OriginDocument, ...]:
        """Return what is remembered of the documents of all origins of hosts."""
        rows = self._read(
            "select * from origin_documents where host in (select value from json_each(?))"
            " order by origin, kind",
            json.dumps(list(hosts)),
        )
        return tuple(state_rows.origin_document(row) for row in rows)

    def put_origin_document(self, document: OriginDocument, now: datetime) -> None:
        """Remember a document of an origin, unless the one known expires later.

        The crawl delay of its host becomes the longest that its origins' documents declare,
        those that have expired left out.
        """
        with self._write() as connection:
            state_hosts.put_document(connection, document, micros(now))

    def count_bytes(self, host: str, payload_bytes: int) -> None:
        """Count the bytes that came from a host; written with the next thing that is."""
        if payload_bytes:
            with self._turn:
                self._bytes[host] += payload_bytes

    # How it is done

    @contextmanager
    def _write(self, *, is_synced: bool = True) -> Iterator[sqlite3.Connection]:
        """Give a transaction: lasting once it is over, on the disk too if it is synced."""
        with self._turn:
            if is_synced is not self._is_synced:
                mode = "full" if is_synced else "normal"
                self._connection.execute(f"pragma synchronous = {mode}")
                self._is_synced = is_synced
            self._connection.execute("begin immediate")
            try:
                yield self._connection
                state_hosts.count_bytes(self._connection, self._bytes)
            except BaseException:
                self._connection.execute("rollback")
                raise
            self._connection.execute("commit")
            self._bytes.clear()

    def _read(self, sql: str, *values: str) -> list[sqlite3.Row]:
        with self._turn:
            return self._connection.execute(sql, values).fetchall()

    def _alive(self, run_ids: Collection[str]) -> set[str]:
        return {run_id for run_id in run_ids if self._locks.is_alive(run_id)}

    def _require_alive(self, run_id: str) -> None:
        if not self._locks.is_alive(run_id):
            raise RunIsNotAliveError(f"run {run_id} was not begun")

    def _release_dead(self, connection: sqlite3.Connection) -> None:
        holders = state_wants.claimants(connection) | state_feeds.claimants(connection)
        if dead := holders - self._alive(holders):
            _release(connection, dead)


def _release(connection: sqlite3.Connection, run_ids: Collection[str]) -> None:
    state_wants.release(connection, run_ids)
    state_feeds.release(connection, run_ids)
