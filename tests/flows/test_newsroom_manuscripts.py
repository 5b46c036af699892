from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.newsroom import NewsroomError, at_edition, gold, parse_article_file
from flows.newsroom_outlets import read_outlets
from flows.shipped import shipped

ARTICLES = Path(__file__).parents[1] / "data" / "newsroom" / "articles"
OUTLETS = {
    outlet.id: outlet
    for outlet in read_outlets(shipped("newsroom/outlets.toml").read_text("utf-8"))
}
FULL = parse_article_file((ARTICLES / "retitled-and-corrected.md").read_text("utf-8"), OUTLETS)
FRONT = '+++\noutlet = "rheinblick"\npath = "/a"\ntitle = "T"\npublished = 2022-01-01T00:00:00Z\n'


def test_a_date_without_a_zone_stands_in_the_outlets_zone() -> None:
    assert FULL.published == datetime(2022, 1, 10, 9, 15, tzinfo=UTC)
    assert FULL.published.utcoffset() == timedelta(hours=1)


def test_every_prefix_makes_its_kind_of_piece() -> None:
    assert [piece.kind for piece in FULL.pieces] == [
        "dateline",
        "paragraph",
        "gallery",
        "heading",
        "quotation",
        "list",
        "video",
        "promo",
        "table",
        "embed",
        "paragraph",
        "credit",
    ]


def test_gold_tells_body_and_what_stands_beside_it_apart() -> None:
    expected = gold(FULL)
    assert expected["body"] == [
        "Die Brücke war drei Stunden gesperrt.",
        "Was nun?",
        "Wir warten.",
        "erstens",
        "zweitens",
        "Schluss.",
    ]
    assert expected["captions"] == ["Die Brücke am Morgen", "Die Brücke im Jahr 2019"]
    assert expected["picture_credits"] == ["Foto: A. Beispiel/AFP"]
    assert expected["credit_lines"] == ["jm/ab (Reuters, AFP)"]
    assert expected["rows"] == [["Auto", "3"], ["Bus", "1"]]
    assert expected["videos"] == ["Video ansehen 02:15"]
    assert expected["promos"] == ["Lesen Sie auch: Der Tunnel"]
    assert expected["embeds"] == ["Ich stehe im Stau."]
    assert expected["published"] == FULL.published
    assert expected["declared"] != FULL.published


def test_the_second_edition_retitles_and_corrects() -> None:
    second = at_edition(FULL, 2)
    assert second is not None
    assert second.guid == FULL.guid
    assert second.title == "Brücke wieder frei"
    assert second.modified == datetime(2022, 1, 10, 17, 0, tzinfo=UTC)
    assert gold(second)["body"][0] == "Die Brücke war zwei Stunden gesperrt."
    assert gold(second)["notes"] == ["Korrektur: Es waren zwei Stunden."]
    assert at_edition(FULL, 1) == FULL


def test_an_article_of_the_second_edition_is_absent_from_the_first() -> None:
    later = replace(FULL, edition=2)
    assert at_edition(later, 1) is None
    assert at_edition(later, 2) is not None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no front matter", "front matter"),
        (FRONT, "front matter"),
        (f"{FRONT}colour = 1\n+++\nText.", "colour"),
        (f'{FRONT}kind = "song"\n+++\nText.', "unknown kind"),
        (f'{FRONT}kind = "redirect"\n+++\n', "redirect to where"),
        (f"{FRONT}+++\n", "has a text"),
        (f"{FRONT}+++\n!shout Text.", "unknown prefix"),
        (f"{FRONT}+++\n### Text.", "unknown prefix"),
        (f"{FRONT}+++\n!gallery\nText.", "caption"),
        (f'{FRONT}[second]\nbody_replace = [["old", "new"]]\n+++\nText.', "not in the text"),
        (FRONT.replace("rheinblick", "nobody") + "+++\nText.", "unknown outlet"),
        (FRONT.replace('"/a"', '"a"') + "+++\nText.", "starts with /"),
        (FRONT.replace("T00:00:00Z", "") + "+++\nText.", "with a time"),
    ],
)
def test_a_faulty_manuscript_is_refused(text: str, said: str) -> None:
    with pytest.raises(NewsroomError, match=said):
        parse_article_file(text, OUTLETS)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('[[outlets]]\nid = "a"', "missing"),
        ("[outlets", "cannot be read"),
        ("title = 1", "cannot be read"),
    ],
)
def test_faulty_outlets_are_refused(table: str, said: str) -> None:
    with pytest.raises(NewsroomError, match=said):
        read_outlets(table)


def test_an_outlets_host_is_its_own() -> None:
    document = shipped("newsroom/outlets.toml").read_text("utf-8")
    doubled = document.replace('host = "sary-arka.example"', 'host = "alpenpost.example"')
    with pytest.raises(NewsroomError, match="twice"):
        read_outlets(doubled)
