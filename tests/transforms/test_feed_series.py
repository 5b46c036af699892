"""Successive snapshots of real feeds, against exact gold: what is new, what was retitled.

By default the first 20 snapshots of each feed are replayed (the walk's own test
replays more); with ``COPYTASTER_WHOLE_SERIES=1`` in the environment, all 3,137
(some minutes).
"""

from __future__ import annotations

import json
import os
import tarfile
from collections import Counter, defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from transforms.feeds import parse_feed
from transforms.records import Exchange, Feed, KnownEntry
from transforms.selection import decide

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "feeds"
WHOLE, SHARE = 10_000, 20
SNAPSHOTS = WHOLE if os.environ.get("COPYTASTER_WHOLE_SERIES") else SHARE

pytestmark = pytest.mark.skipif(
    not (FOLDER / "series.tar.xz").exists(), reason="the series is not on this machine"
)


def gold() -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in (FOLDER / "series.index.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if len(rows[row["feed"]]) < SNAPSHOTS:
            rows[row["feed"]].append(row)
    return rows


def snapshots(names: set[str]) -> dict[str, bytes]:
    payloads: dict[str, bytes] = {}
    with tarfile.open(FOLDER / "series.tar.xz") as archive:
        for member in archive:
            if member.name in names:
                file = archive.extractfile(member)
                assert file is not None
                payloads[member.name] = file.read()
    return payloads


def exchange(row: dict[str, Any], payload: bytes) -> Exchange:
    url = f"https://{row['feed']}.example/rss"
    return Exchange(
        exchange_id=row["file"],
        run_id="r1",
        purpose="feed",
        requested_url=url,
        final_url=url,
        fetched_at=datetime.fromisoformat(row["committed"]),
        elapsed_ms=1,
        status=200,
        payload=payload,
    )


@pytest.mark.slow
def test_new_and_retitled_entries_equal_the_gold_in_every_snapshot() -> None:
    rows = gold()
    payloads = snapshots({row["file"] for series in rows.values() for row in series})
    wrong: list[tuple[str, object, object]] = []
    for name, series in rows.items():
        feed = Feed(feed_id=name, source_id=name, url=f"https://{name}.example/rss")
        known: dict[str, KnownEntry] = {}
        for row in series:
            parsed = parse_feed(exchange(row, payloads[row["file"]]), feed, max_bytes=10**7)
            decisions = decide(parsed.entries, known)
            counts = Counter(d.reason for d in decisions if d.action == "fetch")
            found = (
                len(parsed.entries) + len(parsed.duplicates),
                counts["new"],
                counts["retitled"],
            )
            expected = (row["entries"], row["new_ids"], row["title_changed"])
            if found != expected or parsed.problems:
                wrong.append((row["file"], expected, (found, parsed.problems)))
            for entry in parsed.entries:
                known[entry.entry_id] = KnownEntry(
                    entry_id=entry.entry_id,
                    title=entry.title,
                    url=entry.url,
                    updated_at=entry.updated.at if entry.updated else None,
                )
        assert len(known) == sum(row["new_ids"] for row in series)
    assert wrong == []
