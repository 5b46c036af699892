"""Sections that name other texts leave the body; sections that only sound like them stay."""

from __future__ import annotations

import pytest

from transforms.asides import PageText
from transforms.blocks import build_blocks
from transforms.engine_pieces import Piece
from transforms.related import opens_related, related_places

STORY = "The council of Harrowgate voted on Tuesday to rebuild the old pier, its mayor said. " * 8


@pytest.mark.parametrize(
    "line",
    [
        "More from The Ferryman",
        "Related coverage",
        "Mehr zum Thema auf hafenblatt.example",
        "Das könnte Sie auch interessieren:",
        "Notas relacionadas",
        "Contenido relacionado",
        "Articles similaires",
        "Articoli correlati",
        "Polecane artykuły",
        "Новости по теме",
        "Схожі новини",
        "مواضيع ذات صلة",
        "相关文章",
        "人気記事",
        "많이 본 뉴스",
        "Tin liên quan",
    ],
)
def test_a_line_that_heads_other_texts_is_known(line: str) -> None:
    assert opens_related(line)


@pytest.mark.parametrize(
    "line",
    [
        "Related services will cost more, the council said.",
        "Reading the tide tables",
        "Readers of the sea",
        "Auch der Hafen wächst",
        "Most people stayed at home",
        "Recommended daily dose of iodine for people who live far from the coast of the country",
    ],
)
def test_a_line_that_only_begins_alike_is_not(line: str) -> None:
    assert not opens_related(line)


def test_the_end_of_an_article_below_such_a_heading_is_promotion() -> None:
    pieces = [
        Piece("paragraph", STORY),
        Piece("heading", "Notas relacionadas", 2),
        Piece("heading", "Una tormenta dejó sin luz a tres barrios del puerto", 2),
        Piece("paragraph", "El temporal derribó postes y árboles durante la madrugada"),
        Piece("heading", "El ferry vuelve a cruzar la bahía después de dos años", 2),
    ]
    built = build_blocks(pieces, PageText("", (), frozenset()), titles=[])
    assert built.body == STORY.strip()
    assert [block.kind for block in built.blocks[1:]] == ["promo"] * 4


def test_links_in_the_middle_of_an_article_go_and_its_text_below_stays() -> None:
    texts = [STORY, "More about the pier", "The pier in pictures", STORY, "An end."]
    assert related_places(texts, {2}, [None] * 5) == {1, 2}


def test_another_section_of_the_article_stays() -> None:
    texts = [STORY, "See also", "Skew piers", "References", "The pier, a history (1998)"]
    assert related_places(texts, {2}, [None, 2, None, 2, None]) == {1, 2}


def test_what_is_long_or_as_much_as_the_article_is_no_appendix() -> None:
    assert related_places([STORY, "More about the pier", STORY], set(), [None] * 3) == set()
    short = "The pier was built of oak."
    assert related_places([short, "Further reading", short, short], set(), [None] * 4) == set()
