"""Which sources of a page name its authors, in order of trust, and what they say together."""
# ruff: noqa: E501 (patterns in several scripts, one a line)

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from transforms.agencies import are_agencies
from transforms.byline_search import search_byline
from transforms.byline_words import is_full_name, says_by
from transforms.bylines import NOBODY, credits_of, read_names
from transforms.mastheads import fold
from transforms.metadata import Metadata, plain, texts_of
from transforms.surroundings import around_headline, is_aside, is_wholly, line_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lxml.html import HtmlElement

    from transforms.records import Credit, Entry
    from transforms.survey import Survey

MAX_BYLINE_CHARS = 200
MAX_LINE_CHARS = 120
MAX_MARKED = 12
MAX_BESIDE_LABEL = 5  # elements from 'By' to the name
MAX_BETWEEN_AUTHORS = 40  # elements: those of one byline stand together
MIN_PARAGRAPH_CHARS = 80
_BOLD = frozenset({"b", "strong"})
_STRESSED = _BOLD | {"em", "i"}
_SENTENCE = re.compile(r"[.?!…]\s*$|[?!]\s")
_AUTHOR_PAGE = re.compile(
    r"/(?:authors?|autor(?:en|es|i)?|auteurs?|autore|writers?|columnists?|journalists?|reporters?|"
    r"contributors?|editors|author-profiles?|redakteure?|staff|team-?members?)/[^/?#]+",
    re.IGNORECASE,
)
_HEADINGS = frozenset({"h1", "h2", "h3"})
_BYLINED = frozenset({"author", "desk"})
_META_NAMES = (
    "author", "parsely-author", "sailthru.author", "byl", "dc.creator", "dcterms.creator",
    "cxenseparse:author", "article:author_name", "article:author", "og:article:author", "citation_author",
    "authors", "dc.contributor", "creator",
)  # fmt: skip
_ONE_EACH = "citation_author"  # one element an author, mostly as 'Doe, Jane'
_NAME_CLASS = re.compile(r"(?:author|byline|writer)[_-]{0,2}name|authorName", re.IGNORECASE)
_BYLINE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:byline|by-line|authors?|autor(?:e|en|in|es)?|auteurs?|writer|penulis|yazar|author)"
    r"(?:[_-]{0,2}(?:name|names|title|link|info|block|line|box|item|list|text|wrap|wrapper|container|article))*"
    r"(?:$|[\s_-])|(?:article|post|entry|story|meta)[_-]{0,2}(?:author|byline|autor)|[a-z](?:Author|Byline|Autor)(?:Name|$|[\s_-])"
)
_BYLINE_HINTS = ("uthor", "yline", "y-line", "utor", "uteur", "writer", "penulis", "yazar")
_NO_BYLINE_CLASS = re.compile(
    r"comment|bio|related|avatar|image|photo|caption|social|share|follow|more|footer|widget|sidebar|date|time|recommend|promo|list-item|desc|teaser",
    re.IGNORECASE,
)


def gather_credits(  # noqa: PLR0913 (each source of names)
    page: Survey,
    metadata: Metadata,
    *,
    sites: Sequence[str],
    entry: Entry | None,
    headline: str,
    learned: str | None = None,
) -> list[Credit]:
    """Return who the page's sources credit: the first source that names people, desks beside them.

    Where they name no person, the lines around the headline are read, and where nobody is
    named at all, whatever the markup calls an author. ``learned`` is what stands where the
    outlet's pages have their byline.
    """
    institutions: list[Credit] = []
    for origin, raws in _sources(page, metadata, entry, learned):
        found = [credit for raw in raws for credit in _read(raw, origin, sites)]
        if any(credit.role == "author" for credit in found):
            return _without_longer(found)
        institutions = institutions or found
    found, others = _read_near(page, headline, sites)
    if found:
        own = {fold(name) for name in sites}
        return [*found, *(credit for credit in institutions if fold(credit.name) not in own)]
    if institutions:
        return institutions
    raw = search_byline(page)
    return (_read(raw, "byline", sites) if raw else []) or others


def beside_bylines(
    of_text: Sequence[Credit], declared: Sequence[Credit], sites: Sequence[str]
) -> list[Credit]:
    """Return whom bylines in the text name, and who is declared; not the outlet beside others."""
    bylined = [credit for credit in of_text if credit.origin == "byline"]
    own = {fold(name) for name in sites} if bylined else set()
    return [*bylined, *(credit for credit in declared if fold(credit.name) not in own)]


def _without_longer(found: list[Credit]) -> list[Credit]:
    """Drop what repeats a person's name and adds to it: 'Jane Doe Coast Courier'."""
    people = [f"{c.name} " for c in found if c.role == "author" and is_full_name(c.name)]
    repeats = tuple(people)
    return [c for c in found if c.role not in _BYLINED or not c.name.startswith(repeats)]


def once(found: Iterable[Credit]) -> tuple[Credit, ...]:
    """Keep the first of the credits with one role and name; a picture's are apart from the text's."""
    kept: dict[tuple[str, str, bool], Credit] = {}
    for credit in _without_longer(list(found)):
        key = (credit.role, credit.name.casefold(), credit.origin == "caption")
        kept.setdefault(key, credit)
    return tuple(kept.values())


def _sources(
    page: Survey, metadata: Metadata, entry: Entry | None, learned: str | None
) -> Iterator[tuple[str, Sequence[str]]]:
    yield "json-ld", tuple(_declared(metadata))
    yield "meta", _meta(metadata)
    yield "byline", (learned,) if learned else ()
    yield "byline", tuple(marked_bylines(page))
    if entry is not None:
        yield "feed", entry.authors


