"""What one load of polls holds: verdicts and fates of entries brought together, purely."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from transforms.fates import Fate
from transforms.identity import make_id, want_id
from transforms.outcomes import first_rule, marks_of, outcome_of
from transforms.records import LIVE_LANE, Batch, Outcome, Quarantined, Want
from transforms.urls import InvalidURL, host_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from transforms.outcomes import Stamp
    from transforms.records import (
        Decision,
        Entry,
        Exchange,
        FeedDocument,
        FeedMove,
        FeedState,
        Gap,
        ParsedFeed,
        RuleResult,
        Verdict,
    )

REPEATED = "repeated_in_document"  # why an item is a duplicate: an earlier one has its id


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPoll:
    """One poll, read: its exchange, the document where it was worth parsing, what is to be done.

    ``fate`` is the poll's own; ``state`` what to remember of the feed from now on, absent
    for a further document of it (an archive page, a sitemap).
    """

    exchange: Exchange
    feed_id: str
    fate: Fate
    state: FeedState | None
    parsed: ParsedFeed | None = None
    decisions: tuple[Decision, ...] = ()
    move: FeedMove | None = None  # what it told of the feed's address
    gap: Gap | None = None  # what it shows to have rolled off since the last
    wanted: tuple[FeedDocument, ...] = ()  # further documents that it leads to
    lane: str = LIVE_LANE  # whose work the pages of its entries are


def poll_batch(
    polls: Sequence[ReadPoll],
    verdicts: Mapping[str, Verdict],
    rule_results: Sequence[RuleResult],
    articles_known: AbstractSet[str],
    stamp: Stamp,
) -> Batch:
    """Return what the load of some polls holds.

    Args:
        polls: the polls, read and decided.
        verdicts: what validation says, by entry_id, of the entries worth fetching.
        rule_results: how the rules fared.
        articles_known: canonical URLs under which the warehouse has an article; a new
            entry that leads to one is a duplicate, and its page is not wanted.
        stamp: the run that loads, and when.
    """
    wants, outcomes, quarantined, entries = [], [], [], []
    for poll in polls:
        outcomes.append(outcome_of("poll", poll.feed_id, poll.exchange, poll.fate, stamp.at))
        if poll.parsed is not None:
            outcomes += _left_out(poll.parsed, poll.exchange, stamp.at)
        for decision in poll.decisions:
            entry, verdict = decision.entry, verdicts.get(decision.entry.entry_id)
            if verdict is not None and verdict.status == "quarantined":
                fate = Fate(outcome="quarantined", reason=first_rule(verdict.hits))
                quarantined.append(_held_entry(entry, verdict, stamp.at))
            else:
                fate = entry_fate(decision, articles_known)
                entries.append(entry)
            if fate.outcome == "loaded":
                wants.append(want_of(entry, decision.reason, poll.lane))
            if fate.outcome != "unchanged":
                outcome = outcome_of("entry", entry.entry_id, poll.exchange, fate, stamp.at)
                outcomes.append(replace(outcome, url=entry.url))
    return Batch(
        load_id=make_id("load", stamp.run_id, *(poll.exchange.exchange_id for poll in polls)),
        run_id=stamp.run_id,
        kind="polls",
        at=stamp.at,
        exchanges=tuple(poll.exchange for poll in polls),
        parsed=tuple(poll.parsed for poll in polls if poll.parsed is not None),
        entries=tuple(entries),
        outcomes=tuple(outcomes),
        quarantined=tuple(quarantined),
        marks=marks_of(verdicts),
        rule_results=tuple(rule_results),
        wants=tuple(wants),
        feed_states=tuple(poll.state for poll in polls if poll.state is not None),
        gaps=tuple(poll.gap for poll in polls if poll.gap is not None),
        feed_moves=tuple(poll.move for poll in polls if poll.move is not None),
    )


def want_of(entry: Entry, reason: str, lane: str = LIVE_LANE) -> Want:
    """Return the wish for an entry's page.

    The exchange is the occasion: parsing it again wishes for the same page again,
    and a later change of the entry is a wish of its own.
    """
    url = entry.url or ""
    return Want(
        want_id=want_id(url, entry.entry_id, entry.exchange_id),
        url=url,
        host=host_of(url),
        source_id=entry.source_id,
        reason=reason,
        entry_id=entry.entry_id,
        feed_id=entry.feed_id,
        lane=lane,
    )


def entry_fate(decision: Decision, articles_known: AbstractSet[str]) -> Fate:
    """Return what becomes of an entry that is let in; ``loaded`` wants its page."""
    entry = decision.entry
    if decision.action == "keep":
        return Fate(outcome="unchanged", reason=decision.reason)
    if decision.action == "skip":
        return Fate(outcome="skipped", reason=decision.reason)
    if decision.reason == "new" and entry.canonical_url in articles_known:
        return Fate(outcome="duplicate", reason="article_known")
    try:
        host_of(entry.url or "")
    except InvalidURL as error:
        return Fate(outcome="skipped", reason="no_link", detail=str(error))
    return Fate(outcome="loaded", reason=decision.reason)


def _left_out(parsed: ParsedFeed, exchange: Exchange, at: datetime) -> list[Outcome]:
    """Return the outcomes of items that became no entry: duplicates and faulty ones."""
    repeated = Fate(outcome="duplicate", reason=REPEATED)
    outcomes = [
        replace(outcome_of("entry", entry.entry_id, exchange, repeated, at), url=entry.url)
        for entry in parsed.duplicates
    ]
    faulty = [problem for problem in parsed.problems if problem.stage == "entry"]
    for number, problem in enumerate(faulty):
        item = make_id("item", parsed.exchange_id, str(number), problem.code)
        fate = Fate(outcome="given_up", reason=problem.code, detail=problem.detail)
        outcomes.append(outcome_of("entry", item, exchange, fate, at))
    return outcomes


def _held_entry(entry: Entry, verdict: Verdict, at: datetime) -> Quarantined:
    return Quarantined(
        subject="entry",
        subject_id=entry.entry_id,
        item_id=entry.entry_id,
        url=entry.url,
        source_id=entry.source_id,
        exchange_id=entry.exchange_id,
        hits=verdict.hits,
        record=entry,
        at=at,
    )
