"""Over forty kinds of damage, each in one good record: all are caught, no good one is touched."""

# ruff: noqa: RUF001 (damaged text in several scripts)

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from expectations.check import check_articles, check_entries
from transforms.records import Article, Block, Credit, Doubt, Entry

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import SimpleNamespace as Samples

    from transforms.records import Verdict

pytestmark = pytest.mark.filterwarnings(  # Great Expectations imports it
    r"ignore:module 'sre_\w+' is deprecated:DeprecationWarning"
)

TOPICS = (  # noqa: SIM905 (easier to read)
    "harbour railway budget school market bridge pension river museum hospital garden ferry library"
    " petition storm quarry orchard tender council road winter teacher engine signal canal airport"
    " theatre union forest power water housing tax census border prison court police army navy"
).split()
NAMES = ("Ada Example", "Jean-Luc O’Neill", "María de los Ángeles Pérez", "林美", "Олег Їжак")


@dataclass(frozen=True)
class Damage:
    """One kind of damage to a good record, and the rule that is meant to catch it."""

    name: str
    rule_id: str
    spoil: Callable[..., Entry | Article]


def good_entry(number: int, samples: Samples) -> Entry:
    topic = TOPICS[number % len(TOPICS)]
    return samples.entry(  # type: ignore[no-any-return]
        entry_id=f"entry-{number}",
        guid=f"tag:steppe-herald.example,2022:{number}",
        url=f"https://www.steppe-herald.example/2022/01/{topic}-{number}",
        title=f"Town {number} gets another {topic}, says the mayor",
        published=samples.moment(samples.seen_at - timedelta(hours=1 + number % 40)),
    )


def good_article(number: int, samples: Samples) -> Article:
    topic, other = TOPICS[number % len(TOPICS)], TOPICS[(number * 7 + 3) % len(TOPICS)]
    paragraphs = [
        f"In town {number} the {topic} was the talk of the week, because the {other} that people "
        f"had waited for since the spring came with a bill nobody had asked about (part {part})."
        for part in range(3 + number % 4)
    ]
    return samples.article_of(  # type: ignore[no-any-return]
        *paragraphs,
        version_id=f"version-{number}",
        headline=f"Town {number} gets another {topic}, says the mayor",
        published=samples.moment(samples.seen_at - timedelta(hours=1 + number % 40)),
        credits=credited(NAMES[number % len(NAMES)]),
    )


def credited(name: str) -> tuple[Credit, ...]:
    return (Credit(role="author", name=name, raw=name, origin="byline"),)


def with_body(article: Article, *paragraphs: str) -> Article:
    """Return an article with another body, its blocks in step."""
    blocks, start = [], 0
    for position, text in enumerate(paragraphs):
        end = start + len(text)
        blocks.append(Block(position=position, kind="paragraph", text=text, start=start, end=end))
        start = end + 1
    return replace(article, body="\n".join(paragraphs), blocks=tuple(blocks))


def and_last(article: Article, *more: str) -> Article:
    return with_body(article, *article.body.split("\n"), *more)


def moved(record: Entry | Article, at: datetime) -> Entry | Article:
    assert record.published is not None
    return replace(record, published=replace(record.published, at=at))


def doubted(article: Article, code: str) -> Article:
    return replace(article, doubts=(Doubt(code=code, detail="2017 against 2019"),))


def misread(text: str) -> str:
    """Return UTF-8 as one who takes it for windows-1252 reads it."""
    return text.encode().decode("cp1252")


