"""What a page declares of itself: JSON-LD, meta elements, links, the lang attribute.

Read before anything is inferred from the text, because it is cheap and mostly
right. Nothing here decides; the candidates are weighed elsewhere.
"""
# ruff: noqa: E501 (patterns and tables, one a line)

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from lxml.html import HtmlElement


ARTICLE_TYPES = (
    "NewsArticle",
    "ReportageNewsArticle",
    "AnalysisNewsArticle",
    "BackgroundNewsArticle",
    "OpinionNewsArticle",
    "ReviewNewsArticle",
    "AskPublicNewsArticle",
    "SatiricalArticle",
    "LiveBlogPosting",
    "BlogPosting",
    "Article",
    "TechArticle",
    "ScholarlyArticle",
    "SocialMediaPosting",
    "Report",
    "Review",
)
MAX_NODES = 2_000
MAX_DEPTH = 12
MIN_TEASERS = 3  # article nodes, none of them the page's own: a listing
_CONTROL = re.compile(r"[\x00-\x1f]+")
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_WRAPPERS = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*<!\[CDATA\[\*/|<!\[CDATA\[)|(?:-->|//\s*\]\]>|/\*\]\]>\*/|\]\]>)\s*;?\s*$")  # fmt: skip
_DATED = re.compile("time|date", re.IGNORECASE)
_TAGS = re.compile(r"<[^<>]{1,200}>")


_POSTS = frozenset(
    {"DiscussionForumPosting", "SocialMediaPosting", "Comment", "Question", "Answer"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What one page declares. ``nodes`` are all JSON-LD objects, outermost first."""

    nodes: tuple[Mapping[str, object], ...] = ()
    article: Mapping[str, object] = field(default_factory=dict)  # the node of the article itself
    meta: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by lower-case name
    canonical: str | None = None
    amp: str | None = None
    lang: str | None = None
    title: str | None = None

    def first(self, *names: str) -> str | None:
        """Return the first value of the first of these meta names that has one."""
        return next((self.meta[name][0] for name in names if self.meta.get(name)), None)

    @property
    def types(self) -> frozenset[str]:
        """All JSON-LD types on the page."""
        return frozenset(name for node in self.nodes for name in types_of(node))


def declared_text(metadata: Metadata) -> str:
    """Return the text that the JSON-LD gives whole: an article's, or a thread's posts, in order."""
    body = metadata.article.get("articleBody")
    if isinstance(body, str) and body.strip():
        return body
    posts = (node.get("text") for node in metadata.nodes if not _POSTS.isdisjoint(types_of(node)))
    return "\n".join(text for text in posts if isinstance(text, str))


def read_metadata(tree: HtmlElement, ld_json: Sequence[bytes]) -> Metadata:
    """Read what a page declares from its tree and the texts of its JSON-LD scripts."""
    nodes = tuple(_nodes(ld_json))
    meta = _meta(tree)
    links = _links(tree)
    title = tree.find(".//title")
    return Metadata(
        nodes=nodes,
        article=_article_node(nodes, meta),
        meta=meta,
        canonical=links.get("canonical"),
        amp=links.get("amphtml"),
        lang=tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang"),
        title=plain(title.text_content()) if title is not None else None,
    )


def plain(text: str) -> str:
    """Return one line of plain text: entities resolved (twice encoded, too), spaces collapsed."""
    if "&" in text:
        text = html.unescape(html.unescape(text))
    if "<" in text:
        text = _TAGS.sub(" ", text)
    if not text.isascii():
        text = text.replace("\u00ad", "").replace("\u200b", "").replace("\ufeff", "")
    return " ".join(text.split())


def types_of(node: Mapping[str, object]) -> tuple[str, ...]:
    """Return the types of a JSON-LD node, without their vocabulary's address."""
    declared = node.get("@type")
    values = declared if isinstance(declared, list) else [declared]
    return tuple(value.rsplit("/", 1)[-1] for value in values if isinstance(value, str))


def texts_of(value: object) -> Iterator[str]:
    """Yield the plain texts of a JSON-LD value: a string, a list, an object with a name."""
    if isinstance(value, str):
        if text := plain(value):
            yield text
    elif isinstance(value, list):
        for item in value:
            yield from texts_of(item)
    elif isinstance(value, Mapping):
        yield from texts_of(value.get("name") or value.get("@value"))


def text_of(value: object) -> str | None:
    """Return the first plain text of a JSON-LD value."""
    return next(texts_of(value), None)


def load_json(raw: bytes) -> object | None:
    """Parse one JSON-LD script, mended where the fault is a common one; None where it is lost."""
    with suppress(orjson.JSONDecodeError):
        return orjson.loads(raw)  # type: ignore[no-any-return]
    text = raw.decode("utf-8", "replace").strip().removeprefix("\ufeff")
    text = _WRAPPERS.sub("", _WRAPPERS.sub("", text)).strip().removesuffix(";")
    for mend in (str, _mended, html.unescape):
        try:
            return orjson.loads(mend(text))  # type: ignore[no-any-return]
        except orjson.JSONDecodeError:
            continue
    return None


def _mended(text: str) -> str:
    return _TRAILING_COMMA.sub(r"\1", _CONTROL.sub(" ", text))


def _nodes(ld_json: Sequence[bytes]) -> list[Mapping[str, object]]:
    found: list[Mapping[str, object]] = []
    for raw in ld_json:
        _collect(load_json(raw), found, 0)
    return found


def _collect(value: object, found: list[Mapping[str, object]], depth: int) -> None:
    if depth > MAX_DEPTH or len(found) >= MAX_NODES:
        return
    if isinstance(value, list):
        for item in value:
            _collect(item, found, depth + 1)
    elif isinstance(value, dict):
        if "@type" in value:
            found.append(value)
        for inner in value.values():
            if isinstance(inner, (dict, list)):
                _collect(inner, found, depth + 1)


def _article_node(
    nodes: Sequence[Mapping[str, object]], meta: Mapping[str, Sequence[str]]
) -> Mapping[str, object]:
    """Pick the node of the page's own article: by its headline's match with og:title, else first."""
    articles = [
        node
        for node in nodes
        if any(name in ARTICLE_TYPES for name in types_of(node))
        and (node.get("headline") or node.get("datePublished") or node.get("articleBody"))
    ]
    if not articles:
        return {}
    shown = (meta.get("og:title") or ("",))[0].casefold()
    if shown and len(articles) > 1:
        for node in articles:
            headline = (text_of(node.get("headline")) or "").casefold()
            if headline and (headline in shown or shown in headline):
                return node
        called = {(text_of(node.get("headline")) or "").casefold() for node in articles}
        if len(called) >= MIN_TEASERS:
            return {}
    return articles[0]


def _meta(tree: HtmlElement) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop")
        content = element.get("content")
        if not content and name and _DATED.search(name):
            content = element.get("value")  # a mistake; of other names it says less than the page
        if name and content and (text := plain(content)):
            lowered = name.strip().lower()
            keys = lowered.split() if ":" in lowered else [lowered]  # RDFa: several in one
            for key in keys:
                found[key] = (*found.get(key, ()), text)
    return found


def _links(tree: HtmlElement) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in tree.iter("link"):
        href = (element.get("href") or "").strip()
        for rel in (element.get("rel") or "").lower().split():
            if href and rel in {"canonical", "amphtml"}:
                found.setdefault(rel, href)
    return found
