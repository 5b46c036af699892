"""The shared vocabulary: frozen records that pass from stage to stage.

A record holds values and nothing else. Times are aware and in UTC. ``None``
means *absent in the source*, never *we failed*: a failure is a `Problem`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

Stage = Literal["poll", "entry", "page", "article"]
"""Where an item can be: a feed polled, an entry of it, its page, the page's article."""

Purpose = Literal["feed", "page", "robots", "tdmrep"]

OutcomeKind = Literal[
    "loaded",  # passed on to the next stage, or into the tables
    "unchanged",  # seen before, and the same
    "duplicate",  # the same thing came in by another way in this stage
    "skipped",  # left out by a rule of ours or of the publisher
    "failed",  # to be tried again
    "quarantined",  # kept aside whole, with the rules that it broke
    "given_up",  # failed for good
]

Precision = Literal["second", "minute", "day", "month", "year"]

BlockKind = Literal[
    "standfirst",
    "paragraph",
    "heading",
    "list",
    "quotation",
    "table",
    "caption",
    "embed",
    "dateline",
    "credit",
    "note",
    "promo",
    "video",
    "boilerplate",  # what the outlet shows on other pages, too
]
BODY_KINDS: frozenset[BlockKind] = frozenset({"paragraph", "heading", "list", "quotation"})
"""The kinds of block that make up the body; the others are kept beside it.

``standfirst`` is the one that the page shows; what a page only declares is in the article alone.
"""
SHOWN_KINDS: frozenset[BlockKind] = BODY_KINDS | {"boilerplate"}
"""The kinds of block in which a page's text is compared with its earlier versions."""

LIVE_LANE = "live"

PlaceField = Literal["headline", "published", "byline"]

CreditRole = Literal["author", "desk", "agency", "photographer"]

ArticleKind = Literal[
    "article",
    "live_blog",
    "gallery",
    "video",
    "opinion",
    "flash",
    "teaser",
    "listing",
    "forum",
    "product",
    "error",
    "challenge",
]

Severity = Literal["critical", "warning", "info"]

