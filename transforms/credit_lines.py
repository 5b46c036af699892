"""Credit lines and datelines: the short lines that say who supplied a text, and from where.

Pure text work. An agency that is in no list is known by its place: the proper name
in brackets before a dateline's dash, or after two desks' initials.
"""
# ruff: noqa: RUF001, RUF002, RUF003, E501 (wording in several scripts, read as tables)

from __future__ import annotations

import re
from dataclasses import dataclass

from transforms.agencies import are_agencies, find_agencies, find_agency
from transforms.byline_words import MAX_NAME_WORDS, is_full_name
from transforms.bylines import MAX_NAME_CHARS, credits_of, picture_credits, read_names
from transforms.records import Credit

MAX_AGENCY_WORDS = 4
_CLOSING = frozenset(")]）")
_CREDIT_HEAD = r"(?:[a-zà-žа-яё]{1,5}(?:\.[a-z]{1,3})?)"
_DESK_LINE = re.compile(
    rf"^\W{{0,3}}(?P<desk>{_CREDIT_HEAD}(?:\s*[/,|]\s*{_CREDIT_HEAD})*)\s*[/,]?\s*"
    r"[(\[](?P<agencies>[^()\[\]]{2,80})[)\]]\W{0,2}$"
)
_BRACKET_LINE = re.compile(r"^[(\[（](?P<agencies>[^()\[\]（）]{2,80})[)\]）]\W{0,2}$")
_SOURCE_LINE = re.compile(
    r"^\W{0,3}(?:Quellen?|Sources?|Source\(s\)|Fuentes?|Fontes?|Fonti|Bron|Kilder?|Källa|Kaynak|"
    r"Źródł[oa]|Zdroj|Источники?|Джерел[оа]|Origine|المصدر|来源|來源|出典|출처|स्रोत|Mit Material von|"
    r"With material from|With files from|With reporting (?:by|from)|Avec|Con información de|"
    r"Com informações d[aeo]s?|Mit Informationen (?:von|der)|With inputs from|"
    r"Mit Agenturmaterial|С использованием материалов|По материалам)(?:\s*[:：]\s*|\s+)(?P<rest>.{2,120})$",
    re.IGNORECASE,
)
_EDITED_LINE = re.compile(
    r"^\W{0,3}(?P<verb>Edited by|Editing by|Redigiert von|Redaktion|Editor|Redaktör|Editado por|"
    r"Edité par|Reporting by|Additional reporting by|Writing by|Compiled by|Translated by|"
    r"Adaptation|Adapted by|Bearbeitet von|Adaptiert von|Редактор|责编|責編|责任编辑|責任編輯|编辑|編輯)(?:\s*[:：]\s*|\s+)(?P<rest>.{2,200})$",
    re.IGNORECASE,
)
_AUTHOR_LINE = re.compile(
    r"^\W{0,3}(?:Autor(?:in|en|innen)?|Author|Verfasser(?:in)?|Text|Texte|Texto|Testo|Words|Von|By|Auteur|"
    r"Autore|Autora|Автор|Текст)\s*[:：]\s*(?P<rest>[^:.!?]{4,80}?)(?:\s+(?:Fotos?|Photos?|Bild(?:er)?):.*)?\W{0,2}$"
)
_MATERIAL_LINE = re.compile(
    r"^.{0,80}\b(?:contributed to this report|material (?:from|by) .{2,60} was used|"
    r"Diese Meldung .{0,80}|wurde am \d.{0,60} im Programm .{0,60} gesendet|"
    r"ont contribué à cet article|contribuyó a (?:este|esta) .{0,40})\.?$|^[(（](?:完|끝)[)）]$",
    re.IGNORECASE,
)
_MATERIAL_HINTS = (  # one of them stands in whatever the pattern matches, in lower case
    "contributed to this report", "material ", "diese meldung", "wurde am", "ont contribué",
    "contribuyó", "完", "끝",
)  # fmt: skip
_DATELINE = re.compile(
    r"^(?P<place>[^\W\d_][^()\d\n–—:!?\"“„«]{1,60}?)"
    r"(?P<date>,?\s+(?:[^\W\d_]{3,9}\.?\s+\d{1,2}|\d{1,2}\.?\s+[^\W\d_]{3,9}\.?)(?:,?\s+\d{4})?)?"
    r",?\s*(?:[(\[（](?P<agency>[^()\[\]（）]{2,40})[)\]）]|(?P<slash>/[^/\n]{2,40}/))\s*"
    r"(?:[-–—:.]+\s*|(?<=[)）/])\s+)(?=\S)"
)
_INITIALS_LINE = re.compile(r"^[a-z]{2,5}(?:/[a-z]{2,5}){1,3}$")
_PICTURE_LINE = re.compile(
    r"^\W{0,3}(?:(?:Foto|Photo|(?:Titel|Beitrags|Symbol|Vorschau)?Bild|Image|Picture|Фото|Fotoğraf|写真|사진)s?(?:\s+(?:by|von|de))?"
    r"|(?:Photo|Image|Picture|Featured image|Crédits?) (?:credits?|photos?|courtesy)|Fotocredits?|Bildnachweis|Bildquelle|Crédits?|Credits?)"
    r"\s*[:：]\s*[^.!?]{2,60}\W?$|^Fot\.\s+[^.!?]{3,60}$|^[^.!?:]{3,40} (?:/ ?|via |\| ?)(?:Getty Images|Shutterstock|iStock|Unsplash|Pexels|Pixabay|Adobe Stock|picture[- ]alliance)\W?$",
    re.IGNORECASE,
)
_DASH_END = re.compile(r"[-–—]\s*$")
_WITH_LINE = re.compile(
    r"^(?P<who>[^.:;!?]{2,50}?)\s+(?:avec|with|mit|con|com|med|met|и|z)\s+(?P<rest>[^.:;!?]{2,80})$"
)
_CJK_COMPILED_LINE = re.compile(
    r"^[(（]?(?:综合|綜合|据|據)(?P<rest>[^，。]{2,40}?)(?:等)?(?:报道|報道|報導|消息|电|電)[)）]?$"
)
_CAPITAL_DATELINE = re.compile(
    r"^(?P<place>[^\W\d_a-zà-žа-яё][^\W\d_a-zà-žа-яё.'’\- ]{2,40}"
    r"(?:,\s+[^\W\d_][\w.'’ ]{1,25})?)"
    r"(?P<date>,?\s+[^\W\d_]{3,9}\.?\s+\d{1,2}(?:,?\s+\d{4})?)?\s*(?:--|[–—]|\s-\s)\s*(?=\S)"
)
_BARE_AGENCY_DATELINE = re.compile(
    r"^(?:[(\[（【](?P<agency>[^()\[\]（）【】]{2,40})[)\]）】])\s*[-–—:]?\s*(?=\S)"
)
_CJK_DATELINE = re.compile(
    r"^[【（(]?(?P<agency>新华社|新華社|中新社|中央社|共同社|路透社|法新社|美联社)(?P<rest>[^。，,]{1,30}?[电電])[】）)]?"
    r"\s*(?:[(（](?:实习)?(?:记者|記者)[^()（）]{1,30}[)）])?\s*(?=\S)"
)
_IN_ONE_BRACKET = re.compile(  # 【ロンドン共同】, (서울=연합뉴스) 홍길동 기자 =
    r"^[【(\[（](?P<place>[^\W\d_]{1,12}?)(?:[=＝ ](?P<agency>[^\W\d_]{2,10})|(?P<joined>共同|時事|ロイター|AFP))[】)\]）]\s*"
    r"(?:(?P<by>[가-힣]{2,4}(?:[·, ]+[가-힣]{2,4})*)\s*(?:기자|특파원)\s*=\s*)?(?=\S)"
)
_AGENCY_AS_SENTENCE = re.compile(  # МОСКВА, 31 мар — РИА Новости. КИЇВ. 31 березня. УНІАН.
    r"^(?P<place>[А-ЯЁІЇЄҐ][^.!?()\d—–]{2,40}?)(?P<date>[,.]?\s+\d{1,2}\s+[а-яёіїєґ]{3,9}\.?)?\s*(?:[—–-]|\.)\s*"
    r"(?P<agency>[А-ЯЁІЇЄҐ][^.!?()]{1,30})\.\s+(?=\S)"
)


