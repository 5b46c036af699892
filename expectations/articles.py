"""The rules for an article."""

from __future__ import annotations

from functools import partial

from expectations.entries import CLOCK_MINUTES, EARLIEST_YEAR
from expectations.rules import Rule, between, nothing_found, one_of, present

ARTICLE_SUITE = "articles"

LOADED_KINDS = ("article", "live_blog", "gallery", "video", "opinion", "flash")
AHEAD_HOURS = 1.0
PROSE_SHARE_MIN = 0.3
DAMAGE_SHARE_MAX = 0.1
TAG_SHARE_MAX = 0.1
SCRIPT_SHARE_MAX = 0.5
REPEATED_SHARE_MAX = 0.1

_rejects = partial(Rule, subject="article", severity="critical", consequence="reject")
_marks = partial(Rule, subject="article", severity="warning", consequence="mark")

_NO_HEADLINE = "judged by article.headline_present"
_NO_DATE = "judged by article.published_present"

_IDENTITY = (
    _rejects(
        rule_id="article.kind_loaded",
        column="kind",
        feature="kind",
        reason="Listings, forums, products, error pages and challenges are no articles.",
        expectation=one_of([*LOADED_KINDS, "teaser"]),  # a teaser has its own rule
        shows="kind_shown",
    ),
    _rejects(
        rule_id="article.paywall_stub",
        column="kind",
        feature="stub",
        reason="The lines before a paywall are not the article, and would count as a short one.",
        expectation=nothing_found(),
    ),
    _rejects(
        rule_id="article.no_wall",
        column="body",
        feature="wall",
        reason="A challenge, a cookie or a script wall stood before the article; try again later.",
        expectation=nothing_found(),
    ),
    _rejects(
        rule_id="article.host_public",
        column="final_url",
        feature="host_fault",
        reason="A publisher has a public host name; an address or a local name points inwards.",
        expectation=nothing_found(),
    ),
)

_BODY = (
    _rejects(
        rule_id="article.body_length",
        column="body",
        feature="body_fill",
        reason="A body this short, for its script and kind, is a page's leftover, not its text.",
        expectation=between(low=1.0),
        shows="body_fill_shown",
    ),
    _rejects(
        rule_id="article.body_is_prose",
        column="body",
        feature="prose_share",
        reason="Lines that end like no sentence are links or labels: the page lists other pages.",
        expectation=between(low=PROSE_SHARE_MIN),
        shows="body_start",
        absent_passes="a flash, a gallery and a video need no sentences",
    ),
    _rejects(
        rule_id="article.body_not_markup",
        column="body",
        feature="tag_share",
        reason="A body of which a tenth is tags or entities was not extracted but copied.",
        expectation=between(high=TAG_SHARE_MAX),
        shows="markup",
    ),
    _rejects(
        rule_id="article.body_not_script",
        column="body",
        feature="script_share",
        reason="A body that is half script is the page's code; a text on code has more words.",
        expectation=between(high=SCRIPT_SHARE_MAX),
        shows="markup",
    ),
    _marks(
        rule_id="article.body_without_markup",
        column="body",
        feature="markup",
        reason="Tags, entities or script in the text are a page's code, unless it is about code.",
        expectation=nothing_found(),
    ),
    _rejects(
        rule_id="article.body_readable",
        column="body",
        feature="damage_share",
        reason="A body that is a tenth mojibake or lost characters was read in a wrong encoding.",
        expectation=between(high=DAMAGE_SHARE_MAX),
        shows="damage",
    ),
    _marks(
        rule_id="article.body_clean",
        column="body",
        feature="damage",
        reason="Mojibake or lost characters: a search for the word as it was meant misses it.",
        expectation=nothing_found(),
    ),
    _marks(
        rule_id="article.body_not_repeated",
        column="body",
        feature="repeated_share",
        reason="Paragraphs that come twice were collected from two places of the page.",
        expectation=between(high=REPEATED_SHARE_MAX),
        shows="repeated_line",
    ),
    _marks(
        rule_id="article.body_without_furniture",
        column="body",
        feature="furniture",
        reason="A credit, an advertisement's label or a button was taken for a line of the text.",
        expectation=nothing_found(),
    ),
    _marks(
        rule_id="article.text_searchable",
        column="body",
        feature="invisible",
        reason="Invisible or split characters inside words: a search for the word misses it.",
        expectation=nothing_found(),
    ),
    _rejects(
        rule_id="article.blocks_cover_body",
        column="blocks",
        feature="cover_fault",
        reason="A fault of ours, not of the page: offsets into the body would quote other words.",
        expectation=nothing_found(),
    ),
)

