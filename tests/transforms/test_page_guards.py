"""What of a page is not read at all: too much of anything, and what is no character."""

from __future__ import annotations

import pytest
from lxml.html import document_fromstring, tostring

from transforms.encodings import to_utf8
from transforms.pages import (
    MAX_ELEMENTS,
    MAX_SIBLINGS,
    TooComplexError,
    cut_scripts,
    read_page,
)
from transforms.taking_out import drop_menus


@pytest.mark.parametrize(
    "reference", ["&#1;", "&#x1;", "&#0;", "&#x1F", "&#127;", "&#xFFFE;", "&#65535;", "&#xd800;"]
)
def test_references_to_no_character_become_spaces(reference: str) -> None:
    assert to_utf8(f"a{reference} b".encode(), None)[0] == b"a  b"


@pytest.mark.parametrize(
    "reference", ["&#9;", "&#10;", "&#xd;", "&#39;", "&#x27;", "&#1234;", "&#128;", "&#x1D400;"]
)
def test_references_to_characters_stay(reference: str) -> None:
    assert to_utf8(f"a{reference}b".encode(), None)[0] == f"a{reference}b".encode()


def test_elements_side_by_side_have_a_limit() -> None:
    markup = "<html><body><p>{}</p></body></html>"
    assert read_page(markup.format("<b>x</b>" * MAX_SIBLINGS).encode(), None) is not None
    with pytest.raises(TooComplexError, match="side by side"):
        read_page(markup.format("<b>x</b>" * (MAX_SIBLINGS + 1)).encode(), None)


def test_elements_left_open_are_counted() -> None:
    row = "<i>" * 20 + "</i>" * 20
    markup = f"<html><body>{f'<div>{row}' * (MAX_ELEMENTS // 15)}"
    with pytest.raises(TooComplexError, match="elements"):
        read_page(markup.encode(), None)


@pytest.mark.parametrize(
    ("markup", "kept"),
    [
        (b"<p>a</p><svg class='i'><path d='M0 0'/></svg><p>b</p>",
         b"<p>a</p><svg class='i'></svg><p>b</p>"),
        (b"<svg/><p>a</p><svg></svg>", b"<svg/><p>a</p><svg></svg>"),
        (b"<svg><p>never closed", b"<svg><p>never closed"),
        (b"<svg><path><div>not closed</div><svg><g></g></svg>",
         b"<svg><path><div>not closed</div><svg></svg>"),
        (b"<SVG><script>x</script></SVG>a<script>y</script>b", b"<SVG></SVG>ab"),
    ],
)  # fmt: skip
def test_what_is_drawn_is_cut_and_text_is_not(markup: bytes, kept: bytes) -> None:
    assert cut_scripts(markup)[0] == kept


def test_menus_go_and_headings_in_menus_stay() -> None:
    markup = "<nav><a>Sport</a></nav>tail<select><option>May</select><nav><h1>Title</h1></nav>"
    tree = document_fromstring(f"<html><body><p>a</p>{markup}</body></html>")
    drop_menus(tree)
    assert tostring(tree.find("body"), encoding="unicode") == (
        "<body><p>a</p> tail<nav><h1>Title</h1></nav></body>"
    )
