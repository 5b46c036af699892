"""What was done, as rows: exchanges, parses, wants, outcomes, quarantine, marks, states."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Literal

import orjson
import xxhash

from transforms.identity import make_id
from transforms.poll_batches import REPEATED
from transforms.urls import InvalidURL, host_of
from warehouse.stage import columns_of
from warehouse.write import encodable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from transforms.records import (
        Article,
        Batch,
        Entry,
        Exchange,
        Outcome,
        ParsedFeed,
        Problem,
        Quarantined,
        RuleHit,
        Severity,
    )
    from warehouse.write import Row

SEVERITIES: tuple[Severity, ...] = ("critical", "warning", "info")


def payload_hashes(batch: Batch) -> dict[str, str]:
    """Return xxh3_128 of what came, by exchange_id, where something came."""
    hashes = {}
    for exchange in batch.exchanges:
        if exchange.payload_hash is not None:
            hashes[exchange.exchange_id] = exchange.payload_hash
        elif exchange.payload:
            hashes[exchange.exchange_id] = xxhash.xxh3_128_hexdigest(exchange.payload)
    return hashes


def exchange_rows(batch: Batch, hashes: Mapping[str, str]) -> list[Row]:
    """Return one row per exchange, with the feed or want that it was made for."""
    items = {
        outcome.exchange_id: outcome.item_id
        for outcome in batch.outcomes
        if outcome.stage in ("poll", "page") and outcome.exchange_id is not None
    }
    sources = {want.want_id: want.source_id for want in batch.wants}
    distinct = {exchange.exchange_id: exchange for exchange in batch.exchanges}
    rows = []
    for exchange_id, exchange in sorted(distinct.items()):
        item = items.get(exchange_id)
        row = _exchange_row(exchange) | {"item_id": item, "source_id": sources.get(item or "")}
        row |= {"payload_hash": hashes.get(exchange_id), "load_id": batch.load_id}
        rows.append(row)
    return rows


def parse_rows(batch: Batch) -> list[Row]:
    """Return one row per feed document read; entries without an outcome came unchanged."""
    told = {
        (outcome.item_id, outcome.exchange_id)
        for outcome in _of_stage(batch, "entry")
        if outcome.reason != REPEATED  # of its later copies; the first may have come unchanged
    }
    unchanged: dict[str, set[str]] = {}
    for entry in batch.entries:
        if (entry.entry_id, entry.exchange_id) not in told:
            unchanged.setdefault(entry.exchange_id, set()).add(entry.entry_id)
    return [
        _parse_row(parsed)
        | {
            "load_id": batch.load_id,
            "run_id": batch.run_id,
            "parsed_at": batch.at,
            "unchanged": len(unchanged.get(parsed.exchange_id, ())),
        }
        for parsed in batch.parsed
    ]


def want_rows(batch: Batch) -> list[Row]:
    """Return one row per want, with the exchange that its page came in."""
    came = {outcome.item_id: outcome.exchange_id for outcome in _of_stage(batch, "page")}
    distinct = {want.want_id: want for want in batch.wants}
    return [
        {
            "want_id": want_id,
            "url": want.url,
            "entry_id": want.entry_id,
            "feed_id": want.feed_id,
            "source_id": want.source_id,
            "reason": want.reason,
            "lane": want.lane,
            "wanted_at": batch.at,
            "run_id": batch.run_id,
            "load_id": batch.load_id,
            "exchange_id": came.get(want_id) or want.exchange_id,
        }
        for want_id, want in sorted(distinct.items())
    ]


def outcome_rows(batch: Batch) -> list[Row]:
    """Return one row per outcome, with the feed and outlet, version and quarantine it is about."""
    feeds = {entry.exchange_id: entry.feed_id for entry in batch.entries}
    feeds |= {parsed.exchange_id: parsed.feed_id for parsed in batch.parsed}
    wants = {want.want_id: want for want in batch.wants}
    versions = {article.exchange_id: article.version_id for article in batch.articles}
    held = {(item.item_id, item.exchange_id): quarantine_id(item) for item in batch.quarantined}
    rows = []
    for outcome in batch.outcomes:
        want = wants.get(outcome.item_id)
        feed = {"poll": outcome.item_id, "entry": feeds.get(outcome.exchange_id or "")}
        is_article = outcome.stage == "article"
        row = _outcome_row(outcome) | {"run_id": batch.run_id, "load_id": batch.load_id}
        row["feed_id"] = feed.get(outcome.stage) or (want.feed_id if want else None)
        row["source_id"] = want.source_id if want else None
        row["version_id"] = versions.get(outcome.exchange_id or "") if is_article else None
        key = (outcome.item_id, outcome.exchange_id or "")
        row["quarantine_id"] = held.get(key) if outcome.outcome == "quarantined" else None
        rows.append(row)
    return rows


def quarantine_id(item: Quarantined) -> str:
    """Return the id under which a record is kept aside, however often it comes."""
    return make_id("quarantine", item.subject, item.subject_id)


def quarantine_rows(batch: Batch) -> list[Row]:
    """Return one row per record kept aside, whole."""
    return [
        {
            "quarantine_id": key,
            "subject": item.subject,
            "subject_id": item.subject_id,
            "item_id": item.item_id,
            "url": item.url,
            "source_id": item.source_id,
            "exchange_id": item.exchange_id,
            "run_id": batch.run_id,
            "load_id": batch.load_id,
            "first_quarantined_at": item.at,
            "last_quarantined_at": item.at,
            "rule_ids": sorted({hit.rule_id for hit in item.hits}),
            "severity": min(
                (hit.severity for hit in item.hits), key=SEVERITIES.index, default="critical"
            ),
            "reason": "; ".join(dict.fromkeys(hit.reason for hit in item.hits)),
            "record": _json(item.record),
            "status": "held",
        }
        for key, item in sorted(_held_last(batch).items())
    ]


def decision_rows(batch: Batch) -> list[Row]:
    """Return one row per decision on a record kept aside."""
    return [
        {
            "quarantine_id": item.quarantine_id,
            "decision": item.decision,
            "decided_at": item.at,
            "decided_by": item.by,
            "why": item.why,
            "run_id": batch.run_id,
            "load_id": batch.load_id,
        }
        for item in batch.decisions
    ]


def hit_rows(batch: Batch) -> list[Row]:
    """Return one row per record kept aside, rule and column."""
    return [
        {"quarantine_id": key} | _hit_columns(hit)
        for key, item in sorted(_held_last(batch).items())
        for hit in _distinct_hits(item.hits)
    ]


def mark_rows(batch: Batch) -> list[Row]:
    """Return one row per accepted record, rule and column."""
    rows = {
        (subject, hit.rule_id, hit.column): {"subject_id": subject, "run_id": batch.run_id}
        | _hit_columns(hit)
        for subject, hit in batch.marks
    }
    return [rows[key] for key in sorted(rows)]


def rule_result_rows(batch: Batch) -> list[Row]:
    """Return one row per rule of the batch's suites."""
    stamp = {"load_id": batch.load_id, "run_id": batch.run_id, "checked_at": batch.at}
    return [columns_of(result) | stamp for result in batch.rule_results]


