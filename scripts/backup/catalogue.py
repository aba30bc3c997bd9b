"""What PostgreSQL says is to be backed up."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import psycopg
from psycopg import sql

from scripts.backup.manifest import Database, Default, Grant, Sequence, Table
from scripts.postgresql import Session

CHUNK_BYTES: Final = 256 << 20
"""Of a table, as it lies on the server, that one session reads at a time."""

_TABLES: Final = """
    SELECT c.oid, n.nspname, c.relname,
        pg_relation_size(c.oid) / current_setting('block_size')::int AS pages,
        pg_table_size(c.oid) AS bytes,
        coalesce((
            SELECT array_agg(a.attname ORDER BY a.attnum) FROM pg_attribute a
            WHERE a.attrelid = c.oid AND a.attnum > 0
              AND NOT a.attisdropped AND a.attgenerated = ''
        ), '{}')::text[] AS columns,
        -- Types whose binary form has no number that differs on another server.
        NOT EXISTS (
            SELECT FROM pg_attribute a
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
              AND a.atttypid <> ALL (ARRAY[
                'bool', 'bytea', 'int2', 'int4', 'int8', 'float4', 'float8', 'numeric', 'text',
                'varchar', 'bpchar', 'date', 'time', 'timetz', 'timestamp', 'timestamptz',
                'interval', 'uuid', 'json', 'jsonb', 'inet', 'cidr',
                'int4[]', 'int8[]', 'text[]', 'uuid[]']::regtype[])
        ) AS is_plain,
        (
            SELECT ARRAY[rn.nspname, r.relname] FROM pg_class r
            JOIN pg_namespace rn ON rn.oid = r.relnamespace
            WHERE c.relispartition AND r.oid = pg_partition_root(c.oid) AND EXISTS (
                SELECT FROM pg_partition_ancestors(c.oid) above
                JOIN pg_partitioned_table p ON p.partrelid = above.relid AND p.partstrat = 'h')
        )::text[] AS root,
        extension.condition
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN LATERAL (
        SELECT e.extconfig IS NOT NULL AND c.oid = ANY (e.extconfig) AS is_configuration,
            e.extcondition[array_position(e.extconfig, c.oid)] AS condition
        FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
          AND d.refclassid = 'pg_extension'::regclass
    ) extension ON true
    WHERE c.relkind = 'r' AND c.relpersistence <> 't'
      AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND extension.is_configuration IS NOT FALSE
    ORDER BY n.nspname, c.relname
"""

_SEQUENCES: Final = """
    SELECT n.nspname, c.relname FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'S' AND c.relpersistence <> 't'
      AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND NOT EXISTS (
        SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
          AND d.deptype = 'e')
    ORDER BY 1, 2
"""

_DATABASE: Final = """
    SELECT d.datname AS name, r.rolname AS owner, pg_encoding_to_char(d.encoding) AS encoding,
        d.datcollate AS collate, d.datctype AS ctype,
        coalesce(to_jsonb(d)->>'datlocprovider', 'c') AS locale_provider,
        coalesce(to_jsonb(d)->>'daticulocale', to_jsonb(d)->>'datlocale') AS icu_locale,
        d.datacl IS NOT NULL AS has_grants
    FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba WHERE d.datname = current_database()
"""

_DEFAULTS: Final = """
    SELECT r.rolname, split_part(setting, '=', 1), substr(setting, strpos(setting, '=') + 1)
    FROM pg_db_role_setting s
    JOIN pg_database d ON d.oid = s.setdatabase AND d.datname = current_database()
    LEFT JOIN pg_roles r ON r.oid = s.setrole,
        unnest(s.setconfig) WITH ORDINALITY AS given (setting, place)
    ORDER BY 1 NULLS FIRST, place
