"""A database with whatever is easily lost: odd names, odd types, odd references."""

import subprocess

from scripts import postgresql
from tests.services.postgresql import BIN, Server

SCRIPT = r"""
CREATE SCHEMA "Odd schema";
CREATE TYPE mood AS ENUM ('glad', 'sad');
CREATE TYPE pair AS (first int, second mood);
CREATE DOMAIN short AS text CHECK (length(value) < 20);
CREATE EXTENSION hstore;

CREATE TABLE users (
    id bigserial PRIMARY KEY,
    name text NOT NULL UNIQUE,
    lower_name text GENERATED ALWAYS AS (lower(name)) STORED,
    favourite bigint
);
CREATE TABLE messages (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sender bigint NOT NULL REFERENCES users DEFERRABLE,
    body text,
    created_at timestamptz NOT NULL DEFAULT now(),
    metadata jsonb
);
-- A cycle: neither can be filled first with its constraint in force.
ALTER TABLE users ADD FOREIGN KEY (favourite) REFERENCES messages DEFERRABLE;
INSERT INTO users (name) SELECT 'User ' || n FROM generate_series(1, 40) n;
INSERT INTO messages (sender, body, created_at, metadata)
    SELECT 1 + n % 40, repeat('message ' || n, 1 + n % 30),
        '2025-01-01'::timestamptz + n * interval '1 hour', jsonb_build_object('n', n)
    FROM generate_series(1, 900) n;
INSERT INTO messages (sender, body) VALUES
    (1, NULL), (2, ''), (3, E'tab\t, line\n, backslash \\, \\N and \\.'), (4, E'\\.'),
    (5, '日本語 🎉');
UPDATE users SET favourite = id * 3;
DELETE FROM messages WHERE id % 7 = 0 AND id NOT IN (SELECT favourite FROM users);

CREATE TABLE "Odd schema"."a ""quoted"" täble; --" ("select" int, "ü ber" text, "a,b" mood[]);
INSERT INTO "Odd schema"."a ""quoted"" täble; --" VALUES (1, 'x', '{glad,sad}'), (2, NULL, NULL);
CREATE TABLE types (
    a mood, b pair, c short, d hstore, e numeric, f float8, g bytea, h interval, i inet,
    j int4range, k xml, l bit(5), m uuid[], n regclass, o money, p "char", q tsvector, r point
);
INSERT INTO types VALUES (
    'sad', '(1,glad)', 'short', 'a=>1', 'NaN', 'Infinity', '\x00ff0a5c', '1 mon -3 days 00:00:01.5',
    '10.0.0.0/8', '[1,5)', '<a>&lt;</a>', B'10101', ARRAY[gen_random_uuid()], 'users', '12.30', 'x',
    'a b', '(1,2)');
INSERT INTO types (e, f) VALUES (0.1, 0.1);
CREATE TABLE no_columns ();
INSERT INTO no_columns DEFAULT VALUES;
CREATE TABLE only_generated (one int GENERATED ALWAYS AS (1) STORED);
INSERT INTO only_generated DEFAULT VALUES;
CREATE TABLE empty (id int);
CREATE TABLE lost_column (a int, b int, c int);
INSERT INTO lost_column VALUES (1, 2, 3);
ALTER TABLE lost_column DROP COLUMN b;
CREATE UNLOGGED TABLE unlogged AS SELECT 1 AS x;

CREATE TABLE events (at date NOT NULL, kind mood, note text) PARTITION BY RANGE (at);
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')
    PARTITION BY LIST (kind);
CREATE TABLE events_glad PARTITION OF events_2025 FOR VALUES IN ('glad');
CREATE TABLE events_rest PARTITION OF events_2025 DEFAULT;
INSERT INTO events SELECT date '2025-01-01' + n, (ARRAY['glad', 'sad'])[1 + n % 2]::mood, n
    FROM generate_series(1, 200) n;
-- The hash of an enum's value is that of its number, which differs in another database.
CREATE TABLE hashed (kind mood, n int) PARTITION BY HASH (kind);
CREATE TABLE hashed_0 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE hashed_1 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO hashed SELECT (ARRAY['glad', 'sad'])[1 + n % 2]::mood, n FROM generate_series(1, 50) n;
CREATE TABLE parent (x int);
CREATE TABLE child (y int) INHERITS (parent);
INSERT INTO parent VALUES (1);
INSERT INTO child VALUES (2, 3);

CREATE SEQUENCE untouched START 7;
CREATE SEQUENCE down INCREMENT -2 MINVALUE -100 MAXVALUE 100 START 10;
SELECT nextval('down'), nextval('down');
CREATE MATERIALIZED VIEW per_user AS SELECT sender, count(*) FROM messages GROUP BY 1;
CREATE UNIQUE INDEX ON per_user (sender);
CREATE MATERIALIZED VIEW per_count AS SELECT count, count(*) AS users FROM per_user GROUP BY 1;
CREATE MATERIALIZED VIEW never_filled AS SELECT 1 AS x WITH NO DATA;
CREATE VIEW glad AS SELECT * FROM events WHERE kind = 'glad';
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$BEGIN RAISE EXCEPTION 'no trigger fires in a restore'; END$$;
CREATE TRIGGER refuse BEFORE INSERT ON messages FOR EACH ROW EXECUTE FUNCTION refuse();
ALTER TABLE messages ENABLE ROW LEVEL SECURITY;
CREATE POLICY retention_policy ON messages FOR DELETE
    USING (created_at < now() - interval '1 year');
COMMENT ON TABLE messages IS 'it''s a "comment"';
SELECT lo_from_bytea(0, decode(repeat('00ff5c', 9000), 'hex')), lo_create(0);
"""


def create(server: Server, name: str, script: str = SCRIPT) -> None:
    """Make the database."""
    server.create(name)
    server.run(script, name)


def dumped(server: Server, name: str) -> list[str]:
    """Return everything that pg_dump says of a database, sorted: rows have no order."""
    connection = postgresql.parameters(server.secret_url(name), "URL")
    ran = subprocess.run(
        [BIN / "pg_dump"],
        env=postgresql.environment(connection),
        check=True,
        capture_output=True,
        text=True,
    )
    lines = ran.stdout.splitlines()
    return sorted(line for line in lines if not line.startswith(("\\restrict", "\\unrestrict")))
