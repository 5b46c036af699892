"""Which entries of a feed are worth a look at their page: decisions only, no effects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from transforms.records import Decision
from transforms.urls import InvalidURL, canonical_url

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from transforms.records import Entry, KnownEntry


def decide(entries: Sequence[Entry], known: Mapping[str, KnownEntry]) -> tuple[Decision, ...]:
    """Return what is to become of each entry, in their order.

    ``known`` maps entry ids to what is held of them. Fetched are entries that are
    ``new``, ``retitled`` (another title under the same id), ``relinked`` (another
    article under the same id) or ``updated`` (the declared moment of update moved
    forward). Others are kept, ``unchanged``; those whose feed gives no link are
    skipped, ``no_link``. A title, link or date that is no longer given is no change.
    """
    return tuple(_decision(entry, known.get(entry.entry_id)) for entry in entries)


def _decision(entry: Entry, known: KnownEntry | None) -> Decision:
    if entry.url is None:
        return Decision(entry=entry, action="skip", reason="no_link")
    reason = "new" if known is None else _change(entry, known)
    if reason is None:
        return Decision(entry=entry, action="keep", reason="unchanged")
    return Decision(entry=entry, action="fetch", reason=reason)


def _change(entry: Entry, known: KnownEntry) -> str | None:
    """Return how an entry differs from what is known of it, None where it does not."""
    if entry.title is not None and entry.title != known.title:
        return "retitled"
    if entry.canonical_url is not None and entry.canonical_url != _key(known.url):
        return "relinked"
    if entry.updated is not None and known.updated_at is not None:
        return "updated" if entry.updated.at > known.updated_at else None
    return None


def _key(url: str | None) -> str | None:
    """Return the canonical form of a known link; one that has none equals nothing."""
    if url is None:
        return None
    try:
        return canonical_url(url)
    except InvalidURL:
        return None
