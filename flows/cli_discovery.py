"""What `copytaster feeds add` does with the address of a site."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import typer

from flows.cli_options import COULD_NOT_RUN, fail

if TYPE_CHECKING:
    from pathlib import Path

    from transforms.discovery import FeedLink
    from transforms.opml import Subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which of a site's feeds to take: those of some numbers, from 1, or all."""

    pick: tuple[int, ...] = ()
    takes_all: bool = False


def found_at(
    url: str, said: Subscription, home: Path | None, choice: Choice, connect_to: str | None
) -> list[Subscription]:
    """Return subscriptions to the feeds of a site that are chosen; leave where none can be."""
    import asyncio  # noqa: PLC0415 (imports are dear; commands are many)

    from flows.discovery import discover  # noqa: PLC0415

    links = asyncio.run(discover(home, url, connect_to))
    if not links:
        fail(f"no feed is declared at {url}; give the address of the feed itself")
    for number, link in enumerate(links, start=1):
        words = (f"{number:>3}", link.url, link.title or "", f"({link.kind})" if link.kind else "")
        typer.echo("  ".join(word for word in words if word))
    taken = _taken(url, links, choice)
    return [
        replace(said, url=link.url, title=said.title or link.title, homepage=said.homepage or url)
        for link in taken
    ]


def _taken(url: str, links: tuple[FeedLink, ...], choice: Choice) -> list[FeedLink]:
    if choice.takes_all or len(links) == 1:
        return list(links)
    if not choice.pick:
        words = f"{url} has {len(links)} feeds: choose with --pick N, or take --all"
        typer.secho(words, err=True, fg="yellow")
        raise typer.Exit(COULD_NOT_RUN)
    if max(choice.pick) > len(links):
        fail(f"{url} has {len(links)} feeds, not {max(choice.pick)}")
    return [links[number - 1] for number in choice.pick]
