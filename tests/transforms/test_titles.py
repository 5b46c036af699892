# ruff: noqa: RUF001 (tables of texts in several scripts, one a line)
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.html import document_fromstring

from transforms.mastheads import site_names, without_site
from transforms.metadata import Metadata, read_metadata
from transforms.survey import survey
from transforms.titles import Title, choose_title

SITES = ("Coast Courier", "coastcourier")


@pytest.mark.parametrize(
    ("title", "headline"),
    [
        ("Ferry line closed | Coast Courier", "Ferry line closed"),
        ("Ferry line closed - Town - Coast Courier", "Ferry line closed - Town"),
        ("Ferry line closed - Coast Courier - All about the coast", "Ferry line closed"),
        ("Ferry line closed » ★★★ - Coast Courier Online", "Ferry line closed"),
        ("Ferry line closed : Coast Courier", "Ferry line closed"),
        ("Ferry line closed [Coast Courier]", "Ferry line closed"),
        ("Coast Courier: Ferry line closed", "Ferry line closed"),
        ("Coast Courier - Ferry line closed", "Ferry line closed"),
        ("Coast Courier Online | Ferry line closed", "Ferry line closed"),
        ("Ferry line closed – again", "Ferry line closed – again"),
        ("Ferry line closed: again", "Ferry line closed: again"),
        ("渡轮停航_社会_海岸网", "渡轮停航"),
        ("渡轮停航！-海岸网", "渡轮停航！"),
        ("Coast Courier", ""),
        (".::", ""),
        ("Ferry &amp; bus | Coast Courier", "Ferry & bus"),
    ],
)
def test_the_outlets_name_is_no_part_of_a_title(title: str, headline: str) -> None:
    assert without_site(title, SITES, sections=["社会"]) == headline


def test_a_section_is_no_part_of_a_title() -> None:
    assert without_site("Ferry line closed | District", SITES, ["District"]) == "Ferry line closed"
    assert without_site("Ferry line closed | District", SITES) == "Ferry line closed | District"


def titled(markup: str, address: str = "", **declared: str) -> Title | None:
    tree = document_fromstring(f"<html>{markup}</html>")
    metadata = read_metadata(tree, ())
    if declared:
        metadata = Metadata(article=declared, meta=metadata.meta, title=metadata.title)
    page = survey(tree)
    sites = (*SITES, *site_names(metadata, "coastcourier.example", page))
    return choose_title(page, metadata, sites=sites, address=address)


def read(markup: str, address: str = "", **declared: str) -> tuple[str, str] | None:
    title = titled(markup, address, **declared)
    return (title.headline, title.origin) if title else None


@pytest.mark.parametrize(
    ("markup", "headline", "origin"),
    [
        # what a heading that only leads home says is the outlet's name
        (
            "<title>Ferry line closed | Tide Table</title><h1><a href='/'>Tide Table</a></h1>",
            "Ferry line closed",
            "title",
        ),
        (
            "<title>Tide Table: Ferry line closed</title><h1><a href='/index.html'>Tide Table</a>",
            "Ferry line closed",
            "title",
        ),
        (
            (
                "<title>Ferry line closed - Tide</title><h1>"
                "<a href='https://a.example/web/20140226054445/http://tide.example/'>Tide</a></h1>"
            ),
            "Ferry line closed",
            "title",
        ),
        (
            (
                "<title>Ferry line closed - Tide</title><h1 class='site-title'>Tide</h1>"
                "<h1>The ferry line is closed</h1>"
            ),
            "The ferry line is closed",
            "h1",
        ),
        # a word that the page's title does not hold is no headline
        ("<title>Ferry line closed</title><h1>Lagoon</h1>", "Ferry line closed", "title"),
        ("<title>Trails! Lagoon</title><h1>Lagoon</h1>", "Lagoon", "h1"),
        ("<title>Coast Courier</title><h1>Ferry line closed</h1>", "Ferry line closed", "h1"),
        # og:title cut by its own quotation mark
        (
            (
                '<title>Mayor calls ferry "unfit"</title><meta property="og:title" '
                'content="Mayor calls ferry "unfit"">'
            ),
            'Mayor calls ferry "unfit"',
            "title",
        ),
        # two names in one property; another vocabulary
        (
            "<meta property='og:title twitter:title' content='Ferry line closed'>",
            "Ferry line closed",
            "og:title",
        ),
        ("<meta name='DC.title' content='Ferry line closed'>", "Ferry line closed", "meta"),
        # a front page has no other title than the outlet's name
        ("<title>Coast Courier</title>", "Coast Courier", "title"),
    ],
)
def test_a_headline_is_read_with_its_origin(markup: str, headline: str, origin: str) -> None:
    assert read(f"<head>{markup}") == (headline, origin)


