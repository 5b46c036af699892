"""Stored pages extracted by hand: one as JSON, or a list as lines of JSON."""

from __future__ import annotations

import asyncio
import gzip
import json
import sys
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

import orjson

from flows.progress import shown_progress
from flows.settings import Settings
from flows.workers import Lost, Workers
from transforms.article_json import article_to_json, problem_to_json
from transforms.articles import extract
from transforms.identity import exchange_id
from transforms.records import Exchange, Problem
from transforms.urls import InvalidURL, registrable_domain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GZIP_MAGIC = b"\x1f\x8b"
CHUNK_PAGES = 256
MAX_BYTES = int(Settings.model_fields["page_max_bytes"].default)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPage:
    """A page in a file, and the address that it came from."""

    id: str | None
    url: str
    file: Path


def extract_file(file: Path, url: str) -> bool:
    """Print the article of one page; return whether there was a problem instead."""
    found = extract_stored(StoredPage(id=None, url=url, file=file))
    print(json.dumps(found, ensure_ascii=False, indent=2))  # noqa: T201 (the answer)
    return found["problem"] is not None


def extract_list(listing: Path, processes: int) -> bool:
    """Print a line of JSON for each page of a list; return whether any was a problem.

    Raises: OSError naming the line that is no JSON object with "html_file"; addresses may lack.
    """
    return asyncio.run(_extract_list(listing, processes))


async def _extract_list(listing: Path, processes: int) -> bool:
    failed = False
    time_limit = float(Settings.model_fields["page_time_limit_seconds"].default)
    pages = read_listing(listing)
    with Workers(processes, time_limit) as workers, shown_progress() as meter:
        while chunk := list(islice(pages, CHUNK_PAGES)):
            meter.expect("pages", len(chunk))
            for page, result in zip(chunk, await workers.map(extract_stored, chunk), strict=True):
                found = _lost(page, result) if isinstance(result, Lost) else result
                failed = failed or found["problem"] is not None
                sys.stdout.write(orjson.dumps(found).decode() + "\n")
            meter.advance("pages", len(chunk))
    return failed


def read_listing(listing: Path) -> Iterator[StoredPage]:
    """Yield the pages of a list; files are relative to it."""
    with listing.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                yield _listed(json.loads(line), listing.parent)
            except (ValueError, KeyError, TypeError) as error:
                raise OSError(f"{listing}, line {number}: {error!r}") from error


def _listed(row: object, folder: Path) -> StoredPage:
    if not isinstance(row, dict):
        raise TypeError('no object with "html_file"')
    return StoredPage(id=row.get("id"), url=row.get("url") or "", file=folder / row["html_file"])


def extract_stored(page: StoredPage) -> dict[str, Any]:
    """Return a page's article, or its problem, as plain values; runs in a worker.

    Where no text is found, what the page says of itself stands beside the problem.
    """
    payload = read_stored(page.file)
    now = datetime.now(UTC)
    exchange = Exchange(
        exchange_id=exchange_id("page", page.url, now),
        run_id="",
        purpose="page",
        requested_url=page.url,
        final_url=page.url,
        fetched_at=now,
        elapsed_ms=0,
        status=200,
        headers=(("Content-Type", "text/html"),),
        payload=payload,
    )
    source_id = _outlet(page.url)
    result = extract(exchange, source_id=source_id, max_bytes=MAX_BYTES)
    if not isinstance(result, Problem):
        return {"id": page.id, **article_to_json(result)}
    found = problem_to_json(result)
    if result.code == "no_main_text":
        said = extract(exchange, source_id=source_id, max_bytes=MAX_BYTES, needs_text=False)
        if not isinstance(said, Problem):
            found = article_to_json(said) | {"problem": found["problem"]}
    return {"id": page.id, **found}


def _outlet(url: str) -> str:
    """Return the domain of an address, "" where stored pages have none that can be read."""
    try:
        return registrable_domain(url)
    except InvalidURL:
        return ""


def read_stored(file: Path) -> bytes:
    """Return what a file holds, unpacked where it is gzip.

    Raises: OSError if it cannot be read or unpacked.
    """
    payload = file.read_bytes()
    if not payload.startswith(GZIP_MAGIC):
        return payload
    try:
        return gzip.decompress(payload)
    except (EOFError, zlib.error) as error:
        raise OSError(f"{file}: damaged gzip: {error}") from error


def _lost(page: StoredPage, lost: Lost) -> dict[str, Any]:
    problem = Problem(
        stage="article", subject=page.url, code=f"worker_{lost.reason}", detail=lost.detail
    )
    return {"id": page.id, **problem_to_json(problem)}
