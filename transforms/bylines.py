"""Who is credited: people, desks, agencies and photographers, from bylines and credit lines.

Pure text work. A byline is cleaned of 'By', roles, places and addresses and
split into names; a name that is an agency or an organisation is never taken for
a person. Nothing is invented: what is left in doubt stays in the raw string.
"""
# ruff: noqa: RUF001, E501 (wording in several scripts, read as tables)

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from transforms.agencies import find_agencies, find_agency
from transforms.byline_words import (
    CJK,
    EDGES,
    MAX_NAME_WORDS,
    SPACE,
    TRAILING,
    strip_by,
    without_dates,
)
from transforms.mastheads import fold
from transforms.records import Credit

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_NAME_CHARS = 60
MAX_AUTHORS = 20
MIN_OUTLET_CHARS = 4

_ROLE = re.compile(
    r"\b(?:reporter|correspondent|editor(?:ial)?|writer|journalist|columnist|bureau chief|"
    r"producer|photographer|contributor|freelance\w*|anchor|analyst|fellow|professor|"
    r"redakteur\w*|korrespondent\w*|autor(?:in)?|volont[äa]r\w*|reporterin|chefredakt\w*|"
    r"ressortleiter\w*|journalistin|redaktionsleiter\w*|stellvertretende\w*|"
    r"r[ée]dact\w+|correspondante?|envoy[ée]e? sp[ée]cial\w*|journaliste|"
    r"periodista|redactor\w*|corresponsal\w*|enviad[oa]|colaborador\w*|"
    r"giornalista|inviato|redattore|corrispondente|jornalista|rep[óo]rter|"
    r"dziennikarz|redaktor|novin[áa]r|muhabir\w*|корреспондент\w*|редактор\w*|журналист\w*|"
    r"projektleiter\w*|pressesprecher\w*|vorsitzende\w*|CEO|CTO|CFO|COO|(?:co-?)?founder|gründer(?:in)?|geschäftsführer(?:in)?|"
    r"обозреватель|journalist\w*|redaktør|redaktör|verslaggever|redacteur|politics|business)\b",
    re.IGNORECASE,
)
_PLACE = re.compile(r"^(?:in|aus|from|at|à|en|de|da|em|z|в|из|i|fra|från|uit)\s+(?=[\w'’.-])")
_ORGANISATION = re.compile(
    r"\b(?:news(?:room|desk|wire|paper)?|desk|staff|team|redaktion\w*|rédaction|redaction|"
    r"redacci[óo]n|redazione|reda[cç][ãa]o|redakcja|redakcia|redakce|redaksjon\w*|redaktionen|"
    r"agenc(?:y|ies|ia|e)|agentur\w*|agenzia|ag[êe]ncia|agencija|ag[ea]nt[uū]r\w*|"
    r"times|post|herald|tribune|gazette|zeitung|tagblatt|tageblatt|anzeiger|"
    r"nachrichten|media|press[e]?|presse|online|tv|radio|magazine?|magazin|editorial|"
    r"reporters|correspondents|bureau|board|\w*admin(?:istrator)?|webmaster|guest|contributors?|"
    r"editors?|service|network|channel|group|inc|ltd|gmbh|ag|llc|limited|company|foundation|"
    r"institut[eo]?|university|universit[äàé]t?|hochschule|landesanstalt|bundesamt|ministerium|verband|stiftung|"
    r"gesellschaft|zentrum|ministry|department|association|council|committee|studio|"
    r"partner|sponsored|digital|verlag|ajans[ıi]|haber|gazetesi|redacción|newsroom|"
    r"редакция|редакції|редакцiя|служба|агентство|газета|новости|новини|информ\w*|"
    r"desk|wire|wires|report|reports|blog|club|project|podcast|today|daily|weekly)\b|"
    r"\.(?:com|de|net|org|info|ru|kz|fr|it|es|at|ch|co|uk|tv|news|online|lt|no|se)\b|"
    r"編集部|取材班|新聞|通信社|通信|新闻|记者站|编辑部|网|日报|晚报|뉴스|신문|편집|समाचार|न्यूज|भास्कर|डेस्क|"
    r"صحيفة|وكالة|تحرير|قناة|مערכת|מערכת|سي ان ان|กองบรรณาธิการ|ข่าว",
    re.IGNORECASE,
)
_RANKS = frozenset(
    {"staff", "senior", "chief", "political", "health", "sports", "national", "science", "foreign",
     "deputy", "managing", "associate", "business", "technology", "special"}
)  # fmt: skip
_NOT_A_NAME = re.compile(
    r"^(?:https?:|www\.|@|\d|publiziert|posted|published|veröffentlicht|erschienen|about|no author|ohne autor|names?$|by$|last$|mehr$|datum\b|e-?mail)"
    r"|[<>{}=\[\]]|\b(?:null|undefined|unknown|n/?a|none|anonymous|"
    r"publi[ée]e? le|publicado|veröffentlicht|aktualisiert|mis à jour|опубликовано|обновлено|giriş|güncelleme|"
    r"follow|share|comments?|min(?:utes)? read|updated|published|subscribe|sign (?:in|up)|"
    r"tiempo de lectura|lesezeit|lesedauer|temps de lecture|tempo d[ei] (?:leitura|lettura)|reading time|full bio|see (?:bio|profile)|view all|more from|all posts|read more|see more|zur person|alle (?:artikel|beiträge)|über (?:den autor|die autorin)|tous (?:les|ses) articles|todos los artículos|tutti gli articoli|"
    r"copyright)\b|^(?:on\s+)?(?:january|february|april|june|july|august|september|october|november|december)[\s\d.,]*$|^(?:CES?T|GMT|UTC|BST|[ECMP][SD]T)\.?$",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(
    r"\s*(?:[;|•·»/／、\n\t]|\s[-–—]\s|，)\s*"
    r"|\s+(?:and|und|et|y|og|och|en|и|та|oraz|ve|ja|és|și|ile|dan|و)\s+"
    r"|\s+(?:e|i|a)\s+(?=[^\W\d_a-z])|\s*&\s*"
)
_PICTURED = re.compile(
    r"^(?:Fotos?|Photos?|Photographs?|Bild(?:er)?|Images?|Pictures?|Video|Grafik|Illustration|Фото|写真)\s*(?:by|von|de|par|di|[:])",
    re.IGNORECASE,
)
_BESIDE = re.compile(  # who did something else, behind who wrote
    r"(?<=\w)\W*\s(?:(?:Fotos?|Photos?|Bild(?:er)?|Illustrationen|Illustrations?|Quelle|Source|Video)\s*(?:\(s\)|:|von\b|by\b|par\b)|"
    r"(?:Edited|Reviewed|Photographed|Illustrated|Translated|Fact[- ]checked)\s+by\b).*$",
    re.IGNORECASE | re.DOTALL,
)
_TWICE = re.compile(r"^(\S+(?:\s+\S+){1,2})\s+\1\b.*$", re.DOTALL)  # a link's text, then its title
_TEAM = re.compile(r"(?:[^\W\d_]+\s+)?(?:team|board|staff|desk|department|office)\b", re.IGNORECASE)
_WHOLE_NAME = r"^\s*(?:by\s+|von\s+)?((?:[^\W\d_a-z][\w.'’-]+\s+){2,3})"
_DESCRIBED = (  # a sentence behind a whole name: 'Jane Doe A sailor who writes', 'Jane Doe Follow'
    re.compile(
        _WHOLE_NAME.replace("by", "(?i:by|published by|posted by|written by)")
        + r"(?:A|An|The|Ein|Eine|is|ist)\s+[^\W\d_A-Z].*$",
        re.DOTALL,
    ),
    re.compile(_WHOLE_NAME + r"(?:Follow|Folgen|Suivre|Seguir)\b.*$", re.DOTALL),
)
_DEGREE = re.compile(
    r"^(?:M\.?D|Ph\.?\s?D|R\.?N|M\.?A|M\.?Sc?|B\.?A|B\.?Sc|M\.?B\.?A|J\.?D|D\.?O|D\.?D\.?S|D\.?V\.?M|M\.?P\.?H|R\.?D|R\.?D\.?N|L\.?D|LCSW|CFP|CPA|CFA|Esq)\.?$"
)
_GENERATION = re.compile(r"^(?:Jr|Sr|I{2,3}|IV)\.?$", re.IGNORECASE)
_COMMENTED = re.compile(
    r"\b(?:said|sagte|schrieb|meinte|a dit|dijo|disse)[,:]?\s+(?:on|am|le|el|il|em)\b|\b(?:says|meint):\s*$"
)
_URL = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)
_MAIL = re.compile(r"\(?\s*[\w.+-]+@[\w-]+\.[\w.-]+\s*\)?")
_BRACKETED = re.compile(r"\s*[(\[（【].*?[)\]）】]\s*")
_WRAPPED = re.compile(r"^[\[(（【]([^\[\]()（）【】]*)[\])）】]$")
_HANDLE = re.compile(r"(?:^|\s)@\w+")
_HAN_NAMES = re.compile(r"^[\u4e00-\u9fff]{2,4}(?:\s+[\u4e00-\u9fff]{2,4})+$")  # whole names
_CJK_ROLE = re.compile(
    r"(?:記者|记者|기자|編集委員|論説委員|特派員|责编|责任编辑|编辑|摄|撮影)[::]?"
)


