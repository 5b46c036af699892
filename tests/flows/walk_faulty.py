"""Preloaded by the fork server in a test: workers in which certain hosts hang or kill.

What hangs or crashes an extractor today is mended tomorrow; the walk has to survive the
next one, too.
"""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING, Any

from transforms import articles, feeds

if TYPE_CHECKING:
    from collections.abc import Callable

    from transforms.records import Exchange


def faulty(function: Callable[..., Any], hangs: str, dies: str) -> Callable[..., Any]:
    """Return a function that does not survive the exchanges of two hosts."""

    def run(exchange: Exchange, *args: object, **given: object) -> object:
        if hangs in exchange.requested_url:
            time.sleep(3600)
        if dies in exchange.requested_url:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(exchange, *args, **given)

    return run


articles.extract = faulty(articles.extract, "//hangs.example/", "//dies.example/")  # type: ignore[assignment]
feeds.parse_feed = faulty(feeds.parse_feed, "//feed-hangs.example/", "//feed-dies.example/")  # type: ignore[assignment]
