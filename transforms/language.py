"""Which language a page is in, and how many words it has.

The declared language is believed unless the text clearly contradicts it; then
the text's is taken and the conflict told.
"""
# ruff: noqa: RUF001, E501 (patterns in several scripts, one a line)

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from unicodedata import category

from justext.utils import get_stoplist
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from transforms.scripts import ANY_UNSPACED, UNSPACED

if TYPE_CHECKING:
    from collections.abc import Sequence

LANGUAGES = (
    "af", "am", "ar", "az", "be", "bg", "bn", "bs", "ca", "cs", "da", "de", "el", "en", "es", "et",
    "fa", "fi", "fr", "gu", "he", "hi", "hr", "hu", "hy", "id", "is", "it", "ja", "ka", "kk", "km",
    "kn", "ko", "ky", "lo", "lt", "lv", "mk", "ml", "mn", "mr", "my", "ne", "nl", "no", "pa", "pl",
    "ps", "pt", "ro", "ru", "si", "sk", "sl", "so", "sq", "sr", "sv", "sw", "ta", "te", "tg", "th",
    "tr", "uk", "ur", "uz", "vi", "xh", "zh", "zu",
)  # fmt: skip
"""What is told apart: news languages with enough readers to be followed."""

SAMPLE_CHARS = 200
MIN_SAMPLE_LETTERS = 40
SURE_PROBABILITY = 0.9
BORNE_OUT_SHARE = 0.3  # of a text's words: so many are small words of its language
MIN_WORDS = 20
_STOP_LISTS = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian",
    "pt": "Portuguese", "nl": "Dutch", "pl": "Polish", "ru": "Russian",
}  # fmt: skip
_ALIASES = {"nb": "no", "nn": "no", "iw": "he", "in": "id", "ji": "yi", "mo": "ro", "jp": "ja", "cn": "zh", "kr": "ko", "ua": "uk", "cz": "cs", "gr": "el", "dk": "da", "se": "sv"}  # fmt: skip
# Neighbours that an identifier confuses on short texts: no conflict is told between them.
_NEIGHBOURS = (
    frozenset({"hr", "sr", "bs", "sl", "sh", "me"}),
    frozenset({"no", "da", "sv"}),
    frozenset({"kk", "ky", "tt", "ba"}),
    frozenset({"ru", "uk", "bg", "sr", "mk", "be"}),
    frozenset({"id", "ms", "jv"}),
    frozenset({"cs", "sk"}),
    frozenset({"es", "gl", "pt", "ca"}),
    frozenset({"tr", "az"}),
    frozenset({"fa", "ar", "ur", "ps"}),
    frozenset({"hi", "mr", "ne"}),
    frozenset({"de", "lb"}),
    frozenset({"nl", "af"}),
    frozenset({"xh", "zu", "nd", "ss", "nr", "st", "sw"}),
)
_TAG = re.compile(r"^\s*([a-zA-Z]{2,3})(?:[-_][a-zA-Z0-9]{2,8})*\s*$")
_SCRIPTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"[\u3040-\u30ff]"), "ja"),
    (re.compile(r"[\uac00-\ud7af]"), "ko"),
    (re.compile(r"[\u4e00-\u9fff]"), "zh"),
    (re.compile(r"[\u0e00-\u0e7f]"), "th"),
    (re.compile(r"[\u1000-\u109f]"), "my"),
    (re.compile(r"[\u0590-\u05ff]"), "he"),
    (re.compile(r"[\u0370-\u03ff]"), "el"),
    (re.compile(r"[\u0530-\u058f]"), "hy"),
    (re.compile(r"[\u10a0-\u10ff]"), "ka"),
    (re.compile(r"[\u0b80-\u0bff]"), "ta"),
    (re.compile(r"[\u0980-\u09ff]"), "bn"),
    (re.compile(r"[\u0a00-\u0a7f]"), "pa"),
    (re.compile(r"[\u0a80-\u0aff]"), "gu"),
    (re.compile(r"[\u0c00-\u0c7f]"), "te"),
    (re.compile(r"[\u0c80-\u0cff]"), "kn"),
    (re.compile(r"[\u0d00-\u0d7f]"), "ml"),
    (re.compile(r"[\u0d80-\u0dff]"), "si"),
    (re.compile(r"[\u0e80-\u0eff]"), "lo"),
    (re.compile(r"[\u1780-\u17ff]"), "km"),
)
_SCRIPT_SHARE = 0.3
_JAPANESE_SHARE = 0.05  # kana among Han: a few are enough

