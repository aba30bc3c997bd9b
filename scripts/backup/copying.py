"""Rows out of PostgreSQL by COPY, through libpq itself.

psycopg begins a wait of its own for every row, also for those that have arrived: with messages of a
few hundred bytes that takes longer than PostgreSQL takes to send them.
"""

import contextlib
import select
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Final

from psycopg import errors, sql
from psycopg.abc import Buffer
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

from scripts.backup.manifest import Format
from scripts.postgresql import Session

BLOCK: Final = 512 << 10
"""Bytes of rows that are given at a time."""

HEADER_BYTES: Final = 19
"""Of COPY's binary format: signature, flags, length of the extension (PostgreSQL's COPY page)."""
TRAILER: Final = b"\xff\xff"


class CopyOut:
    """A COPY that sends rows.

    `rows`, their number, is known once all blocks have been taken.
    """

    def __init__(self, connection: PGconn, form: Format) -> None:
        self._connection = connection
        self._form = form
        self.rows = -1

    def blocks(self) -> Iterator[Buffer]:
        """Yield rows alone, many at a time and never none.

        The binary format's head and tail belong to each COPY: without them chunks can be put one
        behind the other, whatever their number.

        Raises:
            psycopg.Error: PostgreSQL did not send all of them.
        """
        is_first = self._form == "binary"
        for rows in self._batches():
            if is_first:
                rows[0] = rows[0][HEADER_BYTES:]
                is_first = False
            if self._form == "binary" and rows[-1] == memoryview(TRAILER):
                rows.pop()
            # A row of a gigabyte is not copied: libpq has it twice already.
            block = rows[0] if len(rows) == 1 else b"".join(rows)
            if block:
                yield block

    def _batches(self) -> Iterator[list[memoryview]]:
        """Yield rows as they come, many at a time; look for new ones only when none is left.

        This is the loop that every row goes through.
        """
        connection = self._connection
        take = connection.get_copy_data
        arrival = select.poll()
        arrival.register(connection.socket, select.POLLIN)
        waiting: list[memoryview] = []
        size = 0
        while (got := take(1))[0] >= 0:
            length, row = got
            if not length:
                arrival.poll()
                connection.consume_input()
                continue
            if length >= BLOCK and waiting:
                yield waiting
                waiting, size = [], 0
            waiting.append(row)
            size += length
            if size >= BLOCK:
                yield waiting
                waiting, size = [], 0
        result = connection.get_result()
        _drain(connection)
        if result is None or result.status != ExecStatus.COMMAND_OK:
            raise _error(connection, result)
        self.rows = result.command_tuples or 0
        if waiting:
            yield waiting


@contextmanager
def copy_out(session: Session, query: sql.Composed, form: Format) -> Generator[CopyOut]:
    """Begin a COPY … TO STDOUT; leaving before its end cancels it.

    Raises:
        psycopg.Error: PostgreSQL refused it.
    """
    connection = session.pgconn
    result = connection.exec_(query.as_bytes(session))
    if result.status != ExecStatus.COPY_OUT:
        raise _error(connection, result)
    try:
        yield CopyOut(connection, form)
    except BaseException:
        with contextlib.suppress(errors.Error):
            if connection.transaction_status == TransactionStatus.ACTIVE:
                session.cancel()
                while connection.get_copy_data(0)[0] > 0:
                    pass
                _drain(connection)
        raise


def _drain(connection: PGconn) -> None:
    """Take every result that is left, so that the session can be asked again."""
    while connection.get_result():
        pass


def _error(connection: PGconn, result: PGresult | None) -> errors.Error:
    if result is None:
        return errors.OperationalError(connection.get_error_message())
    return errors.error_from_result(result)