GapStatus = Literal["open", "filled", "unfillable"]
MoveEvent = Literal["redirected", "adopted", "doubted", "withdrawn", "returned", "gone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something expected that went wrong with one item: a row, not a log line.

    ``code`` is a constant in snake_case (``no_main_text``), ``detail`` says it in
    words, ``subject`` is the URL or id of the item. ``is_final`` tells that
    trying again cannot help.
    """

    stage: Stage
    subject: str
    code: str
    detail: str = ""
    is_final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One outlet. ``source_id`` is its registrable domain unless the operator says otherwise."""

    source_id: str
    name: str
    country: str | None = None  # ISO 3166-1 alpha-2, lower case
    language: str | None = None  # BCP 47, lower case
    kind: str | None = None  # newspaper, broadcaster, agency, ...
    homepage: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What is polled: one subscription of one source."""

    feed_id: str
    source_id: str
    url: str
    title: str | None = None
    category: str | None = None
    is_active: bool = True
    is_tls_unchecked: bool = False  # the operator's exception for the host of its address


class FeedState(NamedTuple):
    """What is remembered of a feed from poll to poll, and when it is due next.

    A tuple, because each poll reads, changes and writes it: as a frozen record of as many
    fields it costs four times as much to copy.
    """

    feed_id: str
    url: str  # the address to ask now: differs from the subscription's after a move
    etag: str | None = None  # echoed exactly as it came
    last_modified: str | None = None  # echoed exactly as it came
    body_hash: str | None = None  # xxh3_128 of the last full body
    polled_at: datetime | None = None
    changed_at: datetime | None = None  # when a poll last brought something new
    full_fetch_at: datetime | None = None  # when a body last came, conditional or not
    due_at: datetime | None = None  # None: at once
    due_reason: str = "never polled"
    retry_after_at: datetime | None = None  # the server's own word: never earlier than this
    status: int | None = None  # of the last poll
    problem: str | None = None  # code of the last poll's Problem
    failures: float = 0.0  # weighted, in a row
    polls: int = 0
    unmodified_at: datetime | None = None  # when it last said 304
    distrusted_at: datetime | None = None  # when its validators were last caught lying
    declared_minutes: int | None = None  # ttl or update period, as its last document had it
    skip_hours: tuple[int, ...] = ()  # likewise
    skip_days: tuple[str, ...] = ()  # likewise
    newest_at: datetime | None = None  # date of the newest entry that it showed last
    marks: tuple[str, ...] = ()  # its newest entries then: the next document must hold one of them
    older_url: str | None = None  # where older entries are, as it declares (RFC 5005)
    moving_to: str | None = None  # where permanent redirects lead, while that is not proven
    moving_at: datetime | None = None  # since when they do
    moving_polls: int = 0  # polls that found the same feed there
    interval_minutes: float | None = None  # between polls, as its last document asks for it


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedMove:
    """Something that happened to the address of a feed; ``why`` holds the evidence, in words."""

    feed_id: str
    event: MoveEvent
    from_url: str
    to_url: str | None
    why: str
    at: datetime
    exchange_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A stretch of time of which a feed showed nothing: entries came and went unseen.

    Its bounds are the newest entry that was seen and the oldest that the next document
    still had; of one that is likely, because the feed ``leaked``, the newest that it had.
    One that was ``asked`` for is the past of a feed, wanted by an operator.
    """

    gap_id: str
    feed_id: str
    source_id: str
    kind: Literal["rolled_off", "leaked", "asked"]
    from_at: datetime | None  # None: as far back as there is anything
    to_at: datetime
    found_at: datetime
    exchange_id: str | None  # that shows it
    site_url: str | None  # a page of the outlet: its host's robots.txt names the sitemaps
    lane: str = LIVE_LANE  # whose work the pages of its entries are
    status: GapStatus = "open"
    how: str = ""  # how it was filled, or why it was not, in words
    reached_at: datetime | None = None  # how far back the documents go that were read for it
    urls: tuple[str, ...] = ()  # documents asked for
    entries: int = 0  # new ones that they brought
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedDocument:
    """A further document of a feed: an archive page, a sitemap, or what is at a claimed address.

    Of its entries those from ``since_at`` to ``until_at`` are taken in.
    """

    document_id: str
    feed_id: str  # whose entries it holds
    url: str
    lane: str = LIVE_LANE
    gap_id: str | None = None  # the gap that it may fill; None: a part of a sitemap index, a claim
    since_at: datetime | None = None
    until_at: datetime | None = None
    attempts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HostState:
    """What is remembered of a host: when we may ask it again, and what it was asked so far."""

    host: str
    free_at: datetime | None = None  # earliest start of the next request
    retry_after_at: datetime | None = None
    crawl_delay_seconds: float | None = None  # the longest that its origins declare
    requests: int = 0
    payload_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginDocument:
    """What is remembered of a document that speaks for a whole origin: scheme, host and port.

    ``body`` is empty where the origin has none, and absent where that was never known.
    """

    origin: str  # https://a.example:8443
    kind: Literal["robots", "tdmrep"]
    host: str  # as in HostState
    body: bytes | None = None
    status: int | None = None  # of the last request; 0: no answer
    expires_at: datetime | None = None  # when it is to be asked for again
    exchange_id: str | None = None  # that the body came in
    fetched_at: datetime | None = None  # when it came
    crawl_delay_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """That a host said it is asked too much, and until when it is left alone for that."""

    host: str
    domain: str
    complained_at: datetime
    until_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOut:
    """A declared objection to text and data mining or to use by AI, with its evidence.

    ``signal`` is the crawler that robots.txt keeps out, or the word that is used.
    """

    source_id: str
    host: str
    origin: Literal["robots", "tdmrep", "header", "meta"]
    signal: str
    evidence: str
    exchange_id: str | None
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an exchange lies in the archive: file below its folder, offset and length in bytes."""

    file: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One redirect on the way: the address asked, the status it answered."""

    url: str
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One HTTP exchange, successful or not, redirects followed.

    ``payload`` is the body as it came, content encodings still on; read it with
    `transforms.content.body_of`. ``problem`` says why there is no usable answer
    (a timeout, a refused address); an HTTP error status is an answer.
    """

    exchange_id: str
    run_id: str
    purpose: Purpose
    requested_url: str
    final_url: str
    fetched_at: datetime
    elapsed_ms: int
    status: int | None
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    payload: bytes = b""
    hops: tuple[Hop, ...] = ()
    problem: Problem | None = None
    place: Place | None = None
    payload_bytes: int = 0  # size of the payload, known also where the payload was dropped
    payload_hash: str | None = None  # xxh3_128 of the payload, likewise
    is_tls_unchecked: bool = False  # some request of it took any certificate

    def header(self, name: str) -> str | None:
        """Return the first value of a header, whatever the case of its name."""
        wanted = name.lower()
        for key, value in self.headers:
            if key.lower() == wanted:
                return value
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A date as one source declares it.

    ``at`` is in UTC; where ``has_zone`` is false the zone was not declared and UTC
    was assumed. ``origin`` names the source: ``feed``, ``json-ld``, ``meta``,
    ``markup``, ``url``, ``text``, with a detail after a colon (``meta:article:published_time``).
    """

    at: datetime
    precision: Precision
    has_zone: bool
    raw: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """One tag or category. ``origin``: feed, json-ld, meta or markup."""

    name: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item of one feed, as it stood in one exchange."""

    entry_id: str
    feed_id: str
    source_id: str
    exchange_id: str
    seen_at: datetime
    position: int  # 0 is the first in the document
    guid: str | None
    url: str | None  # the article's link, absolute, as given
    canonical_url: str | None
    title: str | None  # plain text
    summary: str | None = None  # plain text
    content: str | None = None  # full text where the feed carries it, as markup
    published: Moment | None = None
    updated: Moment | None = None
    raw_published: str | None = None
    raw_updated: str | None = None
    authors: tuple[str, ...] = ()
    tags: tuple[Tag, ...] = ()
    language: str | None = None
    origin_title: str | None = None  # the true publisher, in an aggregator's feed
    origin_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SitemapPart:
    """One sitemap that an index names."""

    url: str
    changed_at: datetime | None = None


SITEMAP_INDEX = "sitemapindex"
"""Format of a document that names others in place of items."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """What one exchange of a feed yielded.

    ``entries`` have an id each, no two the same; ``problems`` holds an item's
    faults and the document's (a truncated document keeps its complete items);
    ``items`` counts the items found, whether or not they became entries.
    """

    feed_id: str
    exchange_id: str
    format: str  # rss20, rss10, atom10, json11, sitemap, ... ; "" where unreadable
    body_hash: str
    items: int
    entries: tuple[Entry, ...] = ()
    duplicates: tuple[Entry, ...] = ()  # items with the id of an earlier one
    problems: tuple[Problem, ...] = ()
    title: str | None = None
    language: str | None = None
    homepage: str | None = None
    ttl_minutes: int | None = None
    update_period_minutes: int | None = None  # sy:updatePeriod / sy:updateFrequency
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[str, ...] = ()
    older_url: str | None = None  # of an archive, or the next page (RFC 5005)
    parts: tuple[SitemapPart, ...] = ()  # of a sitemap index
    moved_to: str | None = None  # itunes:new-feed-url and the like
    items_left: int = 0  # of items, those not read: beyond the cap, or not made sense of


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEntry:
    """What the warehouse holds of an entry, as far as a decision needs it."""

    entry_id: str
    title: str | None
    url: str | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is to become of an entry, and why.

    ``action``: ``fetch`` (get its page), ``keep`` (nothing changed), ``skip``.
    ``reason``: new, retitled, relinked, updated, unchanged, no_link, not_wanted, ...
    """

    entry: Entry
    action: Literal["fetch", "keep", "skip"]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """A page that is wanted: one line of the work in hand."""

    want_id: str
    url: str
    host: str
    source_id: str
    reason: str  # new, retitled, ..., backfill, reprocess
    entry_id: str | None = None
    feed_id: str | None = None
    lane: str = LIVE_LANE  # whose work it is: the live walk's, or one backfill's
    attempts: int = 0
    waits: int = 0  # tries at which it could not even be asked for
    place: Place | None = None  # set once the page is archived
    exchange_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One piece of a page, in page order.

    A block of a body kind stands in the body at ``body[start:end]``; the others
    have neither. ``level`` is a heading's rank or a list item's depth;
    ``credit`` a picture's own credit line.
    """

    position: int
    kind: BlockKind
    text: str
    start: int | None = None
    end: int | None = None
    level: int | None = None
    credit: str | None = None


def shown_text(blocks: Iterable[Block]) -> str:
    """Return the body with the outlet's own lines where they stood."""
    return "\n".join(block.text for block in blocks if block.kind in SHOWN_KINDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """One credit: who wrote, edited, supplied or pictured."""

    role: CreditRole
    name: str  # normalised: 'Agence France-Presse' for 'AFP'
    raw: str  # the string it was read from, whole
    origin: str  # json-ld, meta, byline, credit-line, caption, feed


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A question that the sources of one article leave open, kept as data."""

    code: str  # date_conflict, date_contradicted_by_text, language_conflict, ...
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A place in a page's markup that shows, or fails to show, what its sources agree on."""

    field: PlaceField
    path: str  # tag and itemprop, class or id
    is_right: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTraits:
    """What one page may share with others of its outlet; texts as keys of their letters.

    The texts of ``lines`` and ``titles``, key by key, are for people: what is remembered
    of other pages comes without them.
    """

    outlet: str  # host without www.
    headline: int
    topic: tuple[int, ...]  # the headline's longer words
    story: tuple[int, ...]  # its longest paragraphs: they tell the story under another headline
    lines: tuple[int, ...]  # lines that have little to do with the rest of its text
    titles: tuple[int, ...]  # all that it calls itself
    line_texts: tuple[str, ...] = ()
    title_texts: tuple[str, ...] = ()
    sightings: tuple[Sighting, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletKnowledge:
    """What is remembered of an outlet's pages. A version names one state of it for good."""

    outlet: str
    version: int
    pages: tuple[PageTraits, ...]  # one for an article, the newest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """The normalised text of one page, as it stood in one exchange."""

    article_id: str
    version_id: str
    exchange_id: str
    source_id: str
    canonical_url: str
    requested_url: str
    final_url: str
    fetched_at: datetime
    entry_id: str | None
    amp_url: str | None
    headline: str
    headline_origin: str
    kicker: str | None
    standfirst: str | None
    section: str | None
    dateline: str | None
    published: Moment | None
    modified: Moment | None
    date_candidates: tuple[Moment, ...]
    language: str
    language_origin: str
    kind: ArticleKind
    kind_reason: str
    is_paywalled: bool
    body: str  # the body blocks' texts, parted by newlines
    blocks: tuple[Block, ...]
    credits: tuple[Credit, ...]
    tags: tuple[Tag, ...]
    words: int
    body_hash: str
    content_hash: str  # of everything that makes a version: headline, standfirst, body
    extractor: str  # 'copytaster 0.1.0; trafilatura 2.3.1'
    doubts: tuple[Doubt, ...] = ()
    outlet_version: int | None = None  # of the outlet's knowledge that it was read with
    traits: PageTraits | None = field(default=None, compare=False, repr=False)

    @property
    def shown_text(self) -> str:
        """The body with the outlet's own lines where they stood: what the page shows."""
        return shown_text(self.blocks)

    @property
    def authors(self) -> tuple[str, ...]:
        """The names of the people who wrote it, in the order of the page."""
        return tuple(credit.name for credit in self.credits if credit.role == "author")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleHit:
    """One rule that one record broke."""

    rule_id: str
    reason: str
    severity: Severity
    column: str
    value: str  # what was seen, shortened


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What validation says of one record: in, in with a mark, or kept aside."""

    subject_id: str  # entry_id or version_id
    status: Literal["accepted", "marked", "quarantined"]
    hits: tuple[RuleHit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """How one rule fared over one batch."""

    suite: str
    rule_id: str
    severity: Severity
    rows: int
    failed_rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one item at one stage in one run.

    ``item_id``: feed_id at ``poll``, entry_id at ``entry``, want_id at ``page`` and
    ``article``. ``exchange_id`` is the exchange that the item came with.
    """

    stage: Stage
    item_id: str
    url: str | None
    outcome: OutcomeKind
    reason: str
    at: datetime
    exchange_id: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """A record kept aside whole, with what it broke."""

    subject: Literal["entry", "article"]
    subject_id: str
    item_id: str  # entry_id or want_id: the item of the outcome
    url: str | None
    source_id: str
    exchange_id: str
    hits: tuple[RuleHit, ...]
    record: Entry | Article
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineDecision:
    """What somebody decided on a record kept aside, when and why.

    ``release`` lets it in as it is, ``retry`` because it passes the rules of today,
    ``discard`` leaves it out for good.
    """

    quarantine_id: str
    decision: Literal["release", "retry", "discard"]
    at: datetime
    by: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """All that one load writes, in one transaction with its row in the ledger.

    ``load_id`` is made from what the batch holds, so that a batch that was
    loaded before is known again and changes nothing.
    """

    load_id: str
    run_id: str
    kind: Literal["polls", "articles", "quarantine"]
    at: datetime
    exchanges: tuple[Exchange, ...] = ()  # payloads are not kept
    parsed: tuple[ParsedFeed, ...] = ()
    entries: tuple[Entry, ...] = ()
    articles: tuple[Article, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    quarantined: tuple[Quarantined, ...] = ()
    marks: tuple[tuple[str, RuleHit], ...] = ()  # (subject_id, hit) of accepted records
    rule_results: tuple[RuleResult, ...] = ()
    wants: tuple[Want, ...] = ()  # polls: pages now wanted; articles: those behind the outcomes
    feed_states: tuple[FeedState, ...] = ()
    host_states: tuple[HostState, ...] = ()
    origin_documents: tuple[OriginDocument, ...] = ()
    feed_moves: tuple[FeedMove, ...] = ()
    gaps: tuple[Gap, ...] = ()  # found, or settled
    opt_outs: tuple[OptOut, ...] = ()
    decisions: tuple[QuarantineDecision, ...] = ()  # on records that were kept aside
