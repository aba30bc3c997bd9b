"""What maintenance is there to keep small: bloat, and the age of transaction numbers."""

from dataclasses import dataclass
from typing import Any

from scripts.postgresql import Session

STOP_AGE = 2_100_000_000
"""Near this age PostgreSQL refuses to write, to protect data from being lost."""

BLOAT_SHOWN = 20
"""Tables with the most space to win."""

# The size that the rows would need, from the planner's statistics: 28 bytes of header and pointer a
# row, widths of the columns, pages of 8 KiB filled as the table asks. An estimate, exact enough to
# rank tables; small ones are left out, as their last page alone would be a large share. Nothing in
# it waits for a table that somebody has locked.
_BLOAT = """
    WITH widths AS (
        SELECT schemaname, tablename, sum((1 - null_frac) * avg_width) AS bytes
        FROM pg_stats GROUP BY 1, 2
    )
    SELECT n.nspname || '.' || c.relname AS table,
        c.relpages::bigint * 8192 AS size_bytes,
        s.n_dead_tup AS dead_rows,
        greatest(0, c.relpages::bigint * 8192 - 8192 * ceil(
            c.reltuples * (28 + w.bytes) / (8168 * coalesce((
                SELECT option_value::numeric / 100 FROM pg_options_to_table(c.reloptions)
                WHERE option_name = 'fillfactor'), 1))))::bigint AS bloat_bytes
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_stat_user_tables s ON s.relid = c.oid
    JOIN widths w ON w.schemaname = n.nspname AND w.tablename = c.relname
    WHERE c.relkind IN ('r', 'm') AND c.reltuples >= 0 AND c.relpages > 8
    ORDER BY bloat_bytes DESC, size_bytes DESC LIMIT %s
"""

_AGES = """
    SELECT datname, age(datfrozenxid), mxid_age(datminmxid),
        current_setting('autovacuum_freeze_max_age')::bigint
    FROM pg_database WHERE datallowconn ORDER BY 2 DESC
"""


@dataclass(frozen=True, kw_only=True)
class Age:
    """How old the oldest transaction number of a database is.

    Args:
        transactions: since the oldest number that is not frozen (`datfrozenxid`).
        multixacts: likewise, of rows locked by several (`datminmxid`).
        limit: `autovacuum_freeze_max_age`, where PostgreSQL begins to freeze by itself.
    """

    database: str
    transactions: int
    multixacts: int
    limit: int

    @property
    def verdict(self) -> str:
        """In words, with what to do."""
        if self.transactions > STOP_AGE // 2:
            return "half-way to a stop: run VACUUM (FREEZE) now"
        if self.transactions > self.limit + self.limit // 10:
            return "autovacuum does not keep up: look for old transactions and replication slots"
        return "fine"


def bloat(session: Session) -> list[dict[str, Any]]:
    """Tables of the database with the most space to win, in bytes, as far as statistics tell."""
    found = session.execute(_BLOAT, [BLOAT_SHOWN])
    names = [column.name for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def ages(session: Session) -> list[Age]:
    """Every database of the server, the oldest first."""
    return [
        Age(database=name, transactions=transactions, multixacts=multixacts, limit=limit)
        for name, transactions, multixacts, limit in session.execute(_AGES).fetchall()
    ]
