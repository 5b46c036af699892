"""The wording of lines that stand among paragraphs without being any: promotion, prompts, notes.

Phrases of news outlets in some sixty languages. A line is told by how it starts and by
what follows: 'Read more:' introduces a link, 'Read more books, the minister said' does not.
"""
# ruff: noqa: RUF001, E501 (wording in several scripts, read as tables)

from __future__ import annotations

import re

PROMO_WORDS = (
    # English, German, French
    "Read more", "Read also", "Also read", "Read next", "Read", "Read the full story", "See also", "More on this",
    "More on this story", "More about", "Related", "Related (?:articles?|posts?)", "Related stor(?:y|ies)", "Related content",
    "Recommended", "Don't miss", "Also on", "You may also like", "You might also like", "Listen to", "Listen now",
    "Further reading", "Sign up", "Subscribe", "Follow us", "Click here", "More from",
    "Lesen Sie (?:auch|mehr|dazu|hier)", "Mehr zum Thema", "Mehr dazu", "Auch interessant", "Siehe auch", "Weiterlesen",
    "Mehr lesen", "Auch lesen", "Zum Artikel", "Passend dazu", "Das könnte Sie auch interessieren", "Lesetipp", "Zum Thema", "Mehr erfahren", "Lies auch",
    "Lire aussi", "À lire aussi", "A lire aussi", "À lire", "Voir aussi", "Sur le même sujet", "À voir", "En savoir plus",
    # Romance
    "Leer más", "Lea(?: más| además)?", "Lee(?: más| además)?", "Mir[ae]", "Puedes ver", "Te recomendamos", "Lea también", "Lee también", "Le puede interesar", "Te puede interesar", "También lee", "Vea también",
    "Ver más", "Más información", "Relacionado", "Llegiu també", "Leia também", "Leia mais", "Veja também", "Saiba mais",
    "Leggi anche", "Leggi di più", "Approfondisci", "Citește și", "Citeşte şi", "Citiți și", "Vezi și",
    # Germanic, Finnic, Baltic
    "Lees ook", "Lees meer", "Läs (?:också|även|mer)", "Les (?:også|mer)", "Læs (?:også|mere)", "Lesa meira",
    "Lue myös", "Lue lisää", "Loe (?:ka|lisaks|veel)", "Lasi(?:et)? (?:arī|vairāk)", "(?:Taip pat )?skaitykite(?: taip pat| daugiau)?",
    # Slavic, Hungarian, Albanian, Greek
    "Czytaj (?:także|też|więcej|również)", "Dowiedz się więcej", "Przeczytaj (?:także|też|również)", "Zobacz (?:także|też|również)", "Přečtěte si", "Čtěte také", "Prečítajte si",
    "Pročitaj(?:te)? (?:i|još|više)", "Preberite (?:še|tudi)", "Прочитајте (?:и|још|више|повеќе)", "Прочетете(?: още)?",
    "Още по темата", "Вижте още", "Читайте также", "Читать также", "Читать далее", "Подробнее", "Смотрите также",
    "По теме", "Прочитайте также", "Читайте також", "Читайте ще", "Дивіться також", "Чытайце таксама", "Оқи отырыңыз",
    "Olvassa el", "Olvasd el", "Kapcsolódó", "Lexo edhe", "Διαβάστε (?:επίσης|ακόμη|ακόμα|περισσότερα|σχετικά)",
    # Turkic, Caucasian
    "Ayrıca okuyun", "İlgili haber(?:ler)?", "Bunu da okuyun", "Həmçinin oxuyun", "Shuningdek,? o.qing",
    "ასევე (?:წაიკითხეთ|იხილეთ)", "Կարդացեք նաև",
    # South-East Asia
    "Baca juga", "Simak juga", "Lihat juga", "Baca lagi", "Basahin (?:din|rin)", "Xem thêm", "Đọc thêm", "อ่านเพิ่มเติม", "อ่านต่อ",
    "(?:อ่าน)?ข่าวที่เกี่ยวข้อง", "อ่านข่าว", "ဆက်လက်ဖတ်ရှုရန်", "ဆက်စပ်သတင်း(?:များ)?", "អានបន្ថែម", "អានផងដែរ", "ອ່ານເພີ່ມເຕີມ",
    # West and South Asia
    "اقرأ أيضا[ًا]?", "إقرأ أيضا[ًا]?", "اقرأ المزيد", "بیشتر بخوانید", "همچنین بخوانید", "مطالب مرتبط", "مزید پڑھیں",
    "یہ بھی پڑھیں", "קראו (?:גם|עוד)", "עוד בנושא", "यह भी पढ़ें", "ये भी पढ़ें", "हेही वाचा", "यो पनि पढ्नुहोस्", "আর[ওো] পড়ুন",
    "மேலும் படிக்க", "ఇవీ చదవండి", "ఇది కూడా చదవండి", "આ પણ વાંચો", "ਇਹ ਵੀ ਪੜ੍ਹੋ", "ಇದನ್ನೂ ಓದಿ", "കൂടുതൽ വായിക്കുക",
    # East Asia, Africa
    "相关(?:阅读|新闻|报道|链接)", "相關(?:閱讀|新聞|報導)", "延伸(?:阅读|閱讀)", "推荐阅读", "推薦閱讀", "更多(?:新闻|报道|新聞)", "看更多",
    "関連記事", "関連ニュース", "【?関連】?", "【写真】", "【動画】", "【画像】", "(?:あ|合)わせて読みたい", "続きを読む", "もっと読む",
    "관련 ?기사", "관련 ?뉴스", "함께 보면 좋은", "ተጨማሪ ያንብቡ", "Soma (?:zaidi|pia)", "Karanta (?:kuma|wannan)",
)  # fmt: skip
_PROMO = re.compile(r"^[\W_]{0,4}(?:" + "|".join(PROMO_WORDS) + r")(?P<rest>.*)$", re.IGNORECASE)
_PROMO_REST = re.compile(
    r"^\s*(?:[:：>»›→|\-–—፦៖】\]]|\.{3}|…|$)|^\s+(?:about|on|here|zu|über|sur|sobre)\b[^.]*$"
)
_VERBS_ALONE = frozenset(
    {"read", "subscribe", "sign up", "follow us", "listen to", "listen now", "click here"}
)
_SIGN_UP = re.compile(
    r"^[\W_]{0,4}(?:Sign up|Subscribe|Follow|Join|Download|Get (?:the|our)|Like us|Abonnieren Sie|Folgen Sie|Abonnez-vous|"
    r"Inscrivez-vous|Suivez|Suscr[ií]bete|S[ií]gue?nos|Únete|Assine|Siga|Inscreva-se|Iscriviti|Seguici|Abonneer|Volg ons|"
    r"Prenumerera|Följ oss|Zapisz się|Obserwuj|Подпи(?:сывайтесь|шитесь)|Читайте нас|Следите за|Підпи(?:суйтесь|шіться)|"
    r"Стежте за|Абонирайте се|Последвайте|Takip ed|Abone ol|Ακολουθήστε|Εγγραφείτε|تابعونا|اشترك|עקבו|הצטרפו|हमें फॉलो|"
    r"Ikuti|Theo dõi|ติดตาม|关注|關注|訂閱|订阅|フォロー|구독)"
    r"[^.!?]{0,140}?(?:newsletters?|Telegram|телеграм\w*|WhatsApp|Facebook|Twitter|Instagram|YouTube|Youtube|TikTok|Viber|"
    r"Google News|Google Новини|Bluesky|Mastodon|LINE|рассылк\w*|розсилк\w*|бюлетин\w*|bulletin|podcast\w*|app\b|App\b|"
    r"notifications?|تليغرام|واتساب|टेलीग्राम|व्हाट्सएप|微信|公众号|メルマガ)[^.!?]{0,60}[.!]?$",
    re.IGNORECASE,
)
_VIDEO = re.compile(
    r"^[\W_]{0,4}(?:Watch(?: the)?(?: full)? video|Watch now|Watch live|Watch(?= \d)|Play video|Video ansehen|"
    r"Jetzt (?:ansehen|live)|Video abspielen|Regarder(?: la vidéo)?|Voir la vidéo|Ver (?:el )?v[ií]deo|"
    r"Mira el video|Vea el video|Assista ao vídeo|Veja o vídeo|Guarda il video|Bekijk (?:de )?video|"
    r"Se (?:hele )?(?:videoen|video|videon)|Katso video|Obejrzyj (?:wideo|film)|Zobacz wideo|Podívejte se na video|"
    r"Pogledajte (?:video|snimak)|Vezi video(?:ul)?|Смотреть видео|Смотрите видео|Дивитися відео|Гледайте видеото|"
    r"Videoyu izle(?:yin)?|Δείτε το (?:βίντεο|video)|شاهد(?:وا)? الفيديو|ویدیو را ببینید|צפו בסרטון|वीडियो देखें|ভিডিও দেখুন|"
    r"Tonton video|Xem video|(?:คลิก)?ชมวิดีโอ|ดูวิดีโอ|动画|動画を(?:見る|再生)|观看视频|觀看影片|(?:동)?영상 보기)"
    r"\W*(?:\d{1,2}:\d{2}(?::\d{2})?)?(?:\W*(?:min|Min\.|мин)\.?)?\W*$"
    r"|^[\W_]{0,3}(?:video\W*)?\d{1,2}:\d{2}(?::\d{2})?(?:\s*(?:min\.?|минут\w*|Uhr))?\W*$",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"^[\W_]{0,4}(?:Corrections?(?: \([^)]*\))?\s*[:：–-]|Clarification\s*[:：]|Editor['’]?s['’]? note|"
    r"(?:This|The) (?:article|story|report|piece|post|headline) (?:was|has been|is being|will be)\b.{0,60}"
    r"(?:updat|correct|amend|chang|edit|revis)|Update\s*[:：]|UPDATE\s*[:：(]|Note to readers|"
    r"An earlier version of|A previous version of|"
    r"Korrektur(?:hinweis)?\s*[:：]|Berichtigung\s*[:：]|Anmerkung der Redaktion|Anm\. d\. Red|"
    r"Hinweis der Redaktion|Transparenzhinweis|(?:Dieser|Der) (?:Artikel|Text|Beitrag) wurde .{0,60}"
    r"(?:aktualisiert|korrigiert|ergänzt|geändert)|Note de la rédaction|Rectificatif|Erratum|Correction\s*:|"
    r"Cet article a été (?:mis à jour|modifié|corrigé)|Nota de(?:l editor| la redacción| redacción)|"
    r"Fe de erratas|Corrección\s*:|Errata\s*:|Correção\s*:|Nota da redação|Nota della redazione|Rettifica\s*:|"
    r"Notă? (?:a )?redacției|Erată\s*:|Correctie\s*:|Noot van de redactie|Rättelse\s*:|Rettelse\s*:|Præcisering\s*:|"
    r"Presisering\s*:|Oikaisu\s*:|Sprostowanie|Oprava\s*:|Poznámka redakce|Ispravka?\s*:|Helyreigazítás|"
    r"Исправление\s*:|Обновлено\s*:|Обновление\s*:|Уточнение\s*:|От редакции|Примечание редакции|Від редакції|"
    r"Виправлення\s*:|Уточнення\s*:|Оновлено\s*:|Поправка\s*:|Διόρθωση\s*:|Düzeltme\s*:|Editörün notu|Güncelleme\s*:|"
    r"تصحيح\s*:|تصويب\s*:|اصلاحیه\s*:|תיקון\s*:|הבהרה\s*:|הערת המערכת|सुधार\s*:|स्पष्टीकरण\s*:|संपादक की टिप्पणी|সংশোধনী|"
    r"Koreksi\s*:|Ralat\s*:|Catatan (?:redaksi|editor)|Đính chính|หมายเหตุ(?:บรรณาธิการ)?\s*:|แก้ไข(?:เพิ่มเติม)?\s*:|"
    r"更正|訂正|勘误|编者(?:按|注)|編者(?:按|註)|追記\s*[:：]|정정\s*[:：]|바로잡습니다|\[?편집자 ?주)",
    re.IGNORECASE,
)
_BLOCKED = re.compile(
    r"^[\W_]{0,4}(?:Externer Inhalt|Empfohlener (?:redaktioneller|externer) Inhalt|An dieser Stelle (?:findest du|finden Sie) (?:einen )?externe|"
    r"(?:Deine|Ihre) Privatsphäre-Einstellungen verhindern|Link zum (?:YouTube|Twitter|Instagram|Facebook|TikTok)-Inhalt|"
    r"Um diesen Inhalt (?:anzuzeigen|zu sehen)|To (?:view|see|display) this (?:content|video|post|embed)|"
    r"This content (?:is (?:blocked|not available due to|hosted by)|could not be loaded)|"
    r"(?:Unfortunately,? )?[Tt]his video is not available in your|"
    r"Ce contenu (?:est bloqué|n.a pas pu)|Pour (?:afficher|visualiser) ce contenu|Este contenido (?:está bloqueado|no está disponible)|"
    r"Para (?:ver|visualizar) este conte[nú]|Questo contenuto (?:è bloccato|non è)|Deze inhoud (?:is geblokkeerd|kan niet)|"
    r"Ta treść (?:jest zablokowana|nie może)|Для просмотра (?:этого )?контента)",
)
_COMMENTS = re.compile(
    r"^[\W\d_]{0,8}(?:(?:Top Rated |Reader |All |Your |Post a |Leave a |View |Show |\d+ )?Comments?(?: section)?|Leave a (?:reply|comment)|"
    r"Join the (?:conversation|discussion)|(?:Leser)?[Kk]ommentare?|Diskutieren Sie mit|Commentaires?|Réagir|Comentar(?:ios?)?|Comentários?|"
    r"Commenti|Reacties|Kommentarer?|Kommentit|Komentarze|Komentáře|Komentari|Коммента[рp]ии|Обсуждение|Коментар[іи]|Yorumlar|"
    r"Σχόλια|التعليقات|تعليقات|نظرات|דיונים|תגובות|टिप्पणियां|মন্তব্য|ความคิดเห็น|Bình luận|Komentar|评论|評論|留言|网友评论|コメント|댓글)"
    r"[\W\d_]{0,8}$",
    re.IGNORECASE,
)
SENTENCE_END = re.compile(r"[.!?…。！？｡।॥؟۔།။៕។፧][\"'”’»«“)\]）」』】]*$")
SHORT_LINE_CHARS = 220