def test_the_declared_headline_comes_first() -> None:
    found = read("<h1>Another line</h1>", headline="Ferry line closed")
    assert found == ("Ferry line closed", "json-ld")


def test_a_headline_for_search_engines_gives_way_to_that_of_heading_and_og_title() -> None:
    shown = "Nobody will miss the old ferry"
    markup = (
        "<head><title>Ferry line closed: dates</title>"
        f"<meta property='og:title' content='{shown}'></head><h1>{shown}</h1>"
    )
    assert read(markup, headline="Ferry line closed: dates") == (shown, "h1")
    assert read(markup, headline="The last ferry leaves") == ("The last ferry leaves", "json-ld")


def test_a_description_in_the_place_of_the_headline_gives_way() -> None:
    markup = "<head><title>Lagoon of the north: a guide</title></head><h1>Lagoon of the north</h1>"
    found = read(markup, headline="body of salt water", name="Lagoon of the north")
    assert found == ("Lagoon of the north", "h1")
    found = read(markup, headline="Lagoon in the north", name="Lagoon of the north")
    assert found == ("Lagoon in the north", "json-ld")


@pytest.mark.parametrize(
    ("title", "body", "headline", "origin"),
    [
        # what the title element's parts are is told by the heading that repeats one
        (
            "Blog archive » The ferry line is closed",
            "<h2>The ferry line is closed</h2><h2>Blog archive</h2>",
            "The ferry line is closed",
            "h2",
        ),
        # a heading of second rank with the whole name, against one of first rank with less
        (
            "Timetables - ferries, buses, trains",
            "<h2>Timetables – ferries, buses, trains</h2><h1>Timetables – ferries</h1>",
            "Timetables - ferries, buses, trains",
            "h2",
        ),
        (
            "The ferry line is closed",
            "<h1>Harbour desk</h1><h2>The ferry line is closed</h2>",
            "The ferry line is closed",
            "h2",
        ),
        # first rank comes first where it has the whole name, too
        (
            "The ferry line is closed",
            "<h2>The ferry line is closed</h2><h1>The ferry line is closed!</h1>",
            "The ferry line is closed!",
            "h1",
        ),
        # a short part may be anything
        (
            "Ferries - The lagoon by boat",
            "<h2>Ferries</h2>",
            "Ferries - The lagoon by boat",
            "title",
        ),
        # the title's last part is the outlet's, where the page has no other name
        ("The ferry line is closed – My pages", "", "The ferry line is closed", "title"),
        ("The ferry – My pages", "", "The ferry – My pages", "title"),
    ],
)
def test_what_a_second_rank_heading_repeats_is_the_headline(
    title: str, body: str, headline: str, origin: str
) -> None:
    assert read(f"<head><title>{title}</title></head>{body}") == (headline, origin)


@pytest.mark.parametrize(
    "trail",
    [
        "<nav><ol><li><h1>{}</h1></li></ol></nav>",
        "<div class='breadcrumbs'><h1>{}</h1></div>",
        "<div><h1 class='seo-title'>{}</h1></div>",
    ],
)
def test_a_heading_in_a_trail_of_links_is_not_what_readers_are_shown(trail: str) -> None:
    for_search, shown = "Ferry line closed: dates", "Nobody will miss the old ferry"
    markup = (
        f"<head><title>{for_search}</title><meta property='og:title' content='{shown}'></head>"
        f"{trail.format(for_search)}<h2>Harbour talks – {shown}</h2>"
    )
    assert read(markup, headline=for_search) == (shown, "h2")


def test_the_pages_one_heading_stands_above_a_wording_made_for_machines() -> None:
    declared, shown = "Lagoon ferry closed: all dates", "The ferry on the lagoon is closed"
    head = f"<head><title>{declared}</title><meta property='og:title' content='{declared}'></head>"
    assert read(f"{head}<h1>{shown}</h1>", headline=declared) == (shown, "h1")
    # a kicker or a subtitle in the heading is no other wording
    for longer in (f"Harbour talks {declared}", f"{declared} for this year"):
        assert read(f"{head}<h1>{longer}</h1>", headline=declared) == (declared, "json-ld")
    # nor does one of several headings stand above it
    two = f"{head}<h1>{shown}</h1><h1>The ferry in pictures</h1>"
    assert read(two, headline=declared) == (declared, "json-ld")


