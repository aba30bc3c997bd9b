"""What the SDK keeps of unfinished outputs, in a form that grows linearly.

The Python SDK appends every output to a deque and removes it from there once it has resolved. A
deque looks for what it removes from its beginning on, so that a program of ten times the resources
takes a hundred times as long over it: at 2,400 resources, three quarters of the program's time
(pulumi 3.217, `pulumi/output.py`, `Output.__init__`).
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

from pulumi.runtime.settings import SETTINGS

Future = asyncio.Future[object]


class OutstandingOutputs:
    """What the SDK does with its deque, each in constant time; the order is kept."""

    def __init__(self, futures: Iterable[Future] = ()) -> None:
        # Unlike a dict's, its beginning is found at once however much was taken out before it.
        self._futures = OrderedDict.fromkeys(futures)

    def __len__(self) -> int:
        return len(self._futures)

    def append(self, future: Future) -> None:
        """Add at the end."""
        self._futures[future] = None

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


def keep_outputs_in_constant_time() -> None:
    """Let the SDK use it from here on; to be called before the program makes its resources."""
    settings: Any = SETTINGS  # what it declares for a type checker is not what it holds
    settings.outputs = OutstandingOutputs(settings.outputs)
