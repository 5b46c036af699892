"""Items that come back under another guid: known again by their links.

Some publishers make up a new guid for an item each time they write their feed. Taken
at its word, such a feed would bring all its items anew with every poll.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from transforms.records import Problem

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from transforms.records import Entry, ParsedFeed

UNSTABLE = "guid_unstable"
UNSTABLE_SHARE = 0.5  # fewer are items whose publisher gave them a new guid with a new title


def doubtful_links(entries: Sequence[Entry], known: Container[str]) -> frozenset[str]:
    """Return the links to look up: of entries whose id is unknown, where they are half of all.

    Each of them stands once in the document. Fewer prove nothing, and cost no look-up.
    """
    links = Counter(entry.canonical_url for entry in entries)
    found = frozenset(
        entry.canonical_url
        for entry in entries
        if entry.canonical_url is not None
        and entry.guid is not None
        and links[entry.canonical_url] == 1
        and entry.entry_id not in known
    )
    linked = sum(entry.canonical_url is not None for entry in entries)
    return found if len(found) >= UNSTABLE_SHARE * linked else frozenset()


def recognised(
    parsed: ParsedFeed, known: Container[str], by_link: Mapping[str, tuple[str, str | None]]
) -> ParsedFeed:
    """Return a document whose items have the ids under which their links are known.

    Where at least half of the items with links come under other guids than before, the
    guids tell nothing: those items keep the ids and guids they had, and a Problem of
    the document, ``guid_unstable``, counts them. Elsewhere nothing is changed: a second
    item about the same page is one of its own.

    Args:
        parsed: the document.
        known: ids of entries that are known.
        by_link: entry_id and guid by canonical URL, of the same feed's known entries.
    """
    links = doubtful_links(parsed.entries, known)
    present = {entry.entry_id for entry in parsed.entries}
    other = {
        entry.entry_id: by_link[link]
        for entry in parsed.entries
        if (link := entry.canonical_url) in links
        and link in by_link
        and by_link[link][0] not in present
    }
    linked = sum(entry.canonical_url is not None for entry in parsed.entries)
    if not other or len(other) < UNSTABLE_SHARE * linked:
        return parsed
    entries = tuple(
        replace(entry, entry_id=other[entry.entry_id][0], guid=other[entry.entry_id][1])
        if entry.entry_id in other
        else entry
        for entry in parsed.entries
    )
    detail = f"{len(other)} of {linked} items under new guids: known by their links"
    problem = Problem(stage="poll", subject=parsed.feed_id, code=UNSTABLE, detail=detail)
    return replace(parsed, entries=entries, problems=(*parsed.problems, problem))
