"""Progress of long work on a terminal."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

from scripts.console import Console


@contextmanager
def steps(console: Console, what: str) -> Generator[Callable[[int, int], None]]:
    """Give a function that is told (steps done, steps in all)."""
    with console.progress() as progress:
        task = progress.add_task(what, total=None)

        def advance(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        yield advance
