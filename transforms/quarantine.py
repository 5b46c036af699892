"""What becomes of records that were kept aside, once somebody has decided: values only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from transforms.fates import Fate
from transforms.identity import make_id
from transforms.poll_batches import entry_fate, want_of
from transforms.records import (
    Article,
    Batch,
    Entry,
    Exchange,
    KnownEntry,
    Outcome,
    Quarantined,
    QuarantineDecision,
    RuleHit,
    Want,
)
from transforms.selection import decide

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from transforms.outcomes import Stamp
    from transforms.records import RuleResult, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One record kept aside, whole: what it broke, and whose page it was.

    ``wants`` are the pages wanted that turned out to be this article, each with the
    exchange it came in; an entry has none. ``exchange`` is what the record was read from.
    """

    quarantine_id: str
    status: str
    kept: Quarantined
    load_id: str  # of the load that last brought it: tells whether it came again meanwhile
    exchange: Exchange | None = None
    wants: tuple[tuple[Want, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LetIn:
    """A record to be let in by a decision, with the rules that it breaks all the same."""

    held: Held
    decision: QuarantineDecision
    reason: str  # of the outcome: released, or what today's verdict is
    marks: tuple[RuleHit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A record that today's rules keep aside as well, for today's reasons."""

    quarantine_id: str
    kept: Quarantined


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What was decided on a batch of records: let in, left out, or judged anew and kept."""

    let_in: Sequence[LetIn] = ()
    left_out: Sequence[QuarantineDecision] = ()
    kept: Sequence[Kept] = ()
    rule_results: Sequence[RuleResult] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """What the tables have by now of the records to be let in."""

    versions: AbstractSet[str]
    entries: Mapping[str, Entry]
    articles: AbstractSet[str]  # canonical URLs under which there is an article


def as_decided(verdict: Verdict, released: AbstractSet[str]) -> Verdict:
    """Return a verdict that heeds what was decided: a record once released stays let in."""
    is_overruled = verdict.status == "quarantined" and verdict.subject_id in released
    return replace(verdict, status="marked") if is_overruled else verdict


def settlement_batch(settlement: Settlement, present: Present, stamp: Stamp) -> Batch:
    """Return the load that carries decisions out, by the path that a run's records take.

    An article comes with an outcome for each page wanted that led to it; an entry
    wants its page as a new one does, unless a newer state of it is known.
    """
    entries, articles, exchanges, wants, outcomes = [], [], {}, [], []
    for one in settlement.let_in:
        record = one.held.kept.record
        if isinstance(record, Entry):
            fate, reason = _entry_fate(record, present)
            entries.append(record)
            wants += [want_of(record, reason)] if fate.outcome == "loaded" else []
            outcomes.append(_outcome(one, fate, record.entry_id, record.exchange_id, stamp))
            continue
        articles += _sights(one.held, record)
        wants += [want for want, _ in one.held.wants]
        outcomes += _article_outcomes(one, present, stamp)
        if one.held.exchange is not None:
            exchanges[one.held.exchange.exchange_id] = one.held.exchange
    decisions = (*(one.decision for one in settlement.let_in), *settlement.left_out)
    touched = [one.quarantine_id for one in decisions]
    touched += [one.quarantine_id for one in settlement.kept]
    return Batch(
        load_id=make_id("load", stamp.run_id, "quarantine", *touched),
        run_id=stamp.run_id,
        kind="quarantine",
        at=stamp.at,
        exchanges=tuple(exchanges.values()),
        entries=tuple(entries),
        articles=tuple(articles),
        outcomes=tuple(outcomes),
        quarantined=tuple(one.kept for one in settlement.kept),
        marks=tuple(
            (one.held.kept.subject_id, hit) for one in settlement.let_in for hit in one.marks
        ),
        rule_results=tuple(settlement.rule_results),
        wants=tuple(wants),
        decisions=decisions,
    )


def wanted_pages(batch: Batch) -> tuple[Want, ...]:
    """Return the pages that a batch makes wanted: not those behind articles that it lets in."""
    read = {outcome.item_id for outcome in batch.outcomes if outcome.stage == "article"}
    return tuple(want for want in batch.wants if want.want_id not in read)


def _entry_fate(entry: Entry, present: Present) -> tuple[Fate, str]:
    """Return what becomes of an entry that is let in, and why its page is wanted."""
    known = present.entries.get(entry.entry_id)
    if known is not None and known.seen_at > entry.seen_at:
        return Fate(outcome="unchanged", reason="newer_known"), ""
    remembered = {} if known is None else {known.entry_id: _as_known(known)}
    (decision,) = decide([entry], remembered)
    return entry_fate(decision, present.articles), decision.reason


def _as_known(entry: Entry) -> KnownEntry:
    return KnownEntry(
        entry_id=entry.entry_id,
        title=entry.title,
        url=entry.url,
        updated_at=entry.updated.at if entry.updated else None,
    )


def _sights(held: Held, article: Article) -> list[Article]:
    """Return an article once for each entry that led to it."""
    entries = dict.fromkeys(want.entry_id for want, _ in held.wants if want.entry_id)
    return [replace(article, entry_id=entry) for entry in entries] or [article]


def _article_outcomes(one: LetIn, present: Present, stamp: Stamp) -> list[Outcome]:
    fate = Fate(outcome="loaded", reason=one.reason)
    if one.held.kept.subject_id in present.versions:
        fate = Fate(outcome="unchanged", reason="version_known")
    repeated = Fate(outcome="duplicate", reason="same_article_in_batch")
    kept = one.held.kept
    others = {want.want_id: came_in for want, came_in in one.held.wants}
    others.pop(kept.item_id, None)
    return [
        _outcome(one, fate, kept.item_id, kept.exchange_id, stamp),
        *(_outcome(one, repeated, item, came_in, stamp) for item, came_in in others.items()),
    ]


def _outcome(one: LetIn, fate: Fate, item: str, came_in: str, stamp: Stamp) -> Outcome:
    decision = one.decision
    told = f"{decision.decision} by {decision.by}: {decision.why}"
    return Outcome(
        stage="entry" if one.held.kept.subject == "entry" else "article",
        item_id=item,
        url=one.held.kept.url,
        outcome=fate.outcome,
        reason=fate.reason,
        at=stamp.at,
        exchange_id=came_in,
        detail=f"{fate.detail}; {told}" if fate.detail else told,
    )