def test_a_headline_held_to_the_limit_of_its_field_gives_way_to_the_whole_one() -> None:
    cut = "Ferry line closed for good after the storm, says the harbour council, and the " * 2
    cut = cut[:104].rstrip()
    whole = f"{cut} mayor agrees"
    assert read(f"<h1>{whole}</h1>", headline=cut) == (whole, "h1")
    assert read(f"<h1>{whole[50:]}</h1>", headline=cut[50:]) == (cut[50:], "json-ld")


def test_a_folder_of_the_address_names_a_section() -> None:
    markup = "<meta property='og:title' content='The ferry line | Harbour life'>"
    folder = "https://coastcourier.example/story/harbour-life/ferry"
    assert read(markup, folder) == ("The ferry line", "og:title")
    # the last step of the address names the page itself
    own = "https://coastcourier.example/story/harbour-life/"
    assert read(markup, own) == ("The ferry line | Harbour life", "og:title")


def test_a_declared_headline_loses_the_name_of_its_author() -> None:
    page = (
        "<meta property='og:title' content='Ferry line closed'>"
        "<title>Ferry line closed. What the town says | by Jo Dahl</title><h1>{}</h1>"
    )
    declared = "Ferry line closed - Jo Dahl"
    assert read(page.format("Ferry line closed"), headline=declared) == ("Ferry line closed", "h1")
    assert read(page.format("Town without ferry"), headline=declared) == (declared, "json-ld")


def test_a_declared_headline_is_not_the_outlets_name_whatever_its_class() -> None:
    markup = (
        "<head><title>Ferry line: what to know</title></head>"
        "<h1 class='blog-title'>Ten facts on the ferry</h1>"
    )
    found = read(markup, headline="Ten facts on the ferry")
    assert found == ("Ten facts on the ferry", "json-ld")


def test_a_headline_cut_short_gives_way_to_the_whole_one() -> None:
    found = read("<h1>Ferry line closed for good</h1>", headline="Ferry line closed…")
    assert found == ("Ferry line closed for good", "h1")


def test_the_heading_that_agrees_with_the_pages_title_is_the_headline() -> None:
    markup = (
        "<head><title>Ferry line closed for good - Coast Courier</title></head>"
        "<h1>Coast Courier</h1><h1>Ferry line is closed for good</h1>"
    )
    assert read(markup) == ("Ferry line is closed for good", "h1")


def test_what_most_sources_leave_out_before_the_headline_is_its_kicker() -> None:
    bare = "<meta property='og:title' content='Ferry line closed'><title>Ferry line closed</title>"
    found = titled(f"<head>{bare}</head><h1>Harbour talks: Ferry line closed</h1>")
    assert found is not None
    assert (found.headline, found.kicker) == ("Ferry line closed", "Harbour talks")
    assert found.candidates == ("Ferry line closed", "Harbour talks: Ferry line closed")
    found = titled(
        "<head><title>Harbour talks: Ferry line closed</title></head>"
        "<h1>Harbour talks: Ferry line closed</h1>",
        headline="Ferry line closed",
    )
    assert found is not None
    assert (found.headline, found.kicker) == ("Ferry line closed", None)


@pytest.mark.parametrize(
    ("heading", "headline"),
    [
        ("<span>Harbour talks</span>: Ferry closed", "Harbour talks: Ferry closed"),
        ("<span>Harbour talks</span><span>Ferry closed</span>", "Harbour talks Ferry closed"),
        ("Harbour talks<br>Ferry closed", "Harbour talks Ferry closed"),
        ("<b>«</b>Ferry closed<b>»</b>", "«Ferry closed»"),
        ("<b>渡轮</b>停航", "渡轮停航"),
        ("<ruby>船<rt>ふね</rt></ruby>が<ruby>止<rt>と</rt></ruby>まる", "船が止まる"),
        ("Ferry closed <button>Copy link</button>", "Ferry closed"),
        ("Ferry closed¶", "Ferry closed"),
        ("Fer\u00adry closed", "Ferry closed"),
    ],
)
def test_a_heading_reads_as_it_is_shown(heading: str, headline: str) -> None:
    assert read(f"<h1>{heading}</h1>") == (headline, "h1")


