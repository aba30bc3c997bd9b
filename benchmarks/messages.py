"""Messages as people write them, in a real database: what backups are measured with."""

import itertools
import random
import threading
from collections.abc import Iterator
from typing import Final

from tests.services.postgresql import Server

ROWS_PER_GIB: Final = 3_400_000
PHRASE_COUNT: Final = 131_072
"""A message is two of them: no text repeats within what a compressor looks back at."""

LETTERS: Final = "eeeeeetttttaaaaooooiiiinnnnsssshhhrrrdddlllcuumwfgypbvkjxqz"

SCHEMA: Final = """
    CREATE TABLE users (id bigint, name text, email text, created_at timestamptz);
    CREATE TABLE messages (
        id bigint, conversation_id bigint, sender_id bigint, body text,
        created_at timestamptz, edited_at timestamptz, metadata jsonb
    );
"""
PHRASES: Final = "CREATE UNLOGGED TABLE phrases (id int PRIMARY KEY, body text)"
FILL: Final = """
    INSERT INTO messages
    SELECT n, hashint8(n) & 262143, 1 + (hashint8(n + 1) & 65535), a.body || ' ' || b.body,
        '2025-01-01'::timestamptz + n * interval '3 seconds', NULL,
        jsonb_build_object('client', (ARRAY['ios', 'android', 'web'])[1 + (n % 3)], 'v', n % 40)
    FROM generate_series({first}, {last}) n
    JOIN phrases a ON a.id = hashint8(n + 2) & 131071
    JOIN phrases b ON b.id = hashint8(n + 3) & 131071
"""
CONSTRAINTS: Final = """
    INSERT INTO users SELECT n, 'User ' || n, 'user' || n || '@example.com', now()
        FROM generate_series(1, 100000) n;
    ALTER TABLE users ADD PRIMARY KEY (id);
    ALTER TABLE messages ADD PRIMARY KEY (id);
    CREATE INDEX ON messages (conversation_id, created_at);
    ALTER TABLE messages ADD FOREIGN KEY (sender_id) REFERENCES users;
    ANALYZE;
"""


def fill(running: Server, gib: float) -> None:
    """Make database `live` with tables of so many GiB, as they lie on the server."""
    running.create("live")
    running.run(SCHEMA, "live")
    running.run(PHRASES, "live")
    with running.connect("live") as session, session.cursor() as cursor:
        with cursor.copy("COPY phrases FROM STDIN") as copy:
            for row in enumerate(_phrases()):
                copy.write_row(row)
        cursor.execute("ANALYZE phrases")
    rows, sessions = int(gib * ROWS_PER_GIB), 2
    step = rows // sessions
    threads = [
        threading.Thread(
            target=running.run,
            args=(FILL.format(first=1 + i * step, last=(i + 1) * step), "live"),
        )
        for i in range(sessions)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    running.run("DROP TABLE phrases", "live")
    running.run(CONSTRAINTS, "live")


def _phrases() -> Iterator[str]:
    """Yield phrases in which words are as frequent as in a language (Zipf's law), always the same.

    Compressed they are about as large as what people write: random letters would hardly shrink, one
    text in all rows would shrink to nothing.
    """
    dice = random.Random(1)  # noqa: S311
    words = ["".join(dice.choices(LETTERS, k=dice.randint(2, 9))) for _ in range(20_000)]
    frequencies = list(itertools.accumulate(1 / rank for rank in range(1, len(words) + 1)))
    for _ in range(PHRASE_COUNT):
        length = 1 + int(dice.expovariate(1 / 15))
        yield " ".join(dice.choices(words, cum_weights=frequencies, k=length))
