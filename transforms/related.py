"""Sections that name other texts: 'Related stories', 'Das könnte Sie auch interessieren'.

A line of such words opens one. What follows belongs to it as long as it is links; at the end
of an article also its headings and short lines, for there a teaser is told by its place.
"""
# ruff: noqa: RUF001, E501 (wording in several scripts, read as tables)

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING

from transforms.line_words import SENTENCE_END, SHORT_LINE_CHARS, opens_promo

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

MAX_OPENER_CHARS = 70
MIN_HEADLINE_CHARS = 30
MAX_TAIL_SHARE = 0.5  # of the text above: what is more is no appendix

# How such lines begin, beside those that introduce a link (`line_words.PROMO_WORDS`).
OPENER_WORDS = (
    # English, German
    "More (?:must[- ]reads?|stories|news|articles|reading|coverage|like this|top stories)", "You['’]?ll also like",
    "Related (?:links?|topics?|items?|news|coverage|reading|tags)", "Also (?:in|read|from)", "What to read next", "Keep reading",
    "Up next", "In case you missed it", "Trending(?: now| stories)?$", "Editor['’]?s['’]? (?:picks?|choice)$", "Around the web",
    "(?:Other|Similar|Popular|Latest|Recent|Top|Most popular) (?:news|stories|articles|posts|reads)", "Most (?:read|popular|viewed)",
    "(?:Previous|Next) (?:article|post|story)", "Sponsored (?:content|stories|links)",
    "Mehr (?:zu den Themen|aus|von|Themen|Artikel|News|Nachrichten)", "Weitere (?:Artikel|Themen|Beiträge|Nachrichten|Meldungen|News|Texte)",
    "Auch (?:auf|lesen|lesenswert|spannend)", "Das (?:Thema )?könnte (?:dich|Sie|euch|Ihnen|dir) auch", "Lesen Sie weiter", "Zum Weiterlesen",
    "Empfohlene (?:Beiträge|Artikel)", "Ähnliche (?:Artikel|Beiträge|Themen|Nachrichten)", "Meistgelesen", "Entdecke weitere", "Verwandte (?:Artikel|Themen|Beiträge)",
    "Passend (?:dazu|zum Thema)", "Vorschau auf den nächsten", "(?:Neueste|Aktuelle|Beliebte) (?:Artikel|Beiträge|Meldungen|Nachrichten)", "Top-Themen$",
    # Romance
    "(?:À|A) (?:lire|voir|découvrir) également", "Articles? (?:liés|similaires|recommandés|associés|connexes)", "Plus (?:sur|d['’]articles|d['’]infos|d['’]actualités)",
    "Les plus (?:lus|populaires)", "Vous aimerez aussi", "Dans la même (?:rubrique|catégorie)", "Nos derniers articles",
    "(?:Notas?|Noticias?|Artículos?|Contenidos?|Temas?|Entradas?|Lecturas?) (?:relacionad[oa]s?|recomendad[oa]s?)", "(?:También )?(?:te|le) (?:puede|podría) interesar",
    "Más (?:sobre|noticias|leíd[oa]s|vist[oa]s|artículos|historias)", "Lo más (?:leído|visto|nuevo)", "(?:Lea|Lee|Leer|Vea|Ver) además", "Últimas noticias",
    "(?:Notícias|Matérias|Artigos|Conteúdos?) relacionad[oa]s?", "(?:As )?mais (?:lidas|vistas)", "(?:Articoli|Notizie|Contenuti) correlat[ie]",
    "(?:Ti )?potrebbe(?:ro)? (?:anche )?interessar", "I più letti", "Altre notizie", "Articole (?:similare|recomandate)", "Et pot interessar", "Notícies relacionades",
    # Germanic, Finnic
    "Lees verder", "Gerelateerde? ", "Meer (?:over|van|nieuws|lezen)", "Meest gelezen", "Ook interessant", "Läs vidare", "Les flere", "Relaterade? ", "Relaterte ",
    "Relaterede ", "Mest (?:läst|lest|læst)a?", "Luetuimmat", "Aiheeseen liittyvää",
    # Slavic, Baltic, Hungarian, Greek
    "Przeczytaj (?:także|też|również|więcej)", "Polecane", "Polecamy", "Powiązane", "Podobne (?:artykuły|tematy)", "Najnowsze", "Najczęściej czytane", "Související",
    "Mohlo by vás za[jw]?[ií]m", "Čtěte více", "Nejčtenější", "Súvisiace", "(?:Материалы|Новости|Статьи|Ещё|Еще) по теме", "Похожие (?:новости|материалы|статьи)",
    "Другие новости", "Популярное$", "Главные новости", "(?:Новини|Матеріали) за темою", "Схожі (?:новини|матеріали)", "Свързани (?:новини|статии)",
    "Povezane (?:vijesti|vesti|novice)", "Susiję straipsniai", "Saistītie raksti", "Ajánlott cikkek", "Σχετικά (?:άρθρα|θέματα)",
    # Turkish, Arabic, Persian, Hebrew
    "İlgili içerik(?:ler)?", "Diğer haberler", "Bunlar da ilginizi çekebilir", "(?:مواضيع|أخبار|مقالات) (?:ذات صلة|متعلقة|مشابهة)", "اخبار مرتبط", "כתבות (?:נוספות|קשורות)", "אולי יעניין",
    # South and East Asia
    "संबंधित (?:खबरें|समाचार)", "Berita (?:terkait|lainnya)", "Artikel (?:terkait|lainnya)", "Tin liên quan", "Có thể bạn quan tâm", "(?:ข่าว|บทความ)ที่เกี่ยวข้อง",
    "相[关關](?:文章|推荐|推薦)", "更多文章", "[热熱][门門](?:文章|新闻|新聞)", "猜你喜欢", "[为為]您推[荐薦]", "関連(?:リンク|キーワード)", "おすすめ(?:の)?(?:記事|情報|ニュース)",
    "人気(?:記事|ランキング)", "アクセスランキング", "많이 본 (?:기사|뉴스)", "추천 ?(?:기사|뉴스)",
)  # fmt: skip
_OPENER = re.compile(r"^[\W\d_]{0,4}(?:" + "|".join(OPENER_WORDS) + ")", re.IGNORECASE)


