"""Whether a request may start now: hosts, domains and addresses with their gaps.

All wishes that came at one moment are decided together, in their order, over what is
known of the names that they concern.
"""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime


class Wish(NamedTuple):
    """A wish to start a request at a moment.

    ``gaps``: the seconds for which each name is to be left alone from the start; the
    first is the host, whose crawl delay may lengthen that. ``starts_within_seconds`` is
    how long it may take until the request does start, which is added to the gaps.
    """

    gaps: Mapping[str, float]
    now: datetime
    starts_within_seconds: float = 0.0


class Known(NamedTuple):
    """What the ledger has of a name."""

    free_at: datetime | None
    retry_after_at: datetime | None
    crawl_delay_seconds: float | None


class Turn(NamedTuple):
    """The answer to a wish: the request may start, or is to be wished for again later.

    ``free_at`` is when the gaps are over, ``retry_after_at`` what a server asked for:
    each None where it is no hindrance. ``gap_seconds``: how long the host is left alone.
    """

    gap_seconds: float
    free_at: datetime | None = None
    retry_after_at: datetime | None = None

    @property
    def is_begun(self) -> bool:
        """Tell whether the request may start: then its names are kept for it."""
        return self.free_at is None and self.retry_after_at is None


class Begun(NamedTuple):
    """What the ledger is to note of a name: requests that start, and when it is free then."""

    requests: int
    free_at: datetime


def decide_turns(
    wishes: Sequence[Wish], known: Mapping[str, Known]
) -> tuple[list[Turn], dict[str, Begun]]:
    """Return a turn for each wish, and what the ledger is to note of each name."""
    turns: list[Turn] = []
    begun: dict[str, Begun] = {}
    for wish in wishes:
        turn = _turn(wish, known, begun)
        turns.append(turn)
        if turn.is_begun:
            _begin(wish, turn.gap_seconds, begun)
    return turns, begun


def _turn(wish: Wish, known: Mapping[str, Known], begun: Mapping[str, Begun]) -> Turn:
    """Return the turn of a wish, by what is known and by those that came before it."""
    host, gap = next(iter(wish.gaps.items()))
    if host in known:
        gap = max(gap, known[host].crawl_delay_seconds or 0.0)
    free_at = retry_after_at = None
    for name in wish.gaps:
        if name in known:
            free_at = _later(wish.now, free_at, known[name].free_at)
            retry_after_at = _later(wish.now, retry_after_at, known[name].retry_after_at)
        if name in begun:
            free_at = _later(wish.now, free_at, begun[name].free_at)
    return Turn(gap_seconds=gap, free_at=free_at, retry_after_at=retry_after_at)


def _begin(wish: Wish, host_gap_seconds: float, begun: dict[str, Begun]) -> None:
    """Note of each name of a wish that its request starts: of the host, with its own gap."""
    host = next(iter(wish.gaps))
    for name, seconds in wish.gaps.items():
        gap = host_gap_seconds if name == host else seconds
        requests = begun[name].requests + 1 if name in begun else 1
        begun[name] = Begun(requests, wish.now + _span(wish.starts_within_seconds + gap))


@lru_cache(maxsize=1024)
def _span(seconds: float) -> timedelta:
    """Return a gap as a span: there are few gaps, and each is added with every request."""
    return timedelta(seconds=seconds)


def _later(now: datetime, one: datetime | None, other: datetime | None) -> datetime | None:
    """Return the later of two moments; only what comes after now counts."""
    if other is None or other <= now or (one is not None and one >= other):
        return one
    return other
