"""One edition of an authored newsroom: every address of it, and what lies there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.newsroom_feeds import CONTENT_TYPES, Channel, Item, cut_inside_last_item, render_feed
from flows.newsroom_manuscripts import Manuscript, at_edition, parse_article_file
from flows.newsroom_outlets import NewsroomError, Outlet, read_outlets
from flows.newsroom_pages import (
    first_paragraph,
    front_page,
    last_state,
    open_templates,
    page_resource,
)
from flows.newsroom_responses import Resource, make_resource

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from jinja2 import Environment

    from flows.newsroom_outlets import FeedPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """An authored newsroom's files, read: outlets, manuscripts, templates."""

    outlets: tuple[Outlet, ...]
    manuscripts: tuple[Manuscript, ...]
    templates: Environment


def read_desk(folder: Path) -> Desk:
    """Read `outlets.toml`, `articles/**.md` and `templates/` of a folder.

    Raises: NewsroomError, naming the file; OSError if one cannot be read.
    """
    outlets = read_outlets((folder / "outlets.toml").read_text("utf-8"))
    manuscripts = read_manuscripts(folder, outlets)
    return Desk(
        outlets=outlets, manuscripts=manuscripts, templates=open_templates(folder / "templates")
    )


def read_manuscripts(folder: Path, outlets: Sequence[Outlet]) -> tuple[Manuscript, ...]:
    """Return the manuscripts of a newsroom, in the order of their file names.

    Raises: NewsroomError, also if two manuscripts claim one address.
    """
    by_id = {outlet.id: outlet for outlet in outlets}
    found: dict[tuple[str, str], Manuscript] = {}
    for file in sorted((folder / "articles").rglob("*.md")):
        try:
            manuscript = parse_article_file(file.read_text("utf-8"), by_id)
        except ValueError as error:
            raise NewsroomError(f"{file}: {error}") from error
        key = (manuscript.outlet, manuscript.path)
        if key in found:
            raise NewsroomError(f"{file}: {manuscript.path} is taken by another manuscript")
        strangers = set(manuscript.also_in) - set(by_id)
        if strangers:
            raise NewsroomError(f"{file}: also_in names unknown outlets: {sorted(strangers)}")
        found[key] = manuscript
    return tuple(found.values())


def edition_resources(desk: Desk, edition: int) -> dict[str, Resource]:
    """Return each address of an edition with what lies there."""
    states = [at_edition(manuscript, edition) for manuscript in desk.manuscripts]
    current = sorted(
        (state for state in states if state is not None),
        key=lambda state: (state.published, state.path),
        reverse=True,
    )
    resources: dict[str, Resource] = {}
    for outlet in desk.outlets:
        own = [state for state in current if state.outlet == outlet.id]
        resources[outlet.url("/robots.txt")] = make_resource(
            outlet.robots.lstrip().encode(), "text/plain; charset=utf-8"
        )
        front = front_page(desk.templates, outlet, own)
        if front is not None:
            resources[outlet.home] = front
        for page in own:
            resources[outlet.url(page.path)] = page_resource(desk.templates, outlet, page, own)
        for plan in outlet.feeds:
            resources[outlet.url(plan.path)] = feed_resource(desk, outlet, plan, current)
    return resources


def feed_resource(
    desk: Desk, outlet: Outlet, plan: FeedPlan, current: Sequence[Manuscript]
) -> Resource:
    """Return one feed as it stands over the current manuscripts, newest first."""
    carried = [page for page in current if is_carried(page, outlet, plan)]
    body = render_feed(desk_channel(desk, outlet, plan, carried), plan.format)
    return make_resource(
        cut_inside_last_item(body) if plan.cut else body,
        f"{CONTENT_TYPES[plan.format]}; charset={plan.charset}",
        last_modified=max((last_state(page) for page in carried), default=None),
    )


def is_carried(page: Manuscript, outlet: Outlet, plan: FeedPlan) -> bool:
    """Whether a feed lists a manuscript."""
    if page.outlet != outlet.id:
        return plan.carries and outlet.id in page.also_in
    return not plan.sections or page.section in plan.sections


def desk_channel(
    desk: Desk, outlet: Outlet, plan: FeedPlan, carried: Sequence[Manuscript]
) -> Channel:
    """Return what one feed says of itself, with its items."""
    outlets = {known.id: known for known in desk.outlets}
    return Channel(
        url=outlet.url(plan.path),
        home=outlet.home,
        title=plan.title,
        source=outlet.name,
        language=outlet.language,
        charset=plan.charset,
        poll_hint_minutes=plan.poll_hint_minutes,
        items=tuple(desk_item(page, outlets[page.outlet], outlet, plan) for page in carried),
    )


def desk_item(page: Manuscript, publisher: Outlet, outlet: Outlet, plan: FeedPlan) -> Item:
    """Return a manuscript as an item; an aggregated one names its true publisher."""
    link = publisher.url(page.path)
    origin = None
    if publisher.id != outlet.id:
        origin = (publisher.name, publisher.url(publisher.feeds[0].path))
    return Item(
        guid=page.guid or link,
        link=page.path if plan.links == "relative" and origin is None else link,
        title=page.title,
        summary=page.standfirst or first_paragraph(page),
        published=page.stated,
        updated=page.modified,
        authors=page.authors,
        tags=tuple(dict.fromkeys(filter(None, (page.section, *page.tags)))),
        origin=origin,
    )
