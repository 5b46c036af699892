"""The rules for an entry of a feed."""

from __future__ import annotations

from functools import partial

from expectations.features import WEB_SCHEMES
from expectations.rules import Rule, between, nothing_found, one_of, present

ENTRY_SUITE = "entries"

EARLIEST_YEAR = 1990
"""The web has no news pages older than itself."""

TITLE_CHARS = (3, 300)
GUID_MAX_CHARS = 1000
AHEAD_HOURS = 24.0
CLOCK_MINUTES = 5.0

_rejects = partial(Rule, subject="entry", severity="critical", consequence="reject")
_marks = partial(Rule, subject="entry", severity="warning", consequence="mark")

_NO_LINK = "judged by entry.link_present"
_NO_TITLE = "judged by entry.title_present"
_NO_DATE = "many feeds give no date; one that is given and cannot be read has its own rule"

ENTRY_RULES: tuple[Rule, ...] = (
    _rejects(
        rule_id="entry.identified",
        column="guid",
        feature="identity",
        reason="An item with neither link nor guid cannot be told from the next, nor fetched.",
        expectation=present(),
        shows="title",
    ),
    _marks(
        rule_id="entry.link_present",
        column="url",
        feature="url",
        reason="Without a link there is no page: the entry's own text is all there will ever be.",
        expectation=present(),
        shows="guid",
    ),
    _rejects(
        rule_id="entry.link_http",
        column="url",
        feature="scheme",
        reason="Only pages on the web can be fetched and cited; mailto, ftp and others cannot.",
        expectation=one_of(WEB_SCHEMES),
        shows="url",
        absent_passes=_NO_LINK,
    ),
    _rejects(
        rule_id="entry.link_host",
        column="url",
        feature="host_fault",
        reason="A publisher has a public host name; an address or a local name points inwards.",
        expectation=nothing_found(),
        absent_passes=_NO_LINK,
    ),
    _marks(
        rule_id="entry.link_not_front_page",
        column="url",
        feature="front_page",
        reason="A link to a site's front page shows another story every hour.",
        expectation=nothing_found(),
    ),
    _marks(
        rule_id="entry.title_present",
        column="title",
        feature="title",
        reason="An entry without a title can neither be searched nor compared with its page.",
        expectation=present(),
        shows="url",
    ),
    _marks(
        rule_id="entry.title_not_boilerplate",
        column="title",
        feature="title_boilerplate",
        reason="'Home' or 'Read more' names a place on the site, not a story.",
        expectation=nothing_found(),
        absent_passes=_NO_TITLE,
    ),
    _marks(
        rule_id="entry.title_length",
        column="title",
        feature="title_chars",
        reason="A title of one letter or of a whole paragraph was cut out of the wrong place.",
        expectation=between(*TITLE_CHARS),
        shows="title",
        absent_passes=_NO_TITLE,
    ),
    _marks(
        rule_id="entry.title_clean",
        column="title",
        feature="title_damage",
        reason="Mojibake and lost characters mean that the feed was read in the wrong encoding.",
        expectation=nothing_found(),
        absent_passes=_NO_TITLE,
    ),
    _marks(
        rule_id="entry.title_without_markup",
        column="title",
        feature="title_markup",
        reason="Tags and entities in a title were escaped twice, and would hide it from a search.",
        expectation=nothing_found(),
        absent_passes=_NO_TITLE,
    ),
    _marks(
        rule_id="entry.date_readable",
        column="raw_published",
        feature="unreadable_date",
        reason="A date was given that we could not read: ours to learn, or the feed's to mend.",
        expectation=nothing_found(),
    ),
    _marks(
        rule_id="entry.published_not_ahead",
        column="published",
        feature="hours_after_seen",
        reason="A date over a day after the item was seen is wrong, or that of an event to come.",
        expectation=between(high=AHEAD_HOURS),
        shows="published_shown",
        absent_passes=_NO_DATE,
    ),
    _marks(
        rule_id="entry.published_not_ancient",
        column="published",
        feature="published_year",
        reason="A date before the web stands for an empty field (1970) or a misread year.",
        expectation=between(low=EARLIEST_YEAR),
        shows="published_shown",
        absent_passes=_NO_DATE,
    ),
    _marks(
        rule_id="entry.guid_length",
        column="guid",
        feature="guid_chars",
        reason="A guid of a thousand characters holds text that changes: it identifies nothing.",
        expectation=between(high=GUID_MAX_CHARS),
        shows="guid",
        absent_passes="an item may be known by its link; one with neither has its own rule",
    ),
    _marks(
        rule_id="entry.seen_not_ahead",
        column="seen_at",
        feature="minutes_ahead",
        reason="An item seen in the future tells of a wrong clock, ours or the archive's.",
        expectation=between(high=CLOCK_MINUTES),
        shows="seen_shown",
    ),
)