@dataclass(frozen=True, slots=True)
class Names:
    """The names in one byline, by what they are."""

    people: tuple[str, ...] = ()
    desks: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()  # as written


NOBODY = Names()


def read_names(raw: str, *, site_names: Iterable[str] = ()) -> Names:
    """Split one byline into people, desks (organisations) and agencies.

    ``site_names`` are names of the outlet itself, which is no person.
    """
    names = [name for name in site_names if name]
    sites = {fold(name) for name in names}
    people: list[str] = []
    desks: list[str] = []
    agencies: list[str] = []
    if find_agency(raw) is not None:
        return Names(agencies=(raw.strip(),))
    if _PICTURED.match(raw.strip()) or _COMMENTED.search(raw):
        return NOBODY
    if fold(raw) in sites:
        return Names(desks=(raw.strip(),))
    for written in _parts(raw):
        part = _without_outlet(written, names)
        if find_agency(part) is not None:
            agencies.append(part)
        elif fold(part) in sites or _ORGANISATION.search(part):
            desks.append(part)
        elif _is_name(part):
            people.append(part)
    return Names(_once(people), _once(desks), _once(agencies))


def _parts(raw: str) -> list[str]:
    text = _WRAPPED.sub(r"\1", unicodedata.normalize("NFC", raw).strip())
    text = _HANDLE.sub(" ", _MAIL.sub(" ", _URL.sub(" ", text)))
    for described in _DESCRIBED:
        text = described.sub(r"\1", text)
    text = without_dates(_BESIDE.sub("", text))
    text = _TWICE.sub(r"\1", strip_by(_BRACKETED.sub(" ", text)).strip())
    text = _CJK_ROLE.sub("", text) if CJK.search(text) else text
    if _HAN_NAMES.match(text.strip()) and max(map(len, text.split())) > 2:  # noqa: PLR2004 (Japanese names: two and two)
        text = ";".join(text.split())
    found: list[str] = []
    for piece in _SEPARATOR.split(text):
        for position, part in enumerate(re.split(r"\s*,\s*", piece or "")):
            cleaned = TRAILING.sub("", SPACE.sub(" ", strip_by(part)).strip(EDGES))
            if not cleaned or _PICTURED.match(part) or (position and _is_role_or_place(cleaned)):
                continue
            if position and found and _GENERATION.match(cleaned):
                found[-1] += f" {cleaned}"
                continue
            if position and _DEGREE.match(cleaned):
                continue
            without_role = _without_role(cleaned)
            if without_role:
                found.append(without_role)
    return found