"""

_GRANTS: Final = """
    SELECT r.rolname, a.privilege_type, a.is_grantable
    FROM pg_database d, aclexplode(d.datacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
    WHERE d.datname = current_database() ORDER BY 1 NULLS FIRST, 2
"""

_ROLES: Final = """
    SELECT DISTINCT r.rolname FROM pg_shdepend s JOIN pg_roles r ON r.oid = s.refobjid
    WHERE s.refclassid = 'pg_authid'::regclass AND r.rolname !~ '^pg_'
      AND (s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
        OR s.classid = 'pg_database'::regclass
          AND s.objid = (SELECT oid FROM pg_database WHERE datname = current_database()))
    UNION SELECT rolname FROM pg_roles r JOIN pg_database d ON d.datdba = r.oid
    WHERE d.datname = current_database()
    ORDER BY 1
"""


@dataclass(frozen=True, kw_only=True)
class Source:
    """A table and how it is read."""

    oid: int
    table: Table
    pages: int
    bytes: int
    condition: str
    """`WHERE …` of an extension's table; empty for all rows."""

    @property
    def identifier(self) -> sql.Identifier:
        return sql.Identifier(self.table.schema_name, self.table.name)

    def ranges(self, chunk_bytes: int = CHUNK_BYTES) -> list[tuple[int, int | None]]:
        """Return the first page of each chunk and the one after its last.

        The last chunk has no end: pages that are added meanwhile have no rows of the snapshot, and
        a page that is missed would be a loss. What lies outside of the table (TOAST) counts too.
        """
        step = max(1, self.pages * chunk_bytes // self.bytes) if self.bytes else 1
        if self.condition or self.pages <= step:
            return [(0, None)]
        starts = list(range(0, self.pages, step))
        return [*pairwise(starts), (starts[-1], None)]

    def query(self, first: int, end: int | None) -> sql.Composed:
        """Return the statement that sends the rows of some pages."""
        columns = sql.SQL(", ").join(map(sql.Identifier, self.table.columns))
        conditions = [sql.SQL("ctid >= {}::tid").format(f"({first},0)")] if first else []
        conditions += [sql.SQL("ctid < {}::tid").format(f"({end},0)")] if end else []
        where = sql.SQL(" WHERE ") if conditions else sql.SQL("")
        return sql.SQL("COPY (SELECT {} FROM ONLY {}{}{} {}) TO STDOUT (FORMAT {})").format(
            columns,
            self.identifier,
            where,
            sql.SQL(" AND ").join(conditions),
            sql.SQL(self.condition),  # pyright: ignore[reportArgumentType]  (PostgreSQL's own text)
            sql.SQL(self.table.format),
        )


def tables(session: Session) -> list[Source]:
    """Return every table that has rows of its own to be kept."""
    return [_source(row) for row in session.execute(_TABLES).fetchall()]


def _source(row: tuple[Any, ...]) -> Source:
    oid, schema, name, pages, size, columns, is_plain, root, condition = row
    table = Table(
        schema_name=schema,
        name=name,
        columns=columns,
        format="binary" if is_plain and columns else "text",
        root=(root[0], root[1]) if root else None,
    )
    return Source(oid=oid, table=table, pages=pages, bytes=size, condition=condition or "")


def sequences(session: Session) -> list[Sequence]:
    """Return where every sequence stands now; they belong to no snapshot, so ask after the rows."""
    found: list[Sequence] = []
    for schema, name in session.execute(_SEQUENCES).fetchall():
        query = sql.SQL("SELECT last_value, is_called FROM {}").format(sql.Identifier(schema, name))
        try:
            with session.transaction():
                state = session.execute(query).fetchone()
        except psycopg.errors.UndefinedTable:  # dropped meanwhile: it belongs to no table of ours
            continue
        last_value, is_called = state or (1, False)
        found.append(
            Sequence(schema_name=schema, name=name, last_value=last_value, is_called=is_called)
        )
    return found


def database(session: Session) -> Database:
    """Return what has to be known to make the database again."""
    cursor = session.execute(_DATABASE)
    (row,) = cursor.fetchall()
    *columns, has_grants = row
    names = [column.name for column in cursor.description or []]
    facts = dict(zip(names, columns, strict=False))
    grants = [
        Grant(grantee=role, privilege=privilege, grantable=grantable)
        for role, privilege, grantable in session.execute(_GRANTS).fetchall()
    ]
    return Database(
        **facts,
        defaults=[
            Default(role=role, name=name, value=value)
            for role, name, value in session.execute(_DEFAULTS).fetchall()
        ],
        grants=grants if has_grants else None,
        extensions=_column(session, "SELECT extname FROM pg_extension ORDER BY 1"),
        roles=_column(session, _ROLES),
    )


def has_large_objects(session: Session) -> bool:
    """Whether there are any."""
    return bool(session.execute("SELECT FROM pg_largeobject_metadata LIMIT 1").fetchall())


def may_read_passwords(session: Session) -> bool:
    """Whether roles can be kept with their passwords' hashes; nobody can on RDS."""
    query = "SELECT has_table_privilege('pg_authid', 'SELECT')"
    return bool(_column(session, query)[0])


def _column(session: Session, query: str) -> list[Any]:
    return [value for (value,) in session.execute(query.encode()).fetchall()]
