"""What is done to a feed's text before it is parsed: the short ways find what the plain ones do."""

from __future__ import annotations

import random
import re

from transforms.xml_text import ILLEGAL, OPAQUE, legal

PARTS = ("<![CDATA[", "]]>", "]", "]]", ">", "<!--", "-->", "--", "-", "<b>", "text", "\n", "é")
PLAIN = re.compile(r"<!(?:\[CDATA\[.*?(?:\]\]>|\Z)|--.*?(?:-->|\Z))", re.DOTALL)


def test_what_is_opaque_ends_where_it_first_can() -> None:
    dice, quick = random.Random(5), re.compile(OPAQUE, re.DOTALL)
    for _ in range(20_000):
        text = "".join(dice.choices(PARTS, k=12))
        found = [match.span() for match in quick.finditer(text)]
        assert found == [match.span() for match in PLAIN.finditer(text)], text


def test_what_xml_forbids_is_dropped_from_any_text() -> None:
    characters = "".join(map(chr, (*range(0x100), 0x2028, 0xD7FF, 0xD800, 0xDFFF, 0xFFFE, 0xFFFF)))
    for text in (characters, characters[:0x80]):
        assert legal(text) == ILLEGAL.sub("", text)
    assert legal("a\0b\tc\x0bd\n") == "ab\tcd\n"
