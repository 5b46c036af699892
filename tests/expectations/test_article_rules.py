"""For every rule on articles: the smallest record that breaks it, and one that nearly does."""

# ruff: noqa: RUF001 (good and damaged text in several scripts)

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from expectations.articles import ARTICLE_RULES, LOADED_KINDS
from expectations.check import check_articles
from transforms.records import Block, Credit, Doubt

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import SimpleNamespace as Samples

    from transforms.records import Article, Verdict

SENTENCE = "He said that it would be so, and that it would stay so for a while, at the least. "
HEADLINES = [f"Troops stay in city number {number}" for number in range(12)]
MOJIBAKE = "â€™"


def author(name: str) -> tuple[Credit, ...]:
    return (Credit(role="author", name=name, raw=name, origin="byline"),)


def doubts(code: str) -> tuple[Doubt, ...]:
    return (Doubt(code=code, detail="2017 against 2019"),)


def prose(size: int, *, end: str = ".") -> str:
    """Return a sentence of so many characters, white space left out."""
    return "x" * (size - len(end)) + end


pytestmark = pytest.mark.filterwarnings(  # Great Expectations imports it
    r"ignore:module 'sre_\w+' is deprecated:DeprecationWarning"
)

BROKEN: list[tuple[str, Callable[[Samples], Article]]] = [
    *(
        ("article.kind_loaded", lambda s, kind=kind: s.article(kind=kind))
        for kind in ("listing", "forum", "product", "error", "challenge")
    ),
    ("article.paywall_stub", lambda s: s.article(kind="teaser", is_paywalled=True)),
    ("article.no_wall", lambda s: s.article(headline="Just a moment...")),
    ("article.no_wall", lambda s: s.article(headline="Attention Required! | Cloudflare")),
    *(
        ("article.no_wall", lambda s, text=text: s.article_of(text, SENTENCE * 3))
        for text in (
            "Please verify you are a human.",
            "Checking your browser before accessing the site.",
            "You need to enable JavaScript to run this app.",
            "We use cookies to improve your experience.",
            "Wir und unsere Partner verwenden Cookies.",
            "Nous utilisons des cookies.",
            "Utilizamos cookies propias y de terceros.",
            "Мы используем файлы cookie.",
            "Подтвердите, что вы не робот.",
            "私はロボットではありません。",
            "请完成人机验证。",
            "Geen robot? Klik hier.",
        )
    ),
    ("article.host_public", lambda s: s.article(final_url="http://127.0.0.1:8000/a")),
    ("article.body_length", lambda s: s.article_of(prose(199))),
    ("article.body_length", lambda s: s.article_of("部" * 65 + "。")),
    ("article.body_length", lambda s: s.article_of(prose(19), kind="flash")),
    ("article.body_length", lambda s: s.article_of(prose(39), kind="video")),
    ("article.body_is_prose", lambda s: s.article_of(*HEADLINES)),
    ("article.body_not_markup", lambda s: s.article_of(*(f"<b>{t}</b>." * 3 for t in "abcdefghi"))),
    ("article.body_without_markup", lambda s: s.article_of(*s.paragraphs, "It ended.<br>So.")),
    (
        "article.body_without_markup",
        lambda s: s.article_of(*s.paragraphs * 1, SENTENCE * 9, "window.dataLayer = [1];"),
    ),
    (
        "article.body_not_script",
        lambda s: s.article_of(prose(200), f"window.a = {'1' * 191};"),
    ),
    *(
        ("article.body_without_furniture", lambda s, text=text: s.article_of(*s.paragraphs, text))
        for text in (
            "Advertisement",
            "ANZEIGE:",
            "Share this",
            "Auf Facebook teilen",
            "12 comments",
            "Sign up for our newsletter.",
            "Subscribe",
            "Photo: A. Example",
            "The square on Monday (AFP)",
            "Getty Images",
            "x" * 80 + " (Reuters)",
        )
    ),
    *(
        ("article.text_searchable", lambda s, text=text: s.article_of(*s.paragraphs, text))
        for text in (
            "The har\u00adbour is open.",
            "The har\u200bbour is open.",
            "The cafe\u0301 is open.",
            "Большои\u0306 театр.",
        )
    ),
    (
        "article.text_searchable",
        lambda s: s.article(headline="Troops stay\ufeff for a limited time"),
    ),
    (
        "article.headline_of_body",
        lambda s: s.article_of(prose(501), headline="Harbour gets another ferry"),
    ),
    (
        "article.headline_of_body",
        lambda s: s.article_of("渡" * 180 + "。", headline="新しい港に船が来る"),
    ),
    ("article.body_without_markup", lambda s: s.article_of(*s.paragraphs, "Black &amp; white.")),
    ("article.body_readable", lambda s: s.article_of(prose(150), MOJIBAKE * 30 + ".")),
    ("article.body_clean", lambda s: s.article_of(*s.paragraphs, f"It isn{MOJIBAKE}t over.")),
    ("article.body_clean", lambda s: s.article_of(*s.paragraphs, "A caf\ufffd.")),
    ("article.body_clean", lambda s: s.article_of(*s.paragraphs, "Half a \ud83d face.")),
    ("article.body_not_repeated", lambda s: s.article_of(*s.paragraphs, s.paragraphs[0])),
    (
        "article.blocks_cover_body",
        lambda s: s.article(
            blocks=(*s.article().blocks[:2], replace(s.article().blocks[2], end=9))
        ),
    ),
    ("article.blocks_cover_body", lambda s: s.article(blocks=s.article().blocks[:2])),
    ("article.blocks_cover_body", lambda s: s.article(body=s.article().body.replace("\n", " "))),
    ("article.headline_present", lambda s: s.article(headline=" ")),
    ("article.headline_of_story", lambda s: s.article(headline="Steppe Herald")),
    ("article.headline_of_story", lambda s: s.article(headline="Home")),
    (
        "article.headline_of_story",
        lambda s: s.article(headline="The Times", source_id="thetimes.co.uk"),
    ),
    (
        "article.headline_of_story",
        lambda s: s.article(headline="New York Times", source_id="nytimes.com"),
    ),
    ("article.headline_of_story", lambda s: s.article(headline="DW News", source_id="dw.com")),
    (
        "article.headline_of_story",
        lambda s: s.article(headline="Süd-Kurier", source_id="sudkurier.de"),
    ),
    ("article.headline_clean", lambda s: s.article(headline=f"It isn{MOJIBAKE}t over")),
    ("article.headline_clean", lambda s: s.article(headline="Not <em>over</em> yet")),
    ("article.language_known", lambda s: s.article(language="und")),
    ("article.language_known", lambda s: s.article(language="")),
    ("article.language_agreed", lambda s: s.article(doubts=doubts("language_conflict"))),
    *(
        ("article.authors_are_names", lambda s, name=name: s.article(credits=author(name)))
        for name in (
            "admin",
            "https://steppe-herald.example/a",
            "desk@steppe-herald.example",
            "12 January 2022",
            "Редакция",
            "Anna and Boris and Clara and Dora Ivanova",
            "",
        )
    ),
    ("article.published_present", lambda s: s.article(published=None)),
    (
        "article.published_not_ahead",
        lambda s: s.article(published=s.moment(s.seen_at + timedelta(minutes=61))),
    ),
    (
        "article.published_not_ahead",
        lambda s: s.article(published=s.moment(s.now + timedelta(hours=16), precision="day")),
    ),
    (
        "article.published_not_ancient",
        lambda s: s.article(published=s.moment(datetime(1970, 1, 1, tzinfo=UTC))),
    ),
    ("article.date_fits_text", lambda s: s.article(doubts=doubts("date_contradicted_by_text"))),
    ("article.dates_agree", lambda s: s.article(doubts=doubts("date_conflict"))),
    ("article.fetched_not_ahead", lambda s: s.article(fetched_at=s.now + timedelta(minutes=6))),
]

