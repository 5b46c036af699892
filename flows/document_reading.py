"""What a further document of a feed means, once it is read: an archive page, or a sitemap.

It has an outcome at stage ``poll`` like the feed's own document, its reason beginning with
``document_``; it says nothing of how the feed is, and leaves the feed's state alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from transforms import gaps, moves
from transforms.failures import CHALLENGE, failure_weight
from transforms.fates import Fate, poll_fate, retry_delay
from transforms.poll_batches import ReadPoll
from transforms.records import FeedState
from transforms.selection import decide
from warehouse.state import SettledDocuments

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from flows.jobs import FeedDone
    from transforms.records import FeedDocument, Gap, KnownEntry

MOST_TRIES = 4
PASSING = 0.5  # failures that weigh no more may pass
FAILED = frozenset({"failed", "given_up"})
TRIES_APART = timedelta(minutes=30)


@dataclass(slots=True, kw_only=True)
class FollowUp:
    """What further documents led to: gaps as they stand now, documents done with and wanted.

    ``limit`` is how many documents one gap may cost.
    """

    gaps: dict[str, Gap]
    limit: int
    now: datetime
    wanted: list[FeedDocument] = field(default_factory=list)
    finished: list[str] = field(default_factory=list)
    put_off: list[tuple[str, datetime]] = field(default_factory=list)
    parts: list[FeedState] = field(default_factory=list)  # validators of sitemaps of an index

    def add(
        self, document: FeedDocument, done: FeedDone, poll: ReadPoll, part: FeedState | None
    ) -> None:
        """Add what a document leads to: a gap filled, documents wanted, or itself put off.

        ``part`` is what was remembered of it.
        """
        if poll.fate.outcome == "failed":
            wait = max(TRIES_APART, retry_delay(document.attempts + 1))
            self.put_off.append((document.document_id, self.now + wait))
            return
        self.finished.append(document.document_id)
        if moves.is_claim(document):
            self.parts.append(claim_after(document, done, poll, part, self.now))
        elif document.gap_id is None:
            self.parts += _part_after(document, done, self.now)
        gap = self.gaps.get(document.gap_id or "")
        if gap is None or document.url in gap.urls:
            return  # no gap, or accounted for by a load after which a run was killed
        if done.parsed is None or not done.parsed.format:
            self.gaps[gap.gap_id] = replace(gap, urls=(*gap.urls, document.url))
            return
        new = sum(decision.reason == "new" for decision in poll.decisions)
        gap = gaps.after_document(gap, done.parsed, document.url, new, self.now)
        self.gaps[gap.gap_id] = gap
        self.wanted += gaps.further_documents(gap, done.parsed, document.feed_id, self.limit)

    def settled(self) -> SettledDocuments:
        """Return what becomes of the documents in hand."""
        closed = tuple(gap.gap_id for gap in self.gaps.values() if gap.status != "open")
        return SettledDocuments(
            finished=tuple(self.finished), gaps=closed, put_off=tuple(self.put_off)
        )


def read_document(
    document: FeedDocument, done: FeedDone, known: Mapping[str, KnownEntry]
) -> ReadPoll:
    """Return a further document with what follows from it."""
    fate = poll_fate(done.exchange, done.parsed)
    outcome = fate.outcome
    if outcome == "failed" and not _may_pass(document, done):
        outcome = "given_up"
    # A document without entries is none that the walk has to account for.
    parsed = gaps.within(done.parsed, document) if done.parsed and done.parsed.items else None
    return ReadPoll(
        exchange=done.exchange,
        feed_id=document.feed_id,
        fate=Fate(outcome=outcome, reason=f"document_{fate.reason}", detail=fate.detail),
        state=None,
        parsed=parsed,
        decisions=decide(parsed.entries, known) if parsed else (),
        lane=document.lane,
    )


def read_claim(
    document: FeedDocument,
    done: FeedDone,
    known: Mapping[str, KnownEntry],
    states: Mapping[str, FeedState],
    now: datetime,
) -> ReadPoll:
    """Return a document at the address that a feed names as its new one.

    Its entries count only if the feed is known by them. Once it is proven that the feed
    has moved, the feed is asked there. ``states``: of the feed, and of the document.
    """
    poll = read_document(document, done, known)
    if done.parsed and not any(entry.entry_id in known for entry in done.parsed.entries):
        if poll.fate.outcome in FAILED:
            return poll
        other = Fate(outcome="skipped", reason="document_of_another_feed", detail=document.url)
        return replace(poll, fate=other, parsed=None, decisions=())
    part = claim_after(document, done, poll, states.get(gaps.part_id(document)), now)
    found = moves.adopted(states[document.feed_id], part, done.exchange, now)
    return poll if found is None else replace(poll, state=found[0], move=found[1])


def claim_after(
    document: FeedDocument, done: FeedDone, poll: ReadPoll, part: FeedState | None, now: datetime
) -> FeedState:
    """Return what to remember of a claimed address that answered."""
    before = part or FeedState(feed_id=gaps.part_id(document), url=document.url)
    seen = before._replace(polled_at=now, due_reason="when the feed names it again")
    if not is_same_feed(done, poll):  # nor are its validators, by which it would seem so
        return moves.after_claim(seen, is_same_feed=False, now=now)
    for read in _part_after(document, done, now):
        seen = seen._replace(
            etag=read.etag,
            last_modified=read.last_modified,
            body_hash=read.body_hash,
            full_fetch_at=now,
        )
    return moves.after_claim(seen, is_same_feed=True, now=now)


def is_same_feed(done: FeedDone, poll: ReadPoll) -> bool:
    """Tell whether a claimed document is of the feed that is known, as `read_claim` found."""
    return poll.fate.outcome not in FAILED and (done.parsed is None or poll.parsed is not None)


def _may_pass(document: FeedDocument, done: FeedDone) -> bool:
    """Tell whether trying again may help."""
    exchange = done.exchange
    code = exchange.problem.code if exchange.problem else None
    is_passing = code != CHALLENGE and 0 < failure_weight(exchange) <= PASSING
    return is_passing and document.attempts + 1 < MOST_TRIES


def _part_after(document: FeedDocument, done: FeedDone, now: datetime) -> list[FeedState]:
    """Return what to remember of a sitemap of an index: its validators, once it was read."""
    if done.parsed is None or not done.parsed.format:
        return []
    state = FeedState(feed_id=gaps.part_id(document), url=document.url)
    return [
        state._replace(
            etag=done.exchange.header("etag"),
            last_modified=done.exchange.header("last-modified"),
            body_hash=done.parsed.body_hash,
            full_fetch_at=now,
            polled_at=now,
            due_reason="when its index changes",
        )
    ]
