"""What the SDK keeps of unfinished outputs, in a form that grows linearly and can be waited for."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable

Future = asyncio.Future[object]


class OutstandingOutputs:
    """What the SDK does with its deque, each in constant time; the order is kept."""

    def __init__(self, futures: Iterable[Future] = ()) -> None:
        # Unlike a dict's, its beginning is found at once however much was taken out before it.
        self._futures = OrderedDict[Future, None]()
        self._news: asyncio.Event = asyncio.Event()
        for future in futures:
            self.append(future)

    def __len__(self) -> int:
        return len(self._futures)

    def append(self, future: Future) -> None:
        """Add at the end."""
        self._futures[future] = None
        future.add_done_callback(self._tell_of_failure)

    def popleft(self) -> Future:
        """Take the first one out. Raises IndexError when there is none."""
        if not self._futures:
            raise IndexError("no output is outstanding")
        first, _ = self._futures.popitem(last=False)
        self._tell_of_the_end()
        return first

    def remove(self, future: Future) -> None:
        """Take one out. Raises ValueError when it is not there."""
        try:
            del self._futures[future]
        except KeyError:
            raise ValueError("the output is not outstanding") from None
        self._tell_of_the_end()

    async def settled(self) -> None:
        """Wait until none is left, those that are added meanwhile included, or one has failed.

        The SDK takes out each that is finished, and leaves in what failed.
        """
        while self._futures and not any(map(_failed, self._futures)):
            self._news.clear()
            await self._news.wait()

    def _tell_of_failure(self, future: Future) -> None:
        if _failed(future):
            self._news.set()

    def _tell_of_the_end(self) -> None:
        if not self._futures:
            self._news.set()


def _failed(future: Future) -> bool:
    return future.done() and (future.cancelled() or future.exception() is not None)
