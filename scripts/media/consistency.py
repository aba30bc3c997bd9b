"""Whether every file that the database names is in the copy, and the other way round."""

from dataclasses import dataclass
from typing import Final

from psycopg import sql

from scripts.media.places import Where
from scripts.postgresql import Session

BATCH: Final = 10_000


@dataclass(frozen=True, kw_only=True)
class Consistency:
    """What was found.

    Args:
        missing: names in the database without a file: somebody sees a broken picture.
        unknown: files that the database does not name: left over, or newer than the database.
    """

    named: int
    missing: list[str]
    unknown: list[str]


def compare(session: Session, table: str, column: str, place: Where) -> Consistency:
    """Compare the names in a column with a place.

    Args:
        table: with its schema where that is not on the search path: `media` or `chat.media`.
        column: has a file's name below the place; rows without one are left out.
    """
    files = {entry.name for entry in place.entries()}
    query = sql.SQL("SELECT DISTINCT {0} FROM {1} WHERE {0} IS NOT NULL").format(
        sql.Identifier(column), sql.Identifier(*table.split("."))
    )
    named = 0
    missing: list[str] = []
    # A named cursor: the names are fetched in batches and not all at once.
    with session.transaction(), session.cursor(name="ops_media") as cursor:
        cursor.itersize = BATCH
        cursor.execute(query)
        for (name,) in cursor:
            named += 1
            if name in files:
                files.discard(name)
            else:
                missing.append(name)
    return Consistency(named=named, missing=sorted(missing), unknown=sorted(files))