def test_a_word_split_by_markup_is_told_by_the_pages_title() -> None:
    markup = "<head><title>Ferry line closed</title></head><h1><b>F</b>erry line closed</h1>"
    assert read(markup) == ("Ferry line closed", "h1")


def test_a_page_without_any_title_has_none() -> None:
    assert read("<p>text</p>") is None


@given(st.text(max_size=200))
def test_any_title_can_be_read_and_stays_as_it_was_left(title: str) -> None:
    left = without_site(title, SITES, ["Town"])
    assert len(left) <= 2 * len(title)


@pytest.mark.parametrize(
    ("heading", "headline", "kicker"),
    [
        (
            "<span class='overline'>Work at sea</span>Ferry line closed for good",
            "Ferry line closed for good",
            "Work at sea",
        ),
        (
            "<div class='topic-label'>Work at sea</div> Ferry line closed for good",
            "Ferry line closed for good",
            None,
        ),
        (
            "<a><span class='label label--blue'>News</span> Ferry line closed for good</a>",
            "Ferry line closed for good",
            None,
        ),
        (
            "<span class='kicker'>Work at sea</span><span>: </span>Ferry line closed for good",
            "Ferry line closed for good",
            "Work at sea",
        ),
        (
            "Ferry line closed for good <small class='topline'>, topic: work</small>",
            "Ferry line closed for good",
            ", topic: work",
        ),
        (
            "<span class='kicker'>Ferry line closed</span> At once",
            "Ferry line closed At once",
            None,
        ),
        ("<span>Ferry line</span> closed for good", "Ferry line closed for good", None),
    ],
)
def test_a_kicker_or_label_in_the_heading_is_no_part_of_the_headline(
    heading: str, headline: str, kicker: str | None
) -> None:
    title = titled(f"<title>Work at sea - Ferry line closed for good</title><h1>{heading}</h1>")
    assert title is not None
    assert (title.headline, title.origin, title.kicker) == (headline, "h1", kicker)


@pytest.mark.parametrize(
    "beside",
    ["<br><small>2 May 2024 • Town</small>", " <a href='/town'>Coast Courier Town</a>"],
)
def test_what_stands_beside_the_pages_name_in_its_heading_is_left_out(beside: str) -> None:
    named = "<meta property='og:title' content='Ferry line closed'>"
    assert read(f"{named}<h1>Ferry line closed{beside}</h1>") == ("Ferry line closed", "h1")
    assert read(f"<h1><b>Ferry line closed</b>{beside}</h1>") != ("Ferry line closed", "h1")


def test_one_common_word_is_no_agreement() -> None:
    named = "<meta property='og:title' content='{}'><h1>Harbour news today</h1>"
    assert read(named.format("News of the ferry")) == ("News of the ferry", "og:title")
    assert read(named.format("Harbour and news")) == ("Harbour news today", "h1")
    half = "<meta property='og:title' content='Living safely'><h1>Living safe</h1>"
    assert read(half) == ("Living safe", "h1")


@pytest.mark.parametrize("rank", ["h1", "h2"])
def test_what_a_page_is_part_of_is_not_its_headline(rank: str) -> None:
    book = "<title>How ferries float - Handbook of the Coast</title><h1>Handbook of the Coast</h1>"
    chapter = f"<{rank}>How ferries float</{rank}>"
    found = read(book + chapter)
    assert found is not None
    assert found[0] == "How ferries float"
    assert read(book) == ("Handbook of the Coast", "h1")


@pytest.mark.parametrize(
    ("title", "headline"),
    [
        ("渡轮明天起全线停航直至春天:海岸日记", "渡轮明天起全线停航直至春天"),
        ("Ferry line closed for good: diary of a sailor", "Ferry line closed for good"),
        ("Ferry line closed for good, says sailor", "Ferry line closed for good, says sailor"),
    ],
)
def test_a_heading_that_begins_the_title_is_the_headline_where_none_of_first_rank_is(
    title: str, headline: str
) -> None:
    sub = title.partition(":")[0].partition(",")[0]
    assert titled(f"<title>{title}</title><h3>{sub}</h3>").headline == headline  # type: ignore[union-attr]
