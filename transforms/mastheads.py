"""The outlet's own name on its pages: learned from what it declares and where it stands.

A title often carries the outlet's name, a section or a slogan behind it or before
it. Which parts those are is told by the names that the page declares, by its host,
and by a first-rank heading that only leads home.
"""
# ruff: noqa: RUF001 (patterns in several scripts, one a line)

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from transforms.metadata import Metadata, plain, text_of, types_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from lxml.html import HtmlElement

    from transforms.survey import Survey

MIN_SITE_CHARS, MIN_HEAD_CHARS = 4, 8  # of a name that may have a word beside it
MIN_HEADLINE_WORDS = 3
MAX_SITE_WORDS = 8
MAX_BESIDE_CHARS = 12  # what a title may add to the outlet's name: 'Online', '24', 'e.V.'
MAX_PARTS = 6
_SEPARATOR = re.compile(
    r"\s+[|·•»›«~–—:-]+\s+|\s*[|｜]\s*|\s*::\s*|：(?=[^：]{2,12}$)|--"
    r"|(?<=\S)\s*_(?=[^_]{2,12}(?:_[^_]{2,12})*$)|[-–—](?=[\u4e00-\u9fff]{2,8}$)"
)
_COLON = re.compile(r"\s*:\s+")
_BRACKETED_END = re.compile(r"\s*[(\[](?P<name>[^()\[\]]{2,40})[)\]]\s*$")
_HAN_OUTLET = re.compile(
    r"^[\u4e00-\u9fffA-Za-z0-9]{0,8}(?:网|網|报|報|新闻|新聞|日报|在线|频道|百科)$"
)
_WORD = re.compile(r"\w+")
_GENERIC = frozenset(
    {"home", "homepage", "news", "startseite", "article", "artikel", "index", "404"}
)
_MASTHEAD = re.compile(
    r"(?:^|[\s_-])(?:site[_-]?(?:title|name|logo|branding)|blog[_-]?(?:title|name)|masthead|logo"
    r"|brand(?:ing)?|navbar[_-]brand|header[_-]?logo)(?:$|[\s_-])",
    re.IGNORECASE,
)
_INDEX = re.compile(r"/(?:index|home|default)\.\w{2,5}$")
_ARCHIVED = re.compile(r"^.*/web/\d{4,14}[a-z_]*/(?=https?:)")  # a web archive's own prefix


def site_names(metadata: Metadata, host: str, page: Survey | None = None) -> tuple[str, ...]:
    """Return the names under which the outlet itself appears."""
    label = host.removeprefix("www.")
    names = (
        metadata.first("og:site_name"),
        _publisher(metadata),
        metadata.first("application-name", "apple-mobile-web-app-title"),
        *(_website(metadata)),
        *(mastheads(page) if page is not None else ()),
        label,
        *_labels(label),
    )
    headline = text_of(metadata.article.get("headline"))  # whatever the class of its heading says
    known = (name for name in names if name and name != headline)
    return tuple(dict.fromkeys(name for name in known if len(name.split()) <= MAX_SITE_WORDS))


def mastheads(page: Survey) -> list[str]:
    """Return the texts of first-rank headings that only name the site: its logo, a link home."""
    return [
        text
        for heading in page.tagged("h1")
        if is_masthead(heading) and len(text := _name_in(heading)) > 1
    ]


def is_masthead(heading: HtmlElement) -> bool:
    """Tell whether a heading is the site's name: all of it links home, or its class says so."""
    if _MASTHEAD.search(f"{heading.get('class') or ''} {heading.get('id') or ''}"):
        return True
    text = fold(heading.text_content())
    links = [*heading.iterdescendants("a"), *heading.iterancestors("a")]
    return any(
        _leads_home(link) and fold(link.text_content())[: len(text)] == text for link in links
    )


