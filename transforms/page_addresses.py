"""The address that a page is known by, and its host."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from transforms.urls import InvalidURL, absolute_url, canonical_url, host_of, registrable_domain

if TYPE_CHECKING:
    from transforms.metadata import Metadata


def canonical_page_url(url: str, metadata: Metadata, *, is_article: bool = True) -> str:
    """Return the key of the page: its declared canonical address where that can be believed.

    Not believed: another registrable domain, the site's root or a section above
    the page's own path while the page is an article.
    """
    own = _key(url)
    for declared in (metadata.canonical, metadata.first("og:url")):
        absolute = absolute_url(url, declared) if declared else None
        if absolute is None:
            continue
        try:
            key = canonical_url(absolute)
            same = registrable_domain(key) == registrable_domain(own)
        except InvalidURL:
            continue
        if same and not (is_article and _is_above(key, own)):
            return key
    return own


def _key(url: str) -> str:
    """Return an address's key; an address that is none (a file's name) is its own."""
    try:
        return canonical_url(url)
    except InvalidURL:
        return url


def page_host(url: str) -> str:
    """Return the host of an address; none of an address that is none."""
    try:
        return host_of(url)
    except InvalidURL:
        return ""


def _is_above(key: str, own: str) -> bool:
    """Tell whether one address is the root, or a folder on the way to the other."""
    declared, page = urlsplit(key), urlsplit(own)
    path = declared.path.rstrip("/")
    if not path and not declared.query:
        return bool(page.path.rstrip("/") or page.query)
    return (
        not declared.query
        and page.path.startswith(f"{path}/")
        and page.path.rstrip("/") != path
        and (page.path.rstrip("/").removeprefix(f"{path}/") not in {"amp", "index.html", "print"})
    )