def _read_near(
    page: Survey, headline: str, sites: Sequence[str]
) -> tuple[list[Credit], list[Credit]]:
    """Read the first line around the headline that says by whom: 'By Jane Doe and Max Roe'.

    Or that only names people: a link to an author's page, or in bold above the text. Apart:
    whom such a line names that are no people, or a line that is an agency's name.
    """
    others: list[Credit] = []
    for element in around_headline(page, headline):
        line = line_of(element, MAX_LINE_CHARS)
        is_byline = says_by(line) or (
            line and (_leads_to_author(element) or _is_bold_above_text(element))
        )
        is_agency = bool(line) and not others and are_agencies(line)
        if not (is_byline or is_agency) or element.tag in _HEADINGS or is_aside(element):
            continue
        found = _read(line, "byline", sites)
        people = [credit.name for credit in found if credit.role == "author"]
        if people and all(map(is_full_name, people)):
            return found, others
        others = others or ([] if people else found)
    return [], others


def _leads_to_author(element: HtmlElement) -> bool:
    return element.tag == "a" and _AUTHOR_PAGE.search(element.get("href") or "") is not None


def _is_bold_above_text(element: HtmlElement) -> bool:
    """Tell whether a paragraph wholly in bold stands between a headline and the first full one."""
    following = element.getnext()
    if element.tag != "p" or following is None or following.tag != "p":
        return False
    if _SENTENCE.search(element.text_content()):
        return False
    before = element.itersiblings("p", preceding=True)
    return (
        is_wholly(element, _BOLD)
        and len(following.text_content()) >= MIN_PARAGRAPH_CHARS
        and all(is_wholly(p, _STRESSED) for p in before if p.text_content().strip())
    )


def _declared(metadata: Metadata) -> Iterator[str]:
    """Yield the names of JSON-LD authors; nodes that are only referred to are looked up."""
    by_id = {node.get("@id"): node for node in metadata.nodes if node.get("@id")}
    values = metadata.article.get("author") or metadata.article.get("creator")
    for value in values if isinstance(values, list) else [values]:
        node = value
        if isinstance(value, Mapping) and not value.get("name"):
            node = by_id.get(value.get("@id"), value)
        yield from texts_of(node)


def _meta(metadata: Metadata) -> tuple[str, ...]:
    for name in _META_NAMES:
        values = tuple(
            v for v in metadata.meta.get(name, ()) if "://" not in v and "facebook.com" not in v
        )
        if values:
            return tuple(map(_given_name_first, values)) if name == _ONE_EACH else values
    label = (metadata.first("twitter:label1") or "").casefold()
    value = metadata.first("twitter:data1")
    return (
        (value,) if value and label.startswith(("written", "verfasst", "écrit", "escrito")) else ()
    )


def _given_name_first(name: str) -> str:
    family, comma, given = name.partition(",")
    return f"{given.strip()} {family.strip()}" if comma and given.strip() else name


def marked_bylines(page: Survey) -> list[str]:
    """Return the texts of elements marked as the byline: microdata, rel, then by class.

    Those that name nobody ('By', 'See full bio') are passed over.
    """
    authors = _together(page, page.by_itemprop.get("author", ()))
    named = [inner for element in authors for inner in element.iterfind(".//*[@itemprop='name']")]
    links = (p for p in page.by_tag.get("a", ()) if page.elements[p].get("rel") == "author")
    for elements in (named, authors, _together(page, links)):
        texts = list(filter(_names_somebody, _short_texts(elements)))
        if texts:
            return texts
    marked = [
        (place, text)
        for place in sorted(page.places(_BYLINE_CLASS, _BYLINE_HINTS))
        if not _NO_BYLINE_CLASS.search(page.elements[place].get("class") or "")
        for text in _short_texts([page.elements[place]])
    ][:MAX_MARKED]
    beside = [(p, text) for p, text in marked if p - marked[0][0] <= MAX_BESIDE_LABEL]
    first = next((text for _, text in beside if _names_somebody(text)), None)
    if first is None:
        return []
    inner = (
        text
        for place, text in beside
        if text != first
        and text in first
        and _NAME_CLASS.search(page.elements[place].get("class", ""))
    )
    return list(filter(_names_somebody, inner)) or [first]


def _names_somebody(text: str) -> bool:
    return read_names(text) != NOBODY


def _together(page: Survey, places: Iterable[int]) -> list[HtmlElement]:
    """Return the elements of one byline: the first, and those that follow it closely."""
    found: list[int] = []
    for place in places:
        if is_aside(page.elements[place]):
            continue
        if found and place - found[-1] > MAX_BETWEEN_AUTHORS:
            break
        found.append(place)
    return [page.elements[place] for place in found]


def _short_texts(elements: Iterable[HtmlElement]) -> list[str]:
    found: list[str] = []
    for element, _ in zip(elements, range(MAX_MARKED), strict=False):
        if is_aside(element):
            continue
        text = plain(element.get("content") or " ".join(element.itertext()))
        if 1 < len(text) <= MAX_BYLINE_CHARS:
            found.append(text)
    return list(dict.fromkeys(found))


def _read(raw: str, origin: str, sites: Sequence[str]) -> list[Credit]:
    return credits_of(read_names(raw, site_names=sites), raw, origin)
