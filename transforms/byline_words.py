"""How bylines are worded: the words before a name, the dates beside it, what a whole name is."""
# ruff: noqa: RUF001, E501 (wording in several scripts, read as tables)

from __future__ import annotations

import re

MAX_NAME_WORDS = 6
BY_WORDS = (
    "By", "Von", "Par", "Por", "Di", "Da", "Door", "Av", "Af", "Autor", "Autora", "Autoren",
    "Autorin", "Auteur", "Autore", "Author", "Authors", "Written by", "Text", "Texte", "Texto",
    "Testo", "Story by", "Report by", "Words by", "Opinion by", "Analysis by", "Ein Kommentar von",
    "Ein Bericht von", "Eine Analyse von", "Ein Interview von", "Kommentar von", "Analyse von",
    "Interview von", "Propos recueillis par", "Posted by", "Published by", "Автор", "Авторы",
    "Текст", "Подготовил", "Подготовила", "Автор текста", "Автори", "Yazan", "Haber", "Oleh",
    "Penulis", "Reporter", "بقلم", "كتب", "كتبت", "מאת", "文", "文/", "作者", "記者", "记者", "기자",
    "Tekst", "Szerző", "Autori", "Συντάκτης", "Article by", "Artikel von", "Erstellt von", "Eingestellt von",
    "Veröffentlicht von", "Verfasst von", "Geschrieben von", "Publiziert von", "Pressemitteilung von",
    "Text und Interview", "Text und Fotos", "Text & Fotos", "Text und Foto", "Posted", "More stories by",
    "More articles by", "More by", "Show all articles of", "Show all articles by", "All articles by",
    "All posts by", "Écrit par", "Publié par", "Zeige alle Beiträge von", "Alle Beiträge von",
    "Beitrag von", "Interview", "Vom", "Escrito por", "Publicado por", "Scritto da", "Του", "Της", "Γράφει", "Kirjoittaja", "Skriven av",
    "Ein Artikel von", "Ein Beitrag von", "Ein Text von", "Eine Kolumne von", "Kolumne von",
    "Gastbeitrag von", "Ein Gastbeitrag von", "Eine Reportage von", "Post by", "Posts by", "Words",
)  # fmt: skip
_BY = re.compile(
    r"^\s*(?:" + "|".join(sorted(map(re.escape, BY_WORDS), key=len, reverse=True)) + r")"
    r"(?:\s*[::：●・]\s*|\s+(?=\S)|(?<=[/者])(?=\S))",  # 文 alone begins words, too
    re.IGNORECASE,
)
_PARTICLES = frozenset(
    {"von", "van", "vom", "zu", "der", "den", "de", "del", "della", "di", "da", "dos", "das", "do", "du",
     "la", "le", "el", "al", "bin", "bint", "ibn", "ten", "ter", "y", "e", "af", "av", "san", "und"}
)  # fmt: skip
_WEEKDAYS = (
    r"(?:(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?|Mo|Di|Mi|Do|Fr|Sa|So|"
    r"(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag|Mittwoch)\b[.,]*\s*"
)
_DATES = re.compile(
    rf"(?:\b(?:am|on|vom|le|el)\s+)?(?:\b{_WEEKDAYS})?(?:"
    r"\b\d{1,4}[./-]\s?\d{1,2}[./-]\s?\d{2,4}\b"
    r"|\b\d{1,2}(?:\.|st|nd|rd|th|er)?\s+(?:de\s+)?[^\W\d_]{3,12}\.?,?\s+(?:de\s+)?(?:19|20)\d\d\b"
    r"|\b[^\W\d_]{3,12}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+(?:19|20)\d\d\b"
    r"|\b(?:19|20)\d\d年\d{1,2}月\d{1,2}日)"
    r"|(?:\b(?:at|um|à|a las|kl\.?)\s+)?\b\d{1,2}[:.]\d{2}\b(?:\s*(?:[ap]\.?m\.?|Uhr|h)\b)?(?:\s*(?:EST|EDT|ET|GMT|UTC|CES?T|P[SD]?T)\b)?"
    r"|\b\d+\s*-?min(?:ute)?s?\s+read\b|\bvor\s+\d+\s+\w+|\b(?:hace|il y a|há)\s+\d+\s+\w+|\b\d+\s+(?:hour|minute|day|week|month|year)s?\s+ago\b",
    re.IGNORECASE,
)
TRAILING = re.compile(
    r"(?:\s+(?:am|on|at|um|vom|vor|le|el|says|said|sagt|schreibt|schrieb|writes|mehr|shares?|stand|publiziert|published|veröffentlicht|(?:last )?updated|aktualisiert|posted)[:,]?)+$",
    re.IGNORECASE,
)
_LABEL = re.compile(r"^\W*(?:datum|date|stand|fecha|data)\b\W*", re.IGNORECASE)
SPACE = re.compile(r"\s+")
EDGES = " \t\n,.;:|–—-·•●*\"'“”„«»"
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def strip_by(text: str) -> str:
    """Drop the words before a name: twice, as some templates add their own."""
    return _BY.sub("", _BY.sub("", text, count=1), count=1)


def without_dates(text: str) -> str:
    """Part a byline at its dates; what follows one is no name where a whole name comes before."""
    if not any(map(str.isdigit, text)):
        return text
    pieces = _DATES.split(text)
    head = TRAILING.sub("", SPACE.sub(" ", strip_by(pieces[0])).strip(EDGES))
    return head if len(pieces) > 1 and is_full_name(head) else ";".join(pieces)


def starts_with_by(line: str) -> bool:
    """Tell whether a line begins as bylines do: 'By', 'Von', 'Автор:'."""
    return _BY.match(line) is not None


def says_by(line: str) -> bool:
    """Tell whether a line is a byline, its date taken off: '3 May 2021, 10:30 | By Jane Doe'."""
    if starts_with_by(line.lstrip(EDGES)):
        return True
    dated = _DATES.search(line) if any(map(str.isdigit, line)) else None
    rest = _DATES.sub("", line) if dated else ""
    return starts_with_by(SPACE.sub(" ", _LABEL.sub("", rest)).strip(EDGES))


def is_full_name(name: str) -> bool:
    """Tell whether a name is written as a person's: two to four words with capitals, particles between."""
    if CJK.search(name):
        return True
    words = name.split()
    capital = [word for word in words if word[:1].isupper()]
    others = [word for word in words if not word[:1].isupper()]
    return (
        1 < len(words) <= MAX_NAME_WORDS and len(set(capital)) > 1 and _PARTICLES.issuperset(others)
    )
