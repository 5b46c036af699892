"""Hostile pages, in real worker processes: none is over the limit, no worker is lost."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from hostile_pages import KNOWN, page, read_generated, read_known

from flows.settings import Settings
from flows.workers import Lost, Workers

if TYPE_CHECKING:
    from collections.abc import Iterator

GENERATED = 200
LIMIT_SECONDS = float(Settings.model_fields["page_time_limit_seconds"].default)
REFUSED = {"page_too_complex", "page_too_large", "no_main_text", "no_title", "not_html"}


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(2, LIMIT_SECONDS) as pool:
        yield pool


def test_known_hostile_pages_are_refused_or_say_what_was_cut(workers: Workers) -> None:
    answers = asyncio.run(workers.map(read_known, list(KNOWN)))
    told = {
        name: answer if isinstance(answer, Lost) else answer.problem or answer.doubts
        for name, answer in zip(KNOWN, answers, strict=True)
    }
    assert told == {
        "a million links": "page_too_large",
        "two megabytes of JSON-LD cut short": "no_main_text",
        "100,000 attributes on one element": "page_too_complex",
        "120,000 paragraphs": "page_too_complex",
        "200,000 links in lists": "page_too_large",
        "50,000 table rows": "page_too_complex",
        "50,000 line breaks": "page_too_complex",
        "ten megabytes in one text": "page_too_large",
        "39,000 spans in one paragraph": "page_too_complex",
        "39,000 times with tails": "page_too_complex",
        "100,000 lines in one element": (),  # read in full
        "two megabytes of JSON-LD beside a text": ("json_ld_cut",),
        "elements left open": "no_main_text",
    }


def test_generated_hostile_pages_cost_no_worker(workers: Workers) -> None:
    answers = asyncio.run(workers.map(read_generated, range(GENERATED)))
    assert [(n, found) for n, found in enumerate(answers) if isinstance(found, Lost)] == []
    problems = {found.problem for found in answers if not isinstance(found, Lost)}
    assert problems <= REFUSED | {None}
    assert {"page_too_complex", None} <= problems  # both ends are among them


def test_a_page_follows_from_its_number() -> None:
    assert page(7) == page(7) != page(8)
