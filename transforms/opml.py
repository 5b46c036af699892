"""OPML: subscriptions in and out.

Beside what OPML 2.0 knows (``text``, ``xmlUrl``, ``htmlUrl``, ``language``),
attributes of our own say which outlet a feed belongs to: ``sourceName``,
``sourceId``, ``country`` and ``language`` on each outline; ``tlsCheck="no"`` says that the
feed's certificate is not verified. Readers that do not know them ignore them.

Source: http://opml.org/spec2.opml
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from transforms.content import decode_text
from transforms.feeds_items import language_tag
from transforms.feeds_markup import without_prologue
from transforms.urls import absolute_url
from transforms.xml_text import resolve_entities

if TYPE_CHECKING:
    from collections.abc import Iterable

CATEGORY_SEPARATOR = "/"
MAX_DEPTH = 20


class InvalidOPML(ValueError):  # noqa: N818 (named like InvalidURL)
    """Not an OPML document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One feed of a subscription list.

    ``category`` is the path of groups it stands in, from the outside in, parted
    by slashes.
    """

    url: str
    title: str | None = None
    category: str | None = None
    source_name: str | None = None
    homepage: str | None = None
    language: str | None = None  # BCP 47, lower case
    country: str | None = None  # ISO 3166-1 alpha-2, lower case
    source_id: str | None = None  # where the operator named the outlet differently
    is_tls_unchecked: bool = False  # its certificate is not verified


def read_opml(document: bytes) -> tuple[Subscription, ...]:
    """Return the feeds of a list in its order, each address once (the first counts).

    Groups become categories; attribute names are read whatever their case;
    outlines without a feed's http(s) address are groups or notes. Declared
    entities are not expanded, so that they cannot blow up.

    Raises: InvalidOPML if there is no ``opml`` element.
    """
    text = without_prologue(decode_text(document, None), "opml")
    if text is None:
        raise InvalidOPML("no <opml> element")
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    root = etree.fromstring(resolve_entities(text, {}).encode("utf-8", "replace"), parser)
    if root is None:
        raise InvalidOPML("not readable as XML")
    found: dict[str, Subscription] = {}
    for body in root.iter("{*}body", "{*}BODY"):
        _collect(body, (), found)
    return tuple(found.values())


def _collect(
    parent: etree._Element, groups: tuple[str, ...], found: dict[str, Subscription]
) -> None:
    """Add the subscriptions below an element, in document order."""
    if len(groups) > MAX_DEPTH:
        return
    for outline in parent.iterchildren("*"):
        values = {str(k).lower(): str(value).strip() for k, value in outline.attrib.items()}
        subscription = _subscription(values, groups)
        if subscription is not None:
            found.setdefault(subscription.url, subscription)
            _collect(outline, groups, found)
            continue
        name = values.get("text") or values.get("title")
        _collect(outline, (*groups, name) if name else groups, found)


def _subscription(values: dict[str, str], groups: tuple[str, ...]) -> Subscription | None:
    address = values.get("xmlurl", "")
    if address.startswith("feed:"):  # feed://host/path and feed:https://host/path
        address = address.removeprefix("feed:")
        address = f"http:{address}" if address.startswith("//") else address
    url = absolute_url("", address)
    if url is None:
        return None
    title = values.get("text") or values.get("title")
    own = values.get("category", "").partition(",")[0].strip(CATEGORY_SEPARATOR + " ")
    return Subscription(
        url=url,
        title=title if title != address else None,
        category=CATEGORY_SEPARATOR.join(_plain(name) for name in groups) or own or None,
        source_name=values.get("sourcename") or None,
        homepage=absolute_url(url, values["htmlurl"]) if values.get("htmlurl") else None,
        language=language_tag(values.get("language")),
        country=values.get("country", "").lower() or None,
        source_id=values.get("sourceid") or None,
        is_tls_unchecked=values.get("tlscheck", "").lower() == "no",
    )


def _plain(group: str) -> str:
    """Return a group's name without the character that parts groups."""
    return " ".join(group.replace(CATEGORY_SEPARATOR, " ").split())


def write_opml(subscriptions: Iterable[Subscription], *, title: str) -> bytes:
    """Return an OPML 2.0 document, UTF-8, in which each category is a group (nested by slashes).

    What `read_opml` reads of it is what was given, in the order of the groups'
    first appearance.

    Raises: ValueError if a text holds a control character, which XML cannot carry.
    """
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = title
    groups: dict[tuple[str, ...], etree._Element] = {(): etree.SubElement(root, "body")}
    for subscription in subscriptions:
        path = tuple((subscription.category or "").split(CATEGORY_SEPARATOR))
        parent = _group(groups, tuple(name.strip() for name in path if name.strip()))
        etree.SubElement(parent, "outline", _attributes(subscription))
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)
    return written


def _group(groups: dict[tuple[str, ...], etree._Element], path: tuple[str, ...]) -> etree._Element:
    if path not in groups:
        parent = _group(groups, path[:-1])
        groups[path] = etree.SubElement(parent, "outline", text=path[-1])
    return groups[path]


def _attributes(subscription: Subscription) -> dict[str, str]:
    given = {
        "type": "rss",
        "text": subscription.title or subscription.url,
        "xmlUrl": subscription.url,
        "htmlUrl": subscription.homepage,
        "language": subscription.language,
        "country": subscription.country,
        "sourceName": subscription.source_name,
        "sourceId": subscription.source_id,
        "tlsCheck": "no" if subscription.is_tls_unchecked else None,
    }
    return {name: value for name, value in given.items() if value}