@dataclass(frozen=True, slots=True)
class Dateline:
    """A dateline at the start of a paragraph: its text, its length with the dash, its agencies."""

    text: str
    chars: int
    agencies: tuple[str, ...]


def read_credit_line(text: str) -> list[Credit] | None:
    """Read a credit line such as 'rc/rt (Reuters, AFP, AP)'; None where the text is none.

    An empty list means a credit line whose names could not be told.
    """
    line = text.strip()
    for read in (_desk_line, _bracket_line, _listed_line, _named_line):
        if found := read(line):
            return found
    if match := _EDITED_LINE.match(line.rstrip(")）") if line.startswith(("(", "（")) else line):
        return _edited(match, line)
    if match := _AUTHOR_LINE.match(line):
        return _written(match["rest"], line)
    lowered = line.lower()
    is_hinted = any(hint in lowered for hint in _MATERIAL_HINTS)
    return [] if is_hinted and _MATERIAL_LINE.match(line) else None


def _desk_line(line: str) -> list[Credit]:
    """Read 'rc/rt (Reuters, AFP)'; two desks before one proper name make that an agency, too."""
    match = _DESK_LINE.match(line) if _ends_in_bracket(line) else None
    if match is None:
        return []
    desks = [
        Credit(role="desk", name=name, raw=line, origin="credit-line")
        for name in re.split(r"\s*[/,|]\s*", match["desk"])
        if find_agency(name) is None
    ]
    agencies = _agency_credits(match["agencies"], line)
    if not agencies and "/" in match["desk"] and is_agency_by_place(match["agencies"]):
        name = match["agencies"].strip()
        agencies = [Credit(role="agency", name=name, raw=line, origin="credit-line")]
    return [*desks, *agencies] if agencies else []


