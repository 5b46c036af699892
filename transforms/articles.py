"""From a page's bytes to an `Article`: one parse, what is declared first, the text last.

Pure: the same exchange gives the same article, on any machine, in any process.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from transforms import engine, identity, kinds, moments
from transforms.addresses import read_address
from transforms.asides import PageText, set_aside
from transforms.blocks import Blocks, build_blocks
from transforms.content import body_hash
from transforms.creditors import beside_bylines, gather_credits, once
from transforms.dates_found import find_dates
from transforms.declarations import (
    declared_languages,
    declared_paragraphs,
    declared_section,
    declared_standfirst,
    declared_tags,
    descriptions,
)
from transforms.engine_pieces import Piece
from transforms.language import (
    SAMPLE_CHARS,
    LanguageChoice,
    choose_language,
    count_words,
    load_models,
)
from transforms.listings import standing_of
from transforms.metadata import text_of
from transforms.outlet_places import sight_places
from transforms.outlets import set_apart, shared_lines, shared_titles, traits_of
from transforms.page_addresses import canonical_page_url
from transforms.page_answers import article_problem
from transforms.page_marks import read_marks
from transforms.page_source import PageSource, read_source
from transforms.records import Article, Doubt, Problem, shown_text
from transforms.standfirsts import below_headline, find_lead, is_missed, take_standfirst
from transforms.titles import Title, choose_title
from transforms.urls import absolute_url
from transforms.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from transforms.records import (
        Credit,
        Entry,
        Exchange,
        OutletKnowledge,
        PageTraits,
        Sighting,
    )

EXTRACTOR = f"copytaster {VERSION}; {engine.VERSION}"
MAX_PAGE_BYTES = 5 * 2**20
ARTICLE_BODY_RATIO = 2.0
MAX_FIRST_WORDS_CHARS = 100


@dataclass(frozen=True, slots=True)
class _Reading:
    """All that was made of a page."""

    title: Title
    when: moments.Published
    credits: tuple[Credit, ...]
    blocks: Blocks
    kind: kinds.PageKind
    is_paywalled: bool
    standfirst: str | None  # as the page shows it, apart from its text
    traits: PageTraits


def extract(  # noqa: PLR0913 (what is known beside the page)
    exchange: Exchange,
    *,
    source_id: str,
    entry: Entry | None = None,
    max_bytes: int = MAX_PAGE_BYTES,
    knowledge: OutletKnowledge | None = None,
    needs_text: bool = True,
) -> Article | Problem:
    """Extract the article of one page, or say why there is none.

    ``knowledge`` is what is remembered of the page's outlet; of another's, it is not used.
    Without ``needs_text``, what a page says of itself is an article though no text is found.

    Codes: ``http_status_XXX``, ``not_html``, ``page_too_large``, ``page_too_complex``,
    ``challenge_page``, ``error_page``, ``no_main_text``, ``no_title``, and those of
    `transforms.content.body_of`.
    """
    source = read_source(exchange, entry, max_bytes, knowledge)
    if isinstance(source, Problem):
        return source
    return _article(source, source_id, needs_text=needs_text)


def warm_up() -> None:
    """Load what is loaded at first use: the language model, stop lists, names of months."""
    engine.warm_up()
    load_models()


def _article(source: PageSource, source_id: str, *, needs_text: bool) -> Article | Problem:
    """Read title, dates and credits from the whole tree, then the text, which takes it apart."""
    title = _title(source)
    paywall = kinds.read_paywall(source.survey, source.metadata)
    is_one = kinds.is_one_article(source.metadata)
    marks = None if is_one else read_marks(source.survey, source.metadata)
    when = find_dates(source, title.headline)
    credited = _credits(source, title.headline)
    sightings = _sightings(source, title, when, credited)
    blocks, page_text, shown = _text(source, title, [credit.name for credit in credited])
    headline = title.headline or _first_words(blocks.body)
    if not headline:
        detail = "neither page nor feed names the article"
        return article_problem(source.exchange, "no_title", detail)
    title = replace(title, headline=headline)
    traits = traits_of(
        blocks.blocks, headline, url=source.url, titles=title.candidates, sightings=sightings
    )
    blocks = _without_shared_lines(source, blocks, traits)
    has_text = bool(blocks.body) or any(block.kind == "caption" for block in blocks.blocks)
    if needs_text and not has_text:
        return article_problem(source.exchange, "no_main_text", "no text found in the page")
    if not any(credit.role == "author" for credit in credited):
        credited = beside_bylines(blocks.credits, credited, source.sites)
    standing = standing_of(source, when, credited)
    address = read_address(source.url)
    seen = kinds.Seen(address, headline, source.metadata, standing, marks, paywall)
    kind = kinds.tell_kind(seen, kinds.measure(blocks.blocks, page_text, marks, headline))
    credits_ = once([*credited, *blocks.credits])
    reading = _Reading(title, when, credits_, blocks, kind, bool(paywall), shown, traits)
    return _assembled(source, source_id, reading)


def _assembled(source: PageSource, source_id: str, reading: _Reading) -> Article:
    exchange, metadata, blocks = source.exchange, source.metadata, reading.blocks
    key = canonical_page_url(source.url, metadata, is_article=reading.kind.kind != "listing")
    standfirst = reading.standfirst or declared_standfirst(metadata, blocks.body)
    language = _language(source, reading)
    shown = shown_text(blocks.blocks)
    content = "\x00".join((reading.title.headline, standfirst or "", shown))
    content_hash = body_hash(content.encode("utf-8", "replace"))
    article_id = identity.article_id(key)
    return Article(
        article_id=article_id,
        version_id=identity.version_id(article_id, content_hash),
        exchange_id=exchange.exchange_id,
        source_id=source_id,
        canonical_url=key,
        requested_url=exchange.requested_url,
        final_url=source.url,
        fetched_at=exchange.fetched_at,
        entry_id=source.entry.entry_id if source.entry else None,
        amp_url=absolute_url(source.url, metadata.amp) if metadata.amp else None,
        headline=reading.title.headline,
        headline_origin=reading.title.origin,
        kicker=reading.title.kicker,
        standfirst=standfirst,
        section=declared_section(metadata),
        dateline=blocks.dateline or text_of(metadata.article.get("dateline")),
        published=reading.when.published,
        modified=reading.when.modified,
        date_candidates=reading.when.candidates,
        language=language.language,
        language_origin=language.origin,
        kind=reading.kind.kind,
        kind_reason=reading.kind.reason,
        is_paywalled=reading.is_paywalled,
        body=blocks.body,
        blocks=blocks.blocks,
        credits=reading.credits,
        tags=declared_tags(metadata, source.entry),
        words=count_words(blocks.body),
        body_hash=body_hash(blocks.body.encode("utf-8", "replace")),
        content_hash=content_hash,
        extractor=EXTRACTOR,
        doubts=tuple(_doubts(source, reading, language)),
        outlet_version=source.knowledge.version if source.knowledge else None,
        traits=reading.traits,
    )


def _first_words(body: str) -> str:
    """Return the words that an untitled text starts with: what a wire flash is called by."""
    line = body.partition("\n")[0]
    if len(line) <= MAX_FIRST_WORDS_CHARS:
        return line
    cut = line[:MAX_FIRST_WORDS_CHARS]
    return (cut.rpartition(" ")[0] or cut) + "…"


def _title(source: PageSource) -> Title:
    """Return the title that page and feed give; without a headline where they have none."""
    title = choose_title(
        source.survey,
        source.metadata,
        sites=source.sites,
        entry_title=source.entry.title if source.entry else None,
        address=source.url,
        shared=partial(shared_titles, source.knowledge) if source.knowledge else None,
    )
    return _as_learned(source, title) if title else Title("", "text")


def _as_learned(source: PageSource, title: Title) -> Title:
    """Return what stands where the outlet has its headlines, if a page's names all differ."""
    if title.is_agreed or not (learned := source.learned("headline")):
        return title
    is_near = any(learned in name or name in learned for name in title.candidates)
    return replace(title, headline=learned, origin="markup:learned") if is_near else title


