"""The SDK's queue of unfinished outputs does what a deque does, and none of it by searching."""

import asyncio
import functools
from collections import deque
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.outstanding import OutstandingOutputs


class Item:
    """An output that never finishes, and counts how often any of its kind is compared."""

    comparisons = 0

    def add_done_callback(self, _call: object) -> None:
        """It is never done."""

    def __eq__(self, other: object) -> bool:
        Item.comparisons += 1
        return self is other

    __hash__ = object.__hash__


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    made = asyncio.new_event_loop()
    yield made
    made.close()


ACTIONS = st.lists(
    st.tuples(st.sampled_from(["append", "remove", "popleft"]), st.integers(0, 9)), max_size=60
)


@given(ACTIONS)
def test_it_does_what_a_deque_does(actions: list[tuple[str, int]]) -> None:
    items: list[Any] = [Item() for _ in range(10)]
    ours, theirs = OutstandingOutputs(), deque[Any]()
    for action, number in actions:
        if action == "append":
            # The SDK never appends what is there.
            if items[number] not in theirs:
                ours.append(items[number])
                theirs.append(items[number])
            continue
        arguments = [items[number]] if action == "remove" else []
        assert _result(ours, action, arguments) == _result(theirs, action, arguments)
        assert len(ours) == len(theirs)


def _result(queue: Any, action: str, arguments: list[Any]) -> object:
    try:
        return getattr(queue, action)(*arguments)
    except (IndexError, ValueError) as error:
        return type(error)


def test_it_begins_with_what_is_outstanding_already(loop: asyncio.AbstractEventLoop) -> None:
    first, second = loop.create_future(), loop.create_future()
    queue = OutstandingOutputs([first, second])
    assert (queue.popleft(), queue.popleft(), len(queue)) == (first, second, 0)


def test_nothing_is_searched_for() -> None:
    Item.comparisons = 0
    items: list[Any] = [Item() for _ in range(100)]
    queue = OutstandingOutputs(items)
    for item in reversed(items):
        queue.remove(item)
    assert Item.comparisons == 0


def test_each_is_waited_for_whether_it_is_taken_out_or_not(
    loop: asyncio.AbstractEventLoop,
) -> None:
    first, second = loop.create_future(), loop.create_future()
    outputs = OutstandingOutputs([first])

    async def program() -> None:
        settled = asyncio.ensure_future(outputs.settled())
        await asyncio.sleep(0)
        outputs.append(second)
        first.set_result(1)
        outputs.remove(first)
        for _ in range(3):
            await asyncio.sleep(0)
        assert not settled.done()
        second.set_result(2)
        await settled

    loop.run_until_complete(program())
    assert len(outputs) == 1


@pytest.mark.parametrize("before", [True, False])
def test_one_that_fails_ends_the_wait_for_the_others(
    loop: asyncio.AbstractEventLoop, *, before: bool
) -> None:
    never, fails = loop.create_future(), loop.create_future()
    outputs = OutstandingOutputs([never])

    async def program() -> None:
        settled = asyncio.ensure_future(outputs.settled())
        if not before:
            await asyncio.sleep(0)
        outputs.append(fails)
        fails.set_exception(ValueError("no"))
        await settled

    with pytest.raises(ValueError, match="no"):
        loop.run_until_complete(program())


def test_the_wait_is_idle(loop: asyncio.AbstractEventLoop) -> None:
    """It wakes up when something has happened, not to see whether it has."""
    output = loop.create_future()
    outputs = OutstandingOutputs([output])
    rounds = 0

    def count(original: Any) -> None:
        nonlocal rounds
        rounds += 1
        original()

    watched: Any = loop
    watched._run_once = functools.partial(count, watched._run_once)
    loop.call_later(0.2, output.set_result, None)
    loop.run_until_complete(outputs.settled())

    assert rounds < 20
