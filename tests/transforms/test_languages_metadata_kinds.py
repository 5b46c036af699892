# ruff: noqa: RUF001, E501 (tables of texts in several scripts, one a line)
from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.html import document_fromstring

from transforms.dates_declared import url_date
from transforms.encodings import to_utf8
from transforms.language import (
    choose_language,
    count_words,
    detect,
    is_borne_out,
    primary_subtag,
)
from transforms.metadata import load_json, plain, read_metadata
from transforms.moments import choose, contradicted_by_text
from transforms.pages import cut_scripts, read_page
from transforms.records import Moment


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("en-GB", "en"),
        ("pt_BR", "pt"),
        ("zh-Hans-CN", "zh"),
        ("nb", "no"),
        ("English", None),
        ("", None),
    ],
)
def test_a_language_tag_is_read_to_its_primary_subtag(tag: str, code: str | None) -> None:
    assert primary_subtag(tag) == code


GERMAN = "Der Rat der Hafenstadt hat am Dienstag beschlossen, die alte Fährlinie zu schließen."


def test_a_declared_language_that_the_text_bears_out_is_kept() -> None:
    choice = choose_language([("html", "de")], GERMAN)
    assert (choice.language, choice.origin, choice.contradicted_by) == ("de", "html", None)


LONG_GERMAN = (
    f"{GERMAN} Die Fähre soll noch bis zum Ende des Jahres fahren, sagte der Bürgermeister, "
    "denn für viele ist sie der kürzeste Weg über die Bucht und auch im Winter nicht zu ersetzen."
)


def test_small_words_bear_out_the_language_of_a_text_and_no_other() -> None:
    assert is_borne_out("de", LONG_GERMAN)
    assert [code for code in ("en", "nl", "fr", "ru") if is_borne_out(code, LONG_GERMAN)] == []
    assert not is_borne_out("fi", LONG_GERMAN)  # no list is kept of it
    assert not is_borne_out("de", "Der Rat hat es beschlossen")  # too few words to tell


def test_a_second_declaration_that_sides_with_the_text_wins() -> None:
    choice = choose_language([("html", "en"), ("og:locale", "de_DE")], GERMAN)
    assert (choice.language, choice.origin) == ("de", "og:locale")
    assert choice.contradicted_by == "en (html)"


def test_a_language_that_cannot_be_identified_is_believed() -> None:
    sample = "URhulumente uthabatha indlela eyiyo yokuvezela ulutsha imisebenzi kwiphondo"
    assert choose_language([("html", "xh-ZA")], sample).language == "xh"


def test_short_texts_decide_nothing() -> None:
    assert detect("OK") == (None, False)
    assert choose_language([], "OK").language == "und"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("宮崎県で震度5弱の地震がありました", "ja"),
        ("促进航天技术更好惠及人民", "zh"),
        ("뉴스를 전해 드립니다", "ko"),
        ("เรือข้ามฟากหยุดให้บริการ", "th"),
        ("המועצה החליטה לסגור את קו המעבורת", "he"),
        ("မြို့တော်ကောင်စီ", "my"),
        ("ក្រុមប្រឹក្សាក្រុង", "km"),
        ("ສະພາເມືອງ", "lo"),
    ],
)
def test_scripts_of_one_language_decide_alone(text: str, code: str) -> None:
    assert detect(text) == (code, True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The ferry doesn't run.", 4),
        ("", 0),
        ("促进航天技术更好惠及人民", 8),
        ("हिन्दी में समाचार", 3),
        ("می‌گویند", 1),
        ("14.372,4 millones de dólares", 4),
        ("l'homme d’État", 2),
        ("Київ’яни п'ють", 2),
        ("ประเทศไทย 2026", 4),
        ("Die Fähre fährt nicht", 4),
        ("Паром не ходит", 3),
        ("เรือข้ามฟากหยุดให้บริการ", 7),
        ("뉴스를 전해 드립니다", 3),
    ],
)
def test_words_are_counted_by_script(text: str, words: int) -> None:
    assert count_words(text) == words


@given(st.text(max_size=300))
def test_any_text_has_a_count_and_a_language(text: str) -> None:
    assert count_words(text) >= 0
    assert choose_language([], text).language


@pytest.mark.parametrize(
    "raw",
    [
        b'{"@type":"NewsArticle","headline":"A\nB",}',
        b'<!-- {"@type":"NewsArticle","headline":"A B"} -->',
        b'//<![CDATA[\n{"@type":"NewsArticle","headline":"A B"}\n//]]>',
        b'{"@type":"NewsArticle","headline":"A B"};',
        b"{&quot;@type&quot;:&quot;NewsArticle&quot;,&quot;headline&quot;:&quot;A B&quot;}",
    ],
)
def test_common_faults_of_json_ld_are_mended(raw: bytes) -> None:
    assert load_json(raw) == {"@type": "NewsArticle", "headline": "A B"}