_HEADLINE = (
    _marks(
        rule_id="article.headline_present",
        column="headline",
        feature="headline",
        reason="A text without a headline is still worth reading, but hard to find or to cite.",
        expectation=present(),
        shows="url",
    ),
    _marks(
        rule_id="article.headline_of_story",
        column="headline",
        feature="headline_site",
        reason="The name of the outlet, or 'Home', was taken for the headline.",
        expectation=nothing_found(),
        absent_passes=_NO_HEADLINE,
    ),
    _marks(
        rule_id="article.headline_of_body",
        column="headline",
        feature="headline_unrelated",
        reason="No word of the headline stands in the body: one of them is another story's.",
        expectation=nothing_found(),
        absent_passes=_NO_HEADLINE,
    ),
    _marks(
        rule_id="article.headline_clean",
        column="headline",
        feature="headline_damage",
        reason="Mojibake, lost characters or markup in a headline hide the story from a search.",
        expectation=nothing_found(),
        absent_passes=_NO_HEADLINE,
    ),
)

_LANGUAGE_AND_AUTHORS = (
    _marks(
        rule_id="article.language_known",
        column="language",
        feature="language",
        reason="A text whose language is unknown is left out of every count by language.",
        expectation=present(),
        shows="body_start",
    ),
    _marks(
        rule_id="article.language_agreed",
        column="language",
        feature="language_conflict",
        reason="The page declares another language than its text is written in.",
        expectation=nothing_found(),
    ),
    _marks(
        rule_id="article.authors_are_names",
        column="credits",
        feature="no_name",
        reason="An address, a date, a sentence or 'admin' was taken for an author.",
        expectation=nothing_found(),
    ),
)

_DATES = (
    _marks(
        rule_id="article.published_present",
        column="published",
        feature="published",
        reason="An article without a date belongs to no day and to no story.",
        expectation=present(),
        shows="url",
    ),
    _marks(
        rule_id="article.published_not_ahead",
        column="published",
        feature="hours_after_fetch",
        reason="What was read cannot have been published later: date or zone is wrong.",
        expectation=between(high=AHEAD_HOURS),
        shows="published",
        absent_passes=_NO_DATE,
    ),
    _marks(
        rule_id="article.published_not_ancient",
        column="published",
        feature="published_year",
        reason="A date before the web stands for an empty field (1970) or a misread year.",
        expectation=between(low=EARLIEST_YEAR),
        shows="published",
        absent_passes=_NO_DATE,
    ),
    _marks(
        rule_id="article.date_fits_text",
        column="published",
        feature="date_contradicted",
        reason="The text speaks of a later time as past: the declared date is not to be relied on.",
        expectation=nothing_found(),
    ),
    _marks(
        rule_id="article.dates_agree",
        column="date_candidates",
        feature="date_conflict",
        reason="The page declares several dates that differ; one was chosen, all are kept.",
        expectation=nothing_found(),
    ),
    _marks(
        rule_id="article.fetched_not_ahead",
        column="fetched_at",
        feature="minutes_ahead",
        reason="A page fetched in the future tells of a wrong clock, ours or the archive's.",
        expectation=between(high=CLOCK_MINUTES),
        shows="fetched_shown",
    ),
)

ARTICLE_RULES: tuple[Rule, ...] = (
    *_IDENTITY,
    *_BODY,
    *_HEADLINE,
    *_LANGUAGE_AND_AUTHORS,
    *_DATES,
)