ENTRY_DAMAGES = (
    Damage("identity lost", "entry.identified", lambda e: replace(e, guid=None, url=None)),
    Damage("link lost", "entry.link_present", lambda e: replace(e, url=None)),
    Damage("link to a mailbox", "entry.link_http", lambda e: replace(e, url="mailto:a@b.example")),
    Damage("link to a file", "entry.link_http", lambda e: replace(e, url="file:///etc/passwd")),
    Damage("link inwards", "entry.link_host", lambda e: replace(e, url="http://192.168.1.7/a")),
    Damage("link cut off", "entry.link_host", lambda e: replace(e, url="https://www/2022/01/a")),
    Damage(
        "link to the front page",
        "entry.link_not_front_page",
        lambda e: replace(e, url="https://www.steppe-herald.example"),
    ),
    Damage("title lost", "entry.title_present", lambda e: replace(e, title=None)),
    Damage(
        "title of a button",
        "entry.title_not_boilerplate",
        lambda e: replace(e, title="Continue reading →"),
    ),
    Damage("title cut to a letter", "entry.title_length", lambda e: replace(e, title=e.title[:1])),
    Damage("title of a page", "entry.title_length", lambda e: replace(e, title=e.title * 9)),
    Damage(
        "title in the wrong encoding",
        "entry.title_clean",
        lambda e: replace(e, title=misread("Le maire de l’Été à Nîmes")),
    ),
    Damage(
        "title with lost characters",
        "entry.title_clean",
        lambda e: replace(e, title=e.title.replace("mayor", "ma\ufffdor")),
    ),
    Damage(
        "title escaped twice",
        "entry.title_without_markup",
        lambda e: replace(e, title=e.title.replace(", ", " &amp; ")),
    ),
    Damage(
        "date in no form",
        "entry.date_readable",
        lambda e: replace(e, published=None, raw_published="Thu, 45 Foo 2022"),
    ),
    Damage(
        "date a month ahead",
        "entry.published_not_ahead",
        lambda e: moved(e, e.seen_at + timedelta(days=30)),
    ),
    Damage(
        "date of an empty field",
        "entry.published_not_ancient",
        lambda e: moved(e, datetime(1970, 1, 1, tzinfo=UTC)),
    ),
    Damage("guid with the text", "entry.guid_length", lambda e: replace(e, guid=e.guid * 40)),
)
ARTICLE_DAMAGES = (
    Damage("a listing", "article.kind_loaded", lambda a: replace(a, kind="listing")),
    Damage("an error page", "article.kind_loaded", lambda a: replace(a, kind="error")),
    Damage("a teaser", "article.paywall_stub", lambda a: replace(a, kind="teaser")),
    Damage("a challenge", "article.no_wall", lambda a: replace(a, headline="Attention Required!")),
    Damage(
        "a cookie wall",
        "article.no_wall",
        lambda a: with_body(a, "We use cookies, and our 812 partners store them. " * 5),
    ),
    Damage(
        "a page of our own network",
        "article.host_public",
        lambda a: replace(a, final_url="http://localhost/a"),
    ),
    Damage("body cut", "article.body_length", lambda a: with_body(a, a.body[:99] + ".")),
    Damage(
        "body of links",
        "article.body_is_prose",
        lambda a: with_body(a, *(f"The {topic} in pictures" for topic in TOPICS)),
    ),
    Damage(
        "body of tags",
        "article.body_not_markup",
        lambda a: with_body(a, *(f'<div class="text"><p>{line}</p></div>' for line in _lines(a))),
    ),
    Damage(
        "a script left in",
        "article.body_without_markup",
        lambda a: and_last(a, "window.dataLayer = window.dataLayer || [];"),
    ),
    Damage(
        "body in the wrong encoding",
        "article.body_readable",
        lambda a: with_body(a, misread("Её — что же ещё?") * 9 + ".", *_lines(a)[:1]),
    ),
    Damage(
        "one word in the wrong encoding",
        "article.body_clean",
        lambda a: and_last(a, f"So it was in {misread('Orléans')}, they said."),
    ),
    Damage(
        "paragraphs taken twice",
        "article.body_not_repeated",
        lambda a: and_last(a, *_lines(a)[:2]),
    ),
    Damage(
        "an advertisement's label in the text",
        "article.body_without_furniture",
        lambda a: and_last(a, "Advertisement"),
    ),
    Damage(
        "a picture's credit in the text",
        "article.body_without_furniture",
        lambda a: and_last(a, "Photo: Ada Example"),
    ),
    Damage(
        "a word with a soft hyphen",
        "article.text_searchable",
        lambda a: and_last(a, "They spoke of the har\u00adbour."),
    ),
    Damage(
        "an accent apart from its letter",
        "article.text_searchable",
        lambda a: and_last(a, "They met in the cafe\u0301."),
    ),
    Damage(
        "headline of another story",
        "article.headline_of_body",
        lambda a: replace(a, headline="Actress marries violinist on distant island"),
    ),
    Damage(
        "the page's code for a body",
        "article.body_not_script",
        lambda a: with_body(a, a.body[:300] + ".", f"window.state = {{{'x: 1, ' * 90}}};"),
    ),
    Damage(
        "offsets moved",
        "article.blocks_cover_body",
        lambda a: replace(a, blocks=tuple(replace(b, start=b.start + 1) for b in a.blocks)),
    ),
    Damage("headline lost", "article.headline_present", lambda a: replace(a, headline="")),
    Damage(
        "headline of the site",
        "article.headline_of_story",
        lambda a: replace(a, headline="The Steppe Herald"),
    ),
    Damage(
        "headline in tags",
        "article.headline_clean",
        lambda a: replace(a, headline=f"<em>{a.headline}</em>"),
    ),
    Damage("language lost", "article.language_known", lambda a: replace(a, language="und")),
    Damage(
        "language contradicted",
        "article.language_agreed",
        lambda a: doubted(a, "language_conflict"),
    ),
    Damage(
        "a date for an author",
        "article.authors_are_names",
        lambda a: replace(a, credits=credited("13 January 2022")),
    ),
    Damage("date lost", "article.published_present", lambda a: replace(a, published=None)),
    Damage(
        "date after the fetch",
        "article.published_not_ahead",
        lambda a: moved(a, a.fetched_at + timedelta(days=2)),
    ),
    Damage(
        "date of an empty field",
        "article.published_not_ancient",
        lambda a: moved(a, datetime(1970, 1, 1, tzinfo=UTC)),
    ),
    Damage(
        "date contradicted by the text",
        "article.date_fits_text",
        lambda a: doubted(a, "date_contradicted_by_text"),
    ),
    Damage("dates that differ", "article.dates_agree", lambda a: doubted(a, "date_conflict")),
    Damage(
        "a clock ahead",
        "article.fetched_not_ahead",
        lambda a: replace(a, fetched_at=a.fetched_at + timedelta(hours=1)),
    ),
)
ALSO = {  # a worse form of what another rule marks
    "entry.identified": {"entry.link_present"},
    "article.body_not_markup": {"article.body_without_markup"},
    "article.body_not_script": {"article.body_without_markup"},
    "article.body_readable": {"article.body_clean"},
}


