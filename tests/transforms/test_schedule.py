"""When a feed is due, and why: tables of cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from statistics import mean

import pytest

from transforms.cadence import in_words
from transforms.failures import failure_weight
from transforms.freshness import fresh_for, retry_after_at
from transforms.records import (
    Entry,
    Exchange,
    FeedState,
    Hop,
    Moment,
    ParsedFeed,
    Problem,
    Stage,
)
from transforms.schedule import (
    after_exchange,
    after_not_modified,
    after_parse,
    conditional_headers,
    is_due,
)

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # a Monday
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
STATE = FeedState(feed_id="feed-1", url="https://a.example/feed")
ETAGS = (("ETag", '"new"'), ("Last-Modified", "Mon, 02 Mar 2026 11:00:00 GMT"))


def exchange(status: int | None = 200, *headers: tuple[str, str], problem: str = "") -> Exchange:
    return Exchange(
        exchange_id="x",
        run_id="r",
        purpose="feed",
        requested_url=STATE.url,
        final_url=STATE.url,
        fetched_at=NOW,
        elapsed_ms=1,
        status=status,
        headers=headers,
        problem=Problem(stage="poll", subject=STATE.url, code=problem) if problem else None,
    )


def parsed(*ages: timedelta, **given: object) -> ParsedFeed:
    entries = tuple(entry(number, NOW - age) for number, age in enumerate(ages))
    made = ParsedFeed(
        feed_id="feed-1",
        exchange_id="x",
        format="rss20",
        body_hash="hash",
        items=len(entries),
        entries=entries,
    )
    return replace(made, **given)  # type: ignore[arg-type]


def entry(number: int, at: datetime) -> Entry:
    moment = Moment(at=at, precision="second", has_zone=True, raw="", origin="feed")
    return Entry(
        entry_id=str(number),
        feed_id="feed-1",
        source_id="a.example",
        exchange_id="x",
        seen_at=NOW,
        position=number,
        guid=None,
        url=None,
        canonical_url=None,
        title=None,
        published=moment,
    )


def every(gap: timedelta, count: int = 20) -> list[timedelta]:
    return [gap * number for number in range(1, count + 1)]


def wait(state: FeedState) -> timedelta:
    assert state.due_at is not None
    return state.due_at - NOW


def assert_jittered(actual: timedelta, base: timedelta) -> None:
    assert base <= actual <= base * 1.1


@pytest.mark.parametrize(
    ("ages", "expected", "why"),
    [
        (every(HOUR), 30 * MINUTE, "half the median gap of 1 h"),
        (every(MINUTE, 300), 15 * MINUTE, "half the median gap of 1 min"),
        (every(7 * DAY), DAY, "half the median gap of 7 d"),
        (every(MINUTE, 30), 10 * MINUTE, "a third of the 30 min that the feed covers"),
        (every(MINUTE, 3), 5 * MINUTE, "a third of the 3 min that the feed covers"),
        ([HOUR], HOUR, "cadence unknown"),
        ([], HOUR, "cadence unknown"),
        ([-DAY, -2 * DAY], HOUR, "cadence unknown"),  # dates to come are no evidence
        ([30 * DAY + MINUTE * n for n in range(10)], 15 * MINUTE, "half the median gap of 1 min"),
    ],
)
def test_the_interval_follows_the_entries(
    ages: list[timedelta], expected: timedelta, why: str
) -> None:
    after = after_parse(STATE, parsed(*ages), exchange(), 3, now=NOW)
    assert_jittered(wait(after), expected)
    assert why in after.due_reason
    assert after.due_reason.startswith("3 new; ")


def test_the_bounds_are_the_callers() -> None:
    after = after_parse(
        STATE, parsed(*every(10 * HOUR)), exchange(), 0, now=NOW, min_minutes=1, max_minutes=90
    )
    assert_jittered(wait(after), 90 * MINUTE)


@pytest.mark.parametrize(
    ("declared", "expected", "why"),
    [
        ({"ttl_minutes": 120}, 120 * MINUTE, "ttl of 2 h"),
        ({"ttl_minutes": 5}, 30 * MINUTE, "median"),
        ({"ttl_minutes": 99999}, DAY, "ttl of 1 d"),
        ({"update_period_minutes": 60}, 60 * MINUTE, "update period of 1 h"),
        ({"ttl_minutes": 60, "update_period_minutes": 90}, 90 * MINUTE, "update period"),
    ],
)
def test_the_declared_cadence_lengthens_the_interval(
    declared: dict[str, int], expected: timedelta, why: str
) -> None:
    after = after_parse(STATE, parsed(*every(HOUR), **declared), exchange(), 0, now=NOW)
    assert_jittered(wait(after), expected)
    assert why in after.due_reason


@pytest.mark.parametrize(
    ("hours", "days", "due_from"),
    [
        ((12, 13), (), NOW + 2 * HOUR),
        ((), ("Monday",), datetime(2026, 3, 3, tzinfo=UTC)),
        ((0, 1), ("monday", "Tuesday"), datetime(2026, 3, 4, 2, tzinfo=UTC)),
        ((14,), ("sunday",), NOW + 30 * MINUTE),
        (tuple(range(24)), (), NOW + 30 * MINUTE),
        (tuple(range(1, 25)), (), NOW + 30 * MINUTE),
        ((), ("someday",), NOW + 30 * MINUTE),
    ],
)
def test_skipped_hours_and_days_are_kept_free(
    hours: tuple[int, ...], days: tuple[str, ...], due_from: datetime
) -> None:
    document = parsed(*every(HOUR), skip_hours=hours, skip_days=days)
    after = after_parse(STATE, document, exchange(), 0, now=NOW)
    assert after.due_at is not None
    assert due_from <= after.due_at <= due_from + HOUR
    is_moved = due_from > NOW + 30 * MINUTE
    assert ("skips" in after.due_reason) == is_moved


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([("Cache-Control", "public, max-age=7200")], 2 * HOUR),
        ([("Cache-Control", "public"), ("cache-control", 'MAX-AGE="7200"')], 2 * HOUR),
        ([("Cache-Control", "max-age=7200"), ("Age", "3600")], HOUR),
        ([("Cache-Control", "max-age=7200"), ("Age", "9000")], timedelta(0)),
        ([("Cache-Control", "s-maxage=7200")], timedelta(0)),
        ([("Cache-Control", "no-cache, max-age=7200")], timedelta(0)),
        ([("Cache-Control", "no-store")], timedelta(0)),
        ([("Cache-Control", "max-age=99999999999999999999")], 31 * DAY),
        ([("Cache-Control", "max-age=-1")], timedelta(0)),
        ([("Expires", format_datetime(NOW + HOUR, usegmt=True))], HOUR),
        ([("Expires", format_datetime(NOW - HOUR, usegmt=True))], timedelta(0)),
        ([("Expires", "0")], timedelta(0)),
        ([("Expires", "Mon, 99 Foo 2026 99:00:00 GMT")], timedelta(0)),
        (
            [
                ("Expires", format_datetime(NOW + 3 * HOUR, usegmt=True)),
                ("Date", format_datetime(NOW + 2 * HOUR, usegmt=True)),
            ],
            HOUR,
        ),
        (
            [
                ("Cache-Control", "max-age=60"),
                ("Expires", format_datetime(NOW + HOUR, usegmt=True)),
            ],
            MINUTE,
        ),
        ([], timedelta(0)),
    ],
)
def test_an_answer_is_fresh_for_as_long_as_its_headers_say(
    headers: list[tuple[str, str]], expected: timedelta
) -> None:
    assert fresh_for(tuple(headers), NOW) == expected


@pytest.mark.parametrize("status", [200, 304, 404])
def test_freshness_is_honoured_on_any_status(status: int) -> None:
    answer = exchange(status, ("Cache-Control", "max-age=172800"))
    known = STATE._replace(etag='"old"', full_fetch_at=NOW - HOUR)
    after = after_exchange(known, answer, now=NOW)
    if status == 200:
        after = after_parse(after, parsed(*every(HOUR)), answer, 0, now=NOW)
    if status == 304:
        after = after_not_modified(after, answer, now=NOW)
    assert_jittered(wait(after), 2 * DAY)
    assert "fresh for 2 d" in after.due_reason


@pytest.mark.parametrize(
    ("status", "value", "expected"),
    [
        (429, "3600", HOUR),
        (503, format_datetime(NOW + HOUR, usegmt=True), HOUR),
        (429, "604800", 7 * DAY),
        (429, "9" * 40, 7 * DAY),
        (429, "Monday", None),
        (429, "-1", None),
        (429, "٣٦٠٠", None),  # digits, but not those of HTTP
        (429, "0", None),
        (429, "59.2", MINUTE),
        (503, "60, 3600", HOUR),
        (429, "3600, then more", None),
        (404, "3600", None),
        (None, "3600", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(
    status: int | None, value: str, expected: timedelta | None
) -> None:
    moment = retry_after_at(status, (("Retry-After", value),), NOW)
    assert moment == (None if expected is None else NOW + expected)


def test_of_two_retry_afters_the_longer_is_kept() -> None:
    given = ("Retry-After", "60"), ("retry-after", format_datetime(NOW + HOUR, usegmt=True))
    assert retry_after_at(429, given, NOW) == NOW + HOUR
    assert retry_after_at(429, given[::-1], NOW) == NOW + HOUR


def test_no_poll_is_due_before_retry_after() -> None:
    after = after_exchange(STATE, exchange(429, ("Retry-After", "86400")), now=NOW)
    assert after.retry_after_at == NOW + DAY
    assert_jittered(wait(after), DAY)
    assert "Retry-After" in after.due_reason
    assert not is_due(after, NOW + DAY - MINUTE)
    assert not is_due(after._replace(due_at=None), NOW + DAY - MINUTE)
    assert is_due(after, NOW + DAY * 1.1)
    again = after_exchange(after, exchange(500), now=NOW + HOUR)  # asked by hand, early
    assert again.retry_after_at == NOW + DAY
    assert again.due_at is not None
    assert again.due_at >= NOW + DAY
    assert after_exchange(after, exchange(200), now=NOW + 2 * DAY).retry_after_at is None


@pytest.mark.parametrize(
    ("answer", "weight"),
    [
        (exchange(200), 0),
        (exchange(304), 0),
        (exchange(404), 1),
        (exchange(410), 1),
        (exchange(403), 0.5),
        (exchange(301, problem="redirect_loop"), 0.5),
        (exchange(None, problem="dns_failure"), 0.5),
        (exchange(None, problem="address_refused"), 1),
        (exchange(None, problem="timeout"), 0.25),
        (exchange(200, problem="truncated_body"), 0.25),
        (exchange(429), 0.25),
        (exchange(500), 0.25),
    ],
)
def test_failures_are_weighed(answer: Exchange, weight: float) -> None:
    assert failure_weight(answer) == weight
    after = after_exchange(STATE._replace(failures=1.0), answer, now=NOW)
    assert after.failures == 1.0 + weight
    assert after.polls == 1
    assert after.polled_at == NOW


@pytest.mark.parametrize(
    ("failures", "expected"),
    [(0.0, 30 * MINUTE), (1.0, HOUR), (5.0, 16 * HOUR), (6.0, DAY), (28.0, DAY), (29.0, 30 * DAY)],
)
def test_back_off_doubles_to_a_day_and_in_the_end_to_a_month(
    failures: float, expected: timedelta
) -> None:
    after = after_exchange(STATE._replace(failures=failures), exchange(404), now=NOW)
    assert_jittered(wait(after), expected)
    assert "status 404" in after.due_reason


def test_a_thousand_failures_are_survived() -> None:
    after = after_exchange(STATE._replace(failures=1e6), exchange(404), now=NOW)
    assert_jittered(wait(after), 30 * DAY)


def test_a_feed_that_is_gone_twice_is_looked_for_monthly() -> None:
    once = after_exchange(STATE, exchange(410), now=NOW)
    assert wait(once) < DAY
    twice = after_exchange(once, exchange(410), now=NOW)
    assert_jittered(wait(twice), 30 * DAY)
    assert "410" in twice.due_reason
    back = after_exchange(twice, exchange(200), now=NOW)
    back = after_parse(back, parsed(*every(HOUR)), exchange(200), 1, now=NOW)
    assert (back.failures, back.problem) == (0.0, None)
    assert_jittered(wait(back), 30 * MINUTE)


def test_a_readable_document_gives_its_validators() -> None:
    after = after_parse(STATE, parsed(*every(HOUR)), exchange(200, *ETAGS), 2, now=NOW)
    assert (after.etag, after.last_modified) == ('"new"', ETAGS[1][1])
    assert (after.body_hash, after.changed_at, after.full_fetch_at) == ("hash", NOW, NOW)
    assert conditional_headers(after, NOW) == {
        "If-None-Match": '"new"',
        "If-Modified-Since": ETAGS[1][1],
    }


@pytest.mark.parametrize("character", ["\x00", "\x01", "\n", "\x1f", "\x7f"])
def test_a_validator_that_no_request_may_hold_is_not_sent(character: str) -> None:
    given = ("ETag", f'"{character}"'), ETAGS[1]
    after = after_parse(STATE, parsed(*every(HOUR)), exchange(200, *given), 2, now=NOW)
    assert conditional_headers(after, NOW) == {"If-Modified-Since": ETAGS[1][1]}


FAULT = Problem(stage="poll", subject="u", code="truncated_document")


@pytest.mark.parametrize("status", [404, 429, 500])
def test_a_failure_clears_nothing_that_is_known(status: int) -> None:
    known = after_parse(STATE, parsed(*every(HOUR)), exchange(200, *ETAGS), 2, now=NOW)
    after = after_exchange(known, exchange(status, ("ETag", '"of the error"')), now=NOW + HOUR)
    assert after.etag == known.etag
    assert after.last_modified == known.last_modified
    assert after.body_hash == known.body_hash
    assert after.changed_at == known.changed_at


def test_an_unreadable_document_is_a_failure_and_gives_no_validators() -> None:
    known = STATE._replace(etag='"old"', body_hash="old", failures=1.0)
    unreadable = parsed(format="", problems=(replace(FAULT, code="not_a_feed"),))
    after = after_parse(known, unreadable, exchange(200, *ETAGS), 0, now=NOW)
    assert (after.etag, after.body_hash) == ('"old"', "old")
    assert (after.failures, after.problem) == (1.5, "not_a_feed")
    assert "not_a_feed" in after.due_reason


def test_a_document_read_in_part_must_come_again_whole() -> None:
    known = STATE._replace(etag='"old"', body_hash="old", failures=1.0, full_fetch_at=NOW)
    broken = parsed(*every(HOUR), problems=(FAULT,))
    after = after_parse(known, broken, exchange(200, *ETAGS), 1, now=NOW)
    assert (after.etag, after.last_modified, after.body_hash) == (None, None, None)
    assert after.problem == "truncated_document"
    assert conditional_headers(after, NOW) == {}


@pytest.mark.parametrize(("stage", "code"), [("entry", "no_key"), ("poll", "items_cut")])
def test_a_fault_that_will_not_go_away_does_not_spoil_the_validators(
    stage: Stage, code: str
) -> None:
    fault = replace(FAULT, stage=stage, code=code)
    after = after_parse(
        STATE, parsed(*every(HOUR), problems=(fault,)), exchange(200, *ETAGS), 1, now=NOW
    )
    assert after.etag == '"new"'


def test_the_whole_document_is_asked_for_every_fortnight() -> None:
    known = STATE._replace(etag='"e"', full_fetch_at=NOW)
    assert conditional_headers(known, NOW + 13 * DAY) == {"If-None-Match": '"e"'}
    assert conditional_headers(known, NOW + 14 * DAY) == {}
    assert conditional_headers(known._replace(full_fetch_at=None), NOW) == {}


def test_not_modified_keeps_the_old_etag_and_waits_a_third_of_the_silence() -> None:
    known = STATE._replace(etag='"old"', changed_at=NOW - 6 * HOUR, full_fetch_at=NOW - HOUR)
    known = known._replace(failures=2.0, problem="timeout")
    answer = exchange(304, ("ETag", '"other"'))
    after = after_not_modified(after_exchange(known, answer, now=NOW), answer, now=NOW)
    assert after.etag == '"old"'
    assert after.full_fetch_at == NOW - HOUR
    assert (after.failures, after.problem, after.status) == (0.0, None, 304)
    assert_jittered(wait(after), 2 * HOUR)
    assert "nothing new for 6 h" in after.due_reason


@pytest.mark.parametrize(("quiet", "expected"), [(MINUTE, 15 * MINUTE), (30 * DAY, DAY)])
def test_the_wait_after_not_modified_keeps_the_bounds(
    quiet: timedelta, expected: timedelta
) -> None:
    known = STATE._replace(etag='"old"', changed_at=NOW - quiet, full_fetch_at=NOW)
    assert_jittered(wait(after_not_modified(known, exchange(304), now=NOW)), expected)


@pytest.mark.parametrize("status", [304, 200])
def test_what_a_document_asks_for_holds_after_polls_that_bring_none(status: int) -> None:
    declared = parsed(*every(HOUR), ttl_minutes=240, skip_hours=(16, 17))
    known = after_parse(STATE, declared, exchange(200, *ETAGS), 1, now=NOW)
    again = exchange(status, *ETAGS)
    after = after_not_modified(after_exchange(known, again, now=NOW), again, now=NOW)
    assert after.due_at is not None
    assert NOW + 6 * HOUR <= after.due_at <= NOW + 7 * HOUR
    assert "moved past the hours" in after.due_reason
    failed = after_exchange(known, exchange(500), now=NOW + 4 * HOUR)
    assert failed.due_at is not None
    assert failed.due_at >= NOW + 6 * HOUR


def test_a_feed_that_is_quiet_between_entries_keeps_its_pace() -> None:
    weekly = after_parse(STATE, parsed(*every(7 * DAY)), exchange(200, *ETAGS), 20, now=NOW)
    quiet = after_not_modified(weekly, exchange(304), now=NOW + DAY)
    assert quiet.due_at is not None
    assert_jittered(quiet.due_at - NOW - DAY, DAY)  # not after a third of what we saw of it
    hourly = after_parse(STATE, parsed(*every(HOUR)), exchange(200, *ETAGS), 20, now=NOW)
    soon = hourly._replace(changed_at=NOW)
    after = after_not_modified(soon, exchange(304), now=NOW + 30 * MINUTE)
    assert after.due_at is not None
    assert_jittered(after.due_at - NOW - 30 * MINUTE, 30 * MINUTE)
    assert "by the pace of its entries" in after.due_reason


def test_a_feed_is_not_due_in_an_hour_that_it_skips() -> None:
    skipping = STATE._replace(due_at=NOW - HOUR, skip_hours=(NOW.hour,), skip_days=("Tuesday",))
    assert not is_due(skipping, NOW)
    assert is_due(skipping, NOW + HOUR)
    assert not is_due(skipping, NOW + DAY + HOUR)


def test_a_304_that_nobody_asked_for_is_a_failure() -> None:
    after = after_not_modified(STATE, exchange(304), now=NOW)
    assert (after.failures, after.problem) == (0.5, "unasked_not_modified")


def test_the_same_body_again_renews_the_validators() -> None:
    known = STATE._replace(etag='"old"', changed_at=NOW - 3 * HOUR, full_fetch_at=NOW - DAY)
    after = after_not_modified(known, exchange(200, *ETAGS), now=NOW)
    assert (after.etag, after.full_fetch_at, after.changed_at) == ('"new"', NOW, NOW - 3 * HOUR)


def test_a_feed_whose_host_was_not_asked_waits_without_a_failure() -> None:
    answer = exchange(None, problem="host_asked_to_wait")
    after = after_exchange(STATE, answer, now=NOW, host_free_at=NOW + 5 * HOUR)
    assert (after.failures, after.polls, after.polled_at) == (0.0, 0, None)
    assert_jittered(wait(after), 5 * HOUR)
    assert_jittered(wait(after_exchange(STATE, answer, now=NOW)), 15 * MINUTE)


@pytest.mark.parametrize(("statuses", "is_told"), [((301, 308), True), ((302, 301), False)])
def test_a_permanent_move_is_told_and_not_adopted(
    statuses: tuple[int, ...], *, is_told: bool
) -> None:
    hops = tuple(Hop(url=f"https://a.example/{one}", status=one) for one in statuses)
    answer = replace(exchange(200), hops=hops, final_url="https://b.example/feed")
    after = after_parse(STATE, parsed(*every(HOUR)), answer, 0, now=NOW)
    assert after.url == STATE.url
    assert ("moved permanently to https://b.example/feed" in after.due_reason) == is_told


def test_jitter_spreads_feeds_and_is_the_same_each_time() -> None:
    def share(number: int) -> float:
        state = STATE._replace(feed_id=f"feed-{number}")
        after = after_parse(state, parsed(*every(HOUR)), exchange(), 0, now=NOW)
        return wait(after) / (30 * MINUTE) - 1

    shares = [share(number) for number in range(300)]
    assert all(0 <= one <= 0.1 for one in shares)
    assert 0.045 < mean(shares) < 0.055
    assert shares[7] == share(7)


def test_what_was_never_polled_is_due() -> None:
    assert is_due(STATE, NOW)
    assert not is_due(STATE._replace(due_at=NOW + MINUTE), NOW)
    assert is_due(STATE._replace(due_at=NOW), NOW)


def test_only_what_a_304_must_have_hidden_convicts_a_server() -> None:
    full_at, told_at = NOW - 20 * DAY, NOW - DAY
    known = STATE._replace(
        etag='"a"', full_fetch_at=full_at, polled_at=told_at, unmodified_at=told_at
    )
    answer = exchange(200, ("ETag", '"b"'))

    honest = parsed(HOUR, 2 * HOUR, 21 * DAY)  # since it said 304, or long before
    assert after_parse(known, honest, answer, 2, now=NOW).distrusted_at is None
    hidden = parsed(HOUR, 10 * DAY)
    caught = after_parse(known, hidden, answer, 2, now=NOW)
    assert caught.distrusted_at == NOW
    assert conditional_headers(caught, NOW + 13 * DAY) == {}
    away = known._replace(unmodified_at=full_at - DAY)  # we were away: nobody said 304
    assert after_parse(away, hidden, answer, 2, now=NOW).distrusted_at is None


def test_the_same_validators_with_new_entries_convict_a_server() -> None:
    known = STATE._replace(etag='"a"', full_fetch_at=NOW - DAY)
    answer = exchange(200, ("ETag", '"a"'))
    assert after_parse(known, parsed(HOUR), answer, 1, now=NOW).distrusted_at == NOW
    assert after_parse(known, parsed(HOUR), answer, 0, now=NOW).distrusted_at is None


def test_what_a_feed_declared_holds_across_304s() -> None:
    document = parsed(*every(HOUR), ttl_minutes=300, skip_hours=tuple(range(16, 24)))
    read = after_parse(STATE, document, exchange(200, *ETAGS), 1, now=NOW)
    assert (read.declared_minutes, read.skip_hours) == (300, tuple(range(16, 24)))
    later = NOW + 5 * MINUTE
    after = after_not_modified(read, exchange(304), now=later)
    assert after.due_at is not None
    assert after.due_at >= NOW + DAY - 12 * HOUR  # 300 minutes, and past the hours it skips
    assert "5 h declared by the feed" in after.due_reason
    assert "skips" in after.due_reason
    free = after_not_modified(
        read._replace(skip_hours=(), declared_minutes=None, interval_minutes=None),
        exchange(304),
        now=later,
    )
    assert free.due_at is not None
    assert free.due_at < NOW + HOUR


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0.176, "11 s"), (0.0, "0 s"), (1, "1 min"), (45, "45 min"), (150, "2.5 h"), (4781, "3.32 d")],
)
def test_a_span_is_told_in_the_unit_that_people_use(minutes: float, words: str) -> None:
    assert in_words(minutes) == words