def opens_related(text: str) -> bool:
    """Tell whether a line heads what names other texts; a name or a topic may end it."""
    if len(text) > MAX_OPENER_CHARS or SENTENCE_END.search(text) is not None:
        return False
    return opens_promo(text) or _OPENER.match(text) is not None


def related_places(
    texts: Sequence[str], linked: Collection[int], levels: Sequence[int | None]
) -> set[int]:
    """Return the places of the lines of sections that name other texts, their headings first.

    ``texts``: the lines of an article in order; ``linked``: the places of those that are one
    link, or advertise something; ``levels``: of those that are headings.
    """
    found: set[int] = set()
    above = [0, *accumulate(map(len, texts))]
    for place, text in enumerate(texts):
        if place in found or not opens_related(text):
            continue
        end = place + 1
        while end < len(texts) and end in linked:
            end += 1
        own = levels[place] or 0
        is_short = all(
            len(line) <= SHORT_LINE_CHARS and not _opens_another(line, level, own)
            for line, level in zip(texts[end:], levels[end:], strict=True)
        )
        if is_short and above[-1] - above[place] <= MAX_TAIL_SHARE * above[place]:
            end = len(texts)
        if end > place + 1:
            found.update(range(place, end))
    return found


def _opens_another(text: str, level: int | None, own: int) -> bool:
    """Tell whether a heading is no teaser's but the next section's: as high, and of few words."""
    return level is not None and level <= own and len(text) < MIN_HEADLINE_CHARS
