"""For every rule on entries: the smallest record that breaks it, and one that nearly does."""

# ruff: noqa: RUF001 (good and damaged text in several scripts)

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from expectations.check import check_entries
from expectations.entries import ENTRY_RULES

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import SimpleNamespace as Samples

    from transforms.records import Entry, Verdict

pytestmark = pytest.mark.filterwarnings(  # Great Expectations imports it
    r"ignore:module 'sre_\w+' is deprecated:DeprecationWarning"
)

BROKEN: list[tuple[str, Callable[[Samples], Entry]]] = [
    ("entry.identified", lambda s: s.entry(guid=None, url=None)),
    ("entry.link_present", lambda s: s.entry(url=None)),
    ("entry.link_http", lambda s: s.entry(url="mailto:desk@steppe-herald.example")),
    ("entry.link_http", lambda s: s.entry(url="ftp://steppe-herald.example/a")),
    ("entry.link_host", lambda s: s.entry(url="http://localhost:8080/a")),
    ("entry.link_host", lambda s: s.entry(url="http://10.0.0.7/a")),
    ("entry.link_host", lambda s: s.entry(url="http://[::1]/a")),
    ("entry.link_host", lambda s: s.entry(url="https://intranet/a")),
    ("entry.link_host", lambda s: s.entry(url="https://printer.local/a")),
    ("entry.link_host", lambda s: s.entry(url="https://good.example@evil.example/a")),
    ("entry.link_host", lambda s: s.entry(url="https://exa mple.com/a")),
    ("entry.link_host", lambda s: s.entry(url="https:///a")),
    ("entry.link_http", lambda s: s.entry(url="https://[bad/a")),
    ("entry.link_not_front_page", lambda s: s.entry(url="https://steppe-herald.example/")),
    ("entry.title_present", lambda s: s.entry(title=None)),
    ("entry.title_present", lambda s: s.entry(title="")),
    ("entry.title_not_boilerplate", lambda s: s.entry(title="Read more »")),
    ("entry.title_not_boilerplate", lambda s: s.entry(title="Главная страница")),
    ("entry.title_not_boilerplate", lambda s: s.entry(title="- - -")),
    ("entry.title_length", lambda s: s.entry(title="Ab")),
    ("entry.title_length", lambda s: s.entry(title="a" * 301)),
    ("entry.title_clean", lambda s: s.entry(title="Putin: troops wonâ€™t stay")),
    ("entry.title_clean", lambda s: s.entry(title="RÃ©union Ã  Paris")),
    ("entry.title_clean", lambda s: s.entry(title="ÐŸÑƒÑ‚Ð¸Ð½ Ð¾ Ð²Ð¾Ð¹ÑÐºÐ°Ñ…")),
    ("entry.title_clean", lambda s: s.entry(title="РџСѓС‚РёРЅ Рѕ РІРѕР№СЃРєР°С…")),
    ("entry.title_clean", lambda s: s.entry(title="Ïóòèí î âîéñêàõ")),
    ("entry.title_clean", lambda s: s.entry(title="Caf\ufffd closed")),
    ("entry.title_clean", lambda s: s.entry(title="Troops \x07stay")),
    ("entry.title_clean", lambda s: s.entry(title="Troops \ud83d stay")),
    ("entry.title_without_markup", lambda s: s.entry(title="<b>Troops</b> stay")),
    ("entry.title_without_markup", lambda s: s.entry(title="War &amp; peace")),
    ("entry.date_readable", lambda s: s.entry(published=None, raw_published="soon")),
    (
        "entry.published_not_ahead",
        lambda s: s.entry(published=s.moment(s.seen_at + timedelta(hours=24, minutes=1))),
    ),
    (
        "entry.published_not_ancient",
        lambda s: s.entry(published=s.moment(datetime(1989, 12, 31, tzinfo=UTC))),
    ),
    ("entry.guid_length", lambda s: s.entry(guid="g" * 1001)),
    ("entry.seen_not_ahead", lambda s: s.entry(seen_at=s.now + timedelta(minutes=6))),
]

GOOD: list[Callable[[Samples], Entry]] = [
    lambda s: s.entry(),
    lambda s: s.entry(guid=None),
    lambda s: s.entry(url="HTTP://Steppe-Herald.Example:8443/a"),
    lambda s: s.entry(url="https://xn--80ak6aa92e.com/a"),
    lambda s: s.entry(url="https://новости.рф/a"),
    lambda s: s.entry(url="https://steppe-herald.example/?p=17"),
    lambda s: s.entry(title="Home rule for the islands"),
    lambda s: s.entry(title="Six"),
    lambda s: s.entry(title="a" * 300),
    lambda s: s.entry(title="« Réunion à l’Élysée » : le bilan — déjà ?"),
    lambda s: s.entry(title="Путин: войска ОДКБ останутся «на ограниченное время»"),
    lambda s: s.entry(title="Їжак і Європа: «Січень» в Україні"),
    lambda s: s.entry(title="SÃO PAULO: NÃO HÁ VAGAS"),
    lambda s: s.entry(title="总统表示部队将短暂停留"),
    lambda s: s.entry(title="Share price < 5 & falling, R&D > 3"),
    lambda s: s.entry(published=None, raw_published=None),
    lambda s: s.entry(published=s.moment(s.seen_at + timedelta(hours=24))),
    lambda s: s.entry(published=s.moment(datetime(1990, 1, 1, tzinfo=UTC))),
    lambda s: s.entry(guid="g" * 1000),
    lambda s: s.entry(seen_at=s.now + timedelta(minutes=5)),
]


@pytest.fixture(scope="module")
def verdicts(samples: Samples) -> list[Verdict]:
    """Return the verdicts on all records, from one call."""
    records = [make(samples) for _, make in BROKEN] + [make(samples) for make in GOOD]
    return list(check_entries(records, now=samples.now).verdicts)


@pytest.mark.parametrize("number", range(len(BROKEN)), ids=[rule for rule, _ in BROKEN])
def test_an_entry_that_breaks_a_rule_hits_that_rule_alone(
    number: int, verdicts: list[Verdict]
) -> None:
    rule_id, _ = BROKEN[number]
    also = {"entry.identified": {"entry.link_present"}}.get(rule_id, set())
    assert {hit.rule_id for hit in verdicts[number].hits} == {rule_id} | also


@pytest.mark.parametrize("number", range(len(GOOD)))
def test_an_entry_that_nearly_breaks_a_rule_is_accepted(
    number: int, verdicts: list[Verdict]
) -> None:
    verdict = verdicts[len(BROKEN) + number]
    assert (verdict.status, verdict.hits) == ("accepted", ())


def test_every_rule_on_entries_is_broken_by_a_record_here() -> None:
    assert {rule.rule_id for rule in ENTRY_RULES} == {rule_id for rule_id, _ in BROKEN}
