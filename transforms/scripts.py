"""Writing systems: how much a character says, and how long a word is where no space ends it.

A text of 250 letters is a paragraph in English, an article's half in Chinese. Limits in
characters are set for the Latin script and scaled by `density` for others.
"""

from __future__ import annotations

import re
from typing import Final

SAMPLE_CHARS: Final = 2000

HAN_KANA: Final = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"

# Characters of one script against those of an English text of the same content.
_DENSE: tuple[tuple[re.Pattern[str], float], ...] = (
    (re.compile(f"[{HAN_KANA}]"), 3.0),
    (re.compile(r"[\uac00-\ud7af]"), 2.0),  # Hangul
    (re.compile(r"[\u1200-\u139f]"), 1.6),  # Ethiopic
    (re.compile(r"[\u0590-\u06ff]"), 1.25),  # Hebrew, Arabic: vowels are not written
)
_ANY_DENSE = re.compile(f"[{HAN_KANA}\\uac00-\\ud7af\\u1200-\\u139f\\u0590-\\u06ff]")

# Scripts written without spaces: characters a word, as ICU 78 parts news texts of each.
UNSPACED: tuple[tuple[re.Pattern[str], float], ...] = (
    (re.compile(f"[{HAN_KANA}]"), 1.65),
    (re.compile(r"[\u0e00-\u0eff]"), 3.75),  # Thai, Lao
    (re.compile(r"[\u1000-\u109f]"), 4.3),  # Burmese
    (re.compile(r"[\u1780-\u17ff]"), 5.0),  # Khmer
)
ANY_UNSPACED: Final = re.compile(f"[{HAN_KANA}\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff]")


def density(text: str) -> float:
    """Return how many letters of the Latin script one character of a text stands for: 1 to 3.

    Judged by the first two thousand characters.
    """
    sample = text[:SAMPLE_CHARS]
    if _ANY_DENSE.search(sample) is None:
        return 1.0
    letters = sum(map(str.isalpha, sample))
    if not letters:
        return 1.0
    more = sum((weight - 1) * len(script.findall(sample)) for script, weight in _DENSE)
    return 1.0 + min(more / letters, 2.0)
