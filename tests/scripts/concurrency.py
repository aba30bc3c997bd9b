"""Several runs at the same moment."""

from collections.abc import Callable

from scripts.backup.workers import Pipe
from tests.scripts.killing import FORK, PATIENCE_SECONDS


def together(*works: Callable[[], object]) -> list[Exception | None]:
    """Begin all at the same moment, and return what became of each.

    Each has a process of its own, as commands have: a backup forks, and a fork of a process with
    several threads inherits what the others have locked.
    """
    start = FORK.Barrier(len(works))

    def run(work: Callable[[], object], answer: Pipe) -> None:
        start.wait()
        try:
            work()
        except Exception as error:
            answer.send(error)
        else:
            answer.send(None)

    pipes = [FORK.Pipe(duplex=False) for _ in works]
    processes = [
        FORK.Process(target=run, args=(work, theirs))
        for work, (_, theirs) in zip(works, pipes, strict=True)
    ]
    for process in processes:
        process.start()
    answers = [ours.recv() if ours.poll(PATIENCE_SECONDS) else None for ours, _ in pipes]
    for process in processes:
        process.join(PATIENCE_SECONDS)
        process.kill()
        process.join()
        assert process.exitcode == 0, "it does not come to an end"
    return answers
