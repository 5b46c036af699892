"""What becomes of a page: decisions on outcomes and on trying again.

A fate is an outcome with its reason, and for a failure the moment of the next
try. Nothing here asks the clock or the network.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from transforms.failures import CHALLENGE
from transforms.refusals import is_challenge
from transforms.statuses import NOT_MODIFIED, SERVER_ERROR, is_success

if TYPE_CHECKING:
    from transforms.records import Exchange, OutcomeKind, ParsedFeed, Problem

FIRST_RETRY = timedelta(minutes=10)
LAST_RETRY = timedelta(hours=6)

# Statuses whose cause may pass: time-outs, rate limits (403 is used for them too), server faults.
PASSING_STATUSES = frozenset({403, 408, 425, 429})
OUR_OWN_RULES = frozenset({"robots_disallowed", "opted_out"})
UNASKED = frozenset({"host_asked_to_wait", "robots_unreachable"})
"""Why a page is not asked for at all for now; that says nothing of the page."""
MOST_WAITS = 130
"""About a month, the longest that RFC 9309 has robots.txt be unreachable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What becomes of one item; ``retry_at`` is set where the outcome is ``failed``."""

    outcome: OutcomeKind
    reason: str
    detail: str = ""
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """How often an item was tried, this time included; how often it may be; and the time.

    ``waits`` are the tries at which it could not be asked for (`UNASKED`).
    """

    attempts: int
    most: int
    now: datetime
    waits: int = 0


def retry_delay(attempts: int) -> timedelta:
    """Return the wait after a number of tries: 10 minutes, doubled each time, up to 6 hours."""
    doublings = min(max(0, attempts - 1), 10)  # enough to reach the limit
    return min(LAST_RETRY, FIRST_RETRY * float(2**doublings))


def try_again(code: str, detail: str, tries: Tries) -> Fate:
    """Return ``failed`` with the next try, or ``given_up`` once the tries are used up."""
    if tries.attempts >= tries.most:
        words = f"{detail} (after {tries.attempts} tries)".strip()
        return Fate(outcome="given_up", reason=code, detail=words)
    retry_at = tries.now + retry_delay(tries.attempts)
    return Fate(outcome="failed", reason=code, detail=detail, retry_at=retry_at)


def wait_again(problem: Problem, tries: Tries) -> Fate:
    """Return ``failed`` with the next try for what could not be asked for, in the end ``given_up``.

    What a server does to others of its pages must not cost this one: a week of Retry-After or
    a day of a broken robots.txt uses up none of its tries.
    """
    waited = Tries(attempts=tries.waits, most=MOST_WAITS, now=tries.now)
    return try_again(problem.code, problem.detail, waited)


def is_asked(exchange: Exchange) -> bool:
    """Tell whether a page was asked for, or at least nothing kept us from it."""
    return exchange.problem is None or exchange.problem.code not in UNASKED


def page_fate(exchange: Exchange, tries: Tries) -> Fate:
    """Return what becomes of a wanted page whose exchange is archived.

    A page that came is ``loaded``: it goes on to extraction.
    """
    if exchange.problem is not None:
        return problem_fate(exchange.problem, tries)
    status = exchange.status or 0
    if is_success(status):
        return Fate(outcome="loaded", reason="archived")
    code, detail = f"http_{status}", exchange.reason
    if is_challenge(exchange):
        code, detail = CHALLENGE, f"HTTP {status}: asks the visitor to prove to be human"
    if status in PASSING_STATUSES or status >= SERVER_ERROR:
        return try_again(code, detail, tries)
    return Fate(outcome="given_up", reason=code, detail=detail)


def poll_fate(exchange: Exchange, parsed: ParsedFeed | None) -> Fate:
    """Return what becomes of a polled feed; ``parsed`` is absent where its body was the known one.

    A feed is never given up for good: when it is asked again is the schedule's decision.
    """
    if exchange.problem is not None:
        return Fate(outcome="failed", reason=exchange.problem.code, detail=exchange.problem.detail)
    status = exchange.status or 0
    if is_challenge(exchange):
        detail = f"HTTP {status}: asks the visitor to prove to be human"
        return Fate(outcome="failed", reason=CHALLENGE, detail=detail)
    if status == NOT_MODIFIED:
        return Fate(outcome="unchanged", reason="not_modified")
    if not is_success(status):
        return Fate(outcome="failed", reason=f"http_{status}", detail=exchange.reason)
    if parsed is None:
        return Fate(outcome="unchanged", reason="same_body")
    faults = [problem for problem in parsed.problems if problem.stage == "poll"]
    reason = faults[0].code if faults else "parsed"
    detail = "; ".join(problem.detail for problem in faults)
    return Fate(outcome="loaded" if parsed.format else "failed", reason=reason, detail=detail)


def problem_fate(problem: Problem, tries: Tries) -> Fate:
    """Return what becomes of an item that met a problem."""
    if problem.code in OUR_OWN_RULES:
        return Fate(outcome="skipped", reason=problem.code, detail=problem.detail)
    if problem.is_final:
        return Fate(outcome="given_up", reason=problem.code, detail=problem.detail)
    if problem.code in UNASKED:
        return wait_again(problem, tries)
    return try_again(problem.code, problem.detail, tries)