def _ends_in_bracket(line: str) -> bool:
    """Tell whether a line ends in a closing bracket, at most two marks behind it."""
    return any(mark in _CLOSING for mark in line[-3:])


def _bracket_line(line: str) -> list[Credit]:
    match = _BRACKET_LINE.match(line) if _ends_in_bracket(line) else None
    listed = match["agencies"] if match else line if _INITIALS_LINE.match(line) else ""
    if not listed or not _mostly_agencies(listed):
        return []
    return _agency_credits(listed, line) + _initials(listed, line)


def _listed_line(line: str) -> list[Credit]:
    """Read 'Source: AFP, Reuters', and a line of agencies alone."""
    bare = line.rstrip(".")
    if match := _SOURCE_LINE.match(line):
        return _agency_credits(match["rest"].rstrip("."), line)
    is_list = "/" in line or "," in line or find_agency(line) is not None
    return _agency_credits(bare, line) if is_list and are_agencies(bare) else []


def _named_line(line: str) -> list[Credit]:
    """Read 'Photo: AFP', 'The Courier with AFP and Reuters' and its like in Chinese."""
    if _PICTURE_LINE.match(line):
        return picture_credits(line)
    for pattern in (_WITH_LINE, _CJK_COMPILED_LINE):
        if (match := pattern.match(line)) and are_agencies(match["rest"]):
            return _agency_credits(match["rest"], line)
    return []


def _mostly_agencies(raw: str) -> bool:
    parts = [part for part in re.split(r"[,/;|、·]|\s+(?:and|und|et|y)\s+", raw) if part.strip()]
    known = sum(find_agency(part) is not None for part in parts)
    return known > 0 and known * 2 >= len(parts)


def _initials(raw: str, line: str) -> list[Credit]:
    parts = (part.strip() for part in re.split(r"[,/;|]", raw))
    return [
        Credit(role="desk", name=part, raw=line, origin="credit-line")
        for part in parts
        if part and find_agency(part) is None and len(part) <= 5 and part.islower()  # noqa: PLR2004 (desk initials)
    ]


