"""The headline as the reader sees it, chosen among all that a page and its feed call it."""
# ruff: noqa: RUF001 (patterns in several scripts, one a line)

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from transforms.headings import KICKER, is_headline, shown_text
from transforms.mastheads import fold, parts_of
from transforms.metadata import Metadata, plain
from transforms.title_names import MAX_HEADLINE_CHARS, OG, Names, read_names

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from transforms.survey import Survey

MIN_SHARED_WORDS = 0.5
MAX_KICKER_CHARS = 100
CUT_CHARS = 100  # JSON-LD headlines are held to 110 characters
MIN_WORDS_BEFORE_TAIL = 4
_WORD = re.compile(r"\w+")
_ELLIPSIS = re.compile(r"\s*(?:\.{3}|…)\s*$")
_TAIL = re.compile(r"\s+[|·•»~–—-]+\s+$|\s*[|｜]\s*$")
_HEAD = re.compile(r"\s+[|·•»~–—-]+\s|\s*[|｜]")
_KICKER_END = re.compile(r"\s*(?:[:|•·»]|\s[-–—])\s+$|\s+$")


@dataclass(frozen=True, slots=True)
class Title:
    """The chosen headline, where it was read, and the kicker above it."""

    headline: str
    origin: str
    kicker: str | None = None
    candidates: tuple[str, ...] = ()  # all that the page calls itself
    is_agreed: bool = False  # it stands in two places


def choose_title(  # noqa: PLR0913 (each source of names)
    page: Survey,
    metadata: Metadata,
    *,
    sites: Sequence[str],
    entry_title: str | None = None,
    address: str = "",
    shared: Callable[[Sequence[str]], Collection[str]] | None = None,
) -> Title | None:
    """Choose the headline; None where neither page nor feed has one.

    ``shared`` tells which of some texts other pages of the outlet are called by, too: those
    name the outlet or a section, unless the page agrees on one.

    ``address`` is the page's: its folders may be what sections are called.

    The declared headline (JSON-LD) is believed, unless it was cut short or is that for
    search engines (the title element's), while heading and og:title agree on another, or
    the page's one heading says it in other words than all declarations; without it, the
    first-rank heading that agrees with what the page calls itself elsewhere. A heading of
    second rank counts where it repeats one of those names and none of first rank does.
    What one source puts before the headline and another leaves out is its kicker.
    """
    names = read_names(page, metadata, sites, entry_title, address)
    candidates = names.texts()
    if shared is not None and (known := set(shared(candidates)) - names.agreed()):
        found = read_names(page, metadata, [*sites, *known], entry_title, address)
        names = found.without_headings(known).or_else(names)
    chosen = _chosen(names) or _last_resort(page, metadata, names)
    if chosen is None:
        return None
    text, origin, kicker = _without_kicker(*chosen, names)
    kicker = kicker or _kicker(page, text)
    return Title(text[:MAX_HEADLINE_CHARS], origin, kicker, candidates, text in names.agreed())


def _chosen(names: Names) -> tuple[str, str] | None:
    heading, rank = _heading(names)
    others = [*names.headings, names.below, names.shown, names.called]
    declared = names.declared
    if declared and _whole(declared, others) is None:
        if heading and _is_better(heading, names):
            return heading, rank
        return declared, "json-ld"
    if heading:
        return heading, rank
    if names.shown:
        whole = _whole(names.shown, others)
        return (whole, "title") if whole else (names.shown, names.shown_origin)
    return _undeclared(names)


def _heading(names: Names) -> tuple[str, str]:
    """Return the heading that agrees with what the page is called elsewhere, and its rank."""
    if names.below:
        return names.below, "h2"
    heading = _agreeing(names.headings, names.declarations())
    return (heading, "h1") if heading else (names.below_part, "h2")


def _is_better(heading: str, names: Names) -> bool:
    """Tell whether a heading, not the declared headline, is what readers are shown."""
    declared, shown = fold(names.declared), fold(names.shown)
    if fold(heading) == shown and _begins(heading, names.declared):
        return True
    if declared == fold(names.called):  # the declared one is that for search engines
        if fold(heading) == shown != declared:
            return True
        if shown in {"", declared} and _is_reworded(heading, names):
            return True
    return _is_description(names.declared, heading, names)


def _begins(heading: str, declared: str) -> bool:
    """Tell whether a declared headline is a heading and, behind a rule, a name after it."""
    rest = declared.removeprefix(heading)
    return rest != declared and _HEAD.match(rest) is not None


def _is_reworded(heading: str, names: Names) -> bool:
    """Tell whether the page's one heading says in other words what it declares everywhere."""
    one, other = fold(heading), fold(names.declared)
    return (
        names.headings == (heading,)
        and is_headline(heading)
        and one not in other
        and other not in one
    )


