# ruff: noqa: E501 (markup, one trait a line)
"""The short ways to trafilatura's results give what its own long ones give."""

from __future__ import annotations

from copy import copy
from datetime import date
from pathlib import Path

import pytest
from htmldate import core, extractors
from lxml.etree import tostring
from lxml.html import HtmlElement, document_fromstring
from trafilatura.htmlprocessing import convert_tags, delete_by_link_density, tree_cleaning
from trafilatura.main_extractor import extract_comments, extract_content
from trafilatura.settings import Extractor

from transforms.byline_search import search_byline
from transforms.engine_content import content_of
from transforms.engine_dates import REPLACED, page_date
from transforms.engine_paths import answered
from transforms.engine_prose import Part, parts_of, prose
from transforms.engine_tree import LinkDensity, clean, convert
from transforms.survey import survey

PAGES = Path(__file__).parents[1] / "data" / "pages"
PROSE = "The council of the harbour town voted on Tuesday to close the old ferry line, after hours of talk. "
LINKS = "".join(
    f"<li><a href='/{n}'>Another story of the town, number {n}</a></li>" for n in range(12)
)
TRAITS = {
    "frame": f"<article><h2>A</h2>{f'<p>{PROSE * 3}</p>' * 5}<ul>{LINKS}</ul></article>",
    "figure": f"<div><figure><table><tr><td>{PROSE}</td></tr></table></figure>{f'<p>{PROSE * 3}</p>' * 4}</div>",
    "form": f"<form><p>{PROSE * 9}</p><form><input></form></form><form>Search <input></form>tail",
    "tails": f"<p>{PROSE * 4}<svg></svg>one<time>now</time> two<button>x</button></p><nav>n</nav>three{f'<p>{PROSE * 3}</p>' * 3}",
    "empty": f"<div></div><p></p>a<section><span></span></section>{f'<p>{PROSE * 3}</p>' * 4}",
    "loose": f"<div class='article-body'>{PROSE * 3}<br><br>{PROSE * 4}<b>bold</b> {PROSE}<br>{PROSE}</div>",
    "quote": f"<article>{PROSE}<blockquote>{PROSE}</blockquote>{PROSE * 2}<ul><li>one</li></ul>{PROSE}{f'<p>{PROSE * 3}</p>' * 3}</article>",
    "farm": f"<article>{f'<p>{PROSE * 3}</p>' * 4}<div>{'<a href=/x>A long enough story title here</a> ' * 9}</div><p><a href='/y'>More</a></p><p>{PROSE}</p></article>",
    "short": f"<div class='content'><p>{PROSE}</p></div>",
    "table": f"<article>{f'<p>{PROSE * 3}</p>' * 4}<table role='presentation'><tr><td><p>{PROSE}</p></td></tr></table><table><tr><th>a</th><td>b</td></tr></table></article>",
    "comments": f"<article>{f'<p>{PROSE * 3}</p>' * 4}</article><div id='comments'><p>{PROSE}</p></div>",
    "repeats": f"<article><p>{PROSE}</p><p>{PROSE}</p>{f'<p>x{PROSE * 3}</p><div>{PROSE}</div>' * 4}</article>",
}  # fmt: skip


def options() -> Extractor:
    return Extractor(output_format="python", comments=True, tables=True)


@pytest.fixture(params=[*TRAITS, *sorted(path.name for path in PAGES.glob("*.html"))])
def tree(request: pytest.FixtureRequest) -> HtmlElement:
    name = str(request.param)
    if name in TRAITS:
        return document_fromstring(f"<html><body>{TRAITS[name]}</body></html>")
    return document_fromstring((PAGES / name).read_text("utf-8", "replace"))


def squeezed(tree: HtmlElement) -> str:
    return "".join("".join(tree.itertext()).split())


def test_a_clean_tree_is_trafilaturas(tree: HtmlElement) -> None:
    assert squeezed(clean(copy(tree))) == squeezed(tree_cleaning(copy(tree), options()))


