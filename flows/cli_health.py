"""`copytaster feeds show`, `copytaster feeds health` and `copytaster hosts`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_options import AsJson, HomeFolder, expected_errors
from flows.screen import counted, escaped, plain_table, screen

if TYPE_CHECKING:
    from datetime import datetime

    from rich.table import Table

    from flows.health import FeedHealth, FeedStory, HostHealth

LAST_POLLS = 20
LAST_GAPS = 10
NUMBERS = frozenset(
    {"requests", "bytes", "304", "slowest", "errors", "delay", "items", "new", "ms"}
)
COLOURS = {"gone": "red", "blocked": "red", "failing": "yellow", "empty": "yellow"}


def show(
    url: Annotated[str, typer.Argument(help="Address or id of a feed.")],
    home: HomeFolder = None,
    *,
    polls: Annotated[int, typer.Option(min=1, help="How many polls to show.")] = LAST_POLLS,
    as_json: AsJson = False,
) -> None:
    """Show one feed: its state, what was decided on it and why, its last polls."""
    from flows.health import feed_story  # noqa: PLC0415 (imports are dear; commands are many)

    with expected_errors():
        story = feed_story(home, url, polls)
    if as_json:
        typer.echo(json.dumps(story.as_json(), default=str))
    else:
        _print_story(story)


def health(home: HomeFolder = None, *, as_json: AsJson = False) -> None:
    """Show how the feeds fare, those that need a look first."""
    from flows.health import feeds_health  # noqa: PLC0415

    with expected_errors():
        rows = feeds_health(home)
    if as_json:
        typer.echo(json.dumps([row.as_json() for row in rows], default=str))
    else:
        _print_feeds(rows)


def hosts(home: HomeFolder = None, *, as_json: AsJson = False) -> None:
    """Show what was done to each host: requests, bytes, errors, and which asked us to wait."""
    from flows.health import hosts_health  # noqa: PLC0415

    with expected_errors():
        rows = hosts_health(home)
    if as_json:
        typer.echo(json.dumps([row.as_json() for row in rows], default=str))
    else:
        _print_hosts(rows)


def _print_story(story: FeedStory) -> None:
    out = screen()
    title = escaped(story.feed.title or story.health.source_id)
    out.print(f"[bold]{escaped(story.feed.url)}[/]  {title}")
    for name, words in _facts(story).items():
        if words:
            out.print(f"{name:<14}{escaped(words)}")
    _print_addresses(story)
    _print_gaps(story)
    _print_polls(story)
    out.print("times are UTC")


def _facts(story: FeedStory) -> dict[str, str]:
    """Return what is remembered of a feed, in words; nothing to say is an empty text."""
    state = story.state
    last = story.polls[0] if story.polls else None
    facts = {
        "state": f"{story.health.condition}: {story.health.why}",
        "because": last.detail if last is not None and last.outcome == "failed" else "",
        "asked at": state.url if state.url != story.feed.url else "",
        "moving to": "",
        "polled": f"{_at(state.polled_at)}, {counted(state.polls, 'poll')}",
        "next": f"{_at(state.due_at) or 'at once'}: {state.due_reason}",
        "last new": _at(state.changed_at) or "never",
        "last body": _at(state.full_fetch_at) or "never",
        "not before": "",
        "failures": "none",
        "ETag": state.etag or "",
        "Last-Modified": state.last_modified or "",
    }
    if state.moving_to:
        since = f"since {_at(state.moving_at)}, {state.moving_polls} polls found it there"
        facts["moving to"] = f"{state.moving_to}: {since}"
    if not state.polls:
        facts["polled"] = "never"
    if state.retry_after_at:
        facts["not before"] = f"{_at(state.retry_after_at)}: asked by the server"
    if state.failures:
        failing = story.health.failing_polls
        facts["failures"] = f"{failing} in a row, weighing {state.failures:g}"
    if state.distrusted_at:
        facts["validators"] = f"not believed since {_at(state.distrusted_at)}"
    return facts


def _print_addresses(story: FeedStory) -> None:
    out = screen()
    if len(story.addresses) > 1:
        table = _table("address", "first polled", "last polled")
        for one in story.addresses:
            times = _at(one.first_polled_at), _at(one.last_polled_at)
            table.add_row(escaped(one.url), *times)
        out.print(table)
    if story.moves:
        table = _table("moved", "event", "to", "why")
        for move in story.moves:
            to = escaped(move.to_url or "")
            table.add_row(_at(move.moved_at), move.event, to, escaped(move.why))
        out.print(table)


def _print_gaps(story: FeedStory) -> None:
    if not story.gaps:
        return
    table = _table("gap from", "to", "status", "entries", "how")
    for gap in story.gaps[:LAST_GAPS]:
        words = gap.status, str(gap.entries or ""), escaped(gap.how)
        table.add_row(_at(gap.from_at), _at(gap.to_at), *words)
    screen().print(table)


def _print_polls(story: FeedStory) -> None:
    if not story.polls:
        return
    table = _table("polled", "HTTP", "outcome", "reason", "items", "new", "ms", "bytes")
    for poll in story.polls:
        table.add_row(
            _at(poll.polled_at),
            str(poll.status or "-"),
            poll.outcome,
            poll.reason,
            "" if poll.items is None else f"{poll.items:,}",
            str(poll.new_entries or ""),
            f"{poll.elapsed_ms:,}",
            f"{poll.payload_bytes:,}",
        )
    screen().print(table)


def _print_feeds(rows: tuple[FeedHealth, ...]) -> None:
    out = screen()
    table = _table("state", "source", "feed", "why", "polled", "last new", "next", "errors")
    for row in rows:
        colour = COLOURS.get(row.condition, "")
        table.add_row(
            f"[{colour}]{row.condition}[/]" if colour else str(row.condition),
            escaped(row.source_id),
            escaped(row.url),
            escaped(row.why),
            _at(row.polled_at),
            _at(row.new_item_at),
            _at(row.due_at) or "at once",
            str(row.failing_polls or ""),
        )
    if rows:
        out.print(table)
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.condition] = counts.get(row.condition, 0) + 1
    said = ", ".join(f"{count} {condition}" for condition, count in counts.items())
    out.print(counted(len(rows), "feed") + (f": {said}; times are UTC" if said else ""))


def _print_hosts(rows: tuple[HostHealth, ...]) -> None:
    out = screen()
    numbers = ("requests", "bytes", "304", "slowest", "errors", "delay")
    table = _table("host", *numbers, "not before", "objects to", "trouble")
    for row in rows:
        table.add_row(
            escaped(row.host),
            f"{row.requests:,}",
            f"{row.payload_bytes:,}",
            f"{row.not_modified_share:.0%}" if row.exchanges else "",
            f"{row.slowest_ms:,} ms" if row.exchanges else "",
            str(row.errors or ""),
            "" if row.crawl_delay_seconds is None else f"{row.crawl_delay_seconds:g} s",
            _at(row.left_alone_until),
            escaped(", ".join(row.opt_outs)),
            escaped("; ".join(row.troubles)),
        )
    if rows:
        out.print(table)
    requests = counted(sum(row.requests for row in rows), "request")
    out.print(f"{counted(len(rows), 'host')}, {requests}; times are UTC")


def _table(*columns: str) -> Table:
    return plain_table(*columns, numbers=NUMBERS)


def _at(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M}"