def _is_description(declared: str, heading: str, names: Names) -> bool:
    """Tell whether a declared headline has little to do with the name under which the page goes."""
    shared = _shared(declared, heading)
    if fold(heading) == fold(names.named):
        return shared <= MIN_SHARED_WORDS
    return not shared and fold(heading) in {fold(names.shown), fold(names.called)}


def _undeclared(names: Names) -> tuple[str, str] | None:
    """Choose between the title element and headings that do not agree with it."""
    is_alone = len(names.headings) == 1 and not _is_foreign(names.headings[0], names.called)
    if names.called and not is_alone:
        return _without_tail(names.called), "title"
    return (names.headings[0], "h1") if names.headings else None


def _last_resort(page: Survey, metadata: Metadata, names: Names) -> tuple[str, str] | None:
    """Return the feed's title, else the outlet's own name: a front page has no other."""
    headings = (shown_text(heading) for heading in page.tagged("h1"))
    found = (
        (names.feed, "feed"),
        (metadata.first(*OG) or "", "og:title"),
        (metadata.title or "", "title"),
        (next((text for text in headings if text), ""), "h1"),
    )
    return next(((plain(text), origin) for text, origin in found if fold(text)), None)


def _without_tail(called: str) -> str:
    """Drop the last part of a page's only name: nothing tells the outlet's, which stands there."""
    parts = parts_of(called)
    before = called[: called.rfind(parts[-1])] if len(parts) > 1 else ""
    cut = _TAIL.search(before)
    head = before[: cut.start()] if cut else ""
    return head if len(head.split()) >= MIN_WORDS_BEFORE_TAIL else called


def _is_foreign(heading: str, called: str) -> bool:
    """Tell whether a heading is one word that the page's title does not hold."""
    return len(_WORD.findall(heading)) == 1 and fold(heading) not in fold(called)


def _agreeing(headings: Sequence[str], known: Sequence[str]) -> str | None:
    """Return the heading that shares most words with what the page is called elsewhere."""
    best = max(
        (
            (share, heading)
            for heading in headings
            for text in known
            if (share := _shared(heading, text)) and _share_more_than_a_word(heading, text)
        ),
        default=(0.0, ""),
        key=lambda pair: pair[0],
    )
    return best[1] if best[0] >= MIN_SHARED_WORDS else None


def _shared(first: str, second: str) -> float:
    one, two = _words(first), _words(second)
    return (
        len(one & two) / min(len(one), len(two))
        if len(one) > 1 and len(two) > 1
        else float(fold(first) == fold(second))
    )


def _share_more_than_a_word(first: str, second: str) -> bool:
    """Tell whether one common word is all: it tells little of longer names that differ."""
    one, two = _words(first), _words(second)
    shared = len(one & two)
    return shared > 1 or 2 * shared >= max(len(one), len(two)) or fold(first) == fold(second)


def _words(text: str) -> set[str]:
    folded = text.casefold()
    spaced = set(_WORD.findall(folded))
    return spaced if len(spaced) > 1 else set(folded)


def _whole(title: str, others: Iterable[str]) -> str | None:
    """Return the title of which this one is the start: at an ellipsis, a quote, a limit."""
    start = _ELLIPSIS.sub("", title)
    is_cut = start != title or len(start) >= CUT_CHARS
    longer = (text for text in others if len(text) > len(start) and text.startswith(start))
    return next((text for text in longer if is_cut or text[len(start) :].lstrip()[0] == '"'), None)


def _without_kicker(text: str, origin: str, names: Names) -> tuple[str, str, str | None]:
    """Take off what most other sources leave out before the same headline."""
    heading = next((h for h in names.headings if text.endswith(h) or h.endswith(text)), "")
    sources = [names.declared, names.shown, names.posted, heading, names.called]
    for other in sources:
        before = text[: -len(other)] if other and text.endswith(other) else ""
        kicker = _KICKER_END.sub("", before)
        if not kicker or kicker == before or len(kicker) > MAX_KICKER_CHARS:
            continue
        bare = sum(source == other for source in sources)
        if bare > sum(source == text for source in sources) and is_headline(other):
            return other, origin, kicker
    return text, origin, None


def _kicker(page: Survey, headline: str) -> str | None:
    """Return the line above the headline, told by the words of its class."""
    for heading in page.tagged("h1", "h2"):
        if fold(headline)[:30] not in fold(heading.text_content())[: MAX_KICKER_CHARS + 30]:
            continue
        beside = [*heading.iterdescendants("span", "small"), *heading.itersiblings(preceding=True)]
        for element in beside:
            if isinstance(element.tag, str) and KICKER.search(element.get("class") or ""):
                text = plain(element.text_content())
                is_apart = not fold(headline).startswith(fold(text))
                if 1 < len(text) <= MAX_KICKER_CHARS and is_apart:
                    return text
        break
    return None
