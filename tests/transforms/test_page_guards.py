"""What of a page is not read at all: too much of anything, and what is no character."""

from __future__ import annotations

import pytest

from transforms.pages import MAX_ELEMENTS, MAX_SIBLINGS, TooComplexError, read_page, to_utf8


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
