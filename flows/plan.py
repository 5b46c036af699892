"""What a backfill would do: its candidates, counted before anything is done."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path  # noqa: TC003 (a field's type)
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from flows.jobs import brought_body
from flows.progress import current_meter
from flows.screen import counted
from flows.step import step
from transforms.cadence import in_words
from transforms.identity import make_id, want_id
from transforms.records import Exchange, Place, Problem, Want
from transforms.urls import InvalidURL, canonical_url, host_of, registrable_domain
from warehouse import history, read
from warehouse.archive_read import exchanges_between, read_exchanges
from warehouse.connection import Home, writing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flows.run import Run

T = TypeVar("T")

CHUNK_PAGES = 500
EXAMPLES, EXAMPLE_CHARS = 3, 60
EARLIEST = datetime.min.replace(tzinfo=UTC)
LATEST = datetime.max.replace(tzinfo=UTC)
PAGE_TYPES = ("text/html", "application/xhtml+xml")

Standing = Literal["to_read", "to_fetch", "known", "outside", "not_a_page", "bad_address"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a backfill is asked for. Without feeds, URLs and WARC files it reads our own archive."""

    since: datetime | None = None
    until: datetime | None = None
    sources: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    warcs: tuple[Path, ...] = ()
    feeds: tuple[str, ...] = ()  # addresses or ids of feeds whose past is wanted

    @property
    def lane(self) -> str:
        """The name of the work: the same request goes on where it was stopped."""
        return f"backfill:{make_id('backfill', repr(self.as_parameters()))}"

    def as_parameters(self) -> dict[str, Any]:
        """Return what to keep of it in `ops.runs`; of a long list of URLs, its size and digest."""
        feeds = {"feeds": list(self.feeds)} if self.feeds else {}
        return feeds | {
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "sources": list(self.sources),
            "urls": len(self.urls),
            "urls_digest": make_id("urls", *self.urls),
            "warcs": [str(path) for path in self.warcs],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One page that a backfill came across, and where it stands."""

    url: str
    standing: Standing
    exchange: Exchange | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a backfill would do, in counts of pages."""

    counts: dict[str, int]
    hosts: int
    longest_host_seconds: float  # the gaps of the host with most pages to fetch
    problems: tuple[str, ...] = field(default=())
    feeds: int = 0  # whose archives are read, which tell what there is
    examples: tuple[str, ...] = ()  # of addresses that are none

    def lines(self) -> list[str]:
        """Return the plan in words, a line each."""
        words = {
            "to_read": "to read from the archive",
            "to_fetch": f"to fetch from {counted(self.hosts, 'host')}",
            "known": "known already, left alone",
            "outside": "outside the window or of other sources, left out",
            "not_a_page": "that brought no HTML page, left out",
            "bad_address": f"without a usable address, left out: {', '.join(self.examples)}",
        }
        lines = [f"{self.counts[key]:>8,} {words[key]}" for key in words if self.counts.get(key)]
        if self.longest_host_seconds > 1:
            gaps = in_words(self.longest_host_seconds / 60)
            lines.append(f"         at least {gaps}, for the gaps between requests")
        if self.feeds:
            whose = "feed whose archive" if self.feeds == 1 else "feeds whose archives"
            lines.append(f"{self.feeds:>8,} {whose} and sitemaps are read")
        return [*(lines or ["       0 pages"]), *self.problems]


def read_urls(file: Path) -> tuple[str, ...]:
    """Return the addresses in a file, one a line; empty lines and those that start with # are none.

    Raises: OSError if it cannot be read; LookupError if it has no address.
    """
    lines = file.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    found = tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))
    if not found:
        raise LookupError(f"{file} has no addresses; it should have one a line")
    return found


def candidates(
    home: Home, request: Request, problems: list[Problem] | None = None
) -> Iterator[Candidate]:
    """Yield every page that a request concerns, with its standing; reads, writes nothing."""
    if request.urls:
        yield from _of_urls(home, request)
    told = problems.append if problems is not None else None
    for path in request.warcs:
        yield from _of_exchanges(home, request, read_exchanges(path, on_problem=told))
    if not request.urls and not request.warcs and not request.feeds:
        # Nothing is published after it was fetched; but it may be fetched long after.
        found = exchanges_between(home.archive, request.since or EARLIEST, LATEST, on_problem=told)
        yield from _of_exchanges(home, request, found)


