"""Whether a name is what it should be: a host, a headline, a person."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_TOP_LABEL = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{1,59}")
_LOCAL_TOPS = frozenset(
    {
        *("localhost", "localdomain", "local", "internal", "intranet", "lan", "home", "corp"),
        *("invalid", "onion", "arpa"),
    }
)
HOST_MAX_CHARS = 253


def host_fault(url: str) -> str:
    """Return why the host of a URL cannot be a publisher's, "" where it can.

    An address in digits, a name without a domain and a name that is only good
    within one network (RFC 6761, RFC 6762, RFC 8375) cannot.
    """
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname, parts.port
    except ValueError:
        return f"unreadable: {url}"
    if not host:
        return f"no host: {url}"
    if "@" in parts.netloc:
        return f"user name in the link: {url}"
    return _name_fault(host.rstrip("."))


@lru_cache(maxsize=4096)  # a batch has many pages of few hosts
def _name_fault(host: str) -> str:
    try:
        ip_address(host)
    except ValueError:
        pass  # a name, then: looked at below
    else:
        return f"an address, no name: {host}"
    try:
        labels = host.encode("idna").decode("ascii").lower().split(".")
    except UnicodeError:
        return f"no host name: {host}"
    if len(labels) == 1 or labels[-1] in _LOCAL_TOPS:
        return f"local name: {host}"
    is_name = all(_LABEL.fullmatch(label) for label in labels) and _TOP_LABEL.fullmatch(labels[-1])
    return "" if is_name and len(".".join(labels)) <= HOST_MAX_CHARS else f"no host name: {host}"


_BOILERPLATE = frozenset(
    {
        *("home", "homepage", "home page", "front page", "frontpage", "main", "main page", "index"),
        *("untitled", "untitled document", "no title", "title", "news", "latest", "latest news"),
        *(
            "breaking",
            "breaking news",
            "read more",
            "more",
            "continue reading",
            "click here",
            "test",
        ),
        *("null", "none", "undefined", "nan", "advertisement", "sponsored", "loading", "error"),
        *("404", "403", "error 404", "404 not found", "403 forbidden", "forbidden", "not found"),
        *("page not found", "startseite", "nachrichten", "mehr", "weiterlesen", "ohne titel"),
        *("seite nicht gefunden", "accueil", "actualités", "lire la suite", "sans titre"),
        *("page non trouvée", "inicio", "portada", "noticias", "leer más", "sin título"),
        *("página no encontrada", "início", "página inicial", "leia mais", "sem título", "notizie"),
        *("leggi tutto", "senza titolo", "pagina non trovata", "nieuws", "lees meer"),
        *("strona główna", "czytaj więcej", "anasayfa", "ana sayfa", "haberler", "devamını oku"),  # noqa: RUF001 (Turkish)
        *("главная", "главная страница", "новости", "подробнее", "читать далее", "без названия"),
        *("страница не найдена", "головна", "новини", "детальніше", "басты бет", "жаңалықтар"),
        *("толығырақ", "башкы бет", "жаңылыктар", "bosh sahifa", "yangiliklar", "首页", "新闻"),
        *("更多", "ホーム", "ニュース", "الرئيسية", "أخبار", "المزيد", "بیشتر"),
    }
)
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


def boilerplate_title(title: str) -> str:
    """Return a title that names no story ('Home', 'Read more', '404'), "" for any other."""
    core = _EDGES.sub("", title)
    return title.strip() if not core or core.lower() in _BOILERPLATE else ""


_GENERIC_WORDS = frozenset(
    {
        *(
            "the",
            "a",
            "an",
            "of",
            "and",
            "home",
            "homepage",
            "news",
            "newspaper",
            "online",
            "daily",
        ),
        *("official", "site", "website", "zeitung", "nachrichten", "com"),
        *("le", "la", "les", "el", "los", "il", "de", "der", "die", "das"),
    }
)
_SITE_WORDS_MAX = 6
_SHORTEST_LABEL = 3


def site_title(headline: str, source_id: str) -> str:
    """Return a headline that is only the name of its outlet, "" for any other.

    The name is recognised by the outlet's domain: whole ('Kyiv Independent' at
    kyivindependent.com), in beginnings of its words ('New York Times' at
    nytimes.com) or with words that any outlet may have ('DW News' at dw.com).
    """
    label = _site_label(source_id)
    words = re.findall(r"[^\W_]+", _plain(headline))
    if not label or not words or len(words) > _SITE_WORDS_MAX:
        return ""
    telling = [word for word in words if word not in _GENERIC_WORDS]
    whole = {"".join(words), "".join(telling)}
    if whole & {label, _squeezed(source_id), label.removeprefix("the")}:
        return headline
    is_name = all(word[0].isupper() for word in re.findall(r"[^\W_]+", headline)) and len(words) > 1
    if (
        is_name
        and len(label) >= _SHORTEST_LABEL
        and (_made_of(label, words) or _made_of(label, telling))
    ):
        return headline
    return ""


def _plain(text: str) -> str:
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", _plain(text))


@lru_cache(maxsize=4096)
def _site_label(source_id: str) -> str:
    labels = source_id.lower().removeprefix("www.").split(".")
    if len(labels) > 2 and len(labels[-2]) <= 3:  # noqa: PLR2004 (bbc.co.uk: two labels of a registry)
        labels = labels[:-1]
    return _squeezed(labels[-2] if len(labels) > 1 else labels[0])


def _made_of(label: str, words: list[str]) -> bool:
    """Tell whether a label is made of a beginning of each word, in order."""
    rests = {label}
    for word in words:
        rests = {
            rest[size:]
            for rest in rests
            for size in range(1, len(word) + 1)
            if rest.startswith(word[:size])
        }
    return "" in rests


NAME_MAX_CHARS = 60
NAME_MAX_WORDS = 6
_NO_NAME = re.compile(
    r"https?:|www\.|@|[<>{}|=\\/\[\]]|\d|\w{3}[.!?;:]\s+\S+\s+\S+\s+\S+|^\W*$", re.IGNORECASE
)
_STAND_INS = frozenset(
    {
        *("admin", "administrator", "author", "unknown", "anonymous", "none", "null", "undefined"),
        *("guest", "user", "contributor", "contributors", "editor", "editors", "editorial"),
        *("editorial team", "editorial staff", "editorial board", "staff", "staff writer"),
        *(
            "staff reporter",
            "newsdesk",
            "news desk",
            "newsroom",
            "web desk",
            "webdesk",
            "webmaster",
        ),
        *("redaktion", "die redaktion", "la rédaction", "rédaction", "redacción", "redação"),
        *("redazione", "redactie", "redakcja", "редакция", "редакція", "subscribe", "share"),
        *("follow", "home", "by", "von", "par", "por", "updated", "published"),
    }
)


def name_fault(name: str) -> str:
    """Return a name that can be no person's, "" for any other.

    Addresses, digits, sentences and the words that stand in for a name cannot.
    """
    text = name.strip()
    too_long = len(text) > NAME_MAX_CHARS or len(text.split()) > NAME_MAX_WORDS
    is_none = text.lower() in _STAND_INS or _NO_NAME.search(text)
    return repr(name) if too_long or is_none else ""
