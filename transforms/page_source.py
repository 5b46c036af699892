"""All that is read of one page before its text is taken out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from transforms.kinds import is_one_article
from transforms.mastheads import site_names
from transforms.metadata import Metadata, read_metadata
from transforms.outlet_places import read_place
from transforms.page_addresses import page_host
from transforms.page_answers import article_problem, page_body, refusal_of
from transforms.pages import Page, TooComplexError, read_page
from transforms.records import Problem
from transforms.survey import Survey, survey
from transforms.taking_out import drop_menus
from transforms.urls import outlet_of

if TYPE_CHECKING:
    from transforms.records import Entry, Exchange, OutletKnowledge, PlaceField


@dataclass(frozen=True, slots=True)
class PageSource:
    """One page, parsed and surveyed, with what is known beside it."""

    exchange: Exchange
    entry: Entry | None
    page: Page
    survey: Survey
    metadata: Metadata
    url: str
    sites: tuple[str, ...]
    knowledge: OutletKnowledge | None

    def learned(self, field: PlaceField) -> str | None:
        """Return what stands where the outlet's pages have a field."""
        return read_place(self.survey, self.knowledge, field) if self.knowledge else None


def read_source(
    exchange: Exchange, entry: Entry | None, max_bytes: int, knowledge: OutletKnowledge | None
) -> PageSource | Problem:
    """Parse a page and read what it declares, or say why it is not one to be read."""
    body = page_body(exchange, max_bytes)
    if isinstance(body, Problem):
        return body
    try:
        page = read_page(body, exchange.header("content-type"))
    except TooComplexError as error:
        return article_problem(exchange, "page_too_complex", str(error))
    if page is None:
        return article_problem(exchange, "not_html", "no markup that can be parsed")
    metadata = read_metadata(page.tree, page.ld_json)
    refusal = refusal_of(exchange, body, page, metadata)
    if refusal is not None:
        return refusal
    url = exchange.final_url or exchange.requested_url
    if knowledge is not None and knowledge.outlet != outlet_of(url):
        knowledge = None
    if is_one_article(metadata):
        drop_menus(page.tree)
    surveyed = survey(page.tree)
    sites = site_names(metadata, page_host(url), surveyed)
    return PageSource(exchange, entry, page, surveyed, metadata, url, sites, knowledge)
