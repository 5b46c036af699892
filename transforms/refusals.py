"""Pages that stand in an article's place: bot challenges and error pages answered 200."""
# ruff: noqa: RUF001, E501 (wording in several scripts, read as tables)

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from transforms.freshness import Headers
    from transforms.records import Exchange

SHORT_PAGE_CHARS = 2500
CHALLENGE_BYTES = 60_000

_CHALLENGE_HEADER = "cf-mitigated"
_CHALLENGE_CHARS = len(_CHALLENGE_HEADER)  # looked at first: it is asked of every answer
_CHALLENGE_TITLE = re.compile(
    r"^(?:Just a moment|Attention Required|Access Denied|Checking your browser|Security check|"
    r"Are you (?:a )?(?:human|robot)|Making sure you(?:.re| are) not a (?:bot|robot)|Verify you are human|Pardon Our Interruption|Bot verification|"
    r"DDoS-Guard|One more step|Please wait|Human Verification|Robot Check|Einen Moment|Un momento|"
    r"Un instant|Один момент|Проверка браузера|Client Challenge|Vercel Security Checkpoint)\b",
    re.IGNORECASE,
)
_CHALLENGE_MARKS = (
    b"cf-chl-", b"cf_chl_opt", b"challenge-platform/h", b"_Incapsula_Resource",
    b"captcha-delivery.com", b"px-captcha", b"/_sec/cp_challenge", b"geo.captcha", b"sgcaptcha",
    b"aws-waf-token", b"awswaf", b"g-recaptcha", b"h-captcha", b"cf-turnstile",
    b"distil_r_captcha", b"ddos-guard",
)  # fmt: skip
_CHALLENGE_TEXT = re.compile(
    r"captcha|verify (?:that )?you are (?:a )?human|enable (?:JavaScript|JS) and cookies|unusual traffic|"
    r"not a (?:ro)?bot\b|kein Roboter|checking your browser|проверка, что вы не робот|вы не робот|"
    r"Ray ID|access to this page has been denied|automated (?:access|requests)",
    re.IGNORECASE,
)
_ERROR_TITLE = re.compile(
    r"^\W*(?:(?:Error\s*)?(?:404|403|410|500|502|503)\b|(?:Page|Article|File|Content|Seite|Artikel) "
    r"(?:not found|nicht gefunden|unavailable)|Not Found|Page introuvable|Página no encontrada|"
    r"Página não encontrada|Pagina non trovata|Страница не найдена|Сторінку не знайдено|Sayfa bulunamadı|"
    r"Strona nie znaleziona|Sidan hittades inte|Siden (?:blev )?ikke fundet|ページが見つかりません|页面不存在|"
    r"Bad Gateway|Service Unavailable|Internal Server Error|Forbidden)|\b404\b.{0,20}$",
    re.IGNORECASE,
)


def is_challenge(exchange: Exchange) -> bool:
    """Tell whether a gate before the server wants proof of a human; its status may be any."""
    return is_challenged(exchange.headers)


def is_challenged(headers: Headers) -> bool:
    """Tell the same by the headers of an answer."""
    for name, value in headers:
        is_named = len(name) == _CHALLENGE_CHARS and name.lower() == _CHALLENGE_HEADER
        if is_named and value.lower() == "challenge":
            return True
    return False


def challenge_reason(
    exchange: Exchange, title: str, body: bytes, read_text: Callable[[], str]
) -> str | None:
    """Tell why a page is a bot challenge; None where it is none.

    ``read_text`` gives the page's whole text; it is asked only where something is suspect.
    """
    if is_challenge(exchange):
        return "header cf-mitigated: challenge"
    if _CHALLENGE_TITLE.search(title) and len(read_text()) <= SHORT_PAGE_CHARS:
        return f"title {title[:60]!r}"
    if len(body) <= CHALLENGE_BYTES and any(mark in body for mark in _CHALLENGE_MARKS):
        text = read_text()
        if len(text) <= SHORT_PAGE_CHARS and (_CHALLENGE_TEXT.search(text) or len(text) < 200):  # noqa: PLR2004 (an empty page with a challenge script)
            return "challenge script on a page without text"
    return None


def error_reason(title: str, headings: Sequence[str], read_text: Callable[[], str]) -> str | None:
    """Tell why a page that was answered 200 is an error page; None where it is none."""
    shown = next((line for line in (title, *headings) if _ERROR_TITLE.search(line)), None)
    if shown is None or len(read_text()) > 2 * SHORT_PAGE_CHARS:
        return None
    return f"titled {shown[:60]!r}"