def _without_outlet(part: str, names: Iterable[str]) -> str:
    """Drop the outlet's name and what follows it: 'Jane Doe Coast Courier Staff'."""
    folded = part.casefold()
    for name in names:
        at = folded.find(f" {name.casefold()}")
        if at > 0 and len(name) >= MIN_OUTLET_CHARS and len(part[:at].split()) > 1:
            return part[:at].strip(EDGES)
    return part


def _is_role_or_place(part: str) -> bool:
    return bool(_ROLE.search(part) or _PLACE.match(part)) and find_agency(part) is None


def _without_role(part: str) -> str:
    """Drop a role that follows a name ('Jane Doe Staff Writer', 'Max Muster in Berlin')."""
    before = re.sub(r"\s+(?:in|aus|for|für|pour|para)\s+[^\W\d_].*$", "", part)
    part = before if " " in before else part  # a word alone: 'Society for Ferries'
    match = _ROLE.search(part)
    if match is None or _TEAM.match(part, match.start()):
        return part
    if match.start() == 0:
        rest = part[match.end() :].strip(EDGES)
        is_name = len(rest.split()) >= 2  # noqa: PLR2004 (given name, family name)
        return rest if is_name else part if _ORGANISATION.search(part) else ""
    name = part[: match.start()].strip(EDGES)
    if " " not in name and match.end() == len(part):
        return part  # 'Roving Reporter' is what somebody calls himself
    name = name.rsplit(" ", 1)[0] if _has_rank(name) else name
    return part if _ORGANISATION.search(name) else name