def without_site(title: str, sites: Sequence[str], sections: Iterable[str] = ()) -> str:
    """Drop the outlet's name (and what stands beyond it) from the end or start of a title.

    ``sections``: names of the outlet's sections, dropped from the end likewise.
    """
    names = _folded(tuple(sites))
    text = plain(title)
    bracketed = _BRACKETED_END.search(text)
    if bracketed and fold(bracketed["name"]) in names:
        text = text[: bracketed.start()]
    text = _without_head(text, names)
    cuts = list(_SEPARATOR.finditer(text))[-MAX_PARTS:]
    for number, cut in enumerate(cuts):
        end = cuts[number + 1].start() if number + 1 < len(cuts) else len(text)
        part, is_last = text[cut.end() : end], number + 1 == len(cuts)
        is_long = len(text[: cut.start()].split()) >= MIN_HEADLINE_WORDS
        if fold(part) in names or ((is_last or is_long) and _is_site(part, names, MIN_SITE_CHARS)):
            text = text[: cut.start()].strip()
            break
    text = _without_tails(text, {fold(name) for name in sections} - {""})
    is_name = fold(text) in {"", *names} or text.casefold() in _GENERIC
    return "" if is_name else text


@lru_cache(maxsize=16)
def _folded(names: tuple[str, ...]) -> frozenset[str]:
    """Return names folded, none empty; a page's are asked for with each of its titles."""
    return frozenset(fold(name) for name in names) - {""}


def parts_of(title: str) -> list[str]:
    """Return the parts of a title: what its separators part."""
    return [part for part in _SEPARATOR.split(title) if part.strip()]


def fold(text: str) -> str:
    """Return the letters and digits of a text in lower case: the same for all its spellings."""
    return "".join(_WORD.findall(text.casefold()))


def _without_head(text: str, names: frozenset[str]) -> str:
    """Drop the outlet's name before a colon or a separator."""
    for pattern in (_COLON, _SEPARATOR):
        cut = pattern.search(text)
        if cut is None or not fold(text[cut.end() :]):
            continue
        head = text[: cut.start()]
        is_site = pattern is _SEPARATOR and _is_site(head, names, MIN_HEAD_CHARS)
        if is_site or fold(head) in names:
            return text[cut.end() :].strip()
    return text


def _without_tails(text: str, sections: set[str]) -> str:
    """Drop sections and parts without any letter from the end."""
    for _ in range(MAX_PARTS):
        cuts = list(_SEPARATOR.finditer(text))
        if not cuts:
            break
        tail = text[cuts[-1].end() :]
        is_han = _HAN_OUTLET.match(tail.strip()) is not None
        if fold(tail) and fold(tail) not in sections and not is_han:
            break
        text = text[: cuts[-1].start()].strip()
    return text


def _is_site(part: str, names: frozenset[str], min_chars: int) -> bool:
    """Tell whether a part is the outlet's name with a word beside it: 'Coast Courier Online'."""
    folded = fold(part)
    return any(
        len(name) >= min_chars
        and (folded.startswith(name) or folded.endswith(name))
        and len(folded) <= len(name) + MAX_BESIDE_CHARS
        for name in names
    )


def _publisher(metadata: Metadata) -> str | None:
    publisher = metadata.article.get("publisher")
    name = text_of(publisher) if publisher else None
    if name is None and isinstance(publisher, dict) and publisher.get("@id"):
        return _name_by_id(metadata.nodes, publisher["@id"])
    return name


def _name_by_id(nodes: Sequence[Mapping[str, object]], key: object) -> str | None:
    return next(
        (text_of(n.get("name")) for n in nodes if n.get("@id") == key and n.get("name")), None
    )


def _website(metadata: Metadata) -> Iterator[str]:
    for node in metadata.nodes:
        if {"WebSite", "NewsMediaOrganization"} & set(types_of(node)):
            for key in ("name", "alternateName"):
                if (name := text_of(node.get(key))) is not None:
                    yield name


def _labels(host: str) -> tuple[str, ...]:
    """Return the labels of a host that can be a name: the registered one, and the first."""
    labels = host.split(".")
    return tuple(dict.fromkeys((labels[0], *labels[-2:-1])))


def _name_in(heading: HtmlElement) -> str:
    text = plain(" ".join(heading.itertext()))
    return text or plain(
        " ".join(image.get("alt") or "" for image in heading.iterdescendants("img"))
    )


def _leads_home(link: HtmlElement) -> bool:
    if (link.get("rel") or "") == "home":
        return True
    href = (link.get("href") or "").strip()
    if not href or href.startswith(("#", "javascript:", "mailto:")):
        return False
    try:
        parts = urlsplit(_ARCHIVED.sub("", href))
    except ValueError:
        return False
    return not parts.query and _INDEX.sub("/", parts.path) in {"", "/"}
