"""What one load of pages holds: verdicts and fates of articles brought together, purely."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from transforms.fates import Fate
from transforms.identity import make_id
from transforms.outcomes import first_rule, marks_of, outcome_of
from transforms.records import Batch, Quarantined, Want

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from transforms.outcomes import Stamp
    from transforms.records import Article, Exchange, OptOut, RuleResult, Verdict


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
        outcomes.append(outcome_of("page", item, page.exchange, page.page_fate, stamp.at))
        fate = page.page_fate
        if page.page_fate.outcome == "loaded":
            fate = _article_fate(page, verdicts, known.versions, articles)
            outcomes.append(outcome_of("article", item, page.exchange, fate, stamp.at))
        if page.article is not None and fate.outcome == "quarantined":
            quarantined.append(_held_article(page, verdicts, stamp.at))
        elif page.article is not None and fate.outcome != "skipped":
            articles.setdefault(page.article.version_id, page.article)
        fates.append((page.want, fate))
    batch = Batch(
        load_id=make_id("load", stamp.run_id, *_tries(fresh)),
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
        marks=marks_of(verdicts),
        rule_results=tuple(rule_results),
        wants=tuple(page.want for page in fresh),
    )
    return batch, tuple(fates)


def _tries(pages: Iterable[ReadPage]) -> Iterator[str]:
    """Yield what makes a load one of its own: a run may try the same page twice."""
    for page in pages:
        yield page.want.want_id
        yield page.exchange.exchange_id


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
        return Fate(outcome="quarantined", reason=first_rule(verdict.hits))
    if version in earlier:
        return Fate(outcome="duplicate", reason="same_article_in_batch")
    if version in versions_known:
        return Fate(outcome="unchanged", reason="version_known")
    return Fate(outcome="loaded", reason=verdict.status)


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
