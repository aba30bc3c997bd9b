"""The SDK's queue of unfinished outputs does what a deque does, and none of it by searching."""

import asyncio
from collections import deque
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.outstanding import OutstandingOutputs


class Item:
    """Counts how often any of its kind is compared."""

    comparisons = 0

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
    items: list[Any] = [object() for _ in range(10)]
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
    items: list[Any] = [Item() for _ in range(100)]
    queue = OutstandingOutputs(items)
    for item in reversed(items):
        queue.remove(item)
    assert Item.comparisons == 0