ALSO = {  # a worse form of what another rule marks
    "article.body_not_markup": {"article.body_without_markup"},
    "article.body_not_script": {"article.body_without_markup"},
    "article.body_readable": {"article.body_clean"},
}

GOOD: list[Callable[[Samples], Article]] = [
    *(lambda s, kind=kind: s.article(kind=kind) for kind in LOADED_KINDS),
    lambda s: s.article(is_paywalled=True),
    lambda s: s.article_of(
        SENTENCE * 9, "Parliament told sites to ask: accept all cookies or none."
    ),
    lambda s: s.article_of(SENTENCE * 30, "Access denied. Are you a robot? We use cookies."),
    lambda s: s.article(headline="Access denied to reporters"),
    lambda s: s.article(headline="Just a moment in time"),
    lambda s: s.article_of(prose(200)),
    lambda s: s.article_of("部" * 67 + "。"),
    lambda s: s.article_of("ก" * 200),
    lambda s: s.article_of(prose(20, end=""), kind="flash"),
    lambda s: s.article_of(prose(40), kind="gallery"),
    lambda s: s.article_of(*HEADLINES[:4], *s.paragraphs),
    lambda s: s.article_of(*s.paragraphs, "If a < b and b > c, AT&T wins; it costs 5 € [sic]."),
    lambda s: s.article_of(*s.paragraphs, "It isn’t over: « déjà vu », “quoted” – 20 °C…"),
    lambda s: s.article_of("Войска останутся — так сказал президент, №1. " * 8),
    lambda s: s.article_of("Ґанок її Європи: «Січень» і ‘слово’. " * 9),
    lambda s: s.article_of("Не мора да буде тако, рекао је Ђорђе Његош. " * 9),
    lambda s: s.article_of(*s.paragraphs, "Why?", "Why?"),
    lambda s: s.article_of(*s.paragraphs, "Advertisement takes a tenth of the budget."),
    lambda s: s.article_of(*s.paragraphs, "Sharing bread is a habit here."),
    lambda s: s.article_of(*s.paragraphs, "He worked for AFP (and for Reuters)."),
    lambda s: s.article_of(*s.paragraphs, "x" * 112 + " (Reuters)"),
    lambda s: s.article_of(*s.paragraphs, "می\u200cخواهم. क्\u200dष. За\u0301мок. 👩\u200d🚒."),
    lambda s: s.article_of(prose(501), headline="Harbour gets ferry"),
    lambda s: s.article_of(prose(499), headline="Harbour gets another ferry"),
    lambda s: s.article_of(prose(501), "Harbours!", headline="Harbour gets another ferry"),
    lambda s: s.article(
        blocks=(
            *s.article().blocks,
            Block(position=3, kind="caption", text="Troops, pictured in 2019."),
        )
    ),
    lambda s: s.article(headline="Steppe Herald reporter freed"),
    lambda s: s.article(headline="Apple plunges", source_id="ap.org"),
    lambda s: s.article(headline="It’s over: “peace”"),
    lambda s: s.article(doubts=doubts("author_conflict")),
    *(
        lambda s, name=name: s.article(credits=author(name))
        for name in (
            "Jean-Luc O’Neill",
            "J. R. R. Tolkien",
            "María de los Ángeles Pérez",
            "林美",
            "Agence X",
        )
    ),
    lambda s: s.article(credits=(Credit(role="desk", name="admin", raw="admin", origin="byline"),)),
    lambda s: s.article(published=s.moment(s.seen_at + timedelta(minutes=60))),
    lambda s: s.article(published=s.moment(s.now + timedelta(hours=12), precision="day")),
    lambda s: s.article(published=s.moment(s.now + timedelta(hours=12), has_zone=False)),
    lambda s: s.article(published=s.moment(datetime(1990, 1, 1, tzinfo=UTC))),
    lambda s: s.article(fetched_at=s.now + timedelta(minutes=5)),
]


@pytest.fixture(scope="module")
def verdicts(samples: Samples) -> list[Verdict]:
    """Return the verdicts on all records, from one call."""
    records = [make(samples) for _, make in BROKEN] + [make(samples) for make in GOOD]
    return list(check_articles(records, now=samples.now).verdicts)


@pytest.mark.parametrize("number", range(len(BROKEN)), ids=[rule for rule, _ in BROKEN])
def test_an_article_that_breaks_a_rule_hits_that_rule_alone(
    number: int, verdicts: list[Verdict]
) -> None:
    rule_id, _ = BROKEN[number]
    expected = {rule_id} | ALSO.get(rule_id, set())
    assert {hit.rule_id for hit in verdicts[number].hits} == expected


@pytest.mark.parametrize("number", range(len(GOOD)))
def test_an_article_that_nearly_breaks_a_rule_is_accepted(
    number: int, verdicts: list[Verdict]
) -> None:
    verdict = verdicts[len(BROKEN) + number]
    assert (verdict.status, verdict.hits) == ("accepted", ())


def test_every_rule_on_articles_is_broken_by_a_record_here() -> None:
    assert {rule.rule_id for rule in ARTICLE_RULES} == {rule_id for rule_id, _ in BROKEN}