def test_what_is_mostly_links_is_the_same(tree: HtmlElement) -> None:
    ours = convert(clean(copy(tree)), options())
    theirs = copy(ours)
    density = LinkDensity()
    for tag in ("div", "list", "p", "div", "list", "p"):
        density.delete(ours, tag, tag == "div")
        delete_by_link_density(theirs, tag, tag == "div")
    assert tostring(ours) == tostring(theirs)


def test_the_text_found_is_the_same(tree: HtmlElement) -> None:
    def make() -> HtmlElement:
        return convert_tags(tree_cleaning(copy(tree), options()), options())

    found = content_of(make, options())
    whole = make()
    with answered(whole):
        _, _, rest = extract_comments(whole, options())
        body, text = extract_content(rest, options())
    assert found.text == text
    assert tostring(found.body) == tostring(body)


def test_prose_is_what_is_long_and_rich_in_small_words() -> None:
    markup = f"<nav><ul>{LINKS}</ul></nav><p>{PROSE * 3}</p><p>Short one.</p><p>{PROSE * 3}</p><p>Lorem ipsum dolor</p>"
    parts = parts_of(document_fromstring(f"<html><body>{markup}</body></html>"))
    assert prose(parts) == [(PROSE * 3).strip(), "Short one.", (PROSE * 3).strip()]


def test_parts_leave_out_consent_boxes_and_comments() -> None:
    markup = f"<div class='cookie-banner'>{PROSE}</div><div id='comments'>{PROSE}</div><p>Kept<br>here<br><br>and there</p>"
    parts = parts_of(document_fromstring(f"<html><body>{markup}</body></html>"))
    assert [part.text for part in parts] == ["Kept here", "and there"]


def test_linked_characters_and_choices_are_counted() -> None:
    tree = document_fromstring(
        "<body><p>See <a href='/'>this one</a>.</p><select><option>One</select>"
    )
    assert parts_of(tree) == [
        Part("See this one.", 8, is_choice=False),
        Part("One", 0, is_choice=True),
    ]


@pytest.mark.parametrize(
    ("markup", "wanted"),
    [
        ("<span class='x'>no</span><p class='story-author-name'>Jane Doe</p>", "Jane Doe"),
        ("<div class='byline'>By Jane Doe <time>today</time></div>", "By Jane Doe"),
        ("<div class='comments'><span class='author'>troll</span></div>", None),
        ("<div id='the-author'>jane doe</div>", "Jane Doe"),
        ("<figure><span class='author'>Photographer</span></figure>", None),
        ("<p itemprop='author'>Max Muster</p>", "Max Muster"),
    ],
)
def test_the_last_search_for_a_byline(markup: str, wanted: str | None) -> None:
    assert (
        search_byline(survey(document_fromstring(f"<html><body>{markup}</body></html>"))) == wanted
    )


def test_dates_in_words_are_read_by_our_reader() -> None:
    before = [getattr(extractors, name) for name in REPLACED]
    tree = document_fromstring("<html><body><p class='date'>5 ақпан 2021</p></body></html>")
    assert page_date(survey(tree), "https://a.example/b", date(2024, 3, 1)) == "2021-02-05"
    assert [getattr(extractors, name) for name in REPLACED] == before


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f"{PROSE * 4} Tuesday, 12/05/2021. {PROSE * 4}", "2021-05-12"),
        (f"© The Harbour Courier {PROSE * 3} 2019 all rights", "2019-01-01"),
    ],
)
def test_a_date_among_much_text_is_found(text: str, wanted: str) -> None:
    tree = document_fromstring(f"<html><body><article>{text}<b>x</b></article></body></html>")
    assert page_date(survey(tree), "https://a.example/b", date(2024, 3, 1)) == wanted
    assert core.search_page.__module__ == core.__name__