@given(st.binary(max_size=300))
def test_any_json_ld_can_be_read(raw: bytes) -> None:
    tree = document_fromstring("<p>x</p>")
    assert read_metadata(tree, (raw,)).canonical is None


def test_the_value_of_a_date_counts_where_a_meta_element_has_no_content() -> None:
    tree = document_fromstring(
        "<meta property='article:published_time' value='2024-05-02'>"
        "<meta name='author' value='Desk'><meta name='date' content='2024-05-03' value='x'>"
    )
    meta = read_metadata(tree, ()).meta
    assert meta == {"article:published_time": ("2024-05-02",), "date": ("2024-05-03",)}


def test_twice_encoded_entities_and_soft_hyphens_are_resolved() -> None:
    assert plain("Heli\u00adkopter &amp;amp; Boot <b>heute</b>") == "Helikopter & Boot heute"


def test_scripts_and_styles_are_cut_and_json_ld_kept() -> None:
    markup = b"<p>a</p><SCRIPT>if (a<b) {}</SCRIPT><style>p{}</style><script type='application/LD+json'>{}</script><p>b"
    rest, ld_json, is_cut = cut_scripts(markup)
    assert (rest, ld_json, is_cut) == (b"<p>a</p><p>b", (b"{}",), False)


@pytest.mark.parametrize(
    ("body", "content_type", "encoding"),
    [
        ("Паром".encode(), "text/html; charset=windows-1251", "utf-8"),
        ("Паром ходит редко".encode("cp1251"), "text/html; charset=windows-1251", "cp1251"),
        (b"<meta charset='koi8-r'>" + "Паром".encode("koi8-r"), None, "koi8-r"),
        ("\ufeffПаром".encode("utf-16"), None, "utf-16"),
        (b"plain", "text/html; charset=nonsense", "utf-8"),
        ("渡轮停航".encode("gb18030"), "text/html; charset=gb2312", "gb18030"),
    ],
)
def test_a_page_is_read_in_the_encoding_that_its_bytes_bear_out(
    body: bytes, content_type: str | None, encoding: str
) -> None:
    text, found = to_utf8(body, content_type)
    assert found == encoding
    assert "\ufffd" not in text.decode()


@given(st.binary(max_size=400))
def test_any_bytes_are_a_page_or_none(body: bytes) -> None:
    read_page(body, None)


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://a.example/2022/01/13/ferry", (2022, 1, 13)),
        ("https://a.example/2022/1/3/ferry", (2022, 1, 3)),
        ("https://a.example/ferry-2022-01-13.html", (2022, 1, 13)),
        ("https://a.example/world/20220113/ferry", (2022, 1, 13)),
        ("https://a.example/a-202201131", None),
        ("https://a.example/2022/02/31/x", None),
        ("https://a.example/?d=2022-01-13", None),
    ],
)
def test_a_day_in_an_address(url: str, day: tuple[int, int, int] | None) -> None:
    found = url_date(url)
    assert (found and (found.at.year, found.at.month, found.at.day)) == day


def moment(year: int, month: int, day: int, origin: str) -> Moment:
    at = datetime(year, month, day, tzinfo=UTC)
    return Moment(at=at, precision="second", has_zone=True, raw=str(at), origin=origin)


def test_dates_are_chosen_by_origin_and_conflicts_told() -> None:
    late, early = moment(2024, 2, 9, "meta:x"), moment(2024, 2, 6, "json-ld:datePublished")
    found = choose([late, early], [], fetched_at=datetime(2024, 3, 1, tzinfo=UTC))
    assert found.published == early
    assert found.candidates == (late, early)
    assert [doubt.code for doubt in found.doubts] == ["date_conflict"]


def test_a_change_before_publication_is_no_change() -> None:
    published, modified = moment(2024, 2, 6, "json-ld"), moment(2023, 2, 6, "json-ld")
    assert (
        choose([published], [modified], fetched_at=datetime(2024, 3, 1, tzinfo=UTC)).modified
        is None
    )


@pytest.mark.parametrize(
    ("text", "is_doubted"),
    [
        ("The mayor, pictured in 2019, voted against it.", True),
        ("Der Bürgermeister, aufgenommen im Mai 2019.", True),
        ("The bridge was built in 2019.", True),
        ("The bridge will be built by 2019.", False),
        ("The line was to be closed by 2019.", False),
        ("The mayor, pictured in 2017, voted against it.", False),
        ("The room seats 2019 people.", False),
    ],
)
def test_a_later_year_as_past_contradicts_the_date(text: str, *, is_doubted: bool) -> None:
    latest = datetime(2024, 3, 1, tzinfo=UTC)
    found = contradicted_by_text(moment(2018, 1, 10, "json-ld"), [text], latest)
    assert (found is not None) == is_doubted
