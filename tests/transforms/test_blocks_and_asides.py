# ruff: noqa: RUF001, E501 (tables of texts in several scripts, one a line)
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.html import document_fromstring

from transforms.asides import PageText, set_aside, squeeze
from transforms.blocks import build_blocks, number_blocks
from transforms.captions import split_credit
from transforms.drafts import Draft, type_line
from transforms.engine_pieces import Piece
from transforms.reading_text import reading_text
from transforms.records import BODY_KINDS
from transforms.standfirsts import below_headline, take_standfirst
from transforms.survey import survey

KINDS = st.sampled_from(
    ["paragraph", "heading", "list", "quotation", "table", "caption", "credit", "promo", "video"]
)
LINES = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1)


@given(st.lists(st.builds(Draft, kind=KINDS, text=LINES)))
def test_offsets_lead_to_each_body_blocks_text(drafts: list[Draft]) -> None:
    body, blocks = number_blocks(drafts)
    assert [block.position for block in blocks] == list(range(len(drafts)))
    assert body == "\n".join(block.text for block in blocks if block.kind in BODY_KINDS)
    for block in blocks:
        if block.kind in BODY_KINDS:
            assert body[block.start : block.end] == block.text
        else:
            assert (block.start, block.end) == (None, None)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Watch video 02:15", "video"),
        ("Video ansehen 01:40", "video"),
        ("Смотреть видео", "video"),
        ("02:15", "video"),
        ("Read more: Who profits from the price of gas?", "promo"),
        ("Also read: The week in pictures", "promo"),
        ("Lesen Sie auch: Wer am Gas verdient", "promo"),
        ("Auch lesen: Wer am Gas verdient", "promo"),
        ("MIRA: Quién gana con el gas", "promo"),
        ("Lea más: Quién gana con el gas", "promo"),
        ("Dowiedz się więcej: Kto zarabia na gazie", "promo"),
        ("Mira al mar desde la muralla.", "paragraph"),
        ("Lire aussi : Qui profite du gaz", "promo"),
        ("Читайте также: Кому выгоден газ", "promo"),
        ("اقرأ أيضا: من المستفيد", "promo"),
        ("यह भी पढ़ें: गैस", "promo"),
        ("相关阅读：谁从天然气中获利", "promo"),
        ("Διαβάστε επίσης: Ποιος κερδίζει", "promo"),
        ("Прочетете още: Кой печели", "promo"),
        ("আরও পড়ুন: কে লাভবান", "promo"),
        ("ဆက်လက်ဖတ်ရှုရန် - မည်သူ အကျိုးရှိသနည်း", "promo"),
        ("អានបន្ថែម៖ អ្នកណាចំណេញ", "promo"),
        ("ተጨማሪ ያንብቡ፦ ማን ይጠቀማል", "promo"),
        ("関連記事：誰が得をするのか", "promo"),
        ("관련기사: 누가 이익을 보나", "promo"),
        ("Подписывайтесь на наш канал в Telegram", "promo"),
        ("Підписуйтесь на наш канал у Telegram та читайте першими", "promo"),
        ("Suscríbete a nuestra newsletter", "promo"),
        ("Follow The Coast Courier on WhatsApp for news as it breaks.", "promo"),
        ("Folgen Sie uns auf Instagram", "promo"),
        ("Deine Privatsphäre-Einstellungen verhindern das Laden aller externen Inhalte.", "promo"),
        ("To view this content, you need to update your privacy settings.", "promo"),
        ("Ce contenu est bloqué car vous n'avez pas accepté les traceurs.", "promo"),
        ("Related", "promo"),
        ("Correction: An earlier version gave another figure.", "note"),
        ("This article was updated on Tuesday to add a comment.", "note"),
        ("Anmerkung der Redaktion: Der Text wurde ergänzt.", "note"),
        ("Исправление: в тексте была ошибка.", "note"),
        ("Уточнення: у тексті була помилка.", "note"),
        ("更正：本报昨日所载数字有误。", "note"),
        ("【訂正】数字に誤りがありました。", "note"),
        ("바로잡습니다: 수치가 틀렸습니다.", "note"),
        ("تصحيح: ورد رقم خاطئ.", "note"),
        ("सुधार: आंकड़ा ग़लत था।", "note"),
        ("Đính chính: Con số đã sai.", "note"),
        ("rc/rt (Reuters, AFP, AP)", "credit"),
        ("Follow the money, the auditor told the council on Tuesday.", "paragraph"),
        ("Подписывайтесь под петицией, призвали жители посёлка.", "paragraph"),
        ("Related services will cost more, the council said on Tuesday.", "paragraph"),
        ("Read more books, the minister told the children of the town.", "paragraph"),
        ("Subscribers of the paper had asked for it for many years.", "paragraph"),
        ("Watch out for ice on the pier, the harbour master said.", "paragraph"),
        ("The correction of the figures took a week.", "paragraph"),
    ],
)
def test_lines_are_typed_by_their_words(text: str, kind: str) -> None:
    assert type_line(text) == kind


