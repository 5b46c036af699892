"""Turns: what starts now and what waits, whatever is wished for together."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from transforms.turns import Begun, Known, Turn, Wish, decide_turns

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOSTS, DOMAINS, ADDRESSES = 12, 4, 3


def a_wish(now: datetime = NOW, **gaps: float) -> Wish:
    return Wish(gaps=gaps or {"a": 5.0}, now=now)


def test_a_wish_for_what_nobody_asked_yet_starts_and_is_noted() -> None:
    turns, begun = decide_turns([a_wish(a=5.0, domain=1.0)], {})
    assert turns == [Turn(gap_seconds=5.0)]
    assert begun == {"a": Begun(1, NOW + 5 * SECOND), "domain": Begun(1, NOW + SECOND)}


def test_of_two_that_are_wished_for_together_the_second_waits() -> None:
    turns, begun = decide_turns([a_wish(), a_wish(), a_wish(b=5.0)], {})
    assert [turn.is_begun for turn in turns] == [True, False, True]
    assert turns[1].free_at == NOW + 5 * SECOND
    assert begun["a"].requests == 1


def test_what_a_server_asked_for_is_told_apart_from_gaps() -> None:
    known = {
        "a": Known(NOW + SECOND, None, None),
        "domain": Known(NOW - SECOND, NOW + 60 * SECOND, None),
    }
    turns, begun = decide_turns([a_wish(a=5.0, domain=1.0)], known)
    later = Turn(gap_seconds=5.0, free_at=NOW + SECOND, retry_after_at=NOW + 60 * SECOND)
    assert (turns, begun) == ([later], {})


def test_a_crawl_delay_lengthens_the_gap_of_its_host_alone() -> None:
    known = {"a": Known(None, None, 30.0), "domain": Known(None, None, 99.0)}
    turns, begun = decide_turns([a_wish(a=5.0, domain=1.0)], known)
    assert turns[0].gap_seconds == 30.0
    assert begun["a"].free_at - NOW == 30 * SECOND
    assert begun["domain"].free_at - NOW == SECOND


def test_the_time_until_a_request_does_start_is_added_to_its_gaps() -> None:
    wish = Wish(gaps={"a": 5.0}, now=NOW, starts_within_seconds=0.5)
    _, begun = decide_turns([wish], {"a": Known(None, None, 30.0)})
    assert begun["a"].free_at == NOW + 30.5 * SECOND


def test_no_two_ever_start_within_a_gap_and_nobody_waits_for_ever() -> None:
    dice = random.Random(5)
    for _ in range(50):
        gaps_of = [
            {
                f"h{dice.randrange(HOSTS)}": 5.0,
                f"*{dice.randrange(DOMAINS)}": 1.0,
                f"@{dice.randrange(ADDRESSES)}": 0.5,
            }
            for _ in range(40)
        ]
        waiting = [a_wish(NOW + dice.random() * SECOND, **gaps) for gaps in gaps_of]
        known: dict[str, Known] = {}
        last: dict[str, datetime] = {}
        for _ in range(4 * len(waiting)):  # what is free by then may be taken by then
            turns, begun = decide_turns(waiting, known)
            known |= {name: Known(one.free_at, None, None) for name, one in begun.items()}
            again = []
            for wish, turn in zip(waiting, turns, strict=True):
                if turn.free_at is not None:
                    assert turn.free_at > wish.now
                    again.append(Wish(gaps=wish.gaps, now=turn.free_at))
                    continue
                for name, seconds in wish.gaps.items():
                    assert name not in last or wish.now - last[name] >= seconds * SECOND
                    last[name] = wish.now
            waiting = again
            if not waiting:
                break
        assert waiting == []
