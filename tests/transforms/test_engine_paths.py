# ruff: noqa: E501 (names and markup, read as tables)
"""The remembered answers are those of trafilatura's own expressions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml.html import HtmlElement, document_fromstring
from trafilatura import main_extractor

from transforms import engine_paths

PAGES = Path(__file__).parents[1] / "data" / "pages"
NAMED = (
    "article-body", "Article ", "post-entry", "posttext", "art-content", "comment-list", "disqus_thread",
    "Comments", "commentary", "article-comments", "sidebar", "dfpAd", "x ad y", "ad-box", "nav-main", "Navbar",
    "hide-me", "is hidden", "teaser", "Teaser", "caption", "content_main", "FullText", "reply-to", "cookie",
    "bread-crumb", "breadcrumb", "social-box", "paid-content", "primary", "story-content", "storycontent", "plain",
)  # fmt: skip


def markup_of_names() -> str:
    boxes = (
        f'<{tag} {attribute}="{name}">text</{tag}>'
        for name in NAMED
        for tag in ("div", "section", "span", "p", "ul")
        for attribute in ("class", "id")
    )
    more = '<div role="Navigation">a</div><div data-lp-replacement-content="">b</div><main>c</main>'
    style = '<p style="display:none">d</p><p aria-hidden="true">e</p><div itemprop="articleBody">f</div>'
    odd = "<fb:like id='share'>g</fb:like><article>h</article><article>i</article>"
    return f"<html><body>{''.join(boxes)}{more}{style}{odd}</body></html>"


@pytest.fixture(params=["names", *sorted(path.name for path in PAGES.glob("*.html"))])
def tree(request: pytest.FixtureRequest) -> HtmlElement:
    name = str(request.param)
    return document_fromstring(
        markup_of_names() if name == "names" else (PAGES / name).read_text("utf-8", "replace")
    )


def test_answers_are_those_of_the_expressions(tree: HtmlElement) -> None:
    wanted = {
        name: [list(expression(tree)) for expression in expressions]
        for name, expressions in engine_paths.ORIGINALS.items()
    }
    with engine_paths.answered(tree):
        for name, all_wanted in wanted.items():
            for answer, found in zip(getattr(main_extractor, name), all_wanted, strict=True):
                given = answer(tree)
                # an expression that asks for the first match may be answered with all; where
                # none matches, the frame that holds the paragraphs stands in for the first
                frame = engine_paths.frame_of(tree) if name == "BODY_XPATH" else None
                assert bool(given) == bool(found) or given == [frame]
                assert given[: len(found)] == found if name == "BODY_XPATH" else given == found


def test_elements_taken_out_or_changed_are_not_answered() -> None:
    tree = document_fromstring("<body><div class='teaser'>a</div><div id='teaser'>b</div></body>")
    first, second = tree.iter("div")
    with engine_paths.answered(tree):
        teasers = main_extractor.TEASER_DISCARD_XPATH[0]
        first.getparent().remove(first)
        second.attrib.clear()
        assert teasers(tree) == []


def test_another_tree_is_searched() -> None:
    tree, other = (document_fromstring("<p>a</p>") for _ in range(2))
    other.find(".//p").set("class", "teaser")
    with engine_paths.answered(tree):
        assert len(main_extractor.TEASER_DISCARD_XPATH[0](other)) == 1


def test_the_library_is_left_as_it_was() -> None:
    with engine_paths.answered(document_fromstring("<p>a</p>")):
        pass
    for name, originals in engine_paths.ORIGINALS.items():
        assert tuple(getattr(main_extractor, name)) == tuple(originals)


def test_expressions_look_at_no_more_than_the_signature() -> None:
    for originals in engine_paths.ORIGINALS.values():
        for expression in originals:
            assert set(re.findall(r"@([\w-]+)", expression.path)) <= set(engine_paths.ATTRIBUTES)
            predicates = re.findall(
                r"\[(?!1\]).*\]", re.sub(r"'[^']*'", "''", expression.path), re.DOTALL
            )
            assert not any("//" in predicate.partition("|(.//")[0] for predicate in predicates)


def test_words_of_an_expression() -> None:
    path = ".//*[self::p][@id='alpha' or re:test(@class, '^beta-?x|(?:ga|de)mma|[Ee]psilon')]"
    assert engine_paths.words_of(path) == {"alpha", "beta", "gamma", "demma", "psilon"}
    assert engine_paths.words_of(".//main") == set()
    with pytest.raises(ValueError, match="'ab'"):
        engine_paths.words_of(".//*[re:test(@id, '^ab')]")
