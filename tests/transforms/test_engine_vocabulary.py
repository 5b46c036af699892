# ruff: noqa: E501 (tables of texts in several scripts, one a line)
"""Tells when an upgrade of trafilatura changes what `transforms.engine` relies on."""

from __future__ import annotations

from datetime import date

import trafilatura
from lxml.html import document_fromstring
from trafilatura.xml import TEI_VALID_TAGS

from transforms import engine
from transforms.byline_search import search_byline
from transforms.engine_dates import page_date
from transforms.survey import survey

PROSE = (
    "The council of the harbour town voted on Tuesday to close the old ferry line, after hours. "
)


def pieces(markup: str) -> list[tuple[str, str]]:
    tree = document_fromstring(f"<html><body><article>{markup}</article></body></html>")
    return [(piece.kind, piece.text) for piece in engine.main_text(tree, "https://a.example/b")]


def test_the_body_uses_the_known_tags_only() -> None:
    assert set(TEI_VALID_TAGS) == {
        "ab", "body", "cell", "code", "del", "div", "graphic", "head", "hi", "item", "lb", "list",
        "p", "quote", "ref", "row", "table",
    }  # fmt: skip


def test_pieces_have_their_kinds_and_order() -> None:
    markup = (
        f"<h2>First</h2><p>{PROSE * 3}</p><ul><li>One item</li><li>Another item</li></ul>"
        f"<blockquote><p>We liked the ferry.</p></blockquote><p>{PROSE * 4}</p>"
        f"<table><tr><th>Year</th><th>Cars</th></tr><tr><td>2022</td><td>41</td></tr></table><p>{PROSE}</p>"
    )
    assert [kind for kind, _ in pieces(markup)] == [
        "heading",
        "paragraph",
        "list",
        "list",
        "quotation",
        "paragraph",
        "table",
        "paragraph",
    ]
    assert ("table", "Year | Cars ¶ 2022 | 41") in pieces(markup)


def test_inline_markup_neither_parts_nor_glues_words() -> None:
    found = pieces(
        f"<p>The <b>old</b> <a href='/x'>ferry</a> <i>line</i>. {PROSE * 5}</p><p>{PROSE * 4}</p>"
    )
    assert found[0][1].startswith("The old ferry line. The council")


def test_line_breaks_part_paragraphs_after_a_sentence_only() -> None:
    found = pieces(f"<p>{PROSE * 4}<br><br>{PROSE * 3}The ferry<br>goes on.</p><p>{PROSE}</p>")
    assert [kind for kind, _ in found] == ["paragraph"] * 3
    assert found[1][1].endswith("The ferry goes on.")


def test_the_short_way_gives_the_same_text_as_the_whole_cascade() -> None:
    markup = f"<html><body><nav><a href='/'>Home</a></nav><article><h1>A</h1>{f'<p>{PROSE * 5}</p>' * 6}</article></body></html>"
    found = engine.main_text(document_fromstring(markup), "https://a.example/b")
    whole = trafilatura.bare_extraction(markup, url="https://a.example/b")
    assert "\n".join(piece.text for piece in found) == whole.text.strip()


def test_a_page_without_text_has_no_pieces() -> None:
    assert pieces("") == []


def test_the_last_resorts_give_plain_values() -> None:
    tree = document_fromstring(
        "<html><body><div class='author'>Jane Doe</div><p>Posted on March 5, 2021</p></body></html>"
    )
    assert search_byline(survey(tree)) == "Jane Doe"
    assert page_date(survey(tree), "https://a.example/b", date(2024, 3, 1)) == "2021-03-05"
