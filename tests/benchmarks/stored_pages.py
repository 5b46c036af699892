"""Sets of stored pages with what is known of them, and the module that scores what is read.

A set is a folder with ``records.jsonl``: one JSON object a page, with ``id``, ``html_file``
(beside it, gzip or plain), mostly ``url``, and what else is known.
"""

from __future__ import annotations

import importlib.util
import json
from typing import TYPE_CHECKING, Any

from flows.extracting import read_stored
from transforms.records import Exchange

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path
    from types import ModuleType


def records_of(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield what is known of each page of a set, in its order."""
    for line in (folder / "records.jsonl").read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def exchange_of(
    record: dict[str, Any], folder: Path, fetched_at: datetime, url: str | None = None
) -> Exchange:
    """Return a page as the exchange that would have brought it; by another address if one is given.

    Raises: OSError if its file cannot be read.
    """
    url = url or record.get("url") or f"https://unknown.example/{record['id']}"
    return Exchange(
        exchange_id=str(record["id"]),
        run_id="",
        purpose="page",
        requested_url=url,
        final_url=url,
        fetched_at=fetched_at,
        elapsed_ms=0,
        status=200,
        headers=(("Content-Type", "text/html"),),
        payload=read_stored(folder / record["html_file"]),
    )


def load_score(file: Path) -> ModuleType:
    """Import the module that scores, which need not stand where modules are found."""
    spec = importlib.util.spec_from_file_location("score", file)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{file} is no Python module")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
