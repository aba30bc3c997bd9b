"""A database that looks like the application's, and a fingerprint to compare it by."""

from scripts.postgresql import Session

MESSAGES = 200_000
"""About 60 MB with indexes: enough that a backup has something to do."""

_SCHEMA = """
    CREATE TABLE users (
        id bigint PRIMARY KEY, name text NOT NULL UNIQUE, created_at timestamptz NOT NULL
    );
    CREATE TABLE conversations (id bigint PRIMARY KEY, title text NOT NULL);
    CREATE TABLE messages (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        conversation_id bigint NOT NULL REFERENCES conversations,
        sender_id bigint NOT NULL REFERENCES users,
        body text NOT NULL,
        sent_by bigint,
        created_at timestamptz NOT NULL DEFAULT now()
    );
"""
_FILL = """
    INSERT INTO users SELECT n, 'user ' || n, now() - n * interval '1 hour'
        FROM generate_series(1, %(users)s) AS n;
    INSERT INTO conversations SELECT n, 'Conversation ' || n
        FROM generate_series(1, %(conversations)s) AS n;
    INSERT INTO messages (conversation_id, sender_id, body, created_at)
        SELECT 1 + n %% %(conversations)s, 1 + n %% %(users)s,
            repeat(md5(n::text) || ' ', 1 + n %% 7), now() - n * interval '1 second'
        FROM generate_series(1, %(messages)s) AS n;
"""
_INDEXES = """
    CREATE INDEX ON messages (conversation_id, created_at);
    CREATE INDEX ON messages (sent_by);
    ANALYZE;
"""
_TABLES = ("users", "conversations", "messages")


def fill(session: Session, messages: int) -> None:
    """Make the tables and fill them on the server."""
    session.execute(_SCHEMA)
    with session.cursor() as cursor:
        for statement in _FILL.strip().rstrip(";").split(";"):
            known = {"users": 1000, "conversations": 200, "messages": messages}
            cursor.execute(statement.encode(), known)
    for statement in _INDEXES.strip().rstrip(";").split(";"):
        session.execute(statement.encode())


def fingerprint(session: Session) -> dict[str, tuple[int, int]]:
    """Return table → number of rows and a sum over all that stands in them, in any order."""
    found: dict[str, tuple[int, int]] = {}
    for table in _TABLES:
        query = f"SELECT count(*), sum(hashtextextended(t::text, 0)) FROM {table} AS t"  # noqa: S608
        row = session.execute(query.encode()).fetchone()
        found[table] = (int(row[0]), int(row[1] or 0)) if row else (0, 0)
    return found