def test_an_address_that_is_a_link_is_told_and_not_promoted() -> None:
    assert type_line("https://harbour.example/petition", is_link=True) == "paragraph"
    assert type_line("board@harbour.example", is_link=True) == "paragraph"


def test_a_line_that_is_one_link_is_promotion_and_a_sentence_is_not() -> None:
    assert type_line("Who profits from the price of gas", is_link=True) == "promo"
    assert type_line("The whole report is to be read here, the ministry says.", is_link=True) == "paragraph"  # fmt: skip


@pytest.mark.parametrize(
    ("caption", "text", "credit"),
    [
        ("A ferry leaves. Photo: Jane Doe/AFP", "A ferry leaves.", "Jane Doe/AFP"),
        ("Die Fähre legt ab. Foto: dpa", "Die Fähre legt ab.", "dpa"),
        ("A ferry leaves. © Jane Doe", "A ferry leaves.", "Jane Doe"),
        ("A ferry leaves (AP Photo/Jane Doe)", "A ferry leaves", "AP Photo/Jane Doe"),
        ("A ferry leaves the harbour.", "A ferry leaves the harbour.", None),
    ],
)
def test_a_caption_is_parted_from_its_credit(caption: str, text: str, credit: str | None) -> None:
    assert split_credit(caption) == (text, credit)


def taken(markup: str) -> list[tuple[str, str]]:
    page = set_aside(survey(document_fromstring(f"<html><body>{markup}</body></html>")))
    return [(aside.kind, aside.text) for aside in page.asides]


def test_the_title_of_a_frame_is_kept_of_players_alone() -> None:
    frames = (
        '<iframe src="https://ads.example/f" title="3rd party ad content"></iframe>'
        '<iframe src="https://player.example/7" title="The ferry leaves"></iframe>'
        '<iframe data-src="https://video.example/embed/7" title="The pier burns"></iframe>'
    )
    assert taken(frames) == [("video", "The ferry leaves"), ("video", "The pier burns")]


def test_a_headings_id_names_no_aside() -> None:
    section = '<h2 id="video-production">Video production</h2><h3 class="caption">Costs</h3>'
    assert taken(section) == []


def test_a_headed_section_named_after_a_picture_and_its_text_is_no_caption() -> None:
    text = "The harbour board asks for a second quay, and says why. " * 6
    assert taken(f'<div class="image-text"><h2>The plan</h2><p>{text}</p></div>') == []
    assert taken('<div class="image-text"><h4>The plan</h4>A map.</div>') == [
        ("caption", "The plan A map.")
    ]


@pytest.mark.parametrize(
    "container",
    [
        "gallery",
        "photo-gallery",
        "slideshow",
        "image-carousel",
        "bildergalerie",
        "swiper-container",
    ],
)
def test_a_gallery_without_figcaptions_gives_its_slides_as_captions(container: str) -> None:
    markup = (
        f'<p>Before.</p><div class="{container}">'
        '<div class="slide"><img src="1"><p>The ferry at dawn.</p></div>'
        '<div class="slide"><img src="2"><p>The pier at noon.</p></div></div><p>After.</p>'
    )
    assert taken(markup) == [("caption", "The ferry at dawn."), ("caption", "The pier at noon.")]


