"""No more under way than a name permits; who waits is served in turn, or gives up."""

from __future__ import annotations

import asyncio

import pytest

from flows.fetch.connections import Connections


def test_no_more_are_open_than_the_limit_and_who_waits_is_served_in_turn() -> None:
    async def story() -> None:
        connections, served, at_once = Connections(), [], 0

        async def visit(number: int) -> None:
            nonlocal at_once
            await connections.enter("a", 2)
            at_once += 1
            assert at_once <= 2
            served.append(number)
            await asyncio.sleep(0.001 * (number % 3))
            at_once -= 1
            connections.leave(("a",))

        await asyncio.gather(*(visit(number) for number in range(20)))
        assert served == list(range(20))
        assert connections._open == connections._waiting == {}

    asyncio.run(story())


def test_names_do_not_wait_for_one_another() -> None:
    async def story() -> None:
        connections = Connections()
        await connections.enter("a", 1)
        await asyncio.wait_for(connections.enter("b", 1), 1)

    asyncio.run(story())


@pytest.mark.parametrize("is_given", [False, True])
def test_a_place_that_is_called_off_goes_to_the_next(*, is_given: bool) -> None:
    async def story() -> None:
        connections = Connections()
        await connections.enter("a", 1)
        second = asyncio.create_task(connections.enter("a", 1))
        third = asyncio.create_task(connections.enter("a", 1))
        await asyncio.sleep(0)
        if is_given:
            connections.leave(("a",))
            second.cancel()
        else:
            second.cancel()
            connections.leave(("a",))
        await asyncio.wait_for(third, 1)
        assert second.cancelled()
        connections.leave(("a",))
        assert connections._open == connections._waiting == {}

    asyncio.run(story())
