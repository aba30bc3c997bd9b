"""Whether every file that the database names is in the copy, and the other way round."""

from collections.abc import Set as AbstractSet
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


def names(session: Session, table: str, column: str) -> set[str]:
    """Return the names in a column, to be read before any file is copied.

    An application stores a file and then its name: every file that is named by now is there to be
    copied, while one that is uploaded during the copying would seem to be missing.

    Args:
        table: with its schema where that is not on the search path: `media` or `chat.media`.
        column: has a file's name below the place; rows without one are left out.
    """
    query = sql.SQL("SELECT DISTINCT {0} FROM {1} WHERE {0} IS NOT NULL").format(
        sql.Identifier(column), sql.Identifier(*table.split("."))
    )
    # A named cursor: they are fetched in batches and not twice in memory.
    with session.transaction(), session.cursor(name="ops_media") as cursor:
        cursor.itersize = BATCH
        cursor.execute(query)
        return {name for (name,) in cursor}


def compare(named: AbstractSet[str], place: Where) -> Consistency:
    """Compare the names that the database had with the files in a place."""
    files = {entry.name for entry in place.entries()}
    return Consistency(
        named=len(named), missing=sorted(named - files), unknown=sorted(files - named)
    )