def test_the_number_of_a_slide_is_no_caption() -> None:
    markup = (
        '<figure><img src="1"><figcaption>The pier.</figcaption></figure>'
        '<div class="gallery-caption">5</div>'
    )
    assert taken(markup) == [("caption", "The pier.")]


def test_a_link_named_after_a_video_is_a_prompt_where_it_stands_alone() -> None:
    link = '<a class="videoLink" href="/v"><span>The ferry leaves 02:15</span></a>'
    assert taken(f"<div>{link}</div>") == [("video", "The ferry leaves 02:15")]
    assert taken(f"<p>As shown in {link}, it was late.</p>") == []


def test_an_article_wrapped_in_a_container_called_gallery_is_left_alone() -> None:
    prose = "<p>" + "The council met again and talked about the ferry for hours. " * 20 + "</p>"
    assert taken(f'<div class="gallery"><img src="1">{prose * 5}</div>') == []


def test_a_figure_that_wraps_a_table_is_left_alone() -> None:
    assert taken("<figure><table><tr><td>1</td></tr></table></figure>") == []


def test_a_linked_line_of_promotion_is_kept_however_short_it_is() -> None:
    assert taken('<p>文章。</p><p><a href="/2">相关阅读：月球</a></p>') == [
        ("promo", "相关阅读：月球")
    ]
    assert taken('<p><a href="/2">The whole report</a></p>') == []


def test_text_after_a_figure_stays() -> None:
    tree = document_fromstring("<p>One <figure><img><figcaption>c</figcaption></figure>two</p>")
    set_aside(survey(tree))
    assert "two" in tree.text_content()
    assert "c" not in tree.text_content().split()


def test_short_and_repeated_texts_keep_page_order() -> None:
    words = "The council of the harbour town voted on the ferry line on Tuesday night"
    pieces = [
        Piece("heading", "Background"),
        Piece("paragraph", f"{words}."),
        Piece("heading", "Background"),
        Piece("paragraph", f"{words} again."),
    ]
    page = PageText(squeeze(f"Menu Background {words}. Background {words} again."), (), frozenset())
    blocks = build_blocks(pieces, page, titles=["x"]).blocks
    assert [block.text for block in blocks] == [piece.text for piece in pieces]


def test_a_first_line_that_is_but_an_author_or_a_date_is_a_credit() -> None:
    words = "The council of the harbour town voted on the ferry line on Tuesday night."
    pieces = [
        Piece("paragraph", "Jane Doe"),
        Piece("paragraph", "20 April 2026, 14:09"),
        Piece("paragraph", words),
    ]
    page = PageText(squeeze(words), (), frozenset())
    built = build_blocks(pieces, page, titles=["x"], authors=["Jane Doe"])
    assert [block.kind for block in built.blocks] == ["credit", "credit", "paragraph"]


def test_headings_that_only_promotion_follows_are_promotion() -> None:
    words = "The council of the harbour town voted on the ferry line on Tuesday night."
    pieces = [Piece("paragraph", words), Piece("heading", "More from the coast")]
    page = PageText(squeeze(words), (), frozenset())
    assert build_blocks(pieces, page, titles=["x"]).body == words


def test_a_reader_reads_tables_posts_and_datelines_but_no_captions_credits_or_promotion() -> None:
    drafts = [
        Draft("standfirst", "The ferry stops in spring."),
        Draft("dateline", "PORT ELM (Reuters)"),
        Draft("paragraph", "The council voted."),
        Draft("caption", "The pier.", credit="Jane Doe"),
        Draft("table", "Year | Passengers ¶ 2023 | 28,500"),
        Draft("embed", "Goodbye, old ferry"),
        Draft("promo", "Read more: Tides"),
        Draft("video", "Watch video 02:15"),
        Draft("note", "Correction: An earlier version gave another figure."),
        Draft("credit", "rc/rt (Reuters)"),
    ]
    body, blocks = number_blocks(drafts)
    assert body == "The council voted."
    assert reading_text(blocks).splitlines() == [
        "The ferry stops in spring.",
        "PORT ELM (Reuters) – The council voted.",
        "Year\tPassengers",
        "2023\t28,500",
        "Goodbye, old ferry",
    ]


