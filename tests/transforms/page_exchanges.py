"""Pages as if they had been fetched, for tests that read them."""

from __future__ import annotations

from datetime import UTC, datetime

from transforms.records import Exchange


def page_exchange(
    url: str,
    payload: bytes,
    *,
    fetched_at: datetime = datetime(2026, 3, 1, tzinfo=UTC),
) -> Exchange:
    """Return the exchange that brought a page."""
    return Exchange(
        exchange_id="x" * 24,
        run_id="run",
        purpose="page",
        requested_url=url,
        final_url=url,
        fetched_at=fetched_at,
        elapsed_ms=10,
        status=200,
        headers=(("Content-Type", "text/html"),),
        payload=payload,
    )
