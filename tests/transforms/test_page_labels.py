"""Lines of the page stay beside the article; lines of the article that are like them stay in it."""

from __future__ import annotations

import pytest
from lxml.html import document_fromstring

from transforms.asides import PageText, set_aside
from transforms.blocks import build_blocks
from transforms.drafts import type_line
from transforms.engine_pieces import Piece
from transforms.page_labels import is_disclosure
from transforms.survey import survey

NO_PAGE = PageText("", (), frozenset())
STORY = "The council of Harrowgate voted on Tuesday to rebuild the old pier, its mayor said."


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Advertisement", "promo"),
        ("- Anzeige -", "promo"),
        ("Реклама", "promo"),
        ("広告", "promo"),
        ("Story continues below advertisement", "promo"),
        ("Artikel teilen", "promo"),
        ("Inhaltsverzeichnis", "promo"),
        ("3 min read", "credit"),
        ("Lesezeit: 4 Minuten", "credit"),
        ("Temps de lecture : 2 min", "credit"),
        ("Ten tekst przeczytasz w 3 minuty", "credit"),
        ("Never miss a tide by signing up to our newsletter today!", "promo"),
        ("The week's news from the harbour, delivered straight to your inbox.", "promo"),
        ("To read the full story, please subscribe.", "promo"),
        ("Cet article est réservé aux abonnés.", "promo"),
        ("この記事は会員限定です。", "promo"),
        ("If you buy through our links, we may earn a commission.", "note"),
        ("Die mit * markierten Links sind Affiliate-Links.", "note"),
        ("Nous pouvons percevoir une commission.", "note"),
        ("Titelbild: Jane Miller/Getty Images", "credit"),
        ("(Credit: Jane Miller / Reuters)", "credit"),
        ("Fot. Anna Nowak / PAP", "credit"),
        ("Advertisement of the vacancy begins on Monday", "paragraph"),
        ("Share prices fell after the vote.", "paragraph"),
        ("The minister read for ten minutes, and nobody listened.", "paragraph"),
        ("A thousand people signed up for the newsletter within a day.", "paragraph"),
        ("The European Commission may receive the report in May.", "paragraph"),
        ("Subscribers to the ferry's season ticket pay half.", "paragraph"),
    ],
)
def test_lines_of_the_page_are_told_from_lines_of_the_article(line: str, kind: str) -> None:
    assert type_line(line) == kind


def test_a_long_paragraph_that_speaks_of_commissions_is_no_disclosure() -> None:
    assert not is_disclosure(f"Traders may earn a commission on each sale. {STORY * 6}")


def test_a_heading_that_shows_the_headline_with_its_kicker_is_no_part_of_the_body() -> None:
    headline = "Council votes to rebuild the old pier"
    pieces = [Piece("heading", f"Harrowgate {headline}", 1), Piece("paragraph", STORY)]
    assert build_blocks(pieces, NO_PAGE, titles=[headline]).body == STORY
    section = [Piece("heading", "The old pier of Harrowgate", 2), Piece("paragraph", STORY)]
    built = build_blocks(section, NO_PAGE, titles=["The old pier"])
    assert built.body == f"The old pier of Harrowgate\n{STORY}"


def test_a_date_in_a_list_above_the_text_is_a_credit() -> None:
    pieces = [Piece("list", "Published 18 November 2019"), Piece("paragraph", STORY)]
    built = build_blocks(pieces, NO_PAGE, titles=[])
    assert [block.kind for block in built.blocks] == ["credit", "paragraph"]


@pytest.mark.parametrize(
    ("markup", "is_kept"),
    [
        ('<div style="visibility: hidden">{}</div>', False),
        ('<p style="color:red; visibility:hidden">{}</p>', False),
        ('<p style="display:none">{}</p>', False),
        ('<div style="display:none">{}{}{}</div>', True),
        ('<div style="display:none"><h1>A pier</h1>{}</div>', True),
        ('<div style="display:block">{}</div>', True),
    ],
)
def test_what_inline_styles_hide_for_good_is_not_read(markup: str, *, is_kept: bool) -> None:
    page = f"<html><body>{markup.replace('{}', STORY)}<p>Above the bay.</p></body></html>"
    found = set_aside(survey(document_fromstring(page)))
    assert ("Harrowgate" in found.squeezed) is is_kept
    assert "Abovethebay." in found.squeezed
