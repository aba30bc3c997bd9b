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
        waiting: list[memoryview] = []
        size = 0
        is_first = self._form == "binary"
        for message in self._messages():
            if size >= BLOCK:
                yield b"".join(waiting)
                waiting, size = [], 0
            data = message[HEADER_BYTES:] if is_first else message
            is_first = False
            if len(data) >= BLOCK:
                # A row of a gigabyte is not copied: libpq has it twice already.
                if waiting:
                    yield b"".join(waiting)
                yield data
                waiting, size = [], 0
                continue
            waiting.append(data)
            size += len(data)
        if self._form == "binary" and waiting and waiting[-1] == memoryview(TRAILER):
            waiting.pop()
        if waiting:
            yield b"".join(waiting)

    def _messages(self) -> Iterator[memoryview]:
        """Yield one row at a time, and look for new ones only when none is left."""
        connection = self._connection
        arrival = select.poll()
        arrival.register(connection.socket, select.POLLIN)
        while (got := connection.get_copy_data(1))[0] >= 0:
            if got[0]:
                yield got[1]
            else:
                arrival.poll()
                connection.consume_input()
        result = connection.get_result()
        _drain(connection)
        if result is None or result.status != ExecStatus.COMMAND_OK:
            raise _error(connection, result)
        self.rows = result.command_tuples or 0


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