def _has_rank(name: str) -> bool:
    """Tell whether the last word before a role belongs to the role ('Staff', 'Senior')."""
    words = name.split()
    return len(words) > 2 and words[-1].casefold() in _RANKS  # noqa: PLR2004 (a name has two words)


def _is_name(part: str) -> bool:
    if _NOT_A_NAME.search(part) or len(part) > MAX_NAME_CHARS:
        return False
    words = part.split()
    if len(words) > MAX_NAME_WORDS or not any(map(str.isalpha, part)):
        return False
    return len(part) >= 2  # noqa: PLR2004 (initials count, a letter does not)


def _once(names: list[str]) -> tuple[str, ...]:
    return tuple({_fold(name): name for name in reversed(names)}.values())[::-1][:MAX_AUTHORS]


def _fold(name: str) -> str:
    return SPACE.sub(" ", unicodedata.normalize("NFKC", name)).strip(EDGES).casefold()


def credits_of(names: Names, raw: str, origin: str) -> list[Credit]:
    """Turn the names of one byline into credits."""
    found = [Credit(role="author", name=name, raw=raw, origin=origin) for name in names.people]
    found += [Credit(role="desk", name=name, raw=raw, origin=origin) for name in names.desks]
    for written in names.agencies:
        found += [
            Credit(role="agency", name=agency.name, raw=raw, origin=origin)
            for agency in find_agencies(written)
        ]
    return found


def picture_credits(raw: str) -> list[Credit]:
    """Read a picture's credit line: photographers and agencies ('Jane Doe/AFP/Getty Images')."""
    text = re.sub(r"^\W*(?:Photo(?:graph)?|Foto|Bild|Image|Picture|Credit|Фото|写真|图|사진)s?\s*(?:by|von|de|par|di)?\s*[::]?\s*", "", raw.strip(" ©()"), flags=re.IGNORECASE)  # fmt: skip
    found: list[Credit] = []
    for part in re.split(r"\s*[/|,;©]\s*|\s+via\s+", text):
        cleaned = part.strip(EDGES + "()")
        agency = find_agency(cleaned) or find_agency(
            re.sub(r"\s*(?:Photo|Foto|Images?)$", "", cleaned)
        )
        if agency is not None:
            found.append(Credit(role="agency", name=agency.name, raw=raw, origin="caption"))
        elif _is_person(cleaned):
            found.append(Credit(role="photographer", name=cleaned, raw=raw, origin="caption"))
    return found


def _is_person(text: str) -> bool:
    words = text.split()
    return (
        2 <= len(words) <= 4  # noqa: PLR2004 (a photographer is named in full)
        and not _ORGANISATION.search(text)
        and _is_name(text)
        and all(word[:1].isupper() for word in words if len(word) > 3)  # noqa: PLR2004 ('van', 'de')
    )
