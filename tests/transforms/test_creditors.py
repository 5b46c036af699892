from __future__ import annotations

import pytest
from lxml.html import document_fromstring

from transforms.creditors import gather_credits
from transforms.metadata import Metadata
from transforms.survey import survey

SITES = ("Coast Courier",)


def credited(markup: str, author: object = None) -> list[str]:
    metadata = Metadata(article={"author": author} if author else {})
    page = survey(document_fromstring(f"<body>{markup}</body>"))
    found = gather_credits(page, metadata, sites=SITES, entry=None, headline="Ferry closed")
    return [f"{credit.role} {credit.name}" for credit in found]


def test_what_is_declared_comes_before_what_is_marked() -> None:
    markup = "<a rel='author'>Max Roe</a>"
    assert credited(markup, {"@type": "Person", "name": "Jane Doe"}) == ["author Jane Doe"]
    assert credited(markup) == ["author Max Roe"]


def test_an_outlet_declared_as_author_gives_way_to_the_byline_it_shows() -> None:
    markup = "<h1>Ferry closed</h1><p>By Jane Doe and Max Roe</p><p>The text.</p>"
    assert credited(markup, "Coast Courier") == [
        "author Jane Doe",
        "author Max Roe",
    ]
    assert credited(markup, "Lagoon News Desk")[2:] == ["desk Lagoon News Desk"]
    assert credited("<h1>Ferry closed</h1><p>The text.</p>", "Coast Courier") == [
        "desk Coast Courier"
    ]


@pytest.mark.parametrize(
    "line",
    [
        "By popular demand the ferry stays",
        "Von Hafen zu Hafen",
        "Por fin un barco",
        "By Jane Doe, who will miss the ferry " + "and its crew " * 9,
    ],
)
def test_lines_that_only_begin_like_a_byline_name_nobody(line: str) -> None:
    assert credited(f"<h1>Ferry closed</h1><p>{line}</p>") == []


def test_the_names_of_one_byline_stand_together() -> None:
    posts = "".join(
        f"<div><b itemprop='author'>{name}</b>{'<i>x</i>' * 50}</div>"
        for name in ("Jane Doe", "Max Roe", "Ann Poe")
    )
    assert credited(posts) == ["author Jane Doe"]
    byline = "<p><b itemprop='author'>Jane Doe</b> and <b itemprop='author'>Max Roe</b></p>"
    assert credited(byline + "<i>x</i>" * 50 + "<b itemprop='author'>Ann Poe</b>") == [
        "author Jane Doe",
        "author Max Roe",
    ]


def test_authors_of_comments_are_not_credited() -> None:
    markup = (
        "<p class='byline'>By Jane Doe</p>"
        "<ol class='comment-list'><li><b itemprop='author'>Max Roe</b></ol>"
    )
    assert credited(markup) == ["author Jane Doe"]


TEXT = "<p>" + "The ferry that has crossed the lagoon for forty years is closed. " * 3 + "</p>"


@pytest.mark.parametrize(
    ("above", "names"),
    [
        ("<p><strong>Jane Doe</strong></p>", ["author Jane Doe"]),
        ("<p><b>Jane Doe/Max Roe</b></p>", ["author Jane Doe", "author Max Roe"]),
        ("<p><em>…as the coast cries foul</em></p><p><b>JANE DOE</b></p>", ["author JANE DOE"]),
        ("<p><b>The last ferry</b></p>", []),
        ("<p>Jane Doe</p>", []),
        ("<p><b>Jane Doe</b> said so</p>", []),
        (TEXT + "<p><b>Jane Doe</b></p>", []),
    ],
)
def test_names_in_bold_above_the_text_are_its_byline(above: str, names: list[str]) -> None:
    assert credited(f"<h1>Ferry closed</h1>{above}{TEXT}") == names
