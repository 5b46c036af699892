"""The body comes whole, and nothing but the body, in twenty languages and ten scripts.

One sample a language (tests/data/languages) in several layouts: frames that name themselves,
frames that do not, and paragraphs that are but line breaks.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
from page_exchanges import page_exchange

from transforms.articles import extract
from transforms.asides import squeeze
from transforms.records import Article

SAMPLES = Path(__file__).parents[1] / "data" / "languages"
NAMES = sorted(path.stem for path in SAMPLES.glob("*.toml"))
RIGHT_TO_LEFT = {"ar", "fa", "he"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One story of one language, with what stands around it on a page."""

    headline: str
    paragraphs: list[str]
    caption: str
    credit: str
    promo: str
    related: list[str]
    menu: list[str]
    footer: str
    flash: list[str]
    words: int


def sample_of(name: str) -> Sample:
    return Sample(**tomllib.loads((SAMPLES / f"{name}.toml").read_text(encoding="utf-8")))


def links(texts: list[str]) -> str:
    return "".join(f'<li><a href="/a/{n}">{text}</a></li>' for n, text in enumerate(texts))


def framed(sample: Sample, name: str, article: str) -> str:
    direction = "rtl" if name in RIGHT_TO_LEFT else "ltr"
    return (
        f'<!DOCTYPE html><html lang="{name}" dir="{direction}"><head><meta charset="utf-8">'
        f"<title>{sample.headline}</title></head><body><nav><ul>{links(sample.menu)}</ul></nav>"
        f'{article}<aside class="sidebar"><ul>{links(sample.related)}</ul></aside>'
        f"<footer><p>{sample.footer}</p></footer></body></html>"
    )


def named_frame(sample: Sample) -> str:
    first, second, *rest = (f"<p>{text}</p>" for text in sample.paragraphs)
    picture = (
        f'<figure><img src="1.jpg" alt=""><figcaption>{sample.caption} '
        f'<span class="credit">{sample.credit}</span></figcaption></figure>'
    )
    promo = f'<p><a href="/a/9">{sample.promo}</a></p>'
    return (
        f'<article><h1>{sample.headline}</h1>{picture}<div class="article-body">'
        f"{first}{second}{promo}{''.join(rest)}</div></article>"
    )


def unnamed_frame(sample: Sample) -> str:
    first, second, *rest = (f"<p>{text}</p>" for text in sample.paragraphs)
    picture = f'<div class="pic"><img src="1.jpg" alt=""><p>{sample.caption}</p></div>'
    promo = f'<p><b><a href="/a/9">{sample.promo}</a></b></p>'
    return (
        f'<div class="w1"><div class="k2"><h1>{sample.headline}</h1></div><div class="k3">'
        f"{first}{picture}{second}{promo}{''.join(rest)}</div></div>"
    )


def line_breaks(sample: Sample) -> str:
    text = "<br><br>\n".join(sample.paragraphs)
    picture = (
        f'<div class="photo"><img src="1.jpg"><div class="caption">{sample.caption}</div></div>'
    )
    return (
        f'<div class="main"><h1>{sample.headline}</h1>{picture}<div class="text">{text}</div></div>'
    )


def article_of(sample: Sample, name: str, markup: str) -> Article:
    url = f"https://coast-{name.lower()}.example/2024/06/25/story-{len(markup)}"
    exchange = page_exchange(url, framed(sample, name, markup).encode())
    found = extract(exchange, source_id="s")
    assert isinstance(found, Article), found
    return found


def lines(texts: list[str]) -> list[str]:
    return [squeeze(text) for text in texts]


@pytest.mark.parametrize("is_named", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_the_body_is_the_paragraphs_and_nothing_else(name: str, *, is_named: bool) -> None:
    sample = sample_of(name)
    markup = named_frame(sample) if is_named else unnamed_frame(sample)
    article = article_of(sample, name, markup)
    assert lines(article.body.splitlines()) == lines(sample.paragraphs)
    beside = {block.kind: block for block in article.blocks if block.start is None}
    assert beside["caption"].text == sample.caption
    assert beside["promo"].text == sample.promo


@pytest.mark.parametrize("name", NAMES)
def test_paragraphs_that_are_but_line_breaks_are_the_body(name: str) -> None:
    sample = sample_of(name)
    article = article_of(sample, name, line_breaks(sample))
    assert squeeze(article.body) == squeeze("".join(sample.paragraphs))


@pytest.mark.parametrize("name", NAMES)
def test_a_flash_of_one_paragraph_is_found_among_menus(name: str) -> None:
    sample = sample_of(name)
    text = "".join(f"<p>{line}</p>" for line in sample.flash)
    markup = f'<div class="news"><h1>{sample.headline}</h1><div class="txt">{text}</div></div>'
    assert lines(article_of(sample, name, markup).body.splitlines()) == lines(sample.flash)


@pytest.mark.parametrize("name", NAMES)
def test_each_language_is_told_and_its_words_counted(name: str) -> None:
    sample = sample_of(name)
    article = article_of(sample, "", named_frame(sample))
    assert article.language == name.partition("-")[0]
    assert article.words == pytest.approx(sample.words, rel=0.12)