@pytest.mark.parametrize(
    ("standfirst", "is_read"),
    [
        ("The ferry stops in spring, the council says.", True),
        ("»Die Fähre fährt nicht mehr.«", True),
        ("渡轮将于春天停运。", True),
        ("नौका वसंत में बंद होगी।", True),
        ("کشتی در بهار می‌ایستد؟", True),
        ("Council to end ferry line after two hundred years", False),
    ],
)
def test_a_standfirst_is_read_with_the_text_where_it_is_a_sentence(
    standfirst: str, *, is_read: bool
) -> None:
    _, blocks = number_blocks([Draft("standfirst", standfirst), Draft("paragraph", "It voted.")])
    assert (standfirst in reading_text(blocks)) is is_read


def test_a_story_told_in_captions_is_read_in_them_and_a_long_text_is_not() -> None:
    captions = [Draft("caption", f"Picture {n}: the ferry leaves the pier at dawn.") for n in "123"]
    _, short = number_blocks([Draft("paragraph", "The last day."), *captions])
    assert reading_text(short).count("Picture") == 3
    long = Draft("paragraph", "The council of the harbour town voted on the ferry line. " * 20)
    _, blocks = number_blocks([long, *captions, *captions * 9])
    assert "Picture" not in reading_text(blocks)


def test_a_table_whose_cells_hold_prose_is_layout_and_one_of_figures_is_not() -> None:
    prose = "The council of the harbour town voted on the ferry line on Tuesday night. " * 3
    after = Piece("paragraph", "What follows is longer than all that stands in the tables. " * 20)
    pieces = [Piece("table", f"{prose} ¶ {prose}"), Piece("table", "2022 | 41,000"), after]
    built = build_blocks(pieces, PageText("", (), frozenset()), titles=["x"])
    kinds = [block.kind for block in built.blocks]
    assert kinds == ["paragraph", "paragraph", "table", "paragraph"]


def test_headings_alone_are_the_body() -> None:
    pieces = [Piece("heading", "Results of the vote"), Piece("heading", "Turnout of the vote")]
    built = build_blocks(pieces, PageText("", (), frozenset()), titles=["x"])
    assert built.body == "Results of the vote\nTurnout of the vote"


@pytest.mark.parametrize(
    "heading",
    [
        "Comments",
        "Top Rated Comments",
        "12 Kommentare",
        "Comentar",
        "Комментарии (3)",
        "コメント",
        "التعليقات",
    ],
)
def test_what_readers_wrote_below_the_text_is_not_the_body(heading: str) -> None:
    text = "The council of the harbour town voted on the ferry line on Tuesday night. " * 6
    pieces = [
        Piece("paragraph", text.strip()),
        Piece("heading", heading),
        Piece("paragraph", "I shall miss it, for my part."),
    ]
    built = build_blocks(pieces, PageText("", (), frozenset()), titles=["x"])
    assert built.body == text.strip()
    first = [Piece("heading", heading), *pieces[:1]]
    assert build_blocks(first, PageText("", (), frozenset()), titles=["x"]).body.startswith(heading)


def test_a_declared_caption_is_no_standfirst() -> None:
    declared = "The captain seals the deal against the keeper of the harbour eleven."
    figure = f'<figure><figcaption><span class="lead">{declared}</span></figcaption></figure>'
    for markup, found in ((figure, None), (f'<div class="lead">{declared}</div>', declared)):
        page = survey(document_fromstring(f"<html><body><h1>A win</h1>{markup}</body></html>"))
        assert take_standfirst(page, below_headline(page, "A win"), [declared]) == found
