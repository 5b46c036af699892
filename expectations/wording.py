"""What the wording of an article gives away: furniture of the page, another story's headline."""
# ruff: noqa: E501 (wording in several scripts, read as tables)

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from expectations.texts import alphabet, around, text_size
from transforms.records import BODY_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from transforms.records import Block

FURNITURE_MAX_CHARS = 120
"""No button, label or credit is longer."""

TELLING_WORDS = 4
"""So many words of a headline, all missing in the body, are no chance."""

RELATED_MIN_SIZE = 500
"""A shorter body need not take up its headline's words."""

STEM_CHARS = 5
LEAST_WORD_CHARS = 4

_FURNITURE = re.compile(
    r"^\W{0,3}(?:"
    r"(?:advertisement|advertising|anzeige|werbung|publicité|publicidad|publicidade|pubblicità|реклама|reklama|reklame|"
    r"annonse|annons|advertentie|広告|广告|광고)\W*$|(?:story|article) continues|continue reading|continues? below|"
    r"share (?:this|on|via)\b|share\W*$|tweet\W*$|copy link|print this|email this|follow us|leave a (?:comment|reply)|"
    r"(?:\d+ )?comments?\W*\d*\W*$|sign up (?:for|to)\b|subscribe (?:to|now|for)\b|subscribe\W*$|"
    r"(?:auf \w+ )?teilen\W*$|drucken\W*$|partager (?:sur|cet)|compartir (?:en|este)|compartilhar|condividi (?:su|questo)|"
    r"поделиться\W*$|udostępnij\W*$|newsletter\W*$|"
    r"(?:photo(?:graph)?s?|foto(?:s|graf)?|bild(?:er)?|image|picture|photo credit|credit|zdjęcie|фото)(?: by|[:/|])\s*\S|"
    r"[^.!?]{0,90}\((?:ap|afp|reuters|dpa|epa|efe|ansa|tass|getty images|file|photo[^)]{0,40}|foto[^)]{0,40})(?: photo)?\)\W*$|"
    r"(?:via )?getty images\W*$)",
    re.IGNORECASE,
)


def furniture(blocks: Sequence[Block]) -> str:
    """Return the first line of a body that is furniture of the page, "" where none is.

    Furniture: the label of an advertisement, a button to share or to subscribe, a
    picture's credit. A quotation may say such things.
    """
    for block in blocks:
        if (
            block.kind in BODY_KINDS
            and block.kind != "quotation"
            and len(block.text) <= FURNITURE_MAX_CHARS
            and _FURNITURE.match(block.text)
        ):
            return block.text
    return ""


_WORD = re.compile(r"[^\W_]+")
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)


def unrelated(headline: str, body: str) -> str:
    """Return a headline no word of which stands in its body, "" for any other.

    Words count by their first five letters, so that they may be inflected; in
    scripts without spaces, by pairs of characters.
    """
    stems = _stems(headline)
    if len(stems) < TELLING_WORDS:
        return ""
    plain = body.casefold()
    if any(stem in plain for stem in stems) or text_size(body) < RELATED_MIN_SIZE:
        return ""
    return headline


def _stems(text: str) -> set[str]:
    found: set[str] = set()
    for word in _WORD.findall(unicodedata.normalize("NFKC", text).casefold()):
        if _UNSPACED.search(word):
            found |= {word[at : at + 2] for at in range(len(word) - 1)}
        elif len(word) >= LEAST_WORD_CHARS or word.isdigit():
            found.add(word[:STEM_CHARS])
    return found


# Soft hyphens, zero-width spaces, joiners of lines, marks and overrides of direction; a
# zero-width joiner or non-joiner is spelling in several scripts.
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\u2061-\u2064\ufeff\u202a\u202d\u202e]")


_MARKS = re.compile("[\u0300-\u036f]")  # a cheap first look
_COMBINING = re.compile("\\w[\u0300-\u036f]")


def invisible(headline: str, body: str) -> str:
    """Return the first place of invisible or split characters, "" where there is none.

    Split is a letter that stands apart from its accent though there is one character for both.
    """
    for text in (headline, body):
        if text.isascii():
            continue
        letters = alphabet(text)
        match = _INVISIBLE.search(text) if _INVISIBLE.search(letters) else None
        if match is None and _MARKS.search(letters):
            match = next(_split(text), None)
        if match is not None:
            return ascii(around(text, *match.span()))
    return ""


def _split(text: str) -> Iterator[re.Match[str]]:
    for match in _COMBINING.finditer(text):
        if len(unicodedata.normalize("NFC", match.group())) == 1:
            yield match
