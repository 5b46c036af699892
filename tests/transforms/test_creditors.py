from __future__ import annotations

import pytest
from lxml.html import document_fromstring

from transforms.creditors import beside_bylines, gather_credits, once
from transforms.metadata import Metadata
from transforms.records import Credit
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


@pytest.mark.parametrize(
    ("line", "people"),
    [
        ("<p>3 May 2021, 10:30 | By Jane Doe</p>", ["author Jane Doe"]),
        ("<p>Datum: 03.11.2021 Autor: Max Muster</p>", ["author Max Muster"]),
        ("<p>3 May 2021 | Harbour Life</p>", []),
        ("<p><a href='/authors/jane-doe'>Jane Doe</a> on the lagoon</p>", ["author Jane Doe"]),
        ("<p><a href='https://c.example/autor/9/max'>Max Muster</a></p>", ["author Max Muster"]),
        # a page about somebody, a licence, a link to all authors
        ("<p><a href='/people/jane-doe'>Jane Doe</a> sails</p>", []),
        ("<p><a href='https://c.example/licenses/by/4.0'>CC BY</a></p>", []),
        ("<p><a href='/authors/'>All Authors</a></p>", []),
        ("<div class='comment'><a href='/authors/jane-doe'>Jane Doe</a></div>", []),
    ],
)
def test_lines_around_the_headline_name_people_behind_a_date_or_in_a_link(
    line: str, people: list[str]
) -> None:
    assert credited(f"<h1>Ferry closed</h1>{line}<p>The text.</p>") == people


def test_a_question_in_bold_is_no_byline() -> None:
    long = "The harbour will be quiet without it, say those who have lived there for years. " * 2
    bold = "<h1>Ferry closed</h1><p><b>{}</b></p><p>" + long + "</p>"
    assert credited(bold.format("Jane Doe")) == ["author Jane Doe"]
    assert credited(bold.format("Captain Roe, what will you do now?")) == []


def test_a_name_with_more_behind_it_repeats_the_name() -> None:
    links = "<a rel='author'>{}</a>" * 2
    marked = links.format("By Jane Doe", "By Jane Doe LAGOON CITY")
    assert credited(f"<h1>Ferry closed</h1><p>{marked}</p>") == ["author Jane Doe"]
    marked = links.format("Jane Doe", "Janet Doe")
    assert credited(f"<h1>Ferry closed</h1><p>{marked}</p>") == [
        "author Jane Doe", "author Janet Doe",
    ]  # fmt: skip


def test_a_label_marked_as_the_byline_is_passed_over() -> None:
    byline = "<p><span class='meta-prep-author'>By</span> <span class='author'>Jane Doe</span></p>"
    other = "<i></i>" * 10 + "<p class='byline'>Max Roe</p>"
    assert credited(f"<h1>Ferry closed</h1>{byline}{other}") == ["author Jane Doe"]
    label = "<p><span class='byline'>By</span></p>"
    assert credited(f"<h1>Ferry closed</h1>{label}<p>By Jane Doe</p>{other}") == ["author Jane Doe"]
    bio = "<a rel='author'>See full bio</a><p class='byline'>By Jane Doe</p>"
    assert credited(f"<h1>Ferry closed</h1>{bio}") == ["author Jane Doe"]


def test_the_name_in_a_marked_byline_comes_before_all_of_it() -> None:
    name = "<a class='author-name'>Jane Doe</a>"
    assert credited(f"<div class='author-box'>By {name} <p>Ferries and tides</p></div>") == [
        "author Jane Doe"
    ]
    both = "<b class='author-name'>Jane Doe</b> and <b class='author-name'>Max Roe</b>"
    assert credited(f"<div class='author-box'>By {both}</div>") == [
        "author Jane Doe",
        "author Max Roe",
    ]


def test_an_agency_or_team_by_the_headline_is_credited_where_nobody_else_is() -> None:
    page = "<h1>Ferry closed</h1><p>{}</p><p>The text.</p>"
    assert credited(page.format("AFP")) == ["agency Agence France-Presse"]
    assert credited(page.format("By The Ferry Team | 6 mins")) == ["desk The Ferry Team"]
    assert credited(page.format("AFP"), "Lagoon News Desk") == ["desk Lagoon News Desk"]
    by_class = page.format("AFP") + "<span class='username'>sailor12</span>"
    assert credited(by_class) == ["author Sailor12"]


def test_a_page_of_the_staff_is_an_authors_page() -> None:
    link = "<h1>Ferry closed</h1><p><a href='/{}/jane-doe/'>Jane Doe</a></p>"
    assert credited(link.format("staff")) == ["author Jane Doe"]
    assert credited(link.format("people")) == []  # of whom a story tells


def test_an_author_of_a_paper_is_declared_family_name_first() -> None:
    names = ("Doe, Jane", "Roe, Max T.", "Ann Poe")
    page = survey(document_fromstring("<body><p>The text.</p></body>"))
    for name, found in (("citation_author", ["Jane Doe", "Max T. Roe", "Ann Poe"]),):
        metadata = Metadata(meta={name: names})
        credits_ = gather_credits(page, metadata, sites=SITES, entry=None, headline="x")
        assert [credit.name for credit in credits_] == found


def credit(role: str, name: str, origin: str) -> Credit:
    return Credit(role=role, name=name, raw=name, origin=origin)  # type: ignore[arg-type]


def test_a_desk_that_only_adds_to_an_authors_name_is_left_out() -> None:
    author, desk = credit("author", "Jane Doe", "byline"), credit("desk", "Jane Doe CC", "byline")
    picture = credit("photographer", "Jane Doe CC", "caption")
    assert once([author, desk, picture]) == (author, picture)


def test_the_outlet_is_not_credited_beside_the_bylines_in_its_text() -> None:
    outlet, agency = credit("desk", "Coast Courier", "json-ld"), credit("agency", "AFP", "byline")
    assert beside_bylines([agency], [outlet], SITES) == [agency]
    assert beside_bylines([credit("agency", "AFP", "dateline")], [outlet], SITES) == [outlet]
