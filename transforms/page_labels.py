"""Lines of the page rather than of its article: labels of advertisements, reading times, notices.

A label is the whole of its line; a notice is told by wording that speaks of the outlet itself.
"""
# ruff: noqa: RUF001, E501 (wording in several scripts, read as tables)

from __future__ import annotations

import re

MAX_LABEL_CHARS = 60
MAX_OFFER_CHARS = 260
MAX_DISCLOSURE_CHARS = 500

_LABEL = re.compile(
    r"^[\W_]{0,4}(?:(?:Skip |Close )?Advertis(?:e)?ments?(?: continues? below)?|Anzeige|Werbung|Publicité|Publicidad|Pubblicità|Publicidade|"
    r"Advertentie|Reklam[aey]?|Annons|Annonse|Annonce|Mainos|Hirdetés|Реклама|إعلان(?:ات)?|تبلیغات|פרסומת|विज्ञापन|โฆษณา|Quảng cáo|Iklan|広告|广告|廣告|광고|"
    r"Article content|(?:Article|Story) continues (?:below|after)(?: (?:this )?(?:advertisement|ad|video))?|Continue reading (?:below|the main story)|"
    r"(?:Bitte )?[Ww]eiterlesen nach der (?:Anzeige|Werbung)|(?:La suite|Suite de l['’]article) après (?:la|cette) publicité|Continúa (?:después|tras) de la publicidad|"
    r"Share(?: this(?: (?:article|story|post))?)?|(?:Artikel |Beitrag )?[Tt]eilen|Partager(?: (?:cet|l['’])\s?article)?|Compartir|Compartilhar|Condividi|Delen|Del(?:a)? (?:artikel|saken)|"
    r"Udostępnij|Поделиться|Поділитися|Paylaş|このニュースをシェア|シェアする|分享(?:到)?|공유하기|"
    r"Copy (?:link|URL)|Link kopieren|कॉपी लिंक|Print(?: this article)?|Drucken|Imprimir|Back to top|Nach oben|Please wait|Loading|"
    r"Table of contents?|On this page|In this (?:article|story)|Inhaltsverzeichnis|Sommaire|Tabla de contenidos?|Índice de contenidos?|Spis treści|Содержание|目次)"
    r"[\W_]{0,4}$",
    re.IGNORECASE,
)
_READING_TIME = re.compile(
    r"^[^.!?]{0,30}?(?:\b\d{1,3}[\s-]?min(?:ute)?s?\.? read\b|\bread(?:ing)? time\b|\bLesezeit\b|\b\d{1,3} Min(?:uten|\.)? (?:Lesezeit|lesen)\b|"
    r"\btemps de lecture\b|\blecture (?::|de) ?\d+ ?min|\btiempo de lectura\b|\b\d+ min(?:utos)? de (?:lectura|leitura)\b|\btempo di lettura\b|\bleestijd\b|\blästid\b|"
    r"\bprzeczytasz w\b|\bczas czytania\b|время чтения|час читання|okuma süresi)",
    re.IGNORECASE,
)
_OFFER = re.compile(
    r"\bsign(?:ing)? up (?:to|for|here for) (?:our|the|this)\b.{0,60}\b(?:newsletters?|alerts|bulletin|briefing|e-?mails?)\b|"
    r"\b(?:(?:straight|directly|delivered|sent)(?: \w+)? to|in) your inbox\b|"
    r"\bjoin (?:our|the) .{0,30}\b(?:WhatsApp|Telegram) (?:channel|group|community)|"
    r"^(?:To|Want to) (?:read|view|see|continue|access).{0,60}\bsubscri(?:be|ption)\b|^Subscribe (?:now|today|here|to)\b.{0,80}\b(?:full story|access|support|edition)\b|"
    r"\b(?:article|story|content) is (?:only )?(?:available )?(?:for|to) (?:\w+ )?subscribers\b|"
    r"\b(?:unseren?|zum|den|dem) (?:\w+ )?[Nn]ewsletter\b.{0,40}(?:abonnieren|anmelden|bestellen)|^Abonnieren Sie\b.{0,60}\b[Nn]ewsletter|"
    r"\b(?:Artikel|Beitrag|Text) ist (?:nur )?(?:für|exklusiv) .{0,20}(?:Abonnent|Abonnement|Plus)|"
    r"\b(?:article|contenu) (?:est )?réservé (?:à nos|aux) abonnés|\bil vous reste .{0,20}de cet article\b|\binscrivez-vous à (?:notre|la) newsletter|"
    r"\b(?:contenido|artículo|nota) (?:es )?(?:exclusiv[oa]|solo) para suscriptores|\bsuscr[ií]b(?:ete|ase) (?:a|al) (?:nuestr[oa] )?(?:newsletter|boletín|canal)|"
    r"\briservat[oa] agli abbonati\b|\bconteúdo exclusivo para assinantes|\bматериал доступен (?:только )?(?:по подписке|подписчикам)|"
    r"(?:この記事は|こちらは)?(?:有料)?会員限定|会員(?:の方)?のみ(?:ご)?利用",
    re.IGNORECASE,
)
_DISCLOSURE = re.compile(
    r"\b(?:may|might|can|could|will|to) (?:\w+ ){0,2}(?:earn|receive|get|make|collect)\b.{0,40}\bcommissions?\b|\bearns? (?:us )?an? (?:small |affiliate )?commission\b|"
    r"\baffiliate (?:links?|commission)\b.{0,200}\b(?:we|us|our|this (?:article|post))\b|\bcontains affiliate links\b|"
    r"\b(?:erhalten|bekommen|erhält|bekommt|verdienen) (?:wir )?.{0,60}\bProvision\b|\b(?:enthält|sind) (?:\w+ ){0,2}(?:sogenannte )?(?:Affiliate|Provisions?|Werbe)-?\s?Links?\b|"
    r"\b(?:percevoir|toucher|recevoir|gagner) une (?:petite )?commission\b|\b(?:recibi|gana|obten|lleva)\w* una (?:pequeña )?comisión\b|"
    r"\b(?:ricev|guadagn)\w+ una (?:piccola )?commissione\b|\b(?:recebe|ganha)\w* uma (?:pequena )?comissão\b|\b(?:ontvang|krijg)\w+ .{0,30}\bcommissie\b",
    re.IGNORECASE,
)
# One of them stands in whatever an expression finds, in lower case.
_READING_HINTS = ("min", "read", "lese", "lect", "leitura", "lett", "leestijd", "lästid", "czyta", "чтен", "читан", "okuma")  # fmt: skip
_OFFER_HINTS = ("sign", "inbox", "whatsapp", "telegram", "subscri", "newsletter", "abonn", "suscri", "suscrí", "assinant", "подпис", "会員")  # fmt: skip
_DISCLOSURE_HINTS = ("commis", "affiliate", "provision", "werbe", "comisi", "comiss")


def is_label(text: str) -> bool:
    """Tell whether a line labels a part of the page, such as an advertisement or its buttons."""
    return len(text) <= MAX_LABEL_CHARS and _LABEL.match(text) is not None


def tells_reading_time(text: str) -> bool:
    """Tell whether a line says how long the article takes to read."""
    return _finds(_READING_TIME, _READING_HINTS, text, MAX_LABEL_CHARS)


def is_offer(text: str) -> bool:
    """Tell whether a line offers a newsletter, a channel or a subscription."""
    return _finds(_OFFER, _OFFER_HINTS, text, MAX_OFFER_CHARS)


def is_disclosure(text: str) -> bool:
    """Tell whether a paragraph discloses that the outlet is paid for its links."""
    return _finds(_DISCLOSURE, _DISCLOSURE_HINTS, text, MAX_DISCLOSURE_CHARS)


def _finds(pattern: re.Pattern[str], hints: tuple[str, ...], text: str, limit: int) -> bool:
    """Search a text that is no longer than a limit, where one of the hints stands in it."""
    if len(text) > limit:
        return False
    lowered = text.lower()
    return any(hint in lowered for hint in hints) and pattern.search(text) is not None