_MARKS = "".join(chr(code) for code in range(0x300, 0x20F1) if category(chr(code))[0] == "M")
_LETTERS = rf"[^\W_]+(?:[{_MARKS}\u200c\u200d]+[^\W_]*)*"
_WORD = re.compile(rf"{_LETTERS}(?:(?:['’ʼ׳״·\-]|(?<=\d)[.,](?=\d)){_LETTERS})*")


@dataclass(frozen=True, slots=True)
class LanguageChoice:
    """The language (BCP 47 primary subtag), where it was read, and the one that contradicts it."""

    language: str
    origin: str
    contradicted_by: str | None = None


def choose_language(declared: Sequence[tuple[str, str]], sample: str) -> LanguageChoice:
    """Choose among declared languages, (origin, tag) in order of trust, and the text's own.

    ``sample``: title and first characters of the body. ``und`` where nothing tells.
    """
    known = [(origin, code) for origin, tag in declared if (code := primary_subtag(tag))]
    if known and is_borne_out(known[0][1], sample):
        return LanguageChoice(known[0][1], known[0][0])
    detected, is_sure = detect(sample)
    if not known:
        return LanguageChoice(detected or "und", "text" if detected else "none")
    origin, code = known[0]
    if detected is None or not is_sure or _agree(code, detected):
        return LanguageChoice(code, origin)
    # Another declaration may side with the text: a template's lang is often a leftover.
    for other_origin, other in known[1:]:
        if _agree(other, detected):
            return LanguageChoice(other, other_origin, contradicted_by=f"{code} ({origin})")
    if code not in LANGUAGES and not _another_script(sample, detected):
        return LanguageChoice(code, origin)
    return LanguageChoice(detected, "text", contradicted_by=f"{code} ({origin})")


def primary_subtag(tag: str) -> str | None:
    """Return the language of a BCP 47 tag or a locale, lower-case; None where it is no tag."""
    match = _TAG.match(tag or "")
    if match is None:
        return None
    code = match.group(1).lower()
    return _ALIASES.get(code, code)


def is_borne_out(code: str, sample: str) -> bool:
    """Tell whether a text's small words are those of a language, and more so than of any other.

    For a tenth of the cost of identifying the language; False where that has to decide.
    """
    words = sample.lower().split()
    lists = _small_words()
    if code not in lists or len(words) < MIN_WORDS:
        return False
    found = {each: sum(map(small.__contains__, words)) for each, small in lists.items()}
    return found[code] >= BORNE_OUT_SHARE * len(words) and found[code] == max(found.values())


def load_models() -> None:
    """Load what is loaded at first use: the model, the small words."""
    _small_words()
    detect("What is read once in a process is read now, before the first page has come.")


def detect(sample: str) -> tuple[str | None, bool]:
    """Return the language of a text and whether that is sure; None for too short a text."""
    letters = sum(map(str.isalpha, sample))
    for script, code in () if sample.isascii() else _SCRIPTS:
        share = len(script.findall(sample)) / max(letters, 1)
        if share >= (_JAPANESE_SHARE if code == "ja" else _SCRIPT_SHARE):
            return code, True
    if letters < MIN_SAMPLE_LETTERS:
        return None, False
    code, probability = _identifier().classify(sample)
    code = str(code)
    return _ALIASES.get(code, code), float(probability) >= SURE_PROBABILITY


def count_words(text: str) -> int:
    """Count words, whatever the script.

    Scripts that part words by spaces are counted as they stand, hyphenated words and
    numbers as one. Han, kana, Thai, Lao, Burmese and Khmer are counted by their characters,
    marks included, over the mean length of a word in news texts: good to about a tenth.

    Source: the means are those of ICU 78's dictionaries (Unicode Standard Annex 29).
    """
    words = 0
    if not text.isascii() and ANY_UNSPACED.search(text):
        for script, chars_a_word in UNSPACED:
            text, chars = script.subn(" ", text)
            words += math.ceil(chars / chars_a_word)
    return words + len(_WORD.split(text)) - 1  # faster than finding them


def _agree(first: str, second: str) -> bool:
    return first == second or any(first in group and second in group for group in _NEIGHBOURS)


def _another_script(sample: str, detected: str) -> bool:
    return not sample.isascii() and any(code == detected for _, code in _SCRIPTS)


@cache
def _small_words() -> dict[str, frozenset[str]]:
    """Return the small words of some languages, by code; read once a process."""
    return {code: frozenset(get_stoplist(name)) for code, name in _STOP_LISTS.items()}


@cache
def _identifier() -> LanguageIdentifier:
    """Return the identifier, loaded once a process."""
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([code for code in LANGUAGES if code in set(identifier.labels)])
    identifier.nb_ptc = identifier.nb_ptc.copy(order="C")  # read by rows, left by columns
    return identifier
