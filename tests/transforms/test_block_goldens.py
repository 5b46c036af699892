"""One trait of one page each: its typed blocks in page order, against a golden file.

tests/data/blocks/NAME.html says in a comment which trait; NAME.txt holds a line a block: its
kind, its text, and a picture's credit in brackets.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from page_exchanges import page_exchange

from transforms.articles import extract
from transforms.records import Article, Block

PAGES = Path(__file__).parents[1] / "data" / "blocks"


def line_of(block: Block) -> str:
    level = f"{block.level}" if block.kind == "heading" and block.level else ""
    credit = f" [{block.credit}]" if block.credit else ""
    return f"{block.kind}{level}: {block.text}{credit}"


def blocks_of(name: str) -> str:
    url = f"https://coastcourier.example/2024/03/31/{name}"
    exchange = page_exchange(url, (PAGES / f"{name}.html").read_bytes())
    found = extract(exchange, source_id="s")
    assert isinstance(found, Article), found
    return "".join(f"{line_of(block)}\n" for block in found.blocks)


@pytest.mark.parametrize("name", sorted(path.stem for path in PAGES.glob("*.html")))
def test_the_blocks_of_a_page(name: str) -> None:
    assert blocks_of(name) == (PAGES / f"{name}.txt").read_text(encoding="utf-8")
