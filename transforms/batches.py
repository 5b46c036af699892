"""What one load holds: verdicts and fates brought together into a `Batch`, purely."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from transforms.fates import Fate
from transforms.identity import make_id, want_id
from transforms.records import LIVE_LANE, Batch, Outcome, Quarantined, RuleHit, Want
from transforms.urls import InvalidURL, host_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from transforms.records import (
        Article,
        Decision,
        Entry,
        Exchange,
        FeedDocument,
        FeedMove,
        FeedState,
        Gap,
        OptOut,
        ParsedFeed,
        RuleResult,
        Stage,
        Verdict,
    )

REPEATED = "repeated_in_document"  # why an item is a duplicate: an earlier one has its id


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Who loads, and when."""

    run_id: str
    at: datetime


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the warehouse holds already of a batch of pages.

    ``wants`` are those whose outcome is written: a run was killed between its load
    and taking them out of hand.
    """

    versions: AbstractSet[str]
    wants: AbstractSet[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPage:
    """One wanted page, read: its exchange, its fate, and the article where there is one."""

    want: Want
    exchange: Exchange
    page_fate: Fate
    article: Article | None = None
    article_fate: Fate | None = None  # set where extraction gave no article
    opt_outs: tuple[OptOut, ...] = ()


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
        outcomes.append(_outcome("poll", poll.feed_id, poll.exchange, poll.fate, stamp.at))
        if poll.parsed is not None:
            outcomes += _left_out(poll.parsed, poll.exchange, stamp.at)
        for decision in poll.decisions:
            entry, verdict = decision.entry, verdicts.get(decision.entry.entry_id)
            is_held = verdict is not None and verdict.status == "quarantined"
            if is_held and verdict is not None:
                fate = Fate(outcome="quarantined", reason=_first_rule(verdict.hits))
                quarantined.append(_held_entry(entry, verdict, stamp.at))
            else:
                fate = entry_fate(decision, articles_known)
                entries.append(entry)
            if fate.outcome == "loaded":
                wants.append(want_of(entry, decision.reason, poll.lane))
            if fate.outcome != "unchanged":
                outcome = _outcome("entry", entry.entry_id, poll.exchange, fate, stamp.at)
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
        marks=_marks(verdicts),
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
        replace(_outcome("entry", entry.entry_id, exchange, repeated, at), url=entry.url)
        for entry in parsed.duplicates
    ]
    faulty = [problem for problem in parsed.problems if problem.stage == "entry"]
    for number, problem in enumerate(faulty):
        item = make_id("item", parsed.exchange_id, str(number), problem.code)
        fate = Fate(outcome="given_up", reason=problem.code, detail=problem.detail)
        outcomes.append(_outcome("entry", item, exchange, fate, at))
    return outcomes


def article_batch(
    pages: Sequence[ReadPage],
    verdicts: Mapping[str, Verdict],
    rule_results: Sequence[RuleResult],
    known: Known,
    stamp: Stamp,
) -> tuple[Batch, tuple[tuple[Want, Fate], ...]]:
    """Return what the load of some pages holds, and what becomes of each want.

    Args:
        pages: the pages, read.
        verdicts: what validation says, by version_id.
        rule_results: how the rules fared.
        known: what the warehouse has; wants that it knows are left out of the batch.
        stamp: the run that loads, and when.
    """
    articles: dict[str, Article] = {}
    fresh, outcomes, quarantined, fates = [], [], [], []
    for page in pages:
        item = page.want.want_id
        if item in known.wants:
            fates.append((page.want, page.article_fate or page.page_fate))
            continue
        fresh.append(page)
        outcomes.append(_outcome("page", item, page.exchange, page.page_fate, stamp.at))
        fate = page.page_fate
        if page.page_fate.outcome == "loaded":
            fate = _article_fate(page, verdicts, known.versions, articles)
            outcomes.append(_outcome("article", item, page.exchange, fate, stamp.at))
        if page.article is not None and fate.outcome == "quarantined":
            quarantined.append(_held_article(page, verdicts, stamp.at))
        elif page.article is not None and fate.outcome != "skipped":
            articles.setdefault(page.article.version_id, page.article)
        fates.append((page.want, fate))
    batch = Batch(
        load_id=make_id("load", stamp.run_id, *(page.want.want_id for page in fresh)),
        run_id=stamp.run_id,
        kind="articles",
        at=stamp.at,
        exchanges=tuple({page.exchange.exchange_id: page.exchange for page in fresh}.values()),
        articles=tuple(
            page.article
            for page in fresh
            if page.article is not None and page.article.version_id in articles
        ),
        outcomes=tuple(outcomes),
        quarantined=tuple(quarantined),
        marks=_marks(verdicts),
        rule_results=tuple(rule_results),
        wants=tuple(page.want for page in fresh),
    )
    return batch, tuple(fates)


def _article_fate(
    page: ReadPage,
    verdicts: Mapping[str, Verdict],
    versions_known: AbstractSet[str],
    earlier: Mapping[str, Article],
) -> Fate:
    if page.article is None:
        if page.article_fate is None:
            raise ValueError(f"{page.want.url}: neither an article nor a reason why not")
        return page.article_fate
    if page.article_fate is not None:
        return page.article_fate
    version = page.article.version_id
    verdict = verdicts[version]
    if verdict.status == "quarantined":
        return Fate(outcome="quarantined", reason=_first_rule(verdict.hits))
    if version in earlier:
        return Fate(outcome="duplicate", reason="same_article_in_batch")
    if version in versions_known:
        return Fate(outcome="unchanged", reason="version_known")
    return Fate(outcome="loaded", reason=verdict.status)


def _first_rule(hits: Sequence[RuleHit]) -> str:
    return next((hit.rule_id for hit in hits if hit.severity == "critical"), hits[0].rule_id)


def _outcome(stage: Stage, item_id: str, exchange: Exchange, fate: Fate, at: datetime) -> Outcome:
    return Outcome(
        stage=stage,
        item_id=item_id,
        url=exchange.requested_url,
        outcome=fate.outcome,
        reason=fate.reason,
        at=at,
        exchange_id=exchange.exchange_id,
        detail=fate.detail,
    )


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


def _held_article(page: ReadPage, verdicts: Mapping[str, Verdict], at: datetime) -> Quarantined:
    article = page.article
    if article is None:
        raise ValueError(f"{page.want.url}: nothing to keep aside")
    return Quarantined(
        subject="article",
        subject_id=article.version_id,
        item_id=page.want.want_id,
        url=article.final_url,
        source_id=article.source_id,
        exchange_id=article.exchange_id,
        hits=verdicts[article.version_id].hits,
        record=article,
        at=at,
    )


def _marks(verdicts: Mapping[str, Verdict]) -> tuple[tuple[str, RuleHit], ...]:
    return tuple(
        (subject, hit)
        for subject, verdict in verdicts.items()
        if verdict.status == "marked"
        for hit in verdict.hits
    )