def host_or_url(url: str) -> str:
    """Return the host of a URL, or the URL itself where it has none."""
    try:
        return host_of(url)
    except InvalidURL:
        return url


def _of_stage(batch: Batch, stage: Literal["entry", "page"]) -> list[Outcome]:
    return [outcome for outcome in batch.outcomes if outcome.stage == stage]


def _exchange_row(exchange: Exchange) -> Row:
    problem, place = exchange.problem, exchange.place
    return {
        "exchange_id": exchange.exchange_id,
        "run_id": exchange.run_id,
        "purpose": exchange.purpose,
        "requested_url": exchange.requested_url,
        "final_url": exchange.final_url,
        "host": host_or_url(exchange.requested_url),
        "fetched_at": exchange.fetched_at,
        "elapsed_ms": exchange.elapsed_ms,
        "status": exchange.status,
        "reason": exchange.reason,
        "content_type": exchange.header("content-type"),
        "etag": exchange.header("etag"),
        "last_modified": exchange.header("last-modified"),
        "payload_bytes": exchange.payload_bytes or len(exchange.payload),
        "hops": [columns_of(hop) for hop in exchange.hops],
        "problem_code": problem.code if problem else None,
        "problem_detail": problem.detail if problem else None,
        "is_tls_unchecked": exchange.is_tls_unchecked,
        "archive_file": place.file if place else None,
        "archive_offset": place.offset if place else None,
        "archive_length": place.length if place else None,
    }


def _parse_row(parsed: ParsedFeed) -> Row:
    of_items = sum(problem.stage == "entry" for problem in parsed.problems)
    return {
        "exchange_id": parsed.exchange_id,
        "feed_id": parsed.feed_id,
        "format": parsed.format,
        "items": parsed.items,
        "entries": len(parsed.entries),
        "duplicates": len(parsed.duplicates),
        "items_left": parsed.items_left,
        "item_problems": of_items,
        "document_problems": len(parsed.problems) - of_items,
        "problems": [_problem_value(problem) for problem in parsed.problems],
        "body_hash": parsed.body_hash,
        "title": parsed.title,
        "language": parsed.language,
        "homepage": parsed.homepage,
    }


def _problem_value(problem: Problem) -> Row:
    return {name: getattr(problem, name) for name in ("stage", "subject", "code", "detail")}


def _outcome_row(outcome: Outcome) -> Row:
    row = columns_of(outcome)
    row["happened_at"] = row.pop("at")
    return row


def _held_last(batch: Batch) -> dict[str, Quarantined]:
    ordered = sorted(batch.quarantined, key=lambda item: item.at)
    return {quarantine_id(item): item for item in ordered}


def _distinct_hits(hits: Iterable[RuleHit]) -> list[RuleHit]:
    return list({(hit.rule_id, hit.column): hit for hit in hits}.values())


def _hit_columns(hit: RuleHit) -> Row:
    names = ("rule_id", "severity", "reason", "value")
    return {name: getattr(hit, name) for name in names} | {"column_name": hit.column}


def _json(record: Entry | Article) -> str:
    try:
        return orjson.dumps(record, option=orjson.OPT_UTC_Z).decode()
    except TypeError:  # a lone surrogate
        return orjson.dumps(encodable(asdict(record)), option=orjson.OPT_UTC_Z).decode()