def _of_urls(home: Home, request: Request) -> Iterator[Candidate]:
    for chunk in _chunks(dict.fromkeys(request.urls)):
        keys = {url: _key(url) for url in chunk}
        with writing(home) as con:
            known = read.known_articles_by_url(con, [key for key in keys.values() if key])
        for url, key in keys.items():
            if key is None:
                yield Candidate(url=url, standing="bad_address")
            elif not _is_of_sources(url, request):
                yield Candidate(url=url, standing="outside")
            else:
                yield Candidate(url=url, standing="known" if key in known else "to_fetch")


def _of_exchanges(
    home: Home, request: Request, exchanges: Iterable[Exchange]
) -> Iterator[Candidate]:
    for chunk in _chunks(exchanges):
        with writing(home) as con:
            known = history.settled_exchanges(con, [exchange.exchange_id for exchange in chunk])
        for exchange in chunk:
            standing = _standing(exchange, request, is_known=exchange.exchange_id in known)
            yield Candidate(url=exchange.requested_url, standing=standing, exchange=exchange)


def _standing(exchange: Exchange, request: Request, *, is_known: bool) -> Standing:
    kind = (exchange.header("content-type") or "text/html").lower()
    if exchange.purpose != "page" or not brought_body(exchange) or not kind.startswith(PAGE_TYPES):
        return "not_a_page"
    if _key(exchange.requested_url) is None:
        return "bad_address"
    is_early = request.since is not None and exchange.fetched_at < request.since
    if is_early or not _is_of_sources(exchange.requested_url, request):
        return "outside"  # nothing is published after it was fetched
    return "known" if is_known else "to_read"


def _is_of_sources(url: str, request: Request) -> bool:
    return not request.sources or registrable_domain(url) in request.sources


def _key(url: str) -> str | None:
    try:
        return canonical_url(url)
    except InvalidURL:
        return None


def _chunks(items: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, CHUNK_PAGES)):
        yield chunk


def survey(home: Home, request: Request, host_gap_seconds: float) -> Plan:
    """Return what a request would do."""
    problems: list[Problem] = []
    counts: Counter[str] = Counter()
    hosts: Counter[str] = Counter()
    bad: list[str] = []
    for candidate in candidates(home, request, problems):
        counts[candidate.standing] += 1
        if candidate.standing == "to_fetch":
            hosts[host_of(candidate.url)] += 1
        elif candidate.standing == "bad_address" and len(bad) < EXAMPLES:
            bad.append(repr(candidate.url[:EXAMPLE_CHARS]))
    return Plan(
        counts=dict(counts),
        hosts=len(hosts),
        longest_host_seconds=max(hosts.values(), default=0) * host_gap_seconds,
        problems=tuple(f"{problem.subject}: {problem.detail}" for problem in problems),
        feeds=len(request.feeds),
        examples=tuple(bad),
    )


@step
async def put_in_hand(run: Run, request: Request) -> int:
    """Put a request's pages in hand; return how many are new there.

    Pages of other archives are copied into ours first, so that each row of the
    warehouse names a place that stays.
    """
    count, problems = 0, list[Problem]()
    wanted = (
        candidate
        for candidate in candidates(run.home, request, problems)
        if candidate.standing in {"to_read", "to_fetch"}
    )
    for chunk in _chunks(wanted):
        wants = {_want(candidate, request.lane).want_id: candidate for candidate in chunk}
        known = run.state.known_wants(list(wants))
        new = [_archived(run, one) for want, one in wants.items() if want not in known]
        run.archive.sync()
        count += run.state.want([_want(one, request.lane) for one in new], run.clock())
    current_meter().note(f"{counted(count, 'page')} put in hand")
    if problems:
        first = f"{problems[0].subject}: {problems[0].detail}"
        parts = counted(len(problems), "part")
        current_meter().note(f"{parts} of archives could not be read, first {first}")
    return count


def _archived(run: Run, candidate: Candidate) -> Candidate:
    exchange = candidate.exchange
    if exchange is None or exchange.place is not None:
        return candidate
    return replace(candidate, exchange=run.archive.append(replace(exchange, run_id=run.run_id)))


def _want(candidate: Candidate, lane: str) -> Want:
    exchange = candidate.exchange
    # A page left out by one request's window may be let in by another's.
    occasion = f"{exchange.exchange_id} {lane}" if exchange else lane
    place: Place | None = exchange.place if exchange else None
    return Want(
        want_id=want_id(candidate.url, None, occasion),
        url=candidate.url,
        host=host_of(candidate.url),
        source_id=registrable_domain(candidate.url),
        reason="backfill",
        lane=lane,
        place=place,
        exchange_id=exchange.exchange_id if exchange and place else None,
    )
