"""Measures of a text: its size in any script, damage, markup, repetition, prose.

All are pure and scan a text a few times at most: they run on every body.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from transforms.records import BODY_KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from transforms.records import Block

LINE_MIN_CHARS = 20
"""Lines shorter than this may repeat (a question's 'Why?', a name in an interview)."""

PROSE_SIZE = 120
"""A block of this size is prose even if it does not end as a sentence does."""

IDEOGRAPH_SIZE = 3
SYLLABLE_SIZE = 2
_IDEOGRAPHS = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_SYLLABLES = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]+")
_WIDE = re.compile("[\u3040-\U0010ffff]")  # all of these, and more: a cheap first look
_SPACES = " \n\t\r\u00a0\u202f\u3000"  # those that texts have
_SENTENCE_ENDS = frozenset(".!?…。！？।॥؟۔։።:;\"'”’»“‘」』)]）")  # noqa: RUF001 (several scripts)


@lru_cache(maxsize=32)  # several rules ask it of one body
def alphabet(text: str) -> str:
    """Return the different characters of a text: a small thing to search before the whole."""
    return "".join(set(text))


@lru_cache(maxsize=32)  # as above
def text_size(text: str) -> int:
    """Return the size of a text in characters of an alphabet, white space left out.

    An ideograph counts as three, a kana or hangul syllable as two, so that one
    bound holds for texts of the same content in any script.
    """
    size = len(text) - sum(map(text.count, _SPACES))
    if text.isascii() or not _WIDE.search(text):
        return size
    ideographs = sum(map(len, _IDEOGRAPHS.findall(text)))
    syllables = sum(map(len, _SYLLABLES.findall(text)))
    return size + ideographs * (IDEOGRAPH_SIZE - 1) + syllables * (SYLLABLE_SIZE - 1)


# Text in UTF-8 that was read as windows-1252 (or ISO 8859-1): the lead byte of a
# sequence, then as many continuation bytes as it asks for, each in its guise.
_C1 = "\u0080-\u00bf\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d"
_CONTINUATION = (
    _C1 + "\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178"
)
_NO_GUILLEMET = _CONTINUATION.replace("\u0080-\u00bf", "\u0080-\u00aa\u00ac-\u00ba\u00bc-\u00bf")
_NO_GUILLEMET = _NO_GUILLEMET.replace("\u201c\u201d", "").replace("\u2018\u2019", "")
_MOJIBAKE = re.compile(
    # Two bytes: one pair suffices for accents (c3) and no-break spaces (c2), where
    # a word cannot end in the lead and a quotation follow.
    rf"[\u00c2\u00c3][{_NO_GUILLEMET}]"
    # Cyrillic, Greek, Hebrew, Arabic, eastern Latin: two pairs in a row.
    rf"|(?:[\u00c4\u00c5\u00cc-\u00df][{_CONTINUATION}]){{2,}}"
    # Three bytes: curly quotes, dashes and the euro; ideographs and Indic scripts.
    rf"|\u00e2\u20ac[{_CONTINUATION}\u009d]|\u00e2\u201a\u00ac|\u00ef\u00bf\u00bd|\u00ef\u00bb\u00bf"
    rf"|(?:[\u00e0-\u00ef][{_CONTINUATION}]{{2}}){{2,}}"
    # Four bytes: emoji.
    rf"|\u00f0\u0178[{_CONTINUATION}]{{2}}"
    # A single-byte alphabet read as ISO 8859-1: no Latin word has five accents in a row.
    r"|[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff]{5,}"
    # UTF-8 read as windows-1251: Cyrillic lead bytes, each followed by no letter of Russian.
    r"|(?:[\u0420\u0421][\u0402\u0403\u0409-\u040f\u0452\u0453\u0459-\u045f\u0404\u0406\u0407\u0454"
    r"\u0456\u0457\u0490\u0491\u00a0-\u00bf\u2018-\u2022\u2026\u2030\u2039\u203a\u20ac\u2116\u2122"
    r"\u201a\u201e\u2020\u2021\u2013\u2014\u0401\u0451]){3,}"
)
_DAMAGED = re.compile(
    "\ufffd|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]|[\ud800-\udfff]|[\ue000-\uf8ff\ufffe\uffff]"
)


# Guises of continuation bytes that hardly stand in good text: a cheap first look.
_GUISE = (
    r"\u0080-\u009f\u00a1-\u00a6\u00a8-\u00aa\u00ac\u00ae\u00af\u00b1-\u00b6\u00b8-\u00ba\u00bc-\u00bf\u00c2\u00c3"
    r"\u201a\u0192\u2020\u2021\u02c6\u2030\u2039\u203a\u02dc\u2122\u0402\u0403\u0409-\u040c\u040e\u040f\u0452\u0453"
    r"\u0459-\u045c\u045e\u045f"
)
_GUISES = re.compile(rf"[{_GUISE}]|\u00e2\u20ac|[\u00c0-\u00ff]{{5}}")
_FIRST_OF_GUISES = re.compile(rf"[{_GUISE}\u00c0-\u00ff]")


