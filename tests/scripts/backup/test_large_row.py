"""A row as large as PostgreSQL can have one."""

import resource
from multiprocessing.connection import Connection
from typing import Any

from tests.scripts.backup import awkward
from tests.scripts.backup.conftest import Bench
from tests.scripts.killing import FORK

GIB = 1 << 30

# As COPY sends it, with its length and the number of columns, it has to stay below 1 GiB.
SCRIPT = f"""
    CREATE TABLE large (id int, body text);
    ALTER TABLE large ALTER body SET STORAGE EXTERNAL;
    INSERT INTO large SELECT 1, repeat(md5('x'), {GIB // 32 - 100})
"""


def peak(work: Any) -> tuple[Any, int]:
    """Do work in a process of its own; return its result and its peak of memory, in bytes.

    Of that process and of those that it starts, the largest counts; what they have of the one that
    they are forked from does not.
    """
    ours, theirs = FORK.Pipe()

    def measured(pipe: Connection) -> None:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        result = work()
        who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        most = max(resource.getrusage(each).ru_maxrss for each in who)
        pipe.send((result, (most - before) << 10))

    process = FORK.Process(target=measured, args=(theirs,))
    process.start()
    theirs.close()
    found = ours.recv()
    process.join()
    return found


def test_a_row_of_a_gigabyte_comes_back_and_is_held_twice(bench: Bench) -> None:
    awkward.create(bench.server, "live", SCRIPT)

    manifest, to_back_up = peak(lambda: bench.backup("live", jobs=1))
    _, to_restore = peak(lambda: bench.restore(manifest, "back"))

    query = "SELECT length(body), md5(body) FROM large"
    assert bench.server.rows(query, "back") == bench.server.rows(query, "live")
    # libpq reads a row as a whole, then hands a copy of it on; nothing of ours comes on top.
    assert GIB < to_back_up < 2.6 * GIB
    assert to_restore < GIB // 2