def _lines(article: Article) -> list[str]:
    return article.body.split("\n")


GOOD_ROWS = 200
GOOD = "accepted"


@pytest.fixture(scope="module")
def spoilt(samples: Samples) -> dict[str, Verdict]:
    """Return the verdicts on good records among which damaged ones stand, by subject_id."""
    entries = [good_entry(number, samples) for number in range(GOOD_ROWS)]
    for number, damage in enumerate(ENTRY_DAMAGES):
        entries[number * 5] = damage.spoil(entries[number * 5])  # type: ignore[call-overload]
    articles = [good_article(number, samples) for number in range(GOOD_ROWS)]
    for number, damage in enumerate(ARTICLE_DAMAGES):
        articles[number * 5] = damage.spoil(articles[number * 5])  # type: ignore[call-overload]
    checked = [check_entries(entries, now=samples.now), check_articles(articles, now=samples.now)]
    return {verdict.subject_id: verdict for one in checked for verdict in one.verdicts}


def test_there_are_at_least_forty_kinds_of_damage() -> None:
    damages = [*ENTRY_DAMAGES, *ARTICLE_DAMAGES]
    assert len({(damage.name, damage.rule_id) for damage in damages}) == len(damages) >= 40


@pytest.mark.parametrize("number", range(len(ENTRY_DAMAGES)), ids=[d.name for d in ENTRY_DAMAGES])
def test_damage_to_an_entry_is_caught_by_the_rule_meant_for_it(
    number: int, spoilt: dict[str, Verdict]
) -> None:
    rule = ENTRY_DAMAGES[number].rule_id
    hits = {hit.rule_id for hit in spoilt[f"entry-{number * 5}"].hits}
    assert hits == {rule} | ALSO.get(rule, set())


@pytest.mark.parametrize(
    "number", range(len(ARTICLE_DAMAGES)), ids=[d.name for d in ARTICLE_DAMAGES]
)
def test_damage_to_an_article_is_caught_by_the_rule_meant_for_it(
    number: int, spoilt: dict[str, Verdict]
) -> None:
    rule = ARTICLE_DAMAGES[number].rule_id
    hits = {hit.rule_id for hit in spoilt[f"version-{number * 5}"].hits}
    assert hits == {rule} | ALSO.get(rule, set())


def test_no_good_record_is_touched(spoilt: dict[str, Verdict]) -> None:
    damaged = {f"entry-{number * 5}" for number in range(len(ENTRY_DAMAGES))}
    damaged |= {f"version-{number * 5}" for number in range(len(ARTICLE_DAMAGES))}
    good = [verdict for subject, verdict in spoilt.items() if subject not in damaged]
    assert len(good) == 2 * GOOD_ROWS - len(damaged)
    assert [verdict for verdict in good if verdict.status != GOOD or verdict.hits] == []