def _credits(source: PageSource, headline: str) -> list[Credit]:
    return gather_credits(
        source.survey,
        source.metadata,
        sites=source.sites,
        entry=source.entry,
        headline=headline,
        learned=source.learned("byline"),
    )


def _sightings(
    source: PageSource, title: Title, when: moments.Published, credited: Iterable[Credit]
) -> tuple[Sighting, ...]:
    """Return where the page shows what its sources agree on."""
    people = [c for c in credited if c.role == "author" and c.origin in {"json-ld", "meta"}]
    return sight_places(
        source.survey,
        headline=title.headline if title.is_agreed else None,
        published=moments.agreed_day(when),
        authors=[credit.name for credit in people],
    )


def _text(
    source: PageSource, title: Title, authors: list[str]
) -> tuple[Blocks, PageText, str | None]:
    """Build the blocks of the page's text; return them with what is beside, and its standfirst."""
    below = below_headline(source.survey, title.headline)
    shown = take_standfirst(source.survey, below, descriptions(source.metadata))
    lead = None if shown else find_lead(below)
    page_text = set_aside(source.survey)
    pieces = _pieces(source)
    if lead and is_missed(lead, [piece.text for piece in pieces], page_text.squeezed):
        shown = lead
    titles = [title.headline, *([title.kicker] if title.kicker else [])]
    blocks = build_blocks(pieces, page_text, titles=titles, authors=authors, standfirst=shown)
    return blocks, page_text, shown


def _pieces(source: PageSource) -> list[Piece]:
    """Return the pieces of the page's text, or of the declared text where the page shows less."""
    pieces = engine.main_text(source.page.tree, source.url, source.survey.lines)
    chars = sum(len(piece.text) for piece in pieces)
    declared = declared_paragraphs(source.metadata, ARTICLE_BODY_RATIO * chars)
    if sum(map(len, declared)) > ARTICLE_BODY_RATIO * chars:
        return [Piece("paragraph", line) for line in declared]
    return pieces


def _without_shared_lines(source: PageSource, blocks: Blocks, traits: PageTraits) -> Blocks:
    """Set apart the lines that other pages of the outlet have, too."""
    if source.knowledge is None:
        return blocks
    own = descriptions(source.metadata)
    return set_apart(blocks, shared_lines(blocks.blocks, traits, source.knowledge, own))


def _language(source: PageSource, reading: _Reading) -> LanguageChoice:
    sample = f"{reading.title.headline} {reading.blocks.body[:SAMPLE_CHARS]}"
    return choose_language(declared_languages(source.metadata, source.entry), sample)


def _doubts(source: PageSource, reading: _Reading, language: LanguageChoice) -> Iterator[Doubt]:
    yield from reading.when.doubts
    if language.contradicted_by is not None:
        detail = f"{language.language} ({language.origin}) against {language.contradicted_by}"
        yield Doubt(code="language_conflict", detail=detail)
    texts = [b.text for b in reading.blocks.blocks if b.kind in {"caption", "paragraph", "list"}]
    latest = source.exchange.fetched_at + moments.FUTURE
    contradiction = moments.contradicted_by_text(reading.when.published, texts, latest)
    if contradiction is not None:
        yield contradiction
    if source.page.is_ld_json_cut:
        yield Doubt(code="json_ld_cut", detail="JSON-LD beyond the limit was not read")
