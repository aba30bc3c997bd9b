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
        self._unfinished = 0
        self._failed: Future | None = None
        self._news = asyncio.Event()
        for future in futures:
            self.append(future)

    def __len__(self) -> int:
        return len(self._futures)

    def append(self, future: Future) -> None:
        """Add at the end."""
        self._futures[future] = None
        self._unfinished += 1
        future.add_done_callback(self._finish)

    def popleft(self) -> Future:
        """Take the first one out. Raises IndexError when there is none."""
        if not self._futures:
            raise IndexError("no output is outstanding")
        return self._futures.popitem(last=False)[0]

    def remove(self, future: Future) -> None:
        """Take one out. Raises ValueError when it is not there."""
        try:
            del self._futures[future]
        except KeyError:
            raise ValueError("the output is not outstanding") from None

    async def settled(self) -> None:
        """Wait until each is finished, those that are added meanwhile included.

        Raises:
            Exception: what the first one failed with, as soon as it does.
        """
        while self._unfinished and not self._failed:
            self._news.clear()
            await self._news.wait()
        if self._failed:
            await self._failed

    def _finish(self, future: Future) -> None:
        self._unfinished -= 1
        if self._failed is None and (future.cancelled() or future.exception()):
            self._failed = future
        if self._failed or not self._unfinished:
            self._news.set()
