"""Pages as outlets write them: a manuscript set into its outlet's own template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from flows.newsroom_manuscripts import LOADABLE, Manuscript, Piece
from flows.newsroom_responses import OK, Resource, make_resource
from transforms.statuses import FORBIDDEN, MOVED_PERMANENTLY, NOT_FOUND

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from flows.newsroom_outlets import Outlet

RELATED = 3
LISTED = 30
SCHEMA_TYPES = {"live_blog": "LiveBlogPosting", "opinion": "OpinionNewsArticle"}


def open_templates(folder: Path) -> Environment:
    """Return the templates of a newsroom; a name that a template lacks is an error."""
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["ld"] = as_script
    return environment


def page_resource(
    templates: Environment, outlet: Outlet, page: Manuscript, others: Sequence[Manuscript]
) -> Resource:
    """Return what lies at a manuscript's address. ``others``: its outlet's, newest first."""
    if page.kind == "redirect":
        return make_resource(
            b"", "text/html", status=MOVED_PERMANENTLY, headers=(("Location", page.redirect_to),)
        )
    if page.kind == "challenge":
        body = templates.get_template("challenge.html").render(outlet=outlet)
        headers = (("cf-mitigated", "challenge"), ("Cache-Control", "no-store"))
        return html_resource(body, "utf-8", status=FORBIDDEN, headers=headers)
    if page.kind == "dead":
        body = templates.get_template("dead.html").render(outlet=outlet)
        return html_resource(body, "utf-8", status=NOT_FOUND)
    context = page_context(outlet, page, others)
    resource = html_resource(
        templates.get_template(outlet.template).render(context), outlet.charset
    )
    return with_time(resource, page)


def front_page(
    templates: Environment, outlet: Outlet, pages: Sequence[Manuscript]
) -> Resource | None:
    """Return an outlet's front page: its newest articles; None for an outlet without any."""
    if not pages:
        return None
    front = Manuscript(
        outlet=outlet.id,
        path="/",
        title=outlet.name,
        published=pages[0].published,
        modified=max(last_state(page) for page in pages),
        kind="listing",
    )
    return page_resource(templates, outlet, front, pages)


def with_time(resource: Resource, page: Manuscript) -> Resource:
    """Return the resource with the time of a manuscript's last state."""
    return make_resource(resource.body, resource.content_type, last_modified=last_state(page))


def last_state(page: Manuscript) -> Any:  # noqa: ANN401
    """Return when a manuscript took the form it has."""
    return max(page.published, page.modified or page.published)


def html_resource(
    text: str,
    charset: str,
    *,
    status: int = OK,
    headers: tuple[tuple[str, str], ...] = (),
) -> Resource:
    """Return a page; characters that its charset lacks become references."""
    return make_resource(
        text.encode(charset, "xmlcharrefreplace"),
        f"text/html; charset={charset}",
        status=status,
        headers=headers,
    )


def page_context(outlet: Outlet, page: Manuscript, others: Sequence[Manuscript]) -> dict[str, Any]:
    """Return the values that a template may use.

    ``pieces``: pairs of a piece and the dateline that opens it; ``related``: other
    articles; ``listed``: what a listing lists, empty elsewhere.
    """
    articles = [other for other in others if other.kind in LOADABLE and other.path != page.path]
    is_listing = page.kind == "listing"
    return {
        "outlet": outlet,
        "page": page,
        "language": page.language or outlet.language,
        "url": outlet.url(page.path),
        "description": page.standfirst or first_paragraph(page),
        "pieces": list(opened(page.pieces)),
        "related": articles[:RELATED],
        "listed": articles[:LISTED] if is_listing else [],
        "news_article": {} if is_listing else news_article(outlet, page),
    }


def opened(pieces: Iterable[Piece]) -> Iterable[tuple[Piece, str]]:
    """Yield each piece with the dateline that opens it: a dateline has no line of its own."""
    dateline = ""
    for piece in pieces:
        if piece.kind == "dateline":
            dateline = piece.text
        elif piece.kind == "paragraph":
            yield piece, dateline
            dateline = ""
        else:
            yield piece, ""


def first_paragraph(page: Manuscript) -> str:
    """Return the first paragraph, which feeds and meta tags quote; empty without one."""
    return next((piece.text for piece in page.pieces if piece.kind == "paragraph"), "")


def news_article(outlet: Outlet, page: Manuscript) -> dict[str, Any]:
    """Return a page's schema.org description, with the dates that the outlet declares."""
    values: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": SCHEMA_TYPES.get(page.kind, "NewsArticle"),
        "mainEntityOfPage": {"@type": "WebPage", "@id": outlet.url(page.path)},
        "headline": page.title,
        "description": page.standfirst or first_paragraph(page),
        "datePublished": page.stated.isoformat() if page.date_on_page else "",
        "dateModified": (page.modified or page.stated).isoformat() if page.date_on_page else "",
        "inLanguage": page.language or outlet.language,
        "articleSection": page.section,
        "keywords": list(page.tags),
        "author": [{"@type": "Person", "name": name} for name in page.authors],
        "publisher": {"@type": "NewsMediaOrganization", "name": outlet.name, "url": outlet.home},
        "isAccessibleForFree": not page.is_walled,
    }
    return {key: value for key, value in values.items() if value not in ("", [])}


def as_script(value: object) -> Markup:
    """Return a value as JSON that cannot end the script element it stands in."""
    text = orjson.dumps(value).decode().replace("<", "\\u003c")
    return Markup(text)  # noqa: S704 (JSON without '<')
