"""Rows out of the tables into objects: in parallel, with nothing kept but a block of each."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from queue import SimpleQueue
from typing import Final

from psycopg.abc import Buffer

from scripts.backup.catalogue import Source
from scripts.backup.manifest import Chunk, Format, StoredObject, Table
from scripts.backup.objects import Place, Writer
from scripts.backup.snapshot import Snapshot
from scripts.backup.workers import Handler, Stop, Worker
from scripts.postgresql import Session

BLOCK: Final = 512 << 10
"""Bytes of rows that are compressed at a time."""

HEADER_BYTES: Final = 19
"""Of COPY's binary format: signature, flags, length of the extension (PostgreSQL's COPY page)."""
TRAILER: Final = b"\xff\xff"

Advance = Callable[[int, int], None]
"""Called with (steps done, steps in all)."""


def stored(place: Place, name: str, pieces: Iterator[bytes]) -> StoredObject:
    """Write one object."""
    with Writer(place, name) as writer:
        for piece in pieces:
            writer.write(piece)
        return writer.finish()


def reader(place: Place) -> Callable[[Stop], Handler]:
    """Return what a worker does: read a chunk and write it, through a client of its own."""

    def prepared(stop: Stop) -> Handler:
        own = replace(place)

        def read(session: Session, task: object) -> Chunk:
            assert isinstance(task, _Task)  # noqa: S101
            return _chunk(own, session, task, stop)

        return read

    return prepared


def rows(view: Snapshot, chunk_bytes: int, advance: Advance) -> list[Table]:
    """Write the rows of every table, with all workers of the snapshot at the same time.

    Raises:
        OpsError: a part of them could not be read or written; the others have stopped then.
    """
    tasks = _tasks(view, chunk_bytes)
    free: SimpleQueue[Worker] = SimpleQueue()
    for worker in view.workers:
        free.put(worker)

    def work(task: _Task) -> Chunk:
        worker = free.get()
        try:
            return worker.ask(task)
        finally:
            free.put(worker)

    chunks: dict[int, list[Chunk]] = defaultdict(list)
    with ThreadPoolExecutor(len(view.workers)) as threads:
        begun = [threads.submit(work, task) for task in tasks]
        try:
            for done, (task, future) in enumerate(zip(tasks, begun, strict=True), start=1):
                chunks[task.source.oid].append(future.result())
                advance(done, len(tasks))
        except BaseException:
            # Without it the others would first read their tables to the end.
            view.stop.set()
            threads.shutdown(cancel_futures=True)
            raise
    return [
        source.table.model_copy(update={"chunks": chunks[source.oid]}) for source in view.sources
    ]


@dataclass(frozen=True, kw_only=True)
class _Task:
    source: Source
    first_page: int
    end_page: int | None
    name: str


def _tasks(view: Snapshot, chunk_bytes: int) -> list[_Task]:
    """Return every chunk; those of large tables come first, so that all sessions end together."""
    ordered = sorted(view.sources, key=lambda source: source.bytes, reverse=True)
    parts = [(source, part) for source in ordered for part in source.ranges(chunk_bytes)]
    return [
        _Task(source=source, first_page=first, end_page=end, name=f"data/{number:06}.zst")
        for number, (source, (first, end)) in enumerate(parts, start=1)
    ]


def _chunk(place: Place, session: Session, task: _Task, stop: Stop) -> Chunk:
    query = task.source.query(task.first_page, task.end_page)
    with Writer(place, task.name) as writer, session.cursor() as cursor:
        with cursor.copy(query) as copy:
            for block in blocks(copy, task.source.table.format):
                stop.check()
                writer.write(block)
        return Chunk(rows=cursor.rowcount, stored=writer.finish())


def blocks(messages: Iterable[Buffer], form: Format) -> Iterator[Buffer]:
    """Yield rows alone, many at a time: the binary format's head and tail belong to each COPY.

    Without them chunks can be put one behind the other, whatever their number.
    """
    waiting: list[Buffer] = []
    size = 0
    is_first = form == "binary"
    for message in messages:
        if size >= BLOCK:
            yield b"".join(waiting)
            waiting, size = [], 0
        data = memoryview(message)[HEADER_BYTES:] if is_first else message
        is_first = False
        if len(data) >= BLOCK:
            # A row of a gigabyte is not copied: libpq has it twice already.
            yield b"".join(waiting)
            yield data
            waiting, size = [], 0
            continue
        waiting.append(data)
        size += len(data)
    if form == "binary" and waiting and waiting[-1] == TRAILER:
        waiting.pop()
    yield b"".join(waiting)