def damage(text: str) -> tuple[int, str]:
    """Return how many characters of a text are damaged, and the first such place.

    Damaged are mojibake (text decoded with the wrong character set), replacement
    characters, controls, lone surrogates and characters for private use.
    """
    letters = alphabet(text)
    spans: list[tuple[int, int]] = []
    if _DAMAGED.search(letters):
        spans += [match.span() for match in _DAMAGED.finditer(text)]
    if _FIRST_OF_GUISES.search(letters) and _GUISES.search(text):
        spans += [match.span() for match in _MOJIBAKE.finditer(text)]
    if not spans:
        return 0, ""
    first = min(spans)
    return sum(end - start for start, end in spans), around(text, *first)


_TAGS = (
    "script style div span p a img br hr iframe table tbody tr td th ul ol li h[1-6] strong em b i"
    " u figure figcaption section article blockquote noscript svg path font center meta link input"
    " button form"
).replace(" ", "|")
_MARKUP = re.compile(rf"<!--|</?(?:{_TAGS})(?:\s[^<>]{{0,400}})?/?>", re.IGNORECASE)
_ENTITY = re.compile(
    r"&(?:amp|nbsp|quot|lt|gt|apos|[rl][sd]quo|[mn]dash|hellip|#\d{2,6}|#x[\da-f]{2,5});",
    re.IGNORECASE,
)
_SHORTCODE = re.compile(
    r"\[/?(?:caption|gallery|embed|vc_\w+|et_pb_\w+)\b[^\]\n]{0,300}\]|\{\{[^{}\n]{1,80}\}\}"
)
_SCRIPT = re.compile(
    r"^.*(?:\bfunction\s*\w*\s*\([^)\n]{0,80}\)\s*\{|\b(?:var|let|const)\s+\w+\s*=\s*\S|\bwindow\.\w+\s*[.=(]"
    r"|\bdocument\.(?:write|getElement|querySelector|createElement)|\bgoogletag\.|\bdataLayer\b"
    r"|\badsbygoogle\b|\$\(document\)|@media\s*[\w(]|\{\s*[a-z-]+\s*:\s*[^{};\n]{1,60};).*$",
    re.MULTILINE,
)
_SCRIPT_TOKENS = (
    "{",
    "window.",
    "document.",
    " = ",
    "googletag",
    "dataLayer",
    "adsbygoogle",
    "@media",
)


def markup(text: str) -> tuple[int, int, str]:
    """Return how many characters of a text are tags, how many script, and the first such place.

    Entities and short codes count as tags; a line with script in it counts whole;
    mathematical ``a < b`` is no markup.
    """
    tags: list[tuple[int, int]] = []
    if "<" in text:
        tags += [match.span() for match in _MARKUP.finditer(text)]
    if "&" in text:
        tags += [match.span() for match in _ENTITY.finditer(text)]
    if "[" in text or "{{" in text:
        tags += [match.span() for match in _SHORTCODE.finditer(text)]
    scripts: list[tuple[int, int]] = []
    if any(token in text for token in _SCRIPT_TOKENS):
        scripts = [match.span() for match in _SCRIPT.finditer(text)]
    spans = tags + scripts
    first = around(text, *min(spans)) if spans else ""
    return _length(tags), _length(scripts), first


def _length(spans: list[tuple[int, int]]) -> int:
    return sum(end - start for start, end in spans)


def around(text: str, start: int, end: int) -> str:
    """Return a place in a text with a few characters on either side; never empty."""
    return text[max(0, start - 20) : end + 20].strip() or repr(text[start:end])


def repeated_share(body: str) -> tuple[float, str]:
    """Return the share of a body that repeats earlier lines of it, and the first repeated line."""
    seen: set[str] = set()
    repeated, first = 0, ""
    for line in body.split("\n"):
        if line in seen:
            repeated += len(line)
            first = first or line
        elif len(line) >= LINE_MIN_CHARS:
            seen.add(line)
    return repeated / max(1, len(body)), first


def prose_share(blocks: Sequence[Block]) -> float:
    """Return the share of the body's blocks, by size, that read as prose.

    Prose ends as a sentence does, or is long; headings are none, nor are the
    bare titles of a list of links. 0 for an empty body.
    """
    total = prose = 0
    for block in blocks:
        if block.start is None:
            continue
        size = text_size(block.text)
        total += size
        if block.kind != "heading" and (
            size >= PROSE_SIZE or block.text.rstrip()[-1:] in _SENTENCE_ENDS
        ):
            prose += size
    return prose / total if total else 0.0


def cover_fault(body: str, blocks: Sequence[Block]) -> str:
    """Return in words where the blocks fail to cover a body exactly, "" where they do not."""
    position = 0
    for block in blocks:
        is_body = block.kind in BODY_KINDS
        if is_body != (block.start is not None) or is_body != (block.end is not None):
            return f"block {block.position} ({block.kind}) has offsets {block.start}:{block.end}"
        if not is_body:
            continue
        gap = "" if position == 0 else "\n"
        start = position + len(gap)
        if (block.start, block.end) != (start, start + len(block.text)):
            return f"block {block.position} at {block.start}:{block.end}, expected from {start}"
        if body[position : block.end] != gap + block.text:
            return f"block {block.position} differs from the body at {block.start}:{block.end}"
        position = start + len(block.text)
    return "" if position == len(body) else f"body goes on after the last block at {position}"