def is_promo(text: str, *, is_link: bool = False) -> bool:
    """Tell whether a line advertises another text or a channel. ``is_link``: all of it is one."""
    if len(text) > SHORT_LINE_CHARS:
        return False
    match = _PROMO.match(text)
    if match is not None and (is_link or _PROMO_REST.match(match["rest"])):
        return True
    return _SIGN_UP.match(text) is not None


def opens_promo(text: str) -> bool:
    """Tell whether a line begins like one that advertises other texts, whatever follows it."""
    match = _PROMO.match(text)
    if match is None:
        return False
    words, rest = text[: match.start("rest")].strip(), match["rest"]
    return words.casefold() not in _VERBS_ALONE and not rest[:1].isalpha()


def is_video_prompt(text: str) -> bool:
    """Tell whether a line only asks to watch a video, or gives its length."""
    return _VIDEO.match(text) is not None


def is_note(text: str) -> bool:
    """Tell whether a paragraph tells of a correction or an update, or is the editors' own."""
    return _NOTE.match(text) is not None


def opens_comments(text: str) -> bool:
    """Tell whether a line heads what readers wrote below the article."""
    return _COMMENTS.match(text) is not None


def stands_for_embed(text: str) -> bool:
    """Tell whether a notice stands in the place of an embed that the reader has not allowed."""
    return _BLOCKED.match(text) is not None