def _agency_credits(raw: str, line: str) -> list[Credit]:
    return [
        Credit(role="agency", name=agency.name, raw=line, origin="credit-line")
        for agency in find_agencies(raw)
    ]


def _written(rest: str, line: str) -> list[Credit] | None:
    """Read who wrote the text; None where it is no person with a whole name."""
    names = read_names(rest)
    if not names.people or not all(map(is_full_name, names.people)):
        return None
    return credits_of(names, line, "byline")


def _edited(match: re.Match[str], line: str) -> list[Credit] | None:
    """Read 'Reporting by A and B; Editing by C'; None where what follows is no name."""
    first, *more = re.split(r";\s*", match["rest"])
    names = read_names(first)
    if not (names.people or names.desks or names.agencies) or len(first) > 4 * MAX_NAME_CHARS:
        return None
    if first.rstrip().endswith((".", "!", "?")) and len(first.split()) > 2 * MAX_NAME_WORDS:
        return None
    is_author = match["verb"].casefold().startswith(("reporting", "writing", "additional"))
    role = "author" if is_author else "desk"
    found = [Credit(role=role, name=name, raw=line, origin="credit-line") for name in names.people]  # type: ignore[arg-type]
    for part in more:
        following = _EDITED_LINE.match(part)
        found += (_edited(following, line) or []) if following else []
    return found + [
        Credit(role="agency", name=agency.name, raw=line, origin="credit-line")
        for written in names.agencies
        for agency in find_agencies(written)
    ]


def read_dateline(text: str) -> Dateline | None:
    """Read a dateline at the start of a paragraph, such as 'ALMATY, Jan 13 (Reuters) - '."""
    if (match := _DATELINE.match(text)) and _is_place(match["place"]):
        written = (match["agency"] or match["slash"] or "").strip("/ ")
        if find_agencies(written):
            return _dateline(match, written)
        is_certain = match["date"] is not None or match["place"].isupper()
        if is_certain and _DASH_END.search(match.group()) and is_agency_by_place(written):
            return Dateline(_shown(match), match.end(), (written,))
    if match := _CAPITAL_DATELINE.match(text):
        return _dateline(match, "")
    if (match := _BARE_AGENCY_DATELINE.match(text)) and are_agencies(match["agency"]):
        return _dateline(match, match["agency"])
    if match := _CJK_DATELINE.match(text):
        return _dateline(match, match["agency"])
    return _bracketed_or_said(text)


def _bracketed_or_said(text: str) -> Dateline | None:
    """Read '【ロンドン共同】', '(서울=연합뉴스) 홍길동 기자 =' and 'МОСКВА, 31 мар — РИА Новости.'."""
    if match := _IN_ONE_BRACKET.match(text):
        written = match["agency"] or match["joined"]
        written = {"共同": "共同通信", "時事": "時事通信"}.get(written, written)
        return _dateline(match, written) if are_agencies(written) else None
    if (match := _AGENCY_AS_SENTENCE.match(text)) and are_agencies(match["agency"]):
        return _dateline(match, match["agency"])
    return None


def _dateline(match: re.Match[str], agencies: str) -> Dateline:
    names = tuple(agency.name for agency in find_agencies(agencies))
    return Dateline(_shown(match), match.end(), names)


def _shown(match: re.Match[str]) -> str:
    return match.group().strip().rstrip("-–—:=").strip()


def is_agency_by_place(name: str) -> bool:
    """Tell whether words that stand where an agency's name does can be one: a proper name."""
    words = name.split()
    return (
        0 < len(words) <= MAX_AGENCY_WORDS
        and not any(map(str.isdigit, name))
        and all(word[:1].isupper() or not word[:1].isalpha() for word in words)
    )


def _is_place(place: str) -> bool:
    words = place.replace("/", " ").replace(",", " ").split()
    capital = [word for word in words if not word[:1].islower()]
    return bool(words) and len(words) <= 6 and len(capital) * 2 >= len(words)  # noqa: PLR2004 ('Rio de Janeiro, Brazil')
